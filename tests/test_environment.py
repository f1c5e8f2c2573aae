"""Environment variables, config files and boto3's default session while a world is active."""

from __future__ import annotations

import os
from pathlib import Path

import boto3
import botocore.exceptions
import botocore.session
import pytest

import fakebatch

DUMMIES = {"AWS_ACCESS_KEY_ID": "AKIAFAKEBATCHDUMMY00", "AWS_SECRET_ACCESS_KEY": "fakebatch-dummy-secret"}


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


class TestVariables:
    @pytest.mark.source("api §1")
    def test_what_is_there_while_active(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_PROFILE", "nowhere")
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/creds")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "left over")
        before = dict(os.environ)
        with fakebatch.mock():
            during = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
            during.pop("AWS_DATA_PATH", None)
            assert during == {
                **DUMMIES,
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_REGION": "us-east-1",
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            }
        assert dict(os.environ) == before

    @pytest.mark.source("assumed: other services may need complete credentials that are there")
    def test_complete_credentials_stay(self, monkeypatch: pytest.MonkeyPatch) -> None:
        own = {"AWS_ACCESS_KEY_ID": "mine", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}
        for name, value in own.items():
            monkeypatch.setenv(name, value)
        with fakebatch.mock():
            assert {name: os.environ[name] for name in own} == own

    @pytest.mark.source("design: the world and clients without a region agree")
    @pytest.mark.parametrize("name", ["AWS_DEFAULT_REGION", "AWS_REGION"])
    def test_the_environments_region_is_the_worlds(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(name, "sa-east-1")
        with fakebatch.mock() as fake:
            fake.batch.add_job_queue("q")
            assert fake.region == boto3.Session().region_name == "sa-east-1"
            assert len(boto3.client("batch").describe_job_queues()["jobQueues"]) == 1
            with fakebatch.mock(region="eu-west-1"), fakebatch.mock() as inner:
                assert inner.region == "sa-east-1"

    @pytest.mark.source("api §1")
    def test_what_a_body_sets_is_gone_after_it(self) -> None:
        with fakebatch.mock():
            os.environ["AWS_DEFAULT_REGION"] = "eu-north-1"
        assert "AWS_DEFAULT_REGION" not in os.environ


class TestFilesAndProfiles:
    @pytest.mark.source("api §9")
    def test_the_users_config_is_out_of_sight(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        config = tmp_path / "config"
        config.write_text("[default]\nregion = sa-east-1\n[profile prod]\nregion = eu-west-3\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        assert boto3.Session().region_name == "sa-east-1"
        with fakebatch.mock():
            assert boto3.Session().region_name == "us-east-1"
        assert boto3.Session(profile_name="prod").region_name == "eu-west-3"

    @pytest.mark.source("api §9")
    def test_a_missing_profile_is_no_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_PROFILE", "nowhere")
        with fakebatch.mock():
            assert boto3.Session().client("batch").describe_job_queues()["jobQueues"] == []

    @pytest.mark.source("design: a profile named in the code under test")
    def test_a_named_profile_is_no_error(self) -> None:
        with fakebatch.mock():
            client = boto3.Session(profile_name="prod").client("batch")
            assert client.describe_job_queues()["jobQueues"] == []
        with pytest.raises(botocore.exceptions.ProfileNotFound):
            boto3.Session(profile_name="prod")


@pytest.mark.usefixtures("no_session")
class TestDefaultSession:
    @pytest.mark.source("api §9")
    def test_one_made_inside_goes(self) -> None:
        with fakebatch.mock():
            boto3.client("batch").describe_job_queues()
            with fakebatch.mock():
                pass
            assert boto3.DEFAULT_SESSION is not None
        assert boto3.DEFAULT_SESSION is None
        assert boto3.Session().get_credentials() is None

    @pytest.mark.source("api §9")
    def test_one_made_before_keeps_its_settings_and_no_made_up_credential(self) -> None:
        boto3.setup_default_session(region_name="eu-west-1")
        before = boto3.DEFAULT_SESSION
        with fakebatch.mock() as fake:
            boto3.client("batch").describe_job_queues()
            assert fake.calls[0].region == "eu-west-1"
            assert boto3.DEFAULT_SESSION is before
            boto3.setup_default_session(region_name="eu-west-2")
        assert boto3.DEFAULT_SESSION is before
        assert before.get_credentials() is None
        assert before.region_name == "eu-west-1"

    @pytest.mark.source("api §9")
    def test_one_that_has_read_nothing_yet_reads_the_real_config_after_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = boto3.Session()
        config = tmp_path / "config"
        config.write_text("[default]\nregion = sa-east-1\n")
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        session._session = botocore.session.Session()
        boto3.DEFAULT_SESSION = session
        with fakebatch.mock():
            boto3.client("batch")
        assert session._session.get_config_variable("region") == "sa-east-1"

    @pytest.mark.source("api §9, for sessions in general")
    def test_no_session_keeps_a_made_up_credential(self) -> None:
        session, core = boto3.Session(), botocore.session.Session()
        with fakebatch.mock():
            session.client("batch").describe_job_queues()
            assert core.get_credentials().access_key == DUMMIES["AWS_ACCESS_KEY_ID"]
        assert session.get_credentials() is None
        assert core.get_credentials() is None
