"""Who may start: dependsOn, plain, N_TO_N and SEQUENTIAL, and what failing and stopping do to the waiting."""

import re
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

import fakebatch

UNKNOWN = "4c7599ae-0a82-49aa-ba5a-4727fcce14a8"
FAILED = "Dependent Job failed"
EXITED = "Essential container in task exited"


@pytest.fixture
def submit(batch):
    def submit(name="job", *, after=(), size=None, queue="q", **members):
        """Submit a job that depends on jobs, given by id or as whole dependencies, and return its id."""
        if after:
            members["dependsOn"] = [one if isinstance(one, dict) else {"jobId": one} for one in after]
        if size is not None:
            members["arrayProperties"] = {"size": size}
        return batch.submit_job(jobName=name, jobQueue=queue, jobDefinition="d", **members)["jobId"]

    return submit


def n_to_n(job_id):
    return {"jobId": job_id, "type": "N_TO_N"}


SEQUENTIAL = {"type": "SEQUENTIAL"}


def story(fake, job_id):
    """What became of a job: (second, status, reason)."""
    start = fake.batch.jobs()[0].history[0].at
    return [
        ((at - start).total_seconds(), status, reason)
        for at, status, reason in fake.batch.job(job_id).history
    ]


def end(fake, job_id):
    """(status, reason, instant in seconds) of each child of an array."""
    return [story(fake, child.id)[-1] for child in fake.batch.jobs() if child.id.startswith(f"{job_id}:")]


def refusal(call, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    return caught.value.response["Error"]


class TestPlain:
    @pytest.mark.source("reference §1.1, §4")
    def test_waits_in_pending_until_the_dependency_has_succeeded(self, fake, submit):
        first = submit()
        second = submit(after=[first])
        fake.run_until_idle()
        assert story(fake, first)[-1] == (70, "SUCCEEDED", EXITED)
        assert story(fake, second) == [
            (0, "SUBMITTED", None),
            (1, "PENDING", None),
            (70, "RUNNABLE", None),
            (74, "STARTING", None),
            (79, "RUNNING", None),
            (139, "SUCCEEDED", EXITED),
        ]

    @pytest.mark.source("reference §1.1")
    def test_no_dependency_in_the_list_skips_pending(self, fake, batch):
        job = batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d", dependsOn=[])["jobId"]
        fake.run_until_idle()
        assert [status for _, status, _ in story(fake, job)] == [
            "SUBMITTED",
            "RUNNABLE",
            "STARTING",
            "RUNNING",
            "SUCCEEDED",
        ]

    @pytest.mark.source("reference §4")
    def test_waits_for_the_last_of_several(self, fake, submit):
        fake.batch.when(job_name="slow").succeed(after=500)
        quick, slow = submit("quick"), submit("slow")
        job = submit(after=[quick, slow])
        fake.run_until_idle()
        assert story(fake, job)[2] == (510, "RUNNABLE", None)

    @pytest.mark.source("assumed: naming a job twice is naming it once")
    def test_the_same_dependency_twice(self, fake, submit):
        first = submit()
        job = submit(after=[first, first])
        fake.run_until_idle()
        assert story(fake, job)[2] == (70, "RUNNABLE", None)

    @pytest.mark.source("assumed: Timing.pending is the delay after the last dependency")
    def test_timing_pending_delays_runnable(self):
        with fakebatch.mock(timing=fakebatch.Timing(pending=15)) as fake:
            fake.batch.add_job_queue("q")
            fake.batch.add_job_definition("d")
            batch = fake.client("batch")
            first = batch.submit_job(jobName="a", jobQueue="q", jobDefinition="d")["jobId"]
            second = batch.submit_job(
                jobName="b", jobQueue="q", jobDefinition="d", dependsOn=[{"jobId": first}]
            )["jobId"]
            fake.run_until(second, "RUNNABLE")
            assert story(fake, second)[-1] == (85, "RUNNABLE", None)

    @pytest.mark.source(
        "assumed: a cancellation between the last dependency and RUNNABLE takes effect at once"
    )
    def test_cancel_in_the_pending_delay(self):
        with fakebatch.mock(timing=fakebatch.Timing(pending=15)) as fake:
            fake.batch.add_job_queue("q")
            fake.batch.add_job_definition("d")
            batch = fake.client("batch")
            first = batch.submit_job(jobName="a", jobQueue="q", jobDefinition="d")["jobId"]
            second = batch.submit_job(
                jobName="b", jobQueue="q", jobDefinition="d", dependsOn=[{"jobId": first}]
            )["jobId"]
            fake.tick(75)
            batch.cancel_job(jobId=second, reason="no more")
            fake.run_until_idle()
            assert story(fake, second) == [
                (0, "SUBMITTED", None),
                (1, "PENDING", None),
                (75, "FAILED", "no more"),
            ]

    @pytest.mark.source("reference §4: inferred")
    def test_a_dependency_that_has_succeeded_already_is_satisfied(self, fake, submit):
        first = submit()
        fake.run_until_idle()
        second = submit(after=[first])
        fake.run_until_idle()
        assert story(fake, second)[:2] == [(70, "SUBMITTED", None), (71, "RUNNABLE", None)]

    @pytest.mark.source("reference §4: inferred")
    def test_a_dependency_that_has_failed_already_fails_the_job_soon(self, fake, batch, submit):
        fake.batch.when(job_name="bad").fail(after=2)
        first = submit("bad")
        fake.run_until_idle()
        second = submit(after=[first])
        assert batch.describe_jobs(jobs=[second])["jobs"][0]["status"] == "SUBMITTED"
        fake.run_until_idle()
        assert story(fake, second) == [
            (12, "SUBMITTED", None),
            (13, "PENDING", None),
            (13, "FAILED", FAILED),
        ]

    @pytest.mark.source("reference §1.1, §1.4, §4")
    def test_a_failing_dependency_takes_the_job_from_pending_to_failed(self, fake, batch, submit):
        fake.batch.when(job_name="bad").fail(after=2)
        second = submit("waiting", after=[submit("bad")])
        fake.run_until_idle()
        assert story(fake, second) == [(0, "SUBMITTED", None), (1, "PENDING", None), (12, "FAILED", FAILED)]
        (described,) = batch.describe_jobs(jobs=[second])["jobs"]
        assert described["attempts"] == []
        assert "startedAt" not in described
        assert described["stoppedAt"] == 1767225612000

    @pytest.mark.source("reference §2: a dependency failure is not retried")
    def test_a_failed_dependency_is_not_retried(self, fake, batch, submit):
        fake.batch.when(job_name="bad").fail(after=2)
        second = submit("waiting", after=[submit("bad")], retryStrategy={"attempts": 5})
        fake.run_until_idle()
        assert story(fake, second)[-1] == (12, "FAILED", FAILED)
        assert fake.batch.job(second).attempts == []

    @pytest.mark.source("assumed: the first failure of several dependencies ends the wait")
    def test_the_first_failure_decides(self, fake, submit):
        fake.batch.when(job_name="bad").fail(after=2)
        fake.batch.when(job_name="worse").fail(after=3)
        job = submit(after=[submit("bad"), submit("worse"), submit("good")])
        fake.run_until_idle()
        assert story(fake, job)[-1] == (12, "FAILED", FAILED)

    @pytest.mark.source("reference §4: dependency jobs that are retried haven't ended")
    def test_a_retried_dependency_is_waited_for(self, fake, submit):
        fake.batch.when(job_name="flaky").fail(after=2).succeed(after=2)
        job = submit(after=[submit("flaky", retryStrategy={"attempts": 2})])
        fake.run_until_idle()
        # 10 + 2, then 4 + 5 + 2.
        assert story(fake, job)[2] == (23, "RUNNABLE", None)

    @pytest.mark.source("reference §4")
    def test_failures_go_on_to_the_dependants_of_dependants(self, fake, submit):
        fake.batch.when(job_name="bad").fail(after=2)
        chain = [submit("bad")]
        for _ in range(3):
            chain.append(submit(after=[chain[-1]]))
        fake.run_until_idle()
        assert [story(fake, job)[-1] for job in chain[1:]] == [(12, "FAILED", FAILED)] * 3

    @pytest.mark.source("assumed: no limit but the machine's")
    @pytest.mark.parametrize("verb", ["fail", "succeed"])
    def test_a_chain_of_3000(self, verb):
        with fakebatch.mock(timing=fakebatch.Timing.instant()) as fake:
            fake.batch.add_job_queue("q")
            fake.batch.add_job_definition("d")
            batch = fake.client("batch")
            getattr(fake.batch.when(job_name="first"), verb)(after=1)
            job = batch.submit_job(jobName="first", jobQueue="q", jobDefinition="d")["jobId"]
            for _ in range(2_999):
                job = batch.submit_job(
                    jobName="next", jobQueue="q", jobDefinition="d", dependsOn=[{"jobId": job}]
                )["jobId"]
            fake.run_until_idle()
            wanted = "FAILED" if verb == "fail" else "SUCCEEDED"
            assert len(fake.batch.jobs(status=wanted)) == 3_000
            reason = FAILED if verb == "fail" else EXITED
            assert {view.status_reason for view in fake.batch.jobs(name="next")} == {reason}

    @pytest.mark.source("reference §4: dependencies across queues are allowed")
    def test_across_queues(self, fake, submit):
        fake.batch.add_job_queue("other")
        second = submit(after=[submit(queue="other")])
        fake.run_until_idle()
        assert story(fake, second)[2] == (70, "RUNNABLE", None)

    @pytest.mark.source("reference §4: dependents are told, however long ago they ended")
    def test_a_dependant_that_was_forgotten_before_its_dependency_ended(self, fake, batch, submit):
        fake.batch.when(job_name="hang").hang()
        fake.batch.when(job_name="bad").fail()
        hanging = submit("hang")
        waiting = submit(after=[submit("bad"), hanging])
        fake.tick(timedelta(days=8))
        assert batch.describe_jobs(jobs=[waiting])["jobs"] == []
        fake.batch.job(hanging).finish()
        assert fake.batch.job(hanging).status == "SUCCEEDED"


class TestStopping:
    @pytest.mark.source("reference §4, §7")
    @pytest.mark.parametrize("operation", ["cancel_job", "terminate_job"])
    def test_a_stopped_dependency_is_a_failed_one(self, fake, batch, submit, operation):
        first = submit()
        second = submit(after=[first])
        fake.tick(2)
        getattr(batch, operation)(jobId=first, reason="not needed")
        assert story(fake, first)[-1] == (2, "FAILED", "not needed")
        assert story(fake, second)[-1] == (2, "FAILED", FAILED)

    @pytest.mark.source("reference §7: a PENDING job is cancelled after its dependencies completed")
    @pytest.mark.parametrize("operation", ["cancel_job", "terminate_job"])
    def test_a_pending_job_ends_with_the_reason_when_its_dependencies_have(
        self, fake, batch, submit, operation
    ):
        second = submit(after=[submit()])
        fake.tick(2)
        getattr(batch, operation)(jobId=second, reason="changed my mind")
        (described,) = batch.describe_jobs(jobs=[second])["jobs"]
        flag = "isCancelled" if operation == "cancel_job" else "isTerminated"
        assert (described["status"], described[flag]) == ("PENDING", True)
        assert "statusReason" not in described
        fake.run_until_idle()
        assert story(fake, second)[2:] == [(70, "FAILED", "changed my mind")]

    @pytest.mark.source("assumed: the reason of an accepted CancelJob wins over the dependency's failure")
    def test_a_cancelled_pending_job_whose_dependency_fails_shows_the_reason(self, fake, batch, submit):
        fake.batch.when(job_name="bad").fail(after=2)
        second = submit(after=[submit("bad")])
        fake.tick(2)
        batch.cancel_job(jobId=second, reason="changed my mind")
        fake.run_until_idle()
        assert story(fake, second)[2:] == [(12, "FAILED", "changed my mind")]

    @pytest.mark.source("reference §4")
    def test_those_that_wait_for_a_cancelled_pending_job_fail_with_it(self, fake, batch, submit):
        second = submit(after=[submit()])
        third = submit(after=[second])
        fake.tick(2)
        batch.cancel_job(jobId=second, reason="changed my mind")
        fake.run_until_idle()
        assert story(fake, third)[-1] == (70, "FAILED", FAILED)

    @pytest.mark.source("reference §7")
    def test_a_submitted_job_with_dependencies_is_cancelled_at_once(self, fake, batch, submit):
        first = submit()
        second = submit(after=[first])
        batch.cancel_job(jobId=second, reason="too early")
        fake.run_until_idle()
        assert story(fake, second) == [(0, "SUBMITTED", None), (0, "FAILED", "too early")]
        assert story(fake, first)[-1] == (70, "SUCCEEDED", EXITED)


class TestArrays:
    @pytest.mark.source("reference §4: no type waits for the whole job")
    def test_a_job_waits_for_all_children(self, fake, submit):
        fake.batch.when(array_index=1).succeed(after=100)
        job = submit(after=[submit("array", size=2)])
        fake.run_until_idle()
        assert story(fake, job)[2] == (110, "RUNNABLE", None)

    @pytest.mark.source("reference §4, §5: a failed child fails the array when the last child has ended")
    def test_a_job_fails_with_the_array_not_with_its_first_failed_child(self, fake, submit):
        fake.batch.when(job_name="array", array_index=0).fail(after=1)
        job = submit(after=[submit("array", size=2)])
        fake.run_until_idle()
        assert story(fake, job)[-1] == (70, "FAILED", FAILED)

    @pytest.mark.source("assumed: a child's id may be given, reference §4 is unsure")
    def test_a_job_can_wait_for_one_child(self, fake, submit):
        fake.batch.when(array_index=1).succeed(after=10)
        array = submit("array", size=3)
        early = submit(after=[f"{array}:1"])
        fake.tick(2)
        late = submit(after=[f"{array}:1"])
        fake.run_until_idle()
        assert story(fake, early)[2] == (20, "RUNNABLE", None)
        assert story(fake, late)[2] == (20, "RUNNABLE", None)

    @pytest.mark.source("assumed: as above")
    def test_a_child_of_an_array_that_is_cancelled_before_it_spawns_has_failed(self, fake, batch, submit):
        array = submit("array", size=3)
        job = submit(after=[f"{array}:1"])
        batch.cancel_job(jobId=array, reason="no")
        fake.run_until_idle()
        assert story(fake, job)[-1] == (1, "FAILED", FAILED)

    @pytest.mark.source("assumed: as above")
    @pytest.mark.parametrize("index", ["3", "01", "x", "", "-1", "\u0661", "1" * 5000])
    def test_a_child_that_there_never_will_be(self, submit, index):
        array = submit("array", size=3)
        assert refusal(submit, after=[f"{array}:{index}"]) == {
            "Code": "ClientException",
            "Message": f"Dependent job {array}:{index} not found.",
        }

    @pytest.mark.source("reference §4: every child waits for it")
    def test_every_child_waits_for_what_its_array_depends_on(self, fake, submit):
        array = submit("array", after=[submit()], size=2)
        fake.tick(2)
        assert [view.status for view in fake.batch.jobs("array")] == ["PENDING"] * 3
        fake.run_until_idle()
        assert [story(fake, f"{array}:{index}") for index in (0, 1)] == [
            [
                (1, "PENDING", None),
                (70, "RUNNABLE", None),
                (74, "STARTING", None),
                (79, "RUNNING", None),
                (139, "SUCCEEDED", EXITED),
            ]
        ] * 2

    @pytest.mark.source("reference §4; the parent's reason is assumed")
    def test_children_of_an_array_whose_dependency_fails_never_run(self, fake, batch, submit):
        fake.batch.when(job_name="bad").fail(after=2)
        array = submit("array", after=[submit("bad")], size=2)
        fake.run_until_idle()
        assert end(fake, array) == [(12, "FAILED", FAILED)] * 2
        assert story(fake, array) == [(0, "SUBMITTED", None), (1, "PENDING", None), (12, "FAILED", FAILED)]

    @pytest.mark.source("reference §4; the parent's reason is assumed")
    def test_an_array_whose_dependency_has_failed_already(self, fake, submit):
        fake.batch.when(job_name="bad").fail(after=0)
        bad = submit("bad")
        fake.run_until_idle()
        array = submit("array", after=[bad], size=2)
        fake.run_until_idle()
        assert end(fake, array) == [(11, "FAILED", FAILED)] * 2
        assert story(fake, array)[-1] == (11, "FAILED", FAILED)

    @pytest.mark.source("reference §7")
    def test_cancelling_an_array_that_waits(self, fake, batch, submit):
        array = submit("array", after=[submit()], size=2)
        fake.tick(2)
        batch.cancel_job(jobId=array, reason="stop")
        (parent, child) = batch.describe_jobs(jobs=[array, f"{array}:0"])["jobs"]
        assert (parent["status"], parent["isCancelled"]) == ("PENDING", True)
        assert (child["status"], child["isCancelled"]) == ("PENDING", True)
        fake.run_until_idle()
        assert end(fake, array) == [(70, "FAILED", "stop")] * 2
        assert story(fake, array)[-1] == (70, "FAILED", "stop")

    @pytest.mark.source("reference §7")
    def test_cancelling_one_child_of_an_array_that_waits(self, fake, batch, submit):
        array = submit("array", after=[submit()], size=2)
        fake.tick(2)
        batch.cancel_job(jobId=f"{array}:1", reason="stop")
        fake.run_until_idle()
        assert end(fake, array) == [(139, "SUCCEEDED", EXITED), (70, "FAILED", "stop")]
        assert story(fake, array)[-1] == (139, "FAILED", "Array Child Job failed")


class TestSequential:
    @pytest.mark.source("reference §4")
    def test_children_run_one_after_the_other(self, fake, submit):
        array = submit(after=[SEQUENTIAL], size=3)
        fake.run_until_idle()
        assert end(fake, array) == [
            (70, "SUCCEEDED", EXITED),
            (139, "SUCCEEDED", EXITED),
            (208, "SUCCEEDED", EXITED),
        ]
        assert story(fake, f"{array}:1") == [
            (1, "PENDING", None),
            (70, "RUNNABLE", None),
            (74, "STARTING", None),
            (79, "RUNNING", None),
            (139, "SUCCEEDED", EXITED),
        ]
        assert story(fake, array)[-1] == (208, "SUCCEEDED", None)

    @pytest.mark.source("assumed: saying it twice is saying it once")
    def test_twice(self, fake, submit):
        array = submit(after=[SEQUENTIAL, SEQUENTIAL], size=2)
        fake.run_until_idle()
        assert end(fake, array) == [(70, "SUCCEEDED", EXITED), (139, "SUCCEEDED", EXITED)]

    @pytest.mark.source("reference §4")
    def test_a_child_that_fails_fails_those_behind_it(self, fake, submit):
        fake.batch.when(array_index=1).fail(after=1)
        array = submit(after=[SEQUENTIAL], size=4)
        fake.run_until_idle()
        assert end(fake, array) == [
            (70, "SUCCEEDED", EXITED),
            (80, "FAILED", EXITED),
            (80, "FAILED", FAILED),
            (80, "FAILED", FAILED),
        ]
        assert story(fake, array)[-1] == (80, "FAILED", "Array Child Job failed")

    @pytest.mark.source("reference §4: a retried child hasn't ended")
    def test_a_child_that_is_retried_keeps_those_behind_it(self, fake, submit):
        fake.batch.when(array_index=0).fail(after=1).succeed(after=1)
        array = submit(after=[SEQUENTIAL], size=2, retryStrategy={"attempts": 2})
        fake.run_until_idle()
        assert [at for at, *_ in end(fake, array)] == [21, 90]

    @pytest.mark.source("reference §4: both must be satisfied")
    def test_together_with_a_job(self, fake, submit):
        array = submit(after=[SEQUENTIAL, submit()], size=2)
        fake.run_until_idle()
        assert end(fake, array) == [(139, "SUCCEEDED", EXITED), (208, "SUCCEEDED", EXITED)]

    @pytest.mark.source("assumed: a jobId that is given is waited for, whatever the type")
    def test_with_the_id_of_a_job(self, fake, submit):
        array = submit(after=[{**SEQUENTIAL, "jobId": submit()}], size=2)
        fake.run_until_idle()
        assert end(fake, array) == [(139, "SUCCEEDED", EXITED), (208, "SUCCEEDED", EXITED)]

    @pytest.mark.source("reference §7")
    def test_a_cancelled_child_ends_in_its_turn(self, fake, batch, submit):
        array = submit(after=[SEQUENTIAL], size=4)
        fake.tick(20)
        batch.cancel_job(jobId=f"{array}:2", reason="not this one")
        assert fake.batch.job(f"{array}:2").status == "PENDING"
        fake.run_until_idle()
        assert end(fake, array) == [
            (70, "SUCCEEDED", EXITED),
            (139, "SUCCEEDED", EXITED),
            (139, "FAILED", "not this one"),
            (139, "FAILED", FAILED),
        ]

    @pytest.mark.source("reference §11; children's reason is assumed")
    def test_a_queue_that_is_deleted_ends_them_all_alike(self, fake, batch, submit):
        array = submit(after=[SEQUENTIAL], size=3)
        fake.tick(20)
        batch.update_job_queue(jobQueue="q", state="DISABLED")
        batch.delete_job_queue(jobQueue="q")
        assert end(fake, array) == [(20, "FAILED", "JobQueue deleted")] * 3
        assert story(fake, array)[-1] == (20, "FAILED", "Array Child Job failed")

    @pytest.mark.source("assumed: the sequence of 10,000 has no depth")
    @pytest.mark.needs("JobSummary.scheduledAt")
    def test_a_long_sequence_that_fails_at_its_first(self, fake, submit):
        fake.batch.when(array_index=0).fail(after=0)
        array = submit(after=[SEQUENTIAL], size=10_000)
        fake.run_until_idle()
        assert fake.client("batch").describe_jobs(jobs=[array])["jobs"][0]["arrayProperties"] == {
            "size": 10_000,
            "statusSummary": {
                "SUBMITTED": 0,
                "PENDING": 0,
                "RUNNABLE": 0,
                "STARTING": 0,
                "RUNNING": 0,
                "SUCCEEDED": 0,
                "FAILED": 10_000,
            },
            "statusSummaryLastUpdatedAt": 1767225610000,
        }


class TestNToN:
    @pytest.mark.source("reference §4")
    def test_each_child_waits_for_its_twin(self, fake, submit):
        fake.batch.when(job_name="first", array_index=0).succeed(after=10)
        fake.batch.when(job_name="first", array_index=1).succeed(after=100)
        first = submit("first", size=2)
        second = submit("second", size=2, after=[n_to_n(first)])
        fake.run_until_idle()
        assert story(fake, f"{second}:0")[:2] == [(1, "PENDING", None), (20, "RUNNABLE", None)]
        assert story(fake, f"{second}:1")[:2] == [(1, "PENDING", None), (110, "RUNNABLE", None)]
        assert story(fake, second)[-1] == (179, "SUCCEEDED", None)

    @pytest.mark.source("reference §4: inferred")
    def test_only_the_twin_of_a_failed_child_fails(self, fake, submit):
        fake.batch.when(job_name="first", array_index=1).fail(after=1)
        first = submit("first", size=3)
        second = submit("second", size=3, after=[n_to_n(first)])
        fake.run_until_idle()
        assert end(fake, second) == [
            (139, "SUCCEEDED", EXITED),
            (11, "FAILED", FAILED),
            (139, "SUCCEEDED", EXITED),
        ]
        assert story(fake, second)[-1] == (139, "FAILED", "Array Child Job failed")

    @pytest.mark.source("reference §4: inferred")
    def test_on_an_array_that_has_ended(self, fake, submit):
        fake.batch.when(job_name="first", array_index=1).fail(after=1)
        first = submit("first", size=2)
        fake.run_until_idle()
        second = submit("second", size=2, after=[n_to_n(first)])
        fake.run_until_idle()
        assert story(fake, f"{second}:0")[:2] == [(71, "PENDING", None), (71, "RUNNABLE", None)]
        assert story(fake, f"{second}:1") == [(71, "PENDING", None), (71, "FAILED", FAILED)]

    @pytest.mark.source("assumed: every child fails with an array that was cancelled before it spawned")
    def test_on_an_array_that_was_cancelled_in_submitted(self, fake, batch, submit):
        first = submit("first", size=2)
        batch.cancel_job(jobId=first, reason="no")
        second = submit("second", size=2, after=[n_to_n(first)])
        fake.run_until_idle()
        assert end(fake, second) == [(1, "FAILED", FAILED)] * 2
        assert story(fake, second)[-1] == (1, "FAILED", "Array Child Job failed")

    @pytest.mark.source("reference §4: on two arrays")
    def test_on_two_arrays(self, fake, submit):
        fake.batch.when(job_name="b", array_index=1).succeed(after=100)
        both = submit("both", size=2, after=[n_to_n(submit("a", size=2)), n_to_n(submit("b", size=2))])
        fake.run_until_idle()
        assert story(fake, f"{both}:0")[1] == (70, "RUNNABLE", None)
        assert story(fake, f"{both}:1")[1] == (110, "RUNNABLE", None)

    @pytest.mark.source("assumed: both kinds together, each holds")
    def test_together_with_sequential(self, fake, submit):
        fake.batch.when(job_name="first", array_index=0).succeed(after=100)
        first = submit("first", size=2)
        second = submit("second", size=2, after=[SEQUENTIAL, n_to_n(first)])
        fake.run_until_idle()
        assert end(fake, second) == [(179, "SUCCEEDED", EXITED), (248, "SUCCEEDED", EXITED)]

    @pytest.mark.source("assumed: both kinds together, each holds")
    def test_together_with_sequential_on_an_array_that_has_failed(self, fake, submit):
        fake.batch.when(job_name="first").fail(after=0)
        first = submit("first", size=3)
        fake.run_until_idle()
        second = submit("second", size=3, after=[SEQUENTIAL, n_to_n(first)])
        fake.run_until_idle()
        assert end(fake, second) == [(11, "FAILED", FAILED)] * 3


class TestRefusals:
    @pytest.mark.source("reference §4; OpenNeuroOrg/openneuro#100")
    def test_21_dependencies(self, submit):
        jobs = [submit() for _ in range(21)]
        assert submit(after=jobs[:20])
        error = refusal(submit, after=jobs)
        framed = r"Error executing request, Exception : (.*), RequestId: [0-9a-f-]{36}"
        assert re.sub(framed, r"\1", error["Message"]) == "Job cannot have more than 20 dependencies"
        assert error["Code"] == "ClientException"

    @pytest.mark.source("assumed: reference §4 found nothing")
    @pytest.mark.parametrize("job_id", [UNKNOWN, f"{UNKNOWN}:0", "no id"])
    def test_unknown_job(self, submit, job_id):
        assert refusal(submit, after=[job_id]) == {
            "Code": "ClientException",
            "Message": f"Dependent job {job_id} not found.",
        }

    @pytest.mark.source("assumed: text and refusal")
    @pytest.mark.parametrize("dependency", [{}, {"jobId": ""}, {"type": "N_TO_N"}])
    def test_no_job_id(self, submit, dependency):
        assert refusal(submit, after=[dependency], size=2) == {
            "Code": "ClientException",
            "Message": "A dependency must have a jobId.",
        }

    @pytest.mark.source("reference §4: for array jobs; text assumed")
    @pytest.mark.parametrize("kind", ["SEQUENTIAL", "N_TO_N"])
    def test_typed_dependency_of_a_plain_job(self, submit, kind):
        first = submit(size=2)
        assert refusal(submit, after=[{"jobId": first, "type": kind}]) == {
            "Code": "ClientException",
            "Message": f"Dependency type {kind} can only be used by array jobs.",
        }

    @pytest.mark.source("reference §4: sizes must match; text assumed")
    def test_n_to_n_of_another_size(self, submit):
        first = submit(size=2)
        assert refusal(submit, after=[n_to_n(first)], size=3) == {
            "Code": "ClientException",
            "Message": "N_TO_N dependency must be on an array job of the same size.",
        }

    @pytest.mark.source("reference §4: both must be arrays; text assumed")
    def test_n_to_n_on_what_is_no_array(self, fake, submit):
        array = submit(size=2)
        fake.tick(2)
        for job in (submit(), f"{array}:0"):
            assert refusal(submit, after=[n_to_n(job)], size=2) == {
                "Code": "ClientException",
                "Message": "N_TO_N dependency must be on an array job of the same size.",
            }

    @pytest.mark.source("assumed: a refused request changes nothing")
    def test_a_refused_job_takes_no_id(self, submit):
        with fakebatch.mock() as fake:
            fake.batch.add_job_queue("q")
            fake.batch.add_job_definition("d")
            batch = fake.client("batch")
            for members in ({"dependsOn": [{"jobId": UNKNOWN}]}, {"arrayProperties": {"size": 1}}):
                refusal(batch.submit_job, jobName="j", jobQueue="q", jobDefinition="d", **members)
            assert fake.batch.jobs() == []
            first = batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
        # The same seed, without the refusals.
        assert first == submit()


@pytest.mark.source("model: dependsOn of JobDetail")
def test_described_as_given(batch, submit):
    first = submit(size=2)
    second = submit(size=2, after=[SEQUENTIAL, n_to_n(first), first])
    (described,) = batch.describe_jobs(jobs=[second])["jobs"]
    assert described["dependsOn"] == [
        {"type": "SEQUENTIAL"},
        {"jobId": first, "type": "N_TO_N"},
        {"jobId": first},
    ]
