"""An event worked out afterwards is the one that could have been written down at the time, byte for byte."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fakebatch
from fakebatch.batch import (
    arrays,
    completion,
    descriptions,
    dispatch,
    execution,
    lifecycle,
    nodes,
    scheduling,
)

pytestmark = pytest.mark.source("reference §16: one event a transition, the job as it was")

NAMES = ("good", "bad", "flaky", "unstartable", "odd-fails", "hang", "stuck", "stuck-later", "body")
SPECS = st.fixed_dictionaries(
    {
        "jobName": st.sampled_from(NAMES),
        "definition": st.sampled_from(("q", "q", "fargate", "nodes", "several")),
        "size": st.sampled_from((None, None, 2, 3)),
        "sequential": st.booleans(),
        "attempts": st.sampled_from((None, 2, 3)),
        "timeout": st.sampled_from((None, 60)),
        "waits": st.booleans(),
    }
)
STEPS = st.one_of(
    st.tuples(st.just("submit"), SPECS),
    st.tuples(st.just("tick"), st.sampled_from((0, 1, 4, 5, 60, 100))),
    st.tuples(
        st.sampled_from(("cancel", "terminate", "finish", "reclaim", "tag", "untag")), st.integers(0, 30)
    ),
    st.tuples(st.sampled_from(("switch", "restore")), st.none()),
)
TIMINGS = (fakebatch.Timing(), fakebatch.Timing.instant(), fakebatch.Timing(pending=2, stopping=3))


class Diary:
    """Writes an event's variable part down inside the very transition."""

    def __init__(self) -> None:
        self.entries: list[tuple[Any, ...]] = []

    def note(self, service: Any, job: Any, detail_type: str) -> None:
        detail = json.loads(json.dumps(descriptions.detail(service, job)))
        if detail_type == "Batch Job State Change":
            detail["tags"]["resourceArn"] = detail["jobArn"]
        else:
            del detail["tags"]
        self.entries.append((detail_type, service.sim.now_ns // 10**9, detail))

    @contextmanager
    def writing(self) -> Iterator[None]:
        move, block, enter = lifecycle.move, lifecycle.block, lifecycle.enter

        def noting_move(service: Any, job: Any, status: str, reason: str | None = None) -> None:
            move(service, job, status, reason)
            self.note(service, job, "Batch Job State Change")

        def noting_enter(service: Any, job: Any) -> None:
            enter(service, job)
            if job.parent is not None:
                self.note(service, job, "Batch Job State Change")

        def noting_block(service: Any, job: Any, reason: str) -> None:
            before = job.status_reason
            block(service, job, reason)
            if job.status_reason != before:
                self.note(service, job, "Batch Job Queue Blocked")

        with (
            mock.patch.object(scheduling, "move", noting_move),
            mock.patch.object(execution, "move", noting_move),
            mock.patch.object(completion, "move", noting_move),
            mock.patch.object(arrays, "enter", noting_enter),
            mock.patch.object(nodes, "move", noting_move),
            mock.patch.object(nodes, "enter", noting_enter),
            mock.patch.object(dispatch, "block", noting_block),
        ):
            yield


def is_odd(job: Any) -> bool:
    return (job.array_index or job.node_index or 0) % 2 == 1


def add_several(batch: Any) -> None:
    """A definition of several containers, and what they do besides what the jobs do."""
    containers = [
        {"name": "get", "essential": False},
        {"name": "main", "dependsOn": [{"containerName": "get", "condition": "SUCCESS"}]},
        {"name": "log", "essential": False},
    ]
    batch.add_job_definition("several", ecsProperties={"taskProperties": [{"containers": containers}]})
    batch.when(container="get").succeed(after=3)
    batch.when(container="get", job_name="good").run(lambda job: None)
    batch.when(container="get", job_name="bad").fail(1, after=0).run(lambda job: 0, after=4)
    batch.when(container="get", job_name="hang").hang()
    batch.when(container="log", job_name="*d").fail(2, "no room", after=5)
    batch.when(container="log", job_name="body").run(lambda job: 1)
    batch.when(container="log", job_name="flaky").fail_to_start("CannotPullContainerError: none")


class Story:
    """A world in which steps are taken."""

    def __init__(self, timing: fakebatch.Timing) -> None:
        self.fake = fakebatch.mock(start="2026-01-01T00:00:00.5Z", timing=timing).start()
        self.client = self.fake.client("batch")
        batch = self.fake.batch
        for queue, kind in (("q", "ECS"), ("fargate", "ECS_FARGATE")):
            batch.add_job_queue(queue, jobQueueType=kind)
        batch.add_job_definition("q")
        batch.add_job_definition("fargate", platformCapabilities=["FARGATE"])
        batch.add_job_definition("nodes", nodeProperties={"numNodes": 3, "mainNode": 1})
        add_several(batch)
        batch.when(job_name="bad").fail(3, after=5)
        batch.when(job_name="flaky").fail(2, "why", after=5).host_terminated(after=3).succeed(after=4)
        batch.when(job_name="unstartable").fail_to_start("CannotPullContainerError: none", after=2)
        batch.when(job_name="odd-fails", matching=is_odd).fail(after=1)
        batch.when(job_name="hang").hang()
        batch.when(job_name="stuck").stuck("UNDETERMINED")
        batch.when(job_name="stuck-later").fail(after=1).stuck("ACTION_REQUIRED")
        batch.when(job_name="body").run(lambda job: int(job.environment["AWS_BATCH_JOB_ATTEMPT"]) % 2)
        self.last: str | None = None

    def take(self, step: str, argument: Any) -> None:
        getattr(self, f"take_{step}")(argument)

    def take_submit(self, spec: dict[str, Any]) -> None:
        members: dict[str, Any] = {"tags": {"team": "blue"}, "dependsOn": []}
        definition = spec["definition"]
        if spec["size"] and definition != "nodes":
            members["arrayProperties"] = {"size": spec["size"]}
            members["dependsOn"] += [{"type": "SEQUENTIAL"}] if spec["sequential"] else []
        if spec["waits"] and self.last:
            members["dependsOn"].append({"jobId": self.last})
        if spec["attempts"]:
            members["retryStrategy"] = {"attempts": spec["attempts"]}
        if spec["timeout"]:
            members["timeout"] = {"attemptDurationSeconds": spec["timeout"]}
        queue = "fargate" if definition == "fargate" else "q"
        name = spec["jobName"]
        response = self.client.submit_job(jobName=name, jobQueue=queue, jobDefinition=definition, **members)
        self.last = response["jobId"]

    def take_tick(self, seconds: int) -> None:
        self.fake.tick(seconds)

    def take_cancel(self, number: int) -> None:
        for view in self.chosen(number):
            self.client.cancel_job(jobId=view.id, reason="cancelled")

    def take_terminate(self, number: int) -> None:
        for view in self.chosen(number):
            self.client.terminate_job(jobId=view.id, reason="terminated")

    def take_finish(self, number: int) -> None:
        for view in self.chosen(number, "RUNNING"):
            view.finish(number % 2)

    def take_reclaim(self, number: int) -> None:
        for view in self.chosen(number, "STARTING"):
            view.interrupt()

    def take_tag(self, number: int) -> None:
        for view in self.chosen(number):
            if len(view.id) == 36:
                self.client.tag_resource(resourceArn=self.arn(view), tags={"number": str(number)})

    def take_untag(self, number: int) -> None:
        for view in self.chosen(number):
            if len(view.id) == 36:
                self.client.untag_resource(resourceArn=self.arn(view), tagKeys=["team"])

    def take_switch(self, _: None) -> None:
        [environment] = self.client.describe_compute_environments(computeEnvironments=["q-environment"])[
            "computeEnvironments"
        ]
        state = "DISABLED" if environment["state"] == "ENABLED" else "ENABLED"
        self.client.update_compute_environment(computeEnvironment="q-environment", state=state)

    def take_restore(self, _: None) -> None:
        self.fake.restore(self.fake.snapshot())

    def chosen(self, number: int, status: str | None = None) -> list[Any]:
        views = self.fake.batch.jobs(status=status)
        return [views[number % len(views)]] if views else []

    def arn(self, view: Any) -> str:
        return f"arn:aws:batch:us-east-1:123456789012:job/{view.id}"


@settings(settings.get_profile("fakebatch"))
@given(steps=st.lists(STEPS, min_size=5, max_size=25), timing=st.sampled_from(TIMINGS))
def test_events_worked_out_afterwards_are_those_of_the_time(steps: list[Any], timing: Any) -> None:
    diary, told = Diary(), []
    story = Story(timing)
    fake = story.fake
    try:
        fake.events.subscribe(told.append)
        with diary.writing():
            for step in steps:
                story.take(*step)
            fake.run_until_idle()
        fake.tick(8 * 24 * 3600)  # what has ended is forgotten
        events = list(fake.events)
        assert json.dumps(told) == json.dumps(events)
        assert len({event["id"] for event in events}) == len(events)
        assert [parts(event) for event in events] == diary.entries
    finally:
        fake.stop()


def parts(event: dict[str, Any]) -> tuple[Any, ...]:
    """What a diary's entry holds."""
    at = dt.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
    return (event["detail-type"], int(at.timestamp()), event["detail"])
