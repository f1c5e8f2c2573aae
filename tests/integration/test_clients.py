"""Clients of every make, and environments in which nothing is configured: all are served, and then let go."""

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import boto3
import botocore.exceptions
import botocore.session
import pytest
from botocore.client import BaseClient
from botocore.config import Config

import fakebatch
from fakebatch import hook

KEYS = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
ACCOUNT = "123456789012"


@pytest.fixture(autouse=True)
def no_socket(monkeypatch):
    """Below the fixture that stops requests: an attempt to connect at all fails, and is counted."""
    tried = []

    def refuse(self, address):
        tried.append(address)
        raise OSError(f"a socket was to be connected to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    return tried


@pytest.fixture
def default_session(monkeypatch):
    """boto3 without a default session; what a test makes of it is dropped."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def queue_arns(client):
    return [queue["jobQueueArn"] for queue in client.describe_job_queues()["jobQueues"]]


def arn(region, name="q", partition="aws"):
    return f"arn:{partition}:batch:{region}:{ACCOUNT}:job-queue/{name}"


def handlers(client):
    """All that is registered on a client's emitter for the three events that are listened to."""
    events = ("before-call", "before-parameter-build", "before-send")
    emitter = client.meta.events._emitter
    return {
        event: list(emitter._lookup_cache.get(event) or emitter._handlers.prefix_search(event))
        for event in (f"{prefix}.batch.DescribeJobQueues" for prefix in events)
    }


# Where clients come from


def by_default_session():
    return boto3.client("batch", region_name="us-east-1", **KEYS)


def by_own_session():
    return boto3.Session(region_name="us-east-1", **KEYS).client("batch")


def by_botocore():
    session = botocore.session.get_session()
    return session.create_client("batch", region_name="us-east-1", **KEYS)


def by_profileless_session():
    session = boto3.Session(botocore_session=botocore.session.Session(profile=None))
    return session.client("batch", region_name="us-east-1", **KEYS)


def in_a_thread():
    made = []
    thread = threading.Thread(target=lambda: made.append(by_own_session()))
    thread.start()
    thread.join()
    return made[0]


def with_endpoint_url():
    return boto3.client("batch", region_name="us-east-1", endpoint_url="http://localhost:4566", **KEYS)


def with_fips():
    return boto3.client("batch", region_name="us-east-1", config=Config(use_fips_endpoint=True), **KEYS)


def with_dualstack():
    config = Config(use_dualstack_endpoint=True)
    return boto3.client("batch", region_name="us-east-1", config=config, **KEYS)


def unsigned():
    config = Config(signature_version=botocore.UNSIGNED)
    return boto3.client("batch", region_name="us-east-1", config=config)


def without_validation():
    config = Config(parameter_validation=False)
    return boto3.client("batch", region_name="us-east-1", config=config, **KEYS)


def without_host_prefix():
    config = Config(inject_host_prefix=False, retries={"max_attempts": 0}, user_agent_extra="mine/1")
    return boto3.client("batch", region_name="us-east-1", config=config, **KEYS)


MAKERS = [
    by_default_session,
    by_own_session,
    by_botocore,
    by_profileless_session,
    in_a_thread,
    with_endpoint_url,
    with_fips,
    with_dualstack,
    unsigned,
    without_validation,
    without_host_prefix,
]


@pytest.fixture(params=MAKERS, ids=lambda make: make.__name__)
def make(request, default_session):
    return request.param


@pytest.mark.source("api §1")
def test_client_made_before_is_served_and_back_on_its_real_path_afterwards(make, no_network, no_socket):
    client = make()
    before = handlers(client)
    with fakebatch.mock() as fake:
        fake.batch.add_job_queue("q")
        assert queue_arns(client) == [arn("us-east-1")]
        assert handlers(client) != before
    assert handlers(client) == before
    assert no_network == []
    with pytest.raises(OSError, match="no network in tests"):
        client.describe_job_queues()
    assert no_network[0].endswith("/v1/describejobqueues")
    assert no_socket == []


@pytest.mark.source("api §1")
def test_client_made_inside_goes_on_after(make, no_network):
    with fakebatch.mock() as fake:
        fake.batch.add_job_queue("q")
        client = make()
        assert queue_arns(client) == [arn("us-east-1")]
    with pytest.raises(OSError, match="no network in tests"):
        client.describe_job_queues()
    assert no_network
    with fakebatch.mock() as fake:
        fake.batch.add_job_queue("again")
        assert queue_arns(client) == [arn("us-east-1", "again")]


@pytest.mark.source("api §1")
def test_client_that_has_called_before_the_mock(no_network):
    """Of an event that it has looked up, botocore keeps the handlers; those kept ones are dropped."""
    client = by_own_session()
    for _ in range(2):
        with pytest.raises(OSError, match="no network in tests"):
            client.describe_job_queues()
        tried = len(no_network)
        with fakebatch.mock() as fake:
            fake.batch.add_job_queue("q")
            assert queue_arns(client) == [arn("us-east-1")]
        assert len(no_network) == tried > 0
        no_network.clear()


@pytest.mark.source("api §1")
def test_real_path_of_a_client_ends_at_the_socket(monkeypatch, default_session):
    """Without the fixture that stops requests, what a client does after the mock is open a connection."""
    monkeypatch.undo()
    monkeypatch.setattr(socket, "getaddrinfo", refuse_to_resolve)
    config = Config(retries={"max_attempts": 0})
    client = boto3.client("batch", region_name="us-east-1", config=config, **KEYS)
    with fakebatch.mock():
        assert queue_arns(client) == []
    with pytest.raises(botocore.exceptions.EndpointConnectionError) as caught:
        client.describe_job_queues()
    assert str(caught.value) == (
        'Could not connect to the endpoint URL: "https://batch.us-east-1.amazonaws.com/v1/describejobqueues"'
    )


def refuse_to_resolve(host, *_, **__):
    raise socket.gaierror(f"{host} isn't looked up in tests")


@pytest.mark.source("api §9")
def test_nothing_stays_on_clients_or_classes():
    before = {name: vars(BaseClient)[name] for name in ("__init__", "_make_api_call")}
    clients = [make() for make in (by_own_session, by_botocore)]
    with fakebatch.mock(), fakebatch.mock():
        for client in clients:
            client.describe_job_queues()
    assert {name: vars(BaseClient)[name] for name in before} == before
    assert hook._attached == {}


@pytest.mark.source("api §1")
def test_a_client_for_each_thread(no_socket):
    """boto3's advice for threads: a session and a client in each."""
    found, problems = [], []

    def work(number):
        try:
            client = boto3.Session(region_name="us-east-1").client("batch")
            client.register_job_definition(
                jobDefinitionName=f"d{number}",
                type="container",
                containerProperties={"image": "busybox", "vcpus": 1, "memory": 128},
            )
            found.append(len(client.describe_job_definitions()["jobDefinitions"]))
        except BaseException as error:  # noqa: BLE001 - told in the main thread
            problems.append(error)

    with fakebatch.mock() as fake:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        assert max(found) == 8
        assert len(fake.calls) == 16
    assert no_socket == []


@pytest.mark.source("api §9")
def test_default_session_keeps_no_credentials_that_were_made_up(default_session, no_network):
    with fakebatch.mock():
        client = boto3.client("batch", region_name="us-east-1")
        client.describe_job_queues()
        assert boto3.DEFAULT_SESSION is not None
    assert boto3.DEFAULT_SESSION is None
    session = boto3.Session()
    with fakebatch.mock():
        session.client("batch").describe_job_queues()
    assert session.get_credentials() is None


# Places


@pytest.mark.source("reference §15")
@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("eu-central-2", "aws"),
        ("cn-north-1", "aws-cn"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-gov-east-1", "aws-us-gov"),
    ],
)
@pytest.mark.parametrize("options", [{}, {"use_fips_endpoint": True}])
def test_arns_are_of_the_regions_partition(region, partition, options):
    with fakebatch.mock() as fake:
        fake.at(region=region).batch.add_job_queue("q")
        client = fake.client("batch", region, config=Config(**options))
        assert queue_arns(client) == [arn(region, partition=partition)]
        queue_arn = queue_arns(client)[0]
        fake.at(region=region).batch.add_job_definition("d")
        job = client.submit_job(jobName="j", jobQueue=queue_arn, jobDefinition="d")
        assert job["jobArn"] == f"arn:{partition}:batch:{region}:{ACCOUNT}:job/{job['jobId']}"
        fake.run_until(job)
        (described,) = client.describe_jobs(jobs=[job["jobId"]])["jobs"]
        prefix = f"arn:{partition}:ecs:{region}:{ACCOUNT}:task/"
        assert described["container"]["taskArn"].startswith(prefix)


@pytest.mark.source("api §1: each account and region has its own state")
def test_regions_and_accounts_don_t_see_each_other():
    with fakebatch.mock(accounts={"other-key": "999999999999"}) as fake:
        fake.batch.add_job_queue("q")
        fake.at(region="eu-west-1").batch.add_job_queue("west")
        fake.at(account_id="999999999999").batch.add_job_queue("other")
        east, west = (boto3.client("batch", region_name=r, **KEYS) for r in ("us-east-1", "eu-west-1"))
        other = boto3.client(
            "batch",
            region_name="us-east-1",
            aws_access_key_id="other-key",
            aws_secret_access_key="secret",
            aws_session_token="token",
        )
        assert queue_arns(east) == [arn("us-east-1")]
        assert queue_arns(west) == [arn("eu-west-1", "west")]
        assert queue_arns(other) == ["arn:aws:batch:us-east-1:999999999999:job-queue/other"]


# Environments in which nothing is configured, each in a process of its own

PROGRAM = """
import json, os, socket, sys

tried = []

def refuse(self, address):
    tried.append(repr(address))
    raise OSError("no network")

socket.socket.connect = socket.socket.connect_ex = refuse
before = dict(os.environ)
import boto3
import botocore.exceptions
import fakebatch

early = boto3.client("batch", region_name="eu-west-1") if "early" in sys.argv else None
del tried[:]
with fakebatch.mock() as fake:
    fake.batch.add_job_queue("q")
    client = boto3.client("batch")
    told = {
        "queues": [queue["jobQueueArn"] for queue in client.describe_job_queues()["jobQueues"]],
        "region": client.meta.region_name,
        "of a session": boto3.Session().client("batch").describe_job_definitions()["jobDefinitions"],
    }
    if early is not None:
        told["early"] = early.describe_job_queues()["jobQueues"]
told["environment is back"] = dict(os.environ) == before
told["tried"] = tried
print(json.dumps(told))
"""


def run_program(tmp_path, *arguments, **environment):
    root = str(Path(fakebatch.__file__).parents[1])
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={"HOME": str(tmp_path), "PATH": os.defpath, "PYTHONPATH": root, **environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads(ran.stdout)


SERVED = {
    "queues": [arn("us-east-1")],
    "region": "us-east-1",
    "of a session": [],
    "environment is back": True,
    "tried": [],
}


@pytest.mark.source("api §1")
def test_empty_environment(tmp_path):
    assert run_program(tmp_path) == SERVED


@pytest.mark.source("api §1")
def test_client_made_before_without_credentials(tmp_path):
    """Making it looks for credentials and finds none; that much is botocore's, before the mock."""
    found = run_program(tmp_path, "early", AWS_EC2_METADATA_DISABLED="true")
    assert found == {**SERVED, "early": []}


@pytest.mark.source("api §9")
def test_broken_configuration(tmp_path):
    """Everything that botocore reads is rubbish or points to a server that isn't there."""
    rubbish = tmp_path / "config"
    rubbish.write_bytes(b"\x00[[profile\nno = such = thing\n[")
    environment = {
        "AWS_PROFILE": "missing",
        "AWS_DEFAULT_PROFILE": "missing",
        "AWS_CONFIG_FILE": str(rubbish),
        "AWS_SHARED_CREDENTIALS_FILE": str(rubbish),
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:1/credentials",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "missing"),
        "AWS_ROLE_ARN": "arn:aws:iam::1:role/missing",
    }
    assert run_program(tmp_path, **environment) == SERVED


@pytest.mark.source("api §1")
def test_files_in_the_home_folder_are_not_read(tmp_path):
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[default]\nregion = ap-south-1\ncredential_process = /bin/false\n")
    (folder / "credentials").write_text(
        "[default]\nsource_profile = nowhere\nrole_arn = arn:aws:iam::1:role/r\n"
    )
    assert run_program(tmp_path) == SERVED


@pytest.mark.source("api §1: region of clients that configure none")
@pytest.mark.parametrize("name", ["AWS_DEFAULT_REGION", "AWS_REGION"])
def test_region_of_the_environment_is_kept(tmp_path, name):
    found = run_program(tmp_path, **{name: "eu-north-1"})
    assert found == {**SERVED, "queues": [arn("eu-north-1")], "region": "eu-north-1"}


@pytest.mark.source("api §1")
def test_endpoint_of_the_environment(tmp_path):
    """Such as LocalStack's users have: the address doesn't matter."""
    assert run_program(tmp_path, AWS_ENDPOINT_URL="http://localhost:4566") == SERVED


@pytest.mark.source("api §1")
def test_kind_of_endpoint_of_the_environment(tmp_path):
    environment = {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"}
    assert run_program(tmp_path, **environment) == SERVED
