"""Whole lives of accounts: any calls in any order, time, rules and snapshots, and what holds all along.

What a life has been is written down and told again: from a snapshot, and in small steps of time. Both have
to come to the same end.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ClientError
from hypothesis import event, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import fakebatch
from fakebatch import UsageError
from fakebatch.batch import dispatch, lifecycle, service_lifecycle
from fakebatch.batch.blocking import is_reserved
from fakebatch.batch.capacity import Host, Room
from fakebatch.batch.instance_pool import InstancePool
from fakebatch.batch.service_state import ServiceJob
from fakebatch.batch.state import Job
from tests.properties.populated import arn, texts
from tests.properties.requests import Requests, spelt
from tests.properties.test_requests import MODEL, READS, Sandbox, choosing, prepared

pytestmark = pytest.mark.source("reference §1, §4 to §7: states, time and how things add up")

ENDED = ("SUCCEEDED", "FAILED")
EVERYTHING = [{"name": "JOB_NAME", "values": ["*"]}]
# Operations by what they do; what is new and fits none of the first is one that changes something.
SUBMITTING = [name for name in MODEL.operation_names if name.startswith("Submit")]
STOPPING = [name for name in MODEL.operation_names if name.startswith(("Cancel", "Terminate"))]
READING = [name for name in MODEL.operation_names if name.startswith(READS)]
CHANGING = [name for name in MODEL.operation_names if name not in {*SUBMITTING, *STOPPING, *READING}]
# Requests are made by a random generator: thousands of choices are too many for hypothesis.
SEEDS = st.integers(0, 2**32)
Step = tuple[str, Any]


def some(operations: list[str]) -> st.SearchStrategy[list[str]]:
    """A handful of them."""
    return st.lists(st.sampled_from(operations), min_size=2, max_size=6)


class Life:
    """A world in which steps are taken; the same steps, the same life."""

    def __init__(self, fake: fakebatch.World) -> None:
        self.fake = fake
        self.box = Sandbox(fake)
        self.answers: list[str] = []

    def take(self, step: Step) -> dict[str, Any] | None:
        """The answer of a call; None for all else, and for what is refused."""
        kind, given = step
        found: dict[str, Any] | None = getattr(self, f"_{kind}")(given)
        return found

    def _call(self, call: tuple[str, dict[str, Any]]) -> dict[str, Any] | None:
        operation, request = call
        answer = None
        try:
            answer = self.box.call(operation, **request)
            said = json.dumps(answer)
        except ClientError as error:
            said = error.response["Error"]["Code"]
        except UsageError as error:
            said = str(error)
        self.answers.append(said)
        return answer

    def _tick(self, seconds: int) -> None:
        self.fake.tick(seconds)

    def _when(self, number: int) -> None:
        when = self.fake.batch.when
        scripts = (
            lambda: when(job_name="good").fail(3, after=5).succeed(after=7),
            lambda: when(job_name="good", job_queue="q").host_terminated(after=5).succeed(after=4),
            lambda: when(job_name="bad").fail_to_start("CannotPullContainerError: none", after=2),
            lambda: when(job_name="hang").succeed(after=100),
            lambda: when(job_name="stuck").succeed(after=0),
            lambda: when(array_index=0).fail(1, after=1),
        )
        scripts[number]()

    def trace(self) -> list[tuple[Any, ...]]:
        """What has happened, what is due at this very instant included."""
        self.fake.tick(0)
        return [
            (moved.at_ns, type(moved.subject).__name__, name_of(moved.subject), *moved[2:])
            for moved in self.fake.state.trace
        ]


def name_of(subject: Any) -> str:
    return str(subject.id if isinstance(subject, (Job, ServiceJob)) else subject.name)


class SmallSteps(Life):
    """The same, with time that passes in pieces."""

    def _tick(self, seconds: int) -> None:
        for part in (seconds // 3, seconds // 2, seconds - seconds // 3 - seconds // 2):
            self.fake.tick(part)


class Worlds(RuleBasedStateMachine):
    """Anything may happen to a populated world.

    Attributes:
        accepted: calls by operation, of all worlds.
    """

    accepted: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.fake = fakebatch.mock(start="2026-01-01T00:00:00Z").start()
        self.life = Life(self.fake)
        self.steps: list[Step] = []
        start = prepared().requests
        # Names that come up on the way are used on the way.
        self.names = {member: list(each) for member, each in start.names.items()}
        self.requests = Requests(start.good, self.names)
        self.seen = len(self.fake.state.trace)
        self.kept: tuple[int, int, Any] | None = None
        # Queues whose jobs can be described, but not listed any more; another may have taken the name.
        self.deleted: set[str] = set()

    def take(self, step: Step) -> dict[str, Any] | None:
        self.steps.append(step)
        return self.life.take(step)

    # What happens

    @rule(operations=some(SUBMITTING), seed=SEEDS)
    def submit(self, operations: list[str], seed: int) -> None:
        self.call(operations, seed)

    @rule(operations=some(STOPPING), seed=SEEDS)
    def stop(self, operations: list[str], seed: int) -> None:
        self.call(operations, seed)

    @rule(operations=some(READING), seed=SEEDS)
    def read(self, operations: list[str], seed: int) -> None:
        self.call(operations, seed)

    @rule(operations=some(CHANGING), seed=SEEDS)
    def change(self, operations: list[str], seed: int) -> None:
        self.call(operations, seed)

    @rule(operations=some(MODEL.operation_names), seed=SEEDS)
    def call(self, operations: list[str], seed: int) -> None:
        """Call with requests that make sense, as far as one can tell beforehand."""
        for operation in operations:
            choose = choosing((seed, len(self.steps)))
            request = self.requests.one(choose, MODEL.operation_model(operation), wildness=0)
            note(f"{operation} {spelt(request)}")
            self.put(operation, request)

    def put(self, operation: str, request: dict[str, Any]) -> None:
        answer = self.take(("call", (operation, request)))
        event(f"{operation} {'refused' if answer is None else 'accepted'}")
        if answer is None:
            return
        self.accepted[operation] += 1
        if operation == "DeleteJobQueue":
            self.deleted.add(arn(f"job-queue/{request['jobQueue'].rpartition('/')[2]}"))
        for member, text in texts("", answer):
            if text not in (known := self.names.setdefault(member, [])):
                known.append(text)

    @rule(size=st.integers(5, 12))
    def crowd(self, size: int) -> None:
        """More jobs than there is room for."""
        crowd = {"jobName": "good", "jobQueue": "fargate", "jobDefinition": "fargate"}
        self.put("SubmitJob", {**crowd, "arrayProperties": {"size": size}})

    @rule(seconds=st.sampled_from((0, 1, 4, 5, 30, 60, 3600)))
    def tick(self, seconds: int) -> None:
        self.take(("tick", seconds))

    @rule(number=st.integers(0, 5))
    def when(self, number: int) -> None:
        self.take(("when", number))

    @rule()
    def restore(self) -> None:
        """A copy of the world is as good as the world."""
        self.fake.restore(self.fake.snapshot())

    @rule()
    def keep(self) -> None:
        self.kept = (len(self.steps), len(self.life.answers), self.fake.snapshot())

    # What holds

    @invariant()
    def transitions_are_in_the_tables(self) -> None:
        trace = self.fake.state.trace
        for moved in trace[self.seen :]:
            if isinstance(moved.subject, Job):
                assert moved.after in lifecycle.TABLES[lifecycle.kind(moved.subject)][moved.before]
            elif isinstance(moved.subject, ServiceJob):
                assert moved.after in service_lifecycle.SERVICE_JOB[moved.before]
        instants = [moved.at_ns for moved in trace[self.seen - 1 :]]
        assert instants == sorted(instants)
        self.seen = len(trace)

    @invariant()
    def descriptions_add_up(self) -> None:
        described = self.described()
        for job in described.values():
            check_times(job)
            ended = len(job["attempts"]) + len(job["eksAttempts"])
            attempts = ended + (job["status"] in ("STARTING", "RUNNING"))
            assert attempts <= job.get("retryStrategy", {}).get("attempts", 1)
            if "size" in job.get("arrayProperties", {}):
                check_summary(job, described)

    @invariant()
    def room_adds_up(self) -> None:
        """What attempts hold and what is free is what there is, and none of it is less than nothing."""
        for service in self.fake.state.services.values():
            held = [*held_by_attempts(service.jobs.values())]
            for environment in service.compute_environments.values():
                capacity = environment.capacity
                if isinstance(capacity, InstancePool):
                    check_instances(capacity, held)

    def described(self) -> dict[str, dict[str, Any]]:
        ids = [view.id for view in self.fake.batch.jobs()]
        pages = [ids[first : first + 100] for first in range(0, len(ids), 100)]
        jobs = [job for page in pages for job in self.life.box.call("DescribeJobs", jobs=page)["jobs"]]
        assert [job["jobId"] for job in jobs] == ids
        return {job["jobId"]: job for job in jobs}

    @rule()
    def listings_agree_with_descriptions(self) -> None:
        """Asked for now and then, because it takes many calls."""
        call = self.life.box.call
        described = {
            job_id: (job["jobQueue"], job["status"], job["createdAt"])
            for job_id, job in self.described().items()
            if "index" not in job.get("arrayProperties", {}) and "#" not in job_id
            if job["jobQueue"] not in self.deleted
        }
        listed = {}
        for queue in call("DescribeJobQueues")["jobQueues"]:
            queue_arn, kind = queue["jobQueueArn"], queue.get("jobQueueType")
            if kind == "SAGEMAKER_TRAINING":
                for job in self.listed("ListServiceJobs", queue_arn):
                    found = call("DescribeServiceJob", jobId=job["jobId"])
                    assert (found["status"], found["createdAt"]) == (job["status"], job["createdAt"])
                continue
            for job in self.listed("ListJobs", queue_arn):
                listed[job["jobId"]] = (queue_arn, job["status"], job["createdAt"])
        assert {job_id: job for job_id, job in listed.items() if job[0] not in self.deleted} == described

    def listed(self, operation: str, queue_arn: str) -> Iterator[dict[str, Any]]:
        request: dict[str, Any] = {"jobQueue": queue_arn, "filters": EVERYTHING}
        while True:
            page = self.life.box.call(operation, **request)
            yield from page["jobSummaryList"]
            if "nextToken" not in page:
                return
            request["nextToken"] = page["nextToken"]

    # How it ends

    def teardown(self) -> None:
        try:
            if self.kept is not None:
                self.told_again_from_a_snapshot(*self.kept)
            self.told_again_in_small_steps()
            self.fake.run_until_idle()
            self.descriptions_add_up()
            self.listings_agree_with_descriptions()
            self.transitions_are_in_the_tables()
            self.room_adds_up()
            self.nobody_is_forgotten()
        finally:
            self.fake.stop()

    def nobody_is_forgotten(self) -> None:
        """Where nothing goes on by itself any more, the first job of a queue could not have had a place."""
        for service in self.fake.state.services.values():
            now_ns = service.sim.now_ns
            for queue in service.job_queues.values():
                # Service jobs stand in lines of their own.
                first = next(iter(queue.line.in_turn(now_ns)), None) if queue.environments else None
                if first is None or first.status_reason is not None:
                    continue
                if first.spec.share_identifier is None or not is_reserved(first, now_ns):
                    assert dispatch.take_place(first) is None

    def told_again_from_a_snapshot(self, step: int, answer: int, snapshot: Any) -> None:
        trace, answers = self.life.trace(), self.life.answers
        self.fake.restore(snapshot)
        again = Life.__new__(Life)
        again.fake, again.box, again.answers = self.fake, self.life.box, []
        for each in self.steps[step:]:
            again.take(each)
        assert again.answers == answers[answer:]
        assert again.trace() == trace

    def told_again_in_small_steps(self) -> None:
        with fakebatch.mock(start="2026-01-01T00:00:00Z") as fake:
            again = SmallSteps(fake)
            for each in self.steps:
                again.take(each)
            assert again.answers == self.life.answers
            assert again.trace() == self.life.trace()


def held_by_attempts(jobs: Iterable[Job]) -> Iterator[tuple[Host, Room]]:
    """The room of every attempt under way, and of nodes that are still to be launched."""
    for job in jobs:
        if job.nodes is None:
            if job.attempt is not None:
                yield job.attempt.host, job.spec.room
        else:
            yield from ((host, job.nodes.all[index].spec.room) for index, host in job.nodes.hosts.items())


def check_instances(pool: InstancePool, held: list[tuple[Host, Room]]) -> None:
    for instance in pool.up.values():
        here = [room for host, room in held if host is instance]
        free = tuple(whole - sum(taken) for whole, *taken in zip(instance.whole, *here, strict=True))
        assert free == instance.room
        assert min(free) >= 0
    assert pool.vcpus >= sum(instance.type.vcpus for instance in pool.up.values())


def check_times(job: dict[str, Any]) -> None:
    times = [job["createdAt"], *(job[member] for member in ("startedAt", "stoppedAt") if member in job)]
    assert times == sorted(times)
    assert ("stoppedAt" in job) == (job["status"] in ENDED)
    for attempt in job["attempts"]:
        times = [attempt[member] for member in ("startedAt", "stoppedAt") if member in attempt]
        assert times == sorted(times)
        assert all(job["createdAt"] <= instant for instant in times)


def check_summary(parent: dict[str, Any], described: dict[str, dict[str, Any]]) -> None:
    """The children are counted under their states, and all of them have ended when the parent has."""
    size = parent["arrayProperties"]["size"]
    children = [described.get(f"{parent['jobId']}:{index}") for index in range(size)]
    states = [child["status"] for child in children if child is not None]
    assert len(states) in (0, size)
    summary = parent["arrayProperties"]["statusSummary"]
    assert summary == {state: states.count(state) for state in lifecycle.STATUSES}
    if states:
        assert (parent["status"] in ENDED) == all(state in ENDED for state in states)
        assert (parent["status"] == "SUCCEEDED") == (set(states) == {"SUCCEEDED"})


def test_worlds() -> None:
    profile = settings.get_profile("fakebatch")
    Worlds.accepted.clear()
    run_state_machine_as_test(
        Worlds, settings=settings(profile, max_examples=profile.max_examples // 2, stateful_step_count=30)
    )
    # Were nearly all requests refused, nothing would have been tested.
    assert len(Worlds.accepted) >= 0.8 * len(MODEL.operation_names), Worlds.accepted
