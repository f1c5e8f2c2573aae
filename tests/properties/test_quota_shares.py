"""Whatever is done to quota shares: nobody holds too much, nobody waits in vain, and all of it is told."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import fakebatch
from fakebatch.batch import service_events, service_execution
from fakebatch.batch import service_job_descriptions as descriptions
from fakebatch.batch.quota_sharing import Sharing

pytestmark = [
    pytest.mark.source("reference §12.4; what is lent, and by whom, in part assumed"),
    pytest.mark.needs("CreateQuotaShare"),
]

SAGEMAKER = "SAGEMAKER_TRAINING"
ARN = "arn:aws:batch:us-east-1:123456789012:job-queue/q/quota-share/"
KINDS = ("ml.m5.large", "ml.p3.2xlarge")
CAPACITY = {KINDS[0]: 6, KINDS[1]: 3}
ENDED = ("SUCCEEDED", "FAILED")
UNDER_WAY = ("SCHEDULED", "STARTING", "RUNNING")
NEVER = "MISCONFIGURATION:"
NAMES = st.sampled_from("abc")


def limits(amounts: dict[str, int]) -> list[dict[str, Any]]:
    return [{"capacityUnit": kind, "maxCapacity": most} for kind, most in amounts.items() if most]


SHARING = st.one_of(
    st.sampled_from(({"strategy": "RESERVE"}, {"strategy": "LEND"}, {"strategy": "LEND_AND_BORROW"})),
    st.sampled_from((0, 50, 100, 300)).map(
        lambda percent: {"strategy": "LEND_AND_BORROW", "borrowLimit": percent}
    ),
)
# Together the three can have more than there is.
LIMITS = st.tuples(st.integers(1, 3), st.sampled_from((1, 1, 2, 0))).map(
    lambda most: limits(dict(zip(KINDS, most, strict=True)))
)
PREEMPTION = st.sampled_from(({"inSharePreemption": "ENABLED"}, {"inSharePreemption": "DISABLED"}))
JOBS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(("good", "good", "good", "long", "bad", "flaky", "unstartable", "hang")),
        "share": NAMES,
        "small": st.sampled_from((1, 1, 1, 1, 2, 2, 3, 0)),
        "large": st.sampled_from((0, 0, 0, 0, 1, 2)),
        "priority": st.sampled_from((None, 0, 1, 5)),
        "preemptions": st.sampled_from((None, None, None, 0, 1)),
        "attempts": st.sampled_from((None, 2, 3)),
        "timeout": st.sampled_from((None, 60)),
    }
)
TIMINGS = st.sampled_from(
    (fakebatch.Timing(), fakebatch.Timing(stopping=30), fakebatch.Timing(stopping=3, resource=2, runnable=0))
)


class QuotaShares(RuleBasedStateMachine):
    """Jobs are submitted to three shares, which change meanwhile."""

    fake: fakebatch.World | None = None

    @initialize(
        timing=TIMINGS, shares=st.lists(st.tuples(LIMITS, SHARING, PREEMPTION), min_size=3, max_size=3)
    )
    def begin(self, timing: fakebatch.Timing, shares: list[Any]) -> None:
        self.fake = fakebatch.mock(start="2026-01-01T00:00:00.5Z", timing=timing).start()
        self.client: Any = self.fake.client("batch")
        self.told: list[Any] = []
        self.ids: list[str] = []
        batch = self.fake.batch
        batch.add_service_environment("se", capacityLimits=limits(CAPACITY))
        policy = batch.add_scheduling_policy("p", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"})
        batch.add_job_queue("q", jobQueueType=SAGEMAKER, schedulingPolicyArn=policy)
        for name, share in zip("abc", shares, strict=True):
            self.add_share(name, *share)
        batch.when(job_name="long").succeed(after=200)
        batch.when(job_name="bad").fail(after=5)
        batch.when(job_name="flaky").fail(after=5).succeed(after=4)
        batch.when(job_name="unstartable").fail_to_start("ClientError: none", after=2)
        batch.when(job_name="hang").hang()
        self.watch()

    def add_share(self, name: str, own: Any, sharing: Any, preemption: Any) -> None:
        self.fake.batch.add_quota_share(
            name,
            capacityLimits=own,
            resourceSharingConfiguration=sharing,
            preemptionConfiguration=preemption,
        )

    def watch(self) -> None:
        """See every transition at its instant."""
        move, block, remark = (getattr(service_execution, name) for name in ("move", "block", "remark"))

        def seeing_move(service: Any, job: Any, status: str, reason: str | None = None) -> None:
            before = job.status
            move(service, job, status, reason)
            self.note(service, job, service_events.STATE_CHANGE)
            if status == "SCHEDULED":
                self.check_scheduled(job)
            if before in UNDER_WAY and status not in UNDER_WAY and job.attempts[-1].preempted:
                summary = self.told[-1][1]["preemptionSummary"]
                self.told.append((service_events.PREEMPTION_COMPLETED, status, summary))

        def seeing_block(service: Any, job: Any, reason: str) -> None:
            before = job.status_reason
            block(service, job, reason)
            if job.status_reason != before:
                self.note(service, job, service_events.QUEUE_BLOCKED)

        def seeing_remark(service: Any, job: Any, reason: str) -> None:
            remark(service, job, reason)
            self.told.append((service_events.PREEMPTION_STARTED, job.status, reason))

        seeing = {"move": seeing_move, "block": seeing_block, "remark": seeing_remark}
        self.patches = [mock.patch.object(service_execution, name, each) for name, each in seeing.items()]
        for patch in self.patches:
            patch.start()

    def note(self, service: Any, job: Any, detail_type: str) -> None:
        detail = json.loads(json.dumps(descriptions.detail(service, job)))
        del detail["tags"], detail["serviceRequestPayload"]
        self.told.append((detail_type, detail))

    # What is done

    @property
    def queue(self) -> Any:
        return self.fake.service("batch", "us-east-1", "123456789012").job_queues["q"]

    @rule(specs=st.lists(JOBS, min_size=1, max_size=4))
    def submit(self, specs: list[dict[str, Any]]) -> None:
        for spec in specs:
            self.submit_one(spec)

    @rule(specs=st.lists(JOBS, min_size=1, max_size=4), seconds=st.integers(5, 30))
    def submit_and_wait(self, specs: list[dict[str, Any]], seconds: int) -> None:
        self.submit(specs)
        self.tick(seconds)

    def submit_one(self, spec: dict[str, Any]) -> None:
        share = self.queue.quota_shares.get(spec["share"])
        if share is None or share.state != "ENABLED" or not share.usable:
            return
        groups = [
            {"InstanceType": kind, "InstanceCount": count}
            for kind, count in zip(KINDS, (spec["small"], spec["large"]), strict=True)
            if count
        ]
        optional = {
            "schedulingPriority": spec["priority"],
            "preemptionConfiguration": spec["preemptions"]
            if spec["preemptions"] is None
            else {"preemptionRetriesBeforeTermination": spec["preemptions"]},
            "retryStrategy": spec["attempts"] and {"attempts": spec["attempts"]},
            "timeoutConfig": spec["timeout"] and {"attemptDurationSeconds": spec["timeout"]},
        }
        response = self.client.submit_service_job(
            jobName=spec["name"],
            jobQueue="q",
            quotaShareName=spec["share"],
            serviceJobType=SAGEMAKER,
            serviceRequestPayload=json.dumps({"ResourceConfig": {"InstanceGroups": groups}}),
            **{name: value for name, value in optional.items() if value is not None},
        )
        self.ids.append(response["jobId"])

    @rule(seconds=st.sampled_from((0, 1, 4, 5, 20, 60, 100)))
    def tick(self, seconds: int) -> None:
        """Nobody who could go waits."""
        self.fake.tick(seconds)
        service = self.fake.service("batch", "us-east-1", "123456789012")
        assert Sharing(self.queue, service.service_scheduler.lines.firsts(self.queue)).next() is None

    @rule(number=st.integers(0, 30), priority=st.integers(0, 9))
    @precondition(lambda self: self.ids)
    def change_priority(self, number: int, priority: int) -> None:
        self.client.update_service_job(jobId=self.ids[number % len(self.ids)], schedulingPriority=priority)

    @rule(number=st.integers(0, 30))
    @precondition(lambda self: self.ids)
    def terminate(self, number: int) -> None:
        self.client.terminate_service_job(jobId=self.ids[number % len(self.ids)], reason="enough")

    @rule(
        name=NAMES,
        changes=st.one_of(
            LIMITS.map(lambda own: {"capacityLimits": own}),
            SHARING.map(lambda sharing: {"resourceSharingConfiguration": sharing}),
            PREEMPTION.map(lambda preemption: {"preemptionConfiguration": preemption}),
            st.sampled_from(({"state": "DISABLED"}, *[{"state": "ENABLED"}] * 3)),
        ),
    )
    def update_share(self, name: str, changes: dict[str, Any]) -> None:
        if name in self.queue.quota_shares and self.queue.quota_shares[name].status == "VALID":
            self.client.update_quota_share(quotaShareArn=ARN + name, **changes)

    @rule(name=NAMES, own=LIMITS, sharing=SHARING, preemption=PREEMPTION)
    def replace_share(self, name: str, own: Any, sharing: Any, preemption: Any) -> None:
        share = self.queue.quota_shares.get(name)
        if share is None:
            self.add_share(name, own, sharing, preemption)
        elif share.status == "VALID" and share.state == "DISABLED":
            self.client.delete_quota_share(quotaShareArn=ARN + name)

    @rule(state=st.sampled_from((*["ENABLED"] * 4, "DISABLED")))
    def switch_environment(self, state: str) -> None:
        (environment,) = self.client.describe_service_environments()["serviceEnvironments"]
        if environment["status"] == "VALID":
            self.client.update_service_environment(serviceEnvironment="se", state=state)

    @rule()
    def restore(self) -> None:
        self.fake.restore(self.fake.snapshot())

    # What has to hold

    def jobs(self) -> list[Any]:
        return [job for _, job in self.queue.service_jobs.all_newest_first()]

    def check_scheduled(self, job: Any) -> None:
        """A job has just got its capacity."""
        shares = self.queue.quota_shares
        total = self.queue.service_environments[0][1].used
        for kind in job.instances:
            assert total[kind] <= CAPACITY[kind]
            own = {name: share.limits.get(kind, 0) for name, share in shares.items()}
            used = {name: share.used.get(kind, 0) for name, share in shares.items()}
            over = used[job.share_name] - own[job.share_name]
            if over <= 0:
                continue
            sharing = job.quota_share.sharing
            assert sharing["strategy"] == "LEND_AND_BORROW"
            percent = sharing["borrowLimit"]
            assert percent == -1 or over * 100 <= own[job.share_name] * percent
            idle = {name: max(0, own[name] - used[name]) for name, share in shares.items() if share.usable}
            reserved = sum(
                amount for name, amount in idle.items() if shares[name].sharing["strategy"] == "RESERVE"
            )
            assert total[kind] + reserved <= CAPACITY[kind]
            lent = sum(max(0, used[name] - own[name]) for name, share in shares.items() if share.usable)
            assert lent <= sum(idle.values()) - reserved

    @invariant()
    def the_books_are_right(self) -> None:
        total: Counter[str] = Counter()
        by_share = {name: Counter[str]() for name in self.queue.quota_shares}
        for job in self.jobs():
            assert (job.attempt is not None) == (job.status in UNDER_WAY)
            if job.attempt is not None:
                total.update(job.instances)
                if self.queue.quota_shares.get(job.share_name) is job.quota_share:
                    by_share[job.share_name].update(job.instances)
        environment = self.queue.service_environments[0][1]
        assert +Counter(environment.used) == +total
        for name, share in self.queue.quota_shares.items():
            assert +Counter(share.used) == +by_share[name]

    @invariant()
    def preemptions_count(self) -> None:
        for job in self.jobs():
            most = (job.preemption_configuration or {}).get("preemptionRetriesBeforeTermination")
            assert most is None or len(job.preemptions) <= most + 1
            described = self.client.describe_service_job(jobId=job.id)
            summary = described.get("preemptionSummary", {"preemptedAttemptCount": 0})
            assert summary["preemptedAttemptCount"] == len(job.preemptions)
            assert len(described["attempts"]) == len(job.attempts) - len(job.preemptions)

    def teardown(self) -> None:
        if self.fake is None:
            return
        try:
            self.end_all()
        finally:
            for patch in self.patches:
                patch.stop()
            self.fake.stop()

    def end_all(self) -> None:
        """Every job that can end does, and everything that happened is told."""
        self.fake.run_until_idle()
        self.switch_environment("ENABLED")
        for job in self.jobs():
            if job.name == "hang":
                self.client.terminate_service_job(jobId=job.id, reason="over")
        self.fake.run_until_idle()
        blocked = set()
        for job in sorted(self.jobs(), key=lambda job: (-job.priority, not job.attempts, job.sequence)):
            if job.status not in ENDED:
                assert job.status == "RUNNABLE"
                assert job.share_name in blocked or (job.status_reason or "").startswith(NEVER)
                blocked.add(job.share_name)
        assert [_essence(event) for event in self.fake.events] == self.told


def _essence(event: dict[str, Any]) -> tuple[Any, ...]:
    detail = event["detail"]
    if event["detail-type"] == service_events.PREEMPTION_STARTED:
        return (event["detail-type"], detail["status"], detail["statusReason"])
    if event["detail-type"] == service_events.PREEMPTION_COMPLETED:
        return (event["detail-type"], detail["status"], detail["preemptionSummary"])
    return (event["detail-type"], detail)


TestQuotaShares = QuotaShares.TestCase
TestQuotaShares.settings = settings(settings.get_profile("fakebatch"), stateful_step_count=25)
