"""Calls of boto3: what answering one adds to what botocore itself does before it would send it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

from botocore.stub import Stubber

from benchmarks.measure import Figure, Side, again, best_of_rounds, cpu_ns
from benchmarks.table import Row
from benchmarks.worlds import PLAIN_JOB, TO_RUNNING, TO_THE_END, make_client, world

_CALLS = 100

# A Stubber answers from a queue, and each answer has to be put there; with the parameters that it is the
# answer to, because fakebatch looks at those as well.
_FLOORS = (
    ("a bare before-call handler", 1.25),
    ("botocore's Stubber, add_response included", 1),
    ("botocore's Stubber, add_response left out", None),
)


class Case(NamedTuple):
    """A call that is measured.

    Attributes:
        name: in the table.
        operation: as AWS spells it.
        seconds: virtual time between the submission of the job and the call.
    """

    name: str
    operation: str
    seconds: int


CASES = (
    Case("submit_job", "SubmitJob", 0),
    Case("describe_jobs of one RUNNING", "DescribeJobs", TO_RUNNING),
    Case("describe_jobs of one SUCCEEDED", "DescribeJobs", TO_THE_END),
)


def rows() -> Iterator[Row]:
    for case in CASES:
        sides = [faked(case), bare(case), _stubbed(case, filling=True), _stubbed(case, filling=False)]
        bests = best_of_rounds(sides, rounds=7, tries=5)
        for number, (against, at_most) in enumerate(_FLOORS, 1):
            figure = Figure.of(each[0] / each[number] for each in bests)
            yield Row(case.name, against, figure, at_most)


def faked(case: Case) -> Side:
    """The call answered by fakebatch, in a fresh world each time."""
    client = make_client()

    def side() -> float:
        with world() as fake:
            job = client.submit_job(**PLAIN_JOB)
            fake.tick(case.seconds)
            call = call_of(case, client, job["jobId"])
            call()
            return cpu_ns(again(call, _CALLS))

    return side


def bare(case: Case, calls: int = _CALLS) -> Side:
    """The call answered by a handler that does nothing but return a constant, shaped like the real reply."""
    client = make_client()
    answer = SimpleNamespace(status_code=200), _real_reply(case)
    client.meta.events.register(f"before-call.batch.{case.operation}", lambda **_: answer)
    call = call_of(case, client, _job_id_in(answer[1]))
    return lambda: cpu_ns(again(call, calls))


def _stubbed(case: Case, filling: bool) -> Side:
    """The call answered by a Stubber; filling its queue is counted or not."""
    client = make_client()
    reply = _real_reply(case)
    job_id = _job_id_in(reply)
    call = call_of(case, client, job_id)
    expected = PLAIN_JOB if case.operation == "SubmitJob" else {"jobs": [job_id]}

    def side() -> float:
        with Stubber(client) as stubber:
            fill = again(lambda: stubber.add_response(_METHODS[case.operation], reply, expected), _CALLS)
            filled = cpu_ns(fill)
            return filled * filling + cpu_ns(again(call, _CALLS))

    return side


_METHODS = {"SubmitJob": "submit_job", "DescribeJobs": "describe_jobs"}


def call_of(case: Case, client: Any, job_id: str) -> Callable[[], Any]:
    """The call, ready to be made."""
    if case.operation == "SubmitJob":
        return lambda: client.submit_job(**PLAIN_JOB)
    return lambda: client.describe_jobs(jobs=[job_id])


def _real_reply(case: Case) -> dict[str, Any]:
    with world() as fake:
        client = fake.client("batch")
        reply: dict[str, Any] = client.submit_job(**PLAIN_JOB)
        fake.tick(case.seconds)
        return reply if case.operation == "SubmitJob" else client.describe_jobs(jobs=[reply["jobId"]])


def _job_id_in(reply: dict[str, Any]) -> str:
    found: str = reply["jobId"] if "jobId" in reply else reply["jobs"][0]["jobId"]
    return found
