"""Whatever botocore lets through is answered: well, or with an error of AWS that leaves everything as it was.

In the suite each operation gets a few hundred requests, always the same. Many more, at random:

    nox --session requests -- 20000 [--each 5] [--seconds 3600] [--seed 1] [SubmitJob ...]
"""

from __future__ import annotations

import argparse
import json
import marshal
import pickle
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any, NamedTuple

import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.serialize import create_serializer
from botocore.session import Session
from hypothesis import event, given, settings
from hypothesis import strategies as st

import fakebatch
from fakebatch import UsageError
from fakebatch.snapshots import Snapshot
from tests.model.test_responses import problems
from tests.properties.populated import good_requests, names, populate
from tests.properties.requests import Choose, Requests, confused, spelt

pytestmark = pytest.mark.source("model: an answer is of the output shape, or one of the modelled errors")

MODEL = Session().get_service_model("batch")
SERIALIZER = create_serializer(MODEL.metadata["protocol"], include_validation=False)
EXAMPLES = 200
UNVALIDATED = 20
READS = ("Describe", "List", "Get")

# What the contract makes a mistake of the test's author: what the UsageError says of it, and a request that
# shows so.
UNKNOWN_TYPE = {"computeResources": {"instanceTypes": ["x9.large"]}}
MISUSE: dict[str, tuple[str, dict[str, Any]]] = {
    "add it first: fake.batch.add_instance_type(": (
        "UpdateComputeEnvironment",
        {"computeEnvironment": "ec2", **UNKNOWN_TYPE},
    ),
}


class Prepared(NamedTuple):
    """What all examples start from."""

    snapshot: Snapshot
    requests: Requests


@cache
def prepared() -> Prepared:
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as fake:
        populate(fake)
        requests = Requests(good_requests(fake), names(fake))
        fake.state.log.clear()
        return Prepared(fake.snapshot(), requests)


class Sandbox:
    """A populated world, made anew for an example whenever the one before has changed it."""

    def __init__(self, fake: fakebatch.World) -> None:
        self.fake = fake
        self.client = fake.client("batch")
        self.outcomes: Counter[str] = Counter()
        self.looks_at_each = 1  # how many accepted requests there are to one whose consequences are seen
        self.fitting: set[bytes] = set()  # most of what one sees when looking around has been there before
        self.renew()

    def renew(self) -> None:
        self.fake.restore(prepared().snapshot)
        self.before = canonical(self.fake)

    def put(self, operation: str, request: dict[str, Any]) -> str:
        """Make a call, hold what comes of it against what may, and say which it was."""
        try:
            self.call(operation, **request)
        except ClientError as error:
            self.check_error(error)
            outcome = "refused"
        except UsageError as error:
            if not any(text in str(error) for text in MISUSE):
                raise
            outcome = "misuse"
        else:
            outcome = "accepted"
        self.outcomes[outcome] += 1
        looks = self.outcomes["accepted"] % self.looks_at_each == 0
        if outcome != "accepted":
            self.check_unchanged()
        elif operation.startswith(READS):
            if looks:
                self.check_unchanged()  # what an earlier one has changed shows as well
        else:
            if looks:
                self.see_what_comes_of_it()
            self.renew()
        return outcome

    def call(self, operation: str, /, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self.client, xform_name(operation))(**request)
        del answer["ResponseMetadata"]
        packed = marshal.dumps((operation, answer))
        if packed not in self.fitting:
            assert list(problems(MODEL.operation_model(operation).output_shape, answer, operation)) == []
            self.fitting.add(packed)
        return answer

    def check_error(self, error: ClientError) -> None:
        response = error.response
        assert response["Error"]["Code"] in ("ClientException", "ServerException")
        assert response["ResponseMetadata"]["HTTPStatusCode"] in (400, 500)
        assert response["Error"]["Message"]

    def check_unchanged(self) -> None:
        after = canonical(self.fake)
        assert after == self.before, differences(self.before, after)

    def see_what_comes_of_it(self) -> None:
        """Let an hour pass: nothing of what was accepted breaks, and everything can be looked at.

        Now and then in the middle of it, too.
        """
        if self.outcomes["accepted"] % 4 == 0:
            self.fake.tick(3)
            self.look()
            self.fake.snapshot()
            json.dumps([*self.fake.events, *(call.params for call in self.fake.calls)]).encode()
            self.fake.timeline.text()
        self.fake.tick(3600)
        self.look()

    def look(self) -> None:
        self.call("DescribeComputeEnvironments")
        self.call("DescribeServiceEnvironments")
        self.call("DescribeJobQueues")
        self.call("DescribeJobDefinitions")
        self.call("ListConsumableResources")
        listed = self.call("ListSchedulingPolicies")["schedulingPolicies"]
        self.call("DescribeSchedulingPolicies", arns=[policy["arn"] for policy in listed])
        ids = [view.id for view in self.fake.batch.jobs()]
        self.call("DescribeJobs", jobs=ids[-100:])
        for queue in ("q", "shared", "train"):
            self.call("GetJobQueueSnapshot", jobQueue=queue)
        everything = [{"name": "JOB_NAME", "values": ["*"]}]
        self.call("ListJobs", jobQueue="q", filters=everything)
        listed = self.call("ListServiceJobs", jobQueue="train", filters=everything)["jobSummaryList"]
        for job in listed[:3]:
            self.call("DescribeServiceJob", jobId=job["jobId"])


def canonical(fake: fakebatch.World) -> bytes:
    """All of the state but the log of calls, and but what is only kept to be found sooner.

    A request that changes nothing leaves the very objects that were there, so that the same bytes come out:
    records, resource ids to come, trace, and what is going to happen.
    """
    for service in fake.state.services.values():
        service.definitions_named.clear()
        for queue in service.job_queues.values():
            queue.plain_specs.clear()
        for job in service.jobs.values():
            job.reply = None
    state = replace(fake.state, log=[], requests=0, date=(-1, ""))
    return pickle.dumps(state, pickle.HIGHEST_PROTOCOL)


def differences(before: bytes, after: bytes) -> list[str]:
    """Which attributes of the service, or of the world, are not as they were."""
    one, other = (pickle.loads(packed) for packed in (before, after))
    pairs = {name: (getattr(one, name), getattr(other, name)) for name in ("sim", "ids", "trace", "remarks")}
    for place, service in one.services.items():
        for name, value in vars(service).items():
            pairs[f"{place[0]}.{name}"] = (value, vars(other.services[place])[name])
    found = [name for name, pair in pairs.items() if pickle.dumps(pair[0]) != pickle.dumps(pair[1])]
    return found or ["the same values in other objects"]


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as fake:
        yield Sandbox(fake)


@cache
def index_below(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


@st.composite
def requests(draw: Callable[[Any], Any], operation: str) -> dict[str, Any]:
    """A request of an operation that botocore lets through."""

    def choose(options: Sequence[Any]) -> Any:
        return options[draw(index_below(len(options)))]

    return prepared().requests.one(choose, MODEL.operation_model(operation))


@pytest.mark.parametrize("operation", MODEL.operation_names)
def test_any_request_is_answered_or_refused_and_leaves_no_trace_then(operation: str) -> None:
    with sandbox() as box:

        @settings(settings.get_profile("fakebatch"), max_examples=EXAMPLES)
        @given(request=requests(operation))
        def put(request: dict[str, Any]) -> None:
            event(box.put(operation, request))

        put()
        assert box.outcomes["accepted"]


@pytest.mark.parametrize("operation", MODEL.operation_names)
def test_a_client_that_does_not_validate_gets_an_error_of_aws_too(operation: str) -> None:
    with sandbox() as box:
        box.client = box.fake.client("batch", config=Config(parameter_validation=False))
        for seed in count():
            if box.outcomes.total() == UNVALIDATED:
                break
            choose = choosing(seed)
            request = prepared().requests.one(choose, MODEL.operation_model(operation), wildness=0)
            wrong = confused(choose, request)
            if isinstance(wrong, dict) and is_serializable(operation, wrong):
                box.put(operation, wrong)


def is_serializable(operation: str, request: dict[str, Any]) -> bool:
    """Whether botocore can send it at all."""
    try:
        SERIALIZER.serialize_to_request(request, MODEL.operation_model(operation))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    return True


@pytest.mark.source("api §2: misuse says what to do")
@pytest.mark.parametrize("text", MISUSE)
def test_what_is_misuse_says_so(text: str) -> None:
    operation, request = MISUSE[text]
    with sandbox() as box, pytest.raises(UsageError) as raised:
        box.call(operation, **request)
    assert text in str(raised.value)


# Many more


def main(arguments: list[str] | None = None) -> int:
    """Put as many random requests as asked for to each operation; a failure names the seed of its request."""
    parser = argparse.ArgumentParser(prog="python -m tests.properties.test_requests")
    parser.add_argument("count", type=int, help="requests for each operation")
    parser.add_argument("operations", nargs="*", help="all when none is named")
    parser.add_argument("--seed", type=int, default=0, help="of the first request; the others count up")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this much time")
    parser.add_argument("--each", type=int, default=1, help="let an hour pass after each n-th accepted one")
    options = parser.parse_intermixed_args(arguments)
    ends = time.monotonic() + options.seconds
    failures = 0
    for operation in options.operations or MODEL.operation_names:
        seeds = range(options.seed, options.seed + options.count)
        failures += put_many(operation, seeds, ends, options.each)
    return min(failures, 1)


def put_many(operation: str, seeds: range, ends: float, each: int) -> int:
    """Requests of one operation, until there are ten different failures or time is over."""
    failures: dict[str, str] = {}
    started, done = time.monotonic(), 0
    with sandbox() as box:
        box.looks_at_each = each
        for seed in seeds:
            if len(failures) == 10 or time.monotonic() > ends:
                break
            request = prepared().requests.one(choosing(seed), MODEL.operation_model(operation))
            failed = put_one(box, operation, request)
            if failed is not None:
                failures.setdefault(failed[:200], f"  --seed {seed}: {failed[:600]}\n    {spelt(request)}")
            done += 1
        print(f"{operation}: {done} in {time.monotonic() - started:.0f} s, {dict(box.outcomes)}")
    print(*failures.values(), sep="\n", end="\n" if failures else "", flush=True)
    return len(failures)


def put_one(box: Sandbox, operation: str, request: dict[str, Any]) -> str | None:
    """What is wrong, or None."""
    started = time.monotonic()
    try:
        box.put(operation, request)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        box.renew()
        return f"{type(error).__name__}: {error}"
    spent = time.monotonic() - started
    return f"it took {spent:.1f} s" if spent > 10 else None


def choosing(seed: object) -> Choose:
    """Choices of a random generator: ten times as fast as hypothesis's, which can be made smaller."""
    below = random.Random(repr(seed)).random
    return lambda options: options[int(below() * len(options))]


if __name__ == "__main__":
    sys.exit(main())
