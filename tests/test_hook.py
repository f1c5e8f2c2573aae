"""Which clients are served, when, and that nothing stays on them."""

from __future__ import annotations

import gc
import inspect
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.client
import botocore.session
import pytest
from botocore.config import Config
from botocore.stub import Stubber

import fakebatch
from fakebatch import UsageError, hook

KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
EVENTS = (
    "before-call.batch.SubmitJob",
    "before-send.batch.SubmitJob",
    "before-parameter-build.batch.SubmitJob",
)


def make(service: str = "batch", **options: Any) -> Any:
    return boto3.Session().client(service, region_name="eu-west-1", **KEYS, **options)


def handlers(client: Any) -> list[Any]:
    """All that listens to a call of Batch, ours among them."""
    trie = client.meta.events._emitter._handlers
    return [handler for event in EVENTS for handler in trie.prefix_search(event)]


class TestWhatWeLeanOn:
    """A botocore that changes one of these needs a change in hook.py, wire.py or sessions.py."""

    @pytest.mark.source("botocore")
    def test_calls_go_through_make_api_call(self) -> None:
        parameters = list(inspect.signature(botocore.client.BaseClient._make_api_call).parameters)
        assert parameters == ["self", "operation_name", "api_params"]
        assert "_make_api_call" in vars(botocore.client.BaseClient)
        assert "__init__" in vars(botocore.client.BaseClient)

    @pytest.mark.source("botocore")
    def test_each_client_writes_its_own_user_agent(self) -> None:
        first, second = make(), make()
        assert first._user_agent_creator is not second._user_agent_creator
        assert "self._user_agent_creator.to_string()" in inspect.getsource(botocore.client.BaseClient)
        assert "to_string" in vars(type(first._user_agent_creator))

    @pytest.mark.source("botocore")
    def test_make_api_call_asks_before_call_and_takes_its_answer(self) -> None:
        source = inspect.getsource(botocore.client.BaseClient._make_api_call)
        for needed in (
            "self.meta.events.emit_until_response(",
            "f'before-call.{service_id}.{operation_name}'",
            "model=operation_model",
            "params=request_dict",
            "request_signer=self._request_signer",
            "context=request_context",
            "http, parsed_response = event_response",
            "http.status_code >= 300",
            "self.exceptions.from_code(error_code)",
        ):
            assert needed in source, f"botocore's _make_api_call no longer has {needed!r}"

    @pytest.mark.source("botocore")
    def test_an_emitter_stops_at_the_first_answer_and_calls_last_what_was_registered_last(self) -> None:
        emitter = botocore.session.Session().get_component("event_emitter")
        called: list[str] = []

        def handler(name: str, answer: object) -> Any:
            def handle(**_: Any) -> object:
                called.append(name)
                return answer

            return handle

        emitter.register_last("before-call.x", handler("ours", "answer"))
        emitter.register("before-call.x", handler("theirs", None))
        emitter.register("before-call.x.*", handler("stubber", None))
        emitter.register("before-call", handler("general", None))
        found = emitter.emit_until_response("before-call.x.Op")
        assert (called, found[1]) == (["stubber", "theirs", "ours"], "answer")

    @pytest.mark.source("botocore")
    def test_static_credentials_are_an_attribute_and_refreshable_ones_are_not(self) -> None:
        from botocore.credentials import Credentials, RefreshableCredentials

        assert vars(Credentials("key", "secret"))["access_key"] == "key"
        refreshable = RefreshableCredentials.__new__(RefreshableCredentials)
        assert "access_key" not in vars(refreshable)
        assert vars(make()._request_signer)["_credentials"].access_key == "a"

    @pytest.mark.source("botocore")
    def test_sessions_cache_under_the_names_that_we_put_back(self) -> None:
        from fakebatch.sessions import _CACHES

        assert set(_CACHES) - {"_auth_token"} <= set(vars(botocore.session.Session()))

    @pytest.mark.source("botocore")
    def test_before_send_may_answer(self) -> None:
        from botocore.endpoint import Endpoint

        source = inspect.getsource(Endpoint._do_get_response)
        assert 'event_name = f"before-send.{service_id}.{operation_model.name}"' in source
        assert "responses = self._event_emitter.emit(event_name, request=request)" in source
        assert "http_response = first_non_none_response(responses)" in source

    @pytest.mark.source("botocore")
    def test_a_validating_client_is_told_by_its_serializer(self) -> None:
        assert hasattr(make()._serializer, "_param_validator")
        assert not hasattr(make(config=Config(parameter_validation=False))._serializer, "_param_validator")

    @pytest.mark.source("botocore")
    def test_a_token_bucket_asks_how_long_to_wait(self) -> None:
        from botocore.retries.bucket import TokenBucket

        source = inspect.getsource(TokenBucket._acquire)
        assert "sleep_amount = self._sleep_amount(amount)\n            while sleep_amount > 0:" in source
        assert source.count("self._current_capacity -= amount") == 2

    @pytest.mark.source("botocore")
    def test_auth_type_none_means_unsigned(self) -> None:
        from botocore import UNSIGNED
        from botocore.handlers import set_operation_specific_signer

        assert set_operation_specific_signer({"auth_type": "none"}, "batch") is UNSIGNED


class TestWhoIsServed:
    @pytest.fixture
    def older(self) -> Any:
        return make()

    @pytest.mark.source("api §1")
    def test_a_client_made_before(self, older: Any) -> None:
        with fakebatch.mock():
            assert older.describe_job_queues()["jobQueues"] == []

    @pytest.mark.source("api §1")
    def test_a_client_made_before_without_credentials(self) -> None:
        client = boto3.Session().client("batch", region_name="eu-west-1")
        with fakebatch.mock() as fake:
            assert client.describe_job_queues()["jobQueues"] == []
            fake.inject("DescribeJobQueues", "AccessDeniedException")
            with pytest.raises(client.exceptions.ClientError, match="AccessDeniedException"):
                client.describe_job_queues()

    @pytest.mark.source("api §1")
    def test_plain_botocore(self) -> None:
        with fakebatch.mock():
            client = botocore.session.get_session().create_client("batch", region_name="us-east-1")
            assert client.describe_job_queues()["jobQueues"] == []

    @pytest.mark.source("api §1")
    def test_clients_of_other_threads(self, older: Any) -> None:
        found: list[Any] = []

        def work() -> None:
            found.append(older.describe_job_queues()["jobQueues"])
            found.append(boto3.Session().client("batch").describe_job_queues()["jobQueues"])

        with fakebatch.mock() as fake:
            fake.at(region="eu-west-1").batch.add_job_queue("q")
            threads = [threading.Thread(target=work) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(fake.calls) == 16
        assert sorted(map(len, found)) == [0] * 8 + [1] * 8

    @pytest.mark.source("api §1")
    def test_paginators(self) -> None:
        with fakebatch.mock() as fake:
            for number in range(5):
                fake.batch.add_job_queue(f"q{number}")
            pages = (
                fake.client("batch")
                .get_paginator("describe_job_queues")
                .paginate(PaginationConfig={"PageSize": 2})
            )
            assert [len(page["jobQueues"]) for page in pages] == [2, 2, 1]

    @pytest.mark.source("api §9")
    def test_a_stubber_answers_for_its_own_client(self) -> None:
        with fakebatch.mock() as fake:
            client, other = fake.client("batch"), fake.client("batch")
            with Stubber(client) as stubber:
                stubber.add_response("describe_job_queues", {"jobQueues": [], "nextToken": "stub"})
                assert client.describe_job_queues()["nextToken"] == "stub"
                assert "nextToken" not in other.describe_job_queues()
            assert "nextToken" not in client.describe_job_queues()
            assert len(fake.calls) == 2

    @pytest.mark.source("assumed: who listens on the client is told before the answer")
    def test_handlers_of_the_users_own_come_first(self) -> None:
        seen: list[str] = []
        with fakebatch.mock() as fake:
            client = fake.client("batch")
            client.describe_job_queues()
            client.meta.events.register("before-call.batch", lambda **_: seen.append("before"))
            client.meta.events.register(
                "after-call.batch", lambda parsed, **_: seen.append(str(parsed["jobQueues"]))
            )
            client.describe_job_queues()
        assert seen == ["before", "[]"]


class TestWhatStays:
    @pytest.mark.source("api §9")
    def test_every_client_is_back_on_its_real_path(self, no_network: list[str]) -> None:
        older, idle = make(), make()
        before = handlers(older)
        with fakebatch.mock():
            idle.describe_job_queues()
            older.describe_job_queues()
            newer = make()
            newer.describe_job_queues()
            assert len(handlers(older)) == len(before) + 2
            assert "to_string" in vars(older._user_agent_creator)
        for client in (older, idle, newer):
            assert len(handlers(client)) == len(before)
            assert "to_string" not in vars(client._user_agent_creator)
            assert not any("fakebatch" in repr(handler) for handler in handlers(client))
        config = Config(retries={"max_attempts": 0})
        client = make(config=config)
        with fakebatch.mock():
            client.describe_job_queues()
        with pytest.raises(OSError, match="no network in tests"):
            client.describe_job_queues()
        assert no_network == ["https://batch.eu-west-1.amazonaws.com/v1/describejobqueues"]

    @pytest.mark.source("assumed: two worlds after each other leave no more than one")
    def test_many_worlds_leave_nothing(self) -> None:
        client = make()
        before = handlers(client)
        for _ in range(3):
            with fakebatch.mock(), fakebatch.mock():
                client.describe_job_queues()
                assert len(handlers(client)) == len(before) + 2
        assert handlers(client) == before
        assert hook._attached == {}

    @pytest.mark.source("assumed: clients are remembered weakly")
    def test_a_client_may_go(self) -> None:
        with fakebatch.mock():
            client = make()
            client.describe_job_queues()
            gone = weakref.ref(client)
            assert len(hook._attached) == 1
            del client
            gc.collect()
            assert gone() is None
            assert hook._attached == {}

    @pytest.mark.source("assumed: a patch on top of ours stays, and goes through it")
    def test_somebody_else_patches_meanwhile(self, monkeypatch: pytest.MonkeyPatch) -> None:
        client = make(config=Config(retries={"max_attempts": 0}))
        seen: list[str] = []
        mocked = fakebatch.mock()
        mocked.start()
        ours = botocore.client.BaseClient._make_api_call

        def theirs(self: Any, operation_name: str, api_params: Any) -> Any:
            seen.append(operation_name)
            return ours(self, operation_name, api_params)

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", theirs)
        client.describe_job_queues()
        mocked.stop()
        assert botocore.client.BaseClient._make_api_call is theirs
        with pytest.raises(OSError, match="no network"):
            client.describe_job_queues()
        with fakebatch.mock():
            client.describe_job_queues()
        assert seen == ["DescribeJobQueues"] * 3
        # Puts back what it found, which was ours: it passes everything on.
        monkeypatch.undo()
        with fakebatch.mock():
            assert client.describe_job_queues()["jobQueues"] == []


@pytest.fixture
def original_method() -> Iterator[None]:
    method = botocore.client.BaseClient._make_api_call
    yield
    botocore.client.BaseClient._make_api_call = method


TestWhatStays = pytest.mark.usefixtures("original_method")(TestWhatStays)  # type: ignore[misc]


class TestOthers:
    @pytest.mark.source("api §1")
    def test_pass_leaves_them_alone(self, no_network: list[str]) -> None:
        with fakebatch.mock():
            client = make("sts", config=Config(retries={"max_attempts": 0}))
            with pytest.raises(OSError, match="no network"):
                client.get_caller_identity()
        assert len(no_network) == 1

    @pytest.mark.source("api §1")
    def test_block_refuses_them(self, no_network: list[str]) -> None:
        older = make("sts")
        with fakebatch.mock(others="block"):
            for client in (older, make("sts")):
                with pytest.raises(UsageError) as raised:
                    client.get_caller_identity()
                assert str(raised.value) == (
                    "sts.GetCallerIdentity isn't faked, and this world blocks other services "
                    '(others="block"). Answer '
                    'it with botocore\'s Stubber, or choose others="pass": moto or the network has it.'
                )
            with fakebatch.mock(), pytest.raises(OSError, match="no network"):
                older.get_caller_identity()
        assert len(no_network) >= 1

    @pytest.mark.source("api §9")
    def test_a_stubber_answers_for_a_blocked_service(self) -> None:
        with fakebatch.mock(others="block"):
            client = make("sts")
            with Stubber(client) as stubber:
                stubber.add_response("get_caller_identity", {"Account": "123456789012"})
                assert client.get_caller_identity()["Account"] == "123456789012"


class TestAccounts:
    @pytest.mark.source("api §1")
    def test_only_static_credentials_are_looked_at(self) -> None:
        from botocore.credentials import DeferredRefreshableCredentials

        def refresh() -> dict[str, str]:
            raise AssertionError("asked for credentials")

        core = botocore.session.Session()
        core._credentials = DeferredRefreshableCredentials(refresh, "test")  # type: ignore[arg-type]
        with fakebatch.mock(accounts={"a": "210987654321"}) as fake:
            boto3.Session(botocore_session=core).client(
                "batch", region_name="us-east-1"
            ).describe_job_queues()
            make().describe_job_queues()
            assert [call.account_id for call in fake.calls] == ["123456789012", "210987654321"]
