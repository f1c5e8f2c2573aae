"""Time adds up, and the same seed and calls give the same world, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

import fakebatch
from fakebatch.batch.state import Job

QUICK = settings.get_profile("fakebatch")
SEQUENTIAL = {"type": "SEQUENTIAL"}

# What a story does: submit a job (by the index of an earlier one it may depend on), stop one, end one, take
# the environment away or give it back, let time pass.
SUBMIT = st.tuples(
    st.just("submit"),
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(("good", "bad", "flaky", "body", "stuck")),
            "size": st.sampled_from((None, None, 2, 4)),
            "sequential": st.booleans(),
            "attempts": st.integers(1, 3),
            "timeout": st.sampled_from((None, 60)),
            "after": st.lists(st.integers(0, 9), max_size=2),
        }
    ),
)
STOP = st.tuples(
    st.just("stop"), st.tuples(st.sampled_from(("cancel_job", "terminate_job")), st.integers(0, 30))
)
FINISH = st.tuples(st.just("finish"), st.integers(0, 30))
SWITCH = st.tuples(st.just("switch"), st.booleans())
# In milliseconds: the finest step of what Batch shows.
PASS = st.tuples(st.just("pass"), st.integers(0, 120_000))
STORIES = st.lists(st.one_of(SUBMIT, SUBMIT, STOP, FINISH, SWITCH, PASS, PASS), max_size=20)

Pass = Callable[[Any, int], None]


def at_once(fake: Any, milliseconds: int) -> None:
    fake.tick(milliseconds / 1000)


class Teller:
    """Plays a story in a world of its own, and keeps what was answered and what happened."""

    def __init__(self, story: list[tuple[str, Any]], let_pass: Pass, **options: Any) -> None:
        self.answers: list[Any] = []
        with fakebatch.mock(start="2026-01-01T00:00:00Z", **options) as self.fake:
            self.batch = self.fake.client("batch")
            self.prepare()
            for act, given_ in story:
                if act == "pass":
                    let_pass(self.fake, given_)
                else:
                    getattr(self, act)(given_)
            self.fake.run_until_idle()
            ids = [view.id for view in self.fake.batch.jobs()][:100]
            self.call("describe_jobs", jobs=ids)
            self.trace = [
                (moved.at_ns, moved.subject.id, moved.before, moved.after, moved.reason)
                for moved in self.fake.state.trace
                if isinstance(moved.subject, Job)
            ]

    def prepare(self) -> None:
        author = self.fake.batch
        author.add_compute_environment("e")
        author.add_job_queue("q")
        author.add_job_definition("d")
        author.when(job_name="bad").fail(3, after=1.5)
        author.when(job_name="flaky").host_terminated(after=2).fail(1, after=3).succeed(after=4)
        author.when(job_name="stuck").stuck("UNDETERMINED")
        author.when(job_name="body").run(lambda job: int(job.environment["AWS_BATCH_JOB_ATTEMPT"]) % 2)

    def call(self, operation: str, **members: Any) -> Any:
        try:
            answer = getattr(self.batch, operation)(**members)
        except ClientError as error:
            answer = error.response
        self.answers.append(answer)
        return answer

    def submit(self, spec: dict[str, Any]) -> None:
        parents = [view for view in self.fake.batch.jobs() if ":" not in view.id]
        depends_on: list[dict[str, Any]] = [SEQUENTIAL] if spec["size"] and spec["sequential"] else []
        depends_on += [{"jobId": parents[index].id} for index in spec["after"] if index < len(parents)]
        members: dict[str, Any] = {"retryStrategy": {"attempts": spec["attempts"]}}
        if spec["size"]:
            members["arrayProperties"] = {"size": spec["size"]}
        if spec["timeout"]:
            members["timeout"] = {"attemptDurationSeconds": spec["timeout"]}
        self.call(
            "submit_job",
            jobName=spec["name"],
            jobQueue="q",
            jobDefinition="d",
            dependsOn=depends_on,
            **members,
        )

    def stop(self, how: tuple[str, int]) -> None:
        operation, index = how
        views = self.fake.batch.jobs()
        if views:
            self.call(operation, jobId=views[index % len(views)].id, reason="stopped")

    def finish(self, index: int) -> None:
        running = self.fake.batch.jobs(status="RUNNING")
        if running:
            running[index % len(running)].finish(index % 2)

    def switch(self, on: bool) -> None:
        self.call("update_compute_environment", computeEnvironment="e", state="ENABLED" if on else "DISABLED")


@pytest.mark.source("assumed: time has no grain: many small ticks are one large one")
@settings(QUICK)
@given(STORIES, st.lists(st.integers(1, 7_919), min_size=1, max_size=5))
def test_small_ticks_equal_a_large_one(story: list[tuple[str, Any]], steps: list[int]) -> None:
    def in_steps(fake: Any, milliseconds: int) -> None:
        """Steps of these sizes, over and over, until the time is up."""
        turn = 0
        while milliseconds > 0:
            step = min(max(steps[turn % len(steps)], 101), milliseconds)
            fake.tick(step / 1000)
            milliseconds -= step
            turn += 1

    large, small = Teller(story, at_once), Teller(story, in_steps)
    assert small.trace == large.trace
    assert small.answers == large.answers


@pytest.mark.source("assumed: same seed and same calls, same ids and trace")
@settings(QUICK)
@given(STORIES)
def test_the_same_seed_and_calls_give_the_same_answers(story: list[tuple[str, Any]]) -> None:
    first, second = Teller(story, at_once, seed=7), Teller(story, at_once, seed=7)
    assert json.dumps(first.answers) == json.dumps(second.answers)
    assert first.trace == second.trace


@pytest.mark.source("assumed: another seed changes ids and nothing else")
@settings(QUICK)
@given(STORIES)
def test_another_seed_gives_other_ids_only(story: list[tuple[str, Any]]) -> None:
    first, second = Teller(story, at_once, seed=1), Teller(story, at_once, seed=2)
    # Reasons name instances, so they are left out.
    assert [(at, before, after) for at, _, before, after, _ in first.trace] == [
        (at, before, after) for at, _, before, after, _ in second.trace
    ]
    ids = [answer["jobId"] for answer in first.answers if "jobId" in answer]
    assert not set(ids) & {answer["jobId"] for answer in second.answers if "jobId" in answer}


@pytest.mark.source("assumed: a snapshot in the middle changes nothing")
@settings(QUICK)
@given(STORIES)
def test_a_snapshot_and_its_restoration_change_nothing(story: list[tuple[str, Any]]) -> None:
    def by_way_of_a_snapshot(fake: Any, milliseconds: int) -> None:
        kept = fake.snapshot()
        fake.run_until_idle()
        fake.restore(kept)
        fake.tick(milliseconds / 1000)

    plain, restored = Teller(story, at_once), Teller(story, by_way_of_a_snapshot)
    assert restored.trace == plain.trace
    assert restored.answers == plain.answers
