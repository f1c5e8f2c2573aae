"""What becomes of jobs."""

from __future__ import annotations

import time
from typing import Any

from freezegun import freeze_time

from probes.stages import CONTAINER

OVER = ("SUCCEEDED", "FAILED")


def job_is_not_over_at_submit(peer: Any) -> bool:
    """A job isn't over as soon as it is submitted.

    DescribeJobs right after SubmitJob.
    """
    with peer.stage() as stage:
        return stage.job(stage.submit())["status"] not in OVER


def states_can_be_seen_one_by_one(peer: Any) -> bool:
    """Each state can be seen, without waiting.

    SUBMITTED, RUNNABLE, STARTING, RUNNING and SUCCEEDED in DescribeJobs, in less than a second; in moto by
    `state_manager.set_transition` for `batch::job`.
    """
    before = time.perf_counter()
    with peer.stage() as stage:
        job_id = stage.submit()
        for status in ("SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"):
            stage.reach(job_id, status)
            if stage.job(job_id)["status"] != status:
                return False
    return time.perf_counter() - before < 1


def polling_loop_turns_and_ends(peer: Any) -> bool:
    """A polling loop turns, and ends at once.

    A loop that sleeps for 30 seconds while the job isn't over goes round at least once, and in less than a
    second.
    """
    before = time.perf_counter()
    rounds = 0
    with peer.stage() as stage:
        job_id = stage.submit()
        while stage.job(job_id)["status"] not in OVER:
            time.sleep(30)
            rounds += 1
    return rounds > 0 and time.perf_counter() - before < 1


def one_job_fails_and_another_does_not(peer: Any) -> bool:
    """One job fails and another succeeds.

    In moto by MOTO_SIMPLE_BATCH_FAIL_AFTER around the SubmitJob of the one.
    """
    with peer.stage() as stage:
        with stage.failing("bad"):
            bad = stage.submit("bad")
        good = stage.submit("good")
        stage.settle()
        return [stage.job(bad)["status"], stage.job(good)["status"]] == ["FAILED", "SUCCEEDED"]


def exit_code_and_reason_are_the_tests(peer: Any) -> bool:
    """The test chooses exit code and reason.

    137 and OutOfMemoryError, for one job by its name.
    """
    with peer.stage() as stage:
        stage.exits("big", 137, "OutOfMemoryError: Container killed due to memory usage")
        job_id = stage.submit("big")
        stage.settle()
        container = stage.job(job_id)["container"]
        return container["exitCode"] == 137 and container["reason"].startswith("OutOfMemoryError")


def job_can_be_a_function(peer: Any) -> bool:
    """A job can be a function of the test.

    It is called once, and what it returns is the exit code.
    """
    called: list[int] = []
    with peer.stage() as stage:
        stage.runs("work", lambda: called.append(1) or 7)
        job_id = stage.submit("work")
        stage.settle()
        return called == [1] and stage.job(job_id)["container"]["exitCode"] == 7


def attempt_is_listed(peer: Any) -> bool:
    """A job that has run has an attempt.

    With startedAt, stoppedAt and logStreamName.
    """
    with peer.stage() as stage:
        job_id = stage.submit()
        stage.settle()
        (attempt,) = stage.job(job_id)["attempts"]
        return {"startedAt", "stoppedAt"} <= set(attempt) and bool(attempt["container"]["logStreamName"])


def failed_attempts_are_repeated(peer: Any) -> bool:
    """A failed attempt is repeated.

    `retryStrategy` with three attempts, of which all fail, leaves three in DescribeJobs.
    """
    with peer.stage() as stage, stage.failing("bad"):
        job_id = stage.submit("bad", retryStrategy={"attempts": 3})
        stage.settle()
        return len(stage.job(job_id)["attempts"]) == 3


def evaluate_on_exit_decides(peer: Any) -> bool:
    """The rules of evaluateOnExit decide about the next attempt.

    Three attempts are allowed; EXIT on the code that it exits with leaves one, EXIT on another code three.
    """
    with peer.stage() as stage:
        stage.exits("bad", 3, "")
        ids = [
            stage.submit("bad", retryStrategy={"attempts": 3, "evaluateOnExit": [rule]})
            for rule in ({"onExitCode": "3", "action": "EXIT"}, {"onExitCode": "4", "action": "EXIT"})
        ]
        stage.settle()
        return [len(stage.job(job_id)["attempts"]) for job_id in ids] == [1, 3]


def timeout_ends_an_attempt(peer: Any) -> bool:
    """A timeout ends an attempt, with AWS's reason.

    A job that never ends, with `attemptDurationSeconds` of 60.
    """
    with peer.stage() as stage:
        stage.hangs("stuck")
        job_id = stage.submit("stuck", timeout={"attemptDurationSeconds": 60})
        stage.settle()
        job = stage.job(job_id)
        return [job["status"], job["statusReason"]] == ["FAILED", "Job attempt duration exceeded timeout"]


def failed_dependency_fails_the_next(peer: Any) -> bool:
    """A failed dependency fails what depends on it.

    The second job is FAILED without an attempt, with AWS's statusReason.
    """
    with peer.stage() as stage:
        with stage.failing("first"):
            first = stage.submit("first")
        second = stage.submit("second", dependsOn=[{"jobId": first}])
        stage.settle()
        job = stage.job(second)
        return (job["status"], job.get("statusReason"), job["attempts"]) == (
            "FAILED",
            "Dependent Job failed",
            [],
        )


def array_counts_its_children(peer: Any) -> bool:
    """The parent of an array counts its children.

    `statusSummary` of an array of three that is over.
    """
    with peer.stage() as stage:
        job_id = stage.submit(arrayProperties={"size": 3})
        stage.settle()
        job = stage.job(job_id)
        return job["status"] == "SUCCEEDED" and job["arrayProperties"]["statusSummary"]["SUCCEEDED"] == 3


def one_index_fails(peer: Any) -> bool:
    """One index of an array fails, and so does the array.

    Of an array of three, index 1; the other two succeed.
    """
    with peer.stage() as stage:
        stage.fails_at("array", 1)
        job_id = stage.submit("array", arrayProperties={"size": 3})
        stage.settle()
        statuses = [stage.job(f"{job_id}{child}")["status"] for child in ("", ":0", ":1", ":2")]
        return statuses == ["FAILED", "SUCCEEDED", "FAILED", "SUCCEEDED"]


def n_to_n_goes_index_by_index(peer: Any) -> bool:
    """N_TO_N dependencies go index by index.

    While index 1 of the first array hangs, index 0 of the second succeeds and its index 1 is PENDING.
    """
    with peer.stage() as stage:
        stage.hangs("first", 1)
        first = stage.submit("first", arrayProperties={"size": 2})
        needs = [{"jobId": first, "type": "N_TO_N"}]
        second = stage.submit("second", arrayProperties={"size": 2}, dependsOn=needs)
        stage.settle()
        return [stage.job(f"{second}:{at}")["status"] for at in (0, 1)] == ["SUCCEEDED", "PENDING"]


def node_can_be_described(peer: Any) -> bool:
    """A node of a multi-node job can be described.

    `<jobId>#1` of two nodes has its `nodeDetails`.
    """
    nodes = [{"targetNodes": "0:", "container": CONTAINER}]
    with peer.stage() as stage:
        stage.batch.register_job_definition(
            jobDefinitionName="nodes",
            type="multinode",
            nodeProperties={"numNodes": 2, "mainNode": 0, "nodeRangeProperties": nodes},
        )
        job_id = stage.submit(jobDefinition="nodes")
        stage.settle()
        details = stage.job(f"{job_id}#1").get("nodeDetails", {})
        return (details.get("nodeIndex"), details.get("isMainNode")) == (1, False)


def cancel_leaves_a_running_job_alone(peer: Any) -> bool:
    """CancelJob does nothing to a RUNNING job.

    Its answer is empty, and the job succeeds.
    """
    with peer.stage() as stage:
        job_id = stage.submit()
        stage.reach(job_id, "RUNNING")
        stage.batch.cancel_job(jobId=job_id, reason="too late")
        stage.settle()
        return stage.job(job_id)["status"] == "SUCCEEDED"


def terminate_ends_a_running_job(peer: Any) -> bool:
    """TerminateJob ends a RUNNING job.

    It is FAILED, and the reason given is its statusReason.
    """
    with peer.stage() as stage:
        job_id = stage.submit()
        stage.reach(job_id, "RUNNING")
        stage.batch.terminate_job(jobId=job_id, reason="enough")
        stage.settle()
        job = stage.job(job_id)
        return (job["status"], job.get("statusReason")) == ("FAILED", "enough")


def freezegun_moves_jobs(peer: Any) -> bool:
    """The clock of freezegun moves jobs.

    Not over at first, over after `tick(3600)`.
    """
    with freeze_time("2026-01-01") as frozen, peer.stage() as stage:
        job_id = stage.submit()
        before = stage.job(job_id)["status"]
        frozen.tick(3600)
        return before not in OVER and stage.job(job_id)["status"] in OVER


def created_at_is_freezeguns(peer: Any) -> bool:
    """The createdAt of a job is the instant that freezegun shows.

    In milliseconds; the time zone of the machine is UTC.
    """
    with freeze_time("2026-01-01"), peer.stage() as stage:
        return stage.job(stage.submit())["createdAt"] == 1_767_225_600_000
