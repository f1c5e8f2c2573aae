"""Whatever happens to nodes: the main one decides, none outlives its job, and what is shown adds up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fakebatch
from fakebatch.batch.lifecycle import TABLES, kind
from fakebatch.batch.state import Job

pytestmark = pytest.mark.source("reference §1.2, §2, §6: the job follows its main node")

ENDED = ("SUCCEEDED", "FAILED")
TIMINGS = (
    fakebatch.Timing(),
    fakebatch.Timing.instant(),
    fakebatch.Timing(pending=1, stopping=4, scaling_out=9),
)
# A verb of `when(...)` and what it takes.
OUTCOMES = st.one_of(
    st.tuples(st.just("succeed"), st.fixed_dictionaries({"after": st.sampled_from((0, 3, 20, 90))})),
    st.tuples(st.just("fail"), st.fixed_dictionaries({"after": st.sampled_from((0, 3, 20, 90))})),
    st.tuples(st.just("host_terminated"), st.fixed_dictionaries({"after": st.sampled_from((0, 5))})),
    st.tuples(st.just("fail_to_start"), st.fixed_dictionaries({"reason": st.just("CannotPull")})),
    st.tuples(st.just("hang"), st.just({})),
)
JOBS = st.fixed_dictionaries(
    {
        "size": st.integers(1, 5),
        "main": st.integers(0, 4),
        "attempts": st.integers(1, 3),
        "timeout": st.sampled_from((None, 60)),
        "waits": st.booleans(),
        "units": st.integers(0, 2),
        "share": st.sampled_from("ab"),
        # For nodes by index, one after the other attempt.
        "outcomes": st.lists(st.lists(OUTCOMES, min_size=1, max_size=3), max_size=5),
    }
)
STEPS = st.one_of(
    st.tuples(st.just("submit"), JOBS),
    st.tuples(st.just("tick"), st.sampled_from((0, 1, 4, 5, 7, 30, 100))),
    st.tuples(st.sampled_from(("cancel_job", "terminate_job", "finish", "reclaim")), st.integers(0, 40)),
    st.tuples(st.just("restore"), st.none()),
)


class Story:
    """A world with a fair-share queue, in which multi-node jobs come and are stopped."""

    def __init__(self, timing: fakebatch.Timing) -> None:
        self.fake = fakebatch.mock(start="2026-01-01T00:00:00Z", timing=timing).start()
        # Room for five nodes.
        resources = {"instanceTypes": ["m5.large"], "maxvCpus": 10}
        self.fake.batch.add_compute_environment("ce", computeResources=resources)
        policy = self.fake.batch.add_scheduling_policy("p")
        self.fake.batch.add_job_queue("q", schedulingPolicyArn=policy)
        self.fake.batch.add_consumable_resource("licence", totalQuantity=6)
        self.client = self.fake.client("batch")
        self.jobs: dict[str, dict[str, Any]] = {}

    def take(self, step: str, argument: Any) -> None:
        if step == "submit":
            self.submit(argument)
        elif step == "tick":
            self.fake.tick(argument)
        elif step == "restore":
            self.fake.restore(self.fake.snapshot())
        elif step in ("finish", "reclaim"):
            self.by_hand(step, argument)
        elif views := self.fake.batch.jobs():
            getattr(self.client, step)(jobId=views[argument % len(views)].id, reason="enough")

    def submit(self, spec: dict[str, Any]) -> None:
        name, main = f"job-{len(self.jobs)}", min(spec["main"], spec["size"] - 1)
        resources = {"consumableResourceList": [{"consumableResource": "licence", "quantity": spec["units"]}]}
        ranges = [{"targetNodes": "0:", "consumableResourceProperties": resources}] if spec["units"] else [{}]
        self.fake.batch.add_job_definition(
            name,
            nodeProperties={"numNodes": spec["size"], "mainNode": main, "nodeRangeProperties": ranges},
            retryStrategy={"attempts": spec["attempts"]},
        )
        for index, verbs in enumerate(spec["outcomes"]):
            rule = self.fake.batch.when(job_name=name, node_index=index)
            for verb, members in verbs:
                rule = getattr(rule, verb)(**members)
        members = {"timeout": {"attemptDurationSeconds": spec["timeout"]}} if spec["timeout"] else {}
        if spec["waits"] and self.jobs:
            members["dependsOn"] = [{"jobId": list(self.jobs)[-1]}]
        job = self.client.submit_job(
            jobName=name, jobQueue="q", jobDefinition=name, shareIdentifier=spec["share"], **members
        )
        self.jobs[job["jobId"]] = {**spec, "main": main}

    def by_hand(self, verb: str, number: int) -> None:
        views = self.fake.batch.jobs(status="RUNNING" if verb == "finish" else "STARTING")
        if views and verb == "finish":
            views[number % len(views)].finish(number % 2)
        elif views:
            self.fake.batch.reclaim_spot(views[number % len(views)])

    # What holds

    def check(self) -> None:
        self.check_transitions()
        for job_id, spec in self.jobs.items():
            nodes = [f"{job_id}#{index}" for index in range(spec["size"])]
            found = {job["jobId"]: job for job in self.client.describe_jobs(jobs=[job_id, *nodes])["jobs"]}
            if len(found) > 1:
                self.check_job(found[job_id], [found[node] for node in nodes], spec)
        self.check_what_is_held()

    def check_transitions(self) -> None:
        for transition in self.fake.state.trace:
            if isinstance(transition.subject, Job):
                assert transition.after in TABLES[kind(transition.subject)][transition.before]

    def check_job(self, job: dict[str, Any], nodes: list[dict[str, Any]], spec: dict[str, Any]) -> None:
        """The main node decides, the others live only while it runs."""
        main = nodes[spec["main"]]
        followed = ("status", "startedAt", "stoppedAt", "attempts")
        assert {name: job.get(name) for name in followed} == {name: main.get(name) for name in followed}
        if job["attempts"]:
            assert job.get("statusReason") == main.get("statusReason")
        others = [node for node in nodes if node is not main]
        allowed = {"RUNNABLE", *ENDED, *(("STARTING", "RUNNING") if job["status"] == "RUNNING" else ())}
        if job["status"] in ENDED:
            allowed = {*ENDED}
        elif job["status"] in ("RUNNABLE", "STARTING"):
            allowed = {"RUNNABLE"}
        assert {node["status"] for node in others} <= allowed
        started = len(job["attempts"]) + (job["status"] in ("STARTING", "RUNNING"))
        assert started <= spec["attempts"]
        for node in others:
            self.check_other(node, job)

    def check_other(self, node: dict[str, Any], job: dict[str, Any]) -> None:
        """Its attempts are within the job's, and its end is that of the last one."""
        spans = [(one["startedAt"], one["stoppedAt"]) for one in job["attempts"] if "startedAt" in one]
        if job["status"] == "RUNNING":
            spans.append((job["startedAt"], float("inf")))
        for attempt in node["attempts"]:
            begun = attempt.get("startedAt", attempt["stoppedAt"])
            assert any(first <= begun and attempt["stoppedAt"] <= last for first, last in spans)
        if node["status"] == "SUCCEEDED":
            assert node["attempts"][-1]["container"]["exitCode"] == 0

    def check_what_is_held(self) -> None:
        """Units and vCPUs are those of the jobs that have their places."""
        placed = [view.id for view in self.fake.batch.jobs() if view.id in self.jobs and self.has_place(view)]
        held = sum(self.jobs[job_id]["units"] * self.jobs[job_id]["size"] for job_id in placed)
        found = self.client.describe_consumable_resource(consumableResource="licence")
        assert (found["inUseQuantity"], found["availableQuantity"]) == (held, 6 - held)
        shares = self.fake.service("batch", "us-east-1", "123456789012").job_queues["q"].shares
        for name, share in shares.items():
            sizes = [self.jobs[job_id]["size"] for job_id in placed if self.jobs[job_id]["share"] == name]
            assert (share.placed, share.vcpus) == (len(sizes), float(sum(sizes)))

    def check_that_hosts_are_free(self) -> None:
        service = self.fake.service("batch", "us-east-1", "123456789012")
        for environment in service.compute_environments.values():
            assert all(host.room == host.whole for host in environment.capacity.up.values())

    @staticmethod
    def has_place(view: Any) -> bool:
        return view.status in ("STARTING", "RUNNING")


@settings(settings.get_profile("fakebatch"))
@given(steps=st.lists(STEPS, min_size=4, max_size=20), timing=st.sampled_from(TIMINGS))
def test_the_main_node_decides(steps: list[Any], timing: Any) -> None:
    story = Story(timing)
    try:
        for step in steps:
            story.take(*step)
            story.check()
        story.fake.run_until_idle()
        story.check()
        for job_id in story.jobs:
            story.client.terminate_job(jobId=job_id, reason="the end")
        story.fake.run_until_idle()
        story.check()
        assert {view.status for view in story.fake.batch.jobs()} <= set(ENDED)
        story.check_that_hosts_are_free()
    finally:
        story.fake.stop()
