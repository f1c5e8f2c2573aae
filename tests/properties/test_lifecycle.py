"""Whatever a test does to jobs, they live by the tables, add up, and end when they can."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import fakebatch
from fakebatch.batch.lifecycle import STATUSES, TABLES, kind
from fakebatch.batch.state import Job

pytestmark = pytest.mark.source("reference §1, §5: the states of jobs and how they add up")

ENDED = ("SUCCEEDED", "FAILED")
SEQUENTIAL = {"type": "SEQUENTIAL"}
TYPES = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "double": float,
    "float": float,
    "list": list,
    "map": dict,
    "structure": dict,
}


def add_rules(batch: Any) -> None:
    """A rule for each name that jobs are given below."""
    batch.when(job_name="bad").fail(3, after=5)
    batch.when(job_name="flaky").fail(2, after=5).host_terminated(after=3).succeed(after=4)
    batch.when(job_name="unstartable").fail_to_start("CannotPullContainerError: none", after=2)
    batch.when(job_name="odd-fails", matching=lambda job: (job.array_index or 0) % 2 == 1).fail(after=1)
    batch.when(job_name="hang").hang()
    batch.when(job_name="stuck").stuck("UNDETERMINED")
    batch.when(container="get", job_name="flaky").fail(1, after=1).succeed(after=2)
    batch.when(container="log").hang()
    batch.when(job_name="body").run(
        lambda job: print("x") or int(job.environment["AWS_BATCH_JOB_ATTEMPT"]) % 2
    )


SEVERAL = [
    {"name": "get", "essential": False},
    {"name": "main", "dependsOn": [{"containerName": "get", "condition": "SUCCESS"}]},
    {"name": "log", "essential": False},
]
NAMES = ("good", "good", "bad", "flaky", "unstartable", "odd-fails", "hang", "stuck", "body")
SPECS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(NAMES),
        "size": st.sampled_from((None, None, 2, 3, 5)),
        "sequential": st.booleans(),
        "attempts": st.sampled_from((None, 1, 2, 3)),
        "timeout": st.sampled_from((None, 60, 61)),
        "queue": st.sampled_from(("q", "other")),
        "definition": st.sampled_from(("d", "d", "several")),
        # Of the token and of the supply, which is used up.
        "units": st.sampled_from(((0, 0), (0, 0), (1, 0), (2, 0), (0, 1), (1, 1))),
    }
)


def units_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """What a job needs of the consumable resources."""
    named = zip(("token", "supply"), spec["units"], strict=True)
    return [{"consumableResource": name, "quantity": units} for name, units in named if units]


def misfits(shape: Any, value: Any, path: str) -> list[str]:
    """Where a response doesn't fit the model: unknown members and wrong types."""
    wanted = TYPES[shape.type_name]
    if type(value) is not wanted and not (wanted is float and type(value) is int):
        return [f"{path}: {value!r} is no {shape.type_name}"]
    if shape.type_name == "structure":
        unknown = [f"{path}.{name}: unknown" for name in value.keys() - shape.members.keys()]
        known = [
            (shape.members[name], each, f"{path}.{name}")
            for name, each in value.items()
            if name in shape.members
        ]
        return unknown + [found for each in known for found in misfits(*each)]
    if shape.type_name == "list":
        return [
            found for i, each in enumerate(value) for found in misfits(shape.member, each, f"{path}[{i}]")
        ]
    if shape.type_name == "map":
        return [
            found for key, each in value.items() for found in misfits(shape.value, each, f"{path}[{key}]")
        ]
    return (
        [f"{path}: {value!r} is no {shape.name}"]
        if shape.type_name == "string" and value not in (getattr(shape, "enum", None) or [value])
        else []
    )


class Jobs(RuleBasedStateMachine):
    """Jobs are submitted, stopped and waited for at random."""

    def __init__(self) -> None:
        super().__init__()
        self.fake = fakebatch.mock(start="2026-01-01T00:00:00Z").start()
        self.fake.batch.add_compute_environment("e")
        for queue in ("q", "other"):
            self.fake.batch.add_job_queue(queue)
        self.fake.batch.add_job_definition("d")
        self.fake.batch.add_job_definition(
            "several", ecsProperties={"taskProperties": [{"containers": SEVERAL}]}
        )
        self.fake.batch.add_consumable_resource("token", totalQuantity=2)
        self.fake.batch.add_consumable_resource("supply", totalQuantity=3, resourceType="NON_REPLENISHABLE")
        add_rules(self.fake.batch)
        self.batch = self.fake.client("batch")
        model = self.batch.meta.service_model
        self.describe_shape = model.operation_model("DescribeJobs").output_shape.members["jobs"]
        self.list_shape = model.operation_model("ListJobs").output_shape.members["jobSummaryList"]
        self.submitted: dict[str, dict[str, Any]] = {}
        self.seen = 0
        self.enabled = {"e": True, "q": True, "other": True}

    # What happens

    @precondition(lambda self: len(self.submitted) < 12)
    @rule(spec=SPECS, data=st.data())
    def submit(self, spec: dict[str, Any], data: Any) -> None:
        if not self.enabled[spec["queue"]]:
            return
        depends_on = self.dependencies(spec, data)
        members: dict[str, Any] = {"dependsOn": depends_on}
        if spec["size"]:
            members["arrayProperties"] = {"size": spec["size"]}
        if spec["attempts"]:
            members["retryStrategy"] = {"attempts": spec["attempts"]}
        if spec["timeout"]:
            members["timeout"] = {"attemptDurationSeconds": spec["timeout"]}
        if needed := units_of(spec):
            members["consumableResourcePropertiesOverride"] = {"consumableResourceList": needed}
        job = self.batch.submit_job(
            jobName=spec["name"], jobQueue=spec["queue"], jobDefinition=spec["definition"], **members
        )
        self.submitted[job["jobId"]] = {**spec, "depends_on": depends_on}

    def dependencies(self, spec: dict[str, Any], data: Any) -> list[dict[str, Any]]:
        known = list(self.submitted)
        chosen = data.draw(st.lists(st.sampled_from(known), max_size=2)) if known else []
        depends_on: list[dict[str, Any]] = [SEQUENTIAL] if spec["size"] and spec["sequential"] else []
        for job_id in chosen:
            if spec["size"] and self.submitted[job_id]["size"] == spec["size"]:
                depends_on.append({"jobId": job_id, "type": "N_TO_N"})
            else:
                depends_on.append({"jobId": job_id})
        return depends_on

    @rule(seconds=st.sampled_from((0, 0.5, 1, 4, 5, 7, 30, 60, 100)))
    def tick(self, seconds: float) -> None:
        self.fake.tick(seconds)

    @precondition(lambda self: self.submitted)
    @rule(data=st.data(), operation=st.sampled_from(("cancel_job", "terminate_job")))
    def stop(self, data: Any, operation: str) -> None:
        job_id = data.draw(st.sampled_from([view.id for view in self.fake.batch.jobs()]))
        getattr(self.batch, operation)(jobId=job_id, reason=f"by {operation}")

    @precondition(lambda self: self.fake.batch.jobs(status="RUNNING"))
    @rule(data=st.data(), exit_code=st.sampled_from((0, 1)))
    def finish(self, data: Any, exit_code: int) -> None:
        data.draw(st.sampled_from(self.fake.batch.jobs(status="RUNNING"))).finish(exit_code)

    @precondition(lambda self: self.fake.batch.jobs(status="STARTING"))
    @rule(data=st.data())
    def interrupt(self, data: Any) -> None:
        self.fake.batch.reclaim_spot(data.draw(st.sampled_from(self.fake.batch.jobs(status="STARTING"))))

    @rule(name=st.sampled_from(("e", "q", "other")))
    def switch(self, name: str) -> None:
        self.enabled[name] = not self.enabled[name]
        state = "ENABLED" if self.enabled[name] else "DISABLED"
        if name == "e":
            self.batch.update_compute_environment(computeEnvironment="e", state=state)
        else:
            self.batch.update_job_queue(jobQueue=name, state=state)

    @rule(
        name=st.sampled_from(("token", "supply")),
        operation=st.sampled_from(("SET", "ADD")),
        quantity=st.integers(0, 3),
    )
    def update(self, name: str, operation: str, quantity: int) -> None:
        self.batch.update_consumable_resource(consumableResource=name, operation=operation, quantity=quantity)

    @rule()
    def restore(self) -> None:
        """A copy of the world is as good as the world."""
        self.fake.restore(self.fake.snapshot())

    # What holds

    @invariant()
    def transitions_are_in_the_tables(self) -> None:
        trace = self.fake.state.trace
        for transition in trace[self.seen :]:
            if isinstance(transition.subject, Job):
                assert transition.after in TABLES[kind(transition.subject)][transition.before]
        instants = [transition.at_ns for transition in trace]
        assert instants == sorted(instants)
        self.seen = len(trace)

    @invariant()
    def descriptions_fit_the_model_and_add_up(self) -> None:
        described = self.described()
        assert misfits(self.describe_shape, list(described.values()), "jobs") == []
        for job in described.values():
            self.check_attempts(job)
            self.check_times(job)
            if "size" in job.get("arrayProperties", {}):
                self.check_summary(job, described)

    @invariant()
    def units_in_use_are_those_of_placed_jobs(self) -> None:
        placed = [job for job in self.fake.batch.jobs() if job.status in ("STARTING", "RUNNING")]
        for name, position in (("token", 0), ("supply", 1)):
            found = self.units(name)
            total, in_use, available = (found[f"{what}Quantity"] for what in ("total", "inUse", "available"))
            used = sum(self.submitted[job.id.partition(":")[0]]["units"][position] for job in placed)
            assert in_use == (used if name == "token" else 0)
            assert 0 <= in_use <= total
            assert available == total - in_use

    def units(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.batch.describe_consumable_resource(consumableResource=name)
        return found

    def check_attempts(self, job: dict[str, Any]) -> None:
        attempts = [*job["attempts"], *([{}] if job["status"] in ("STARTING", "RUNNING") else [])]
        assert len(attempts) <= job.get("retryStrategy", {"attempts": 1})["attempts"]
        if job["status"] == "SUCCEEDED" and "size" not in job.get("arrayProperties", {}):
            assert [self.main_of(attempt).get("exitCode") == 0 for attempt in job["attempts"]] == [
                *([False] * (len(attempts) - 1)),
                True,
            ]

    def main_of(self, attempt: dict[str, Any]) -> dict[str, Any]:
        """The container that an attempt depends on."""
        main: dict[str, Any]
        if "container" in attempt:
            main = attempt["container"]
        else:
            [task] = attempt["taskProperties"]
            [main] = [container for container in task["containers"] if container["name"] == "main"]
        return main

    def check_times(self, job: dict[str, Any]) -> None:
        times = [job["createdAt"]]
        for attempt in job["attempts"]:
            times += [attempt.get("startedAt", times[-1]), attempt["stoppedAt"]]
        if job["status"] == "RUNNING":
            times.append(job["startedAt"])
        if job["status"] in ENDED:
            times.append(job["stoppedAt"])
        assert times == sorted(times)
        assert ("stoppedAt" in job) == (job["status"] in ENDED)

    def check_summary(self, parent: dict[str, Any], described: dict[str, dict[str, Any]]) -> None:
        size = parent["arrayProperties"]["size"]
        children = [described.get(f"{parent['jobId']}:{index}") for index in range(size)]
        states = [child["status"] for child in children if child is not None]
        assert len(states) in (0, size)
        summary = parent["arrayProperties"]["statusSummary"]
        assert summary == {state: states.count(state) for state in STATUSES}
        if states:
            assert (parent["status"] in ENDED) == all(state in ENDED for state in states)
            assert (parent["status"] == "SUCCEEDED") == (set(states) == {"SUCCEEDED"})

    @rule()
    def listings_partition_the_jobs(self) -> None:
        """Asked for now and then, because it takes many calls."""
        statuses = {view.id: view.status for view in self.fake.batch.jobs()}
        by_status = {}
        for queue in ("q", "other"):
            by_status |= self.listed(jobQueue=queue)
            everything = self.batch.list_jobs(jobQueue=queue, filters=[{"name": "JOB_NAME", "values": ["*"]}])
            of_queue = [job_id for job_id, spec in self.submitted.items() if spec["queue"] == queue]
            assert [job["jobId"] for job in everything["jobSummaryList"]] == of_queue[::-1]
        for job_id, spec in self.submitted.items():
            if spec["size"]:
                by_status |= self.listed(arrayJobId=job_id)
        assert by_status == statuses

    def listed(self, **selector: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for status in STATUSES:
            page = self.batch.list_jobs(jobStatus=status, **selector)["jobSummaryList"]
            assert misfits(self.list_shape, page, "jobSummaryList") == []
            assert {job["status"] for job in page} <= {status}
            assert not found.keys() & {job["jobId"] for job in page}
            found |= {job["jobId"]: status for job in page}
        return found

    def described(self) -> dict[str, dict[str, Any]]:
        ids = [view.id for view in self.fake.batch.jobs()]
        jobs = []
        for first in range(0, len(ids), 100):
            jobs += self.batch.describe_jobs(jobs=ids[first : first + 100])["jobs"]
        return {job["jobId"]: job for job in jobs}

    # How it ends

    def teardown(self) -> None:
        try:
            self.fake.run_until_idle()
            self.listings_partition_the_jobs()
            self.all_that_can_have_ended()
            for job_id in self.submitted:
                self.batch.terminate_job(jobId=job_id, reason="the end")
            self.fake.run_until_idle()
            assert {view.status for view in self.fake.batch.jobs()} <= set(ENDED)
            self.transitions_are_in_the_tables()
            self.descriptions_fit_the_model_and_add_up()
        finally:
            self.fake.stop()

    def all_that_can_have_ended(self) -> None:
        """Whatever still lives hangs, has no place, or waits for something that lives."""
        living = {view.id: view for view in self.fake.batch.jobs() if view.status not in ENDED}
        # A stuck job holds up all of its queue.
        blocked = {
            view.queue for view in living.values() if (view.name, view.status) == ("stuck", "RUNNABLE")
        }
        for job_id, view in living.items():
            parent_id, _, index = job_id.partition(":")
            spec = self.submitted[parent_id]
            if view.status == "RUNNING":
                assert (spec["name"], spec["timeout"]) == ("hang", None)
            elif view.status == "RUNNABLE":
                assert spec["queue"] in blocked or not self.enabled["e"] or self.lacks(spec)
            else:
                assert view.status == "PENDING"
                assert any(one in living for one in self.waited_for(job_id, spec, index))

    def lacks(self, spec: dict[str, Any]) -> bool:
        return any(
            self.units(needed["consumableResource"])["availableQuantity"] < needed["quantity"]
            for needed in units_of(spec)
        )

    def waited_for(self, job_id: str, spec: dict[str, Any], index: str) -> list[str]:
        if spec["size"] and not index:
            return [f"{job_id}:{child}" for child in range(spec["size"])]
        twins = [f"{one['jobId']}:{index}" for one in spec["depends_on"] if one.get("type") == "N_TO_N"]
        jobs = [one["jobId"] for one in spec["depends_on"] if "type" not in one]
        before = [f"{job_id.partition(':')[0]}:{int(index) - 1}"] if SEQUENTIAL in spec["depends_on"] else []
        return [*twins, *jobs, *before]


TestJobs = Jobs.TestCase
TestJobs.settings = settings(settings.get_profile("fakebatch"), stateful_step_count=25)
