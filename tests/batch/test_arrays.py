"""Array jobs: the parent's states, its children's, and how both are described and listed."""

import pytest
from botocore.exceptions import ClientError

START_MS = 1767225600000
ARN = "arn:aws:batch:us-east-1:123456789012:"
EXITED = "Essential container in task exited"
CHILD_FAILED = "Array Child Job failed"
STATES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
CONTAINER = {
    "image": "busybox",
    "command": ["true"],
    "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
    "environment": [],
    "mountPoints": [],
    "networkInterfaces": [],
    "secrets": [],
    "ulimits": [],
    "volumes": [],
}


@pytest.fixture
def submit(batch):
    def submit(size=3, **members):
        return batch.submit_job(
            jobName="array", jobQueue="q", jobDefinition="d", arrayProperties={"size": size}, **members
        )["jobId"]

    return submit


def story(fake, job_id):
    """What became of a job: (second, status, reason)."""
    return [
        (at.timestamp() - START_MS / 1000, status, reason)
        for at, status, reason in fake.batch.job(job_id).history
    ]


def described(batch, job_id):
    (job,) = batch.describe_jobs(jobs=[job_id])["jobs"]
    return job


def listed(batch, **members):
    return batch.list_jobs(**members)["jobSummaryList"]


def summary(**counts):
    return {**dict.fromkeys(STATES, 0), **counts}


def refusal(call, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    return caught.value.response["Error"]


class TestSize:
    @pytest.mark.source("reference §5; text assumed")
    @pytest.mark.parametrize("size", [-1, 0, 1, 10_001])
    def test_refused(self, fake, submit, size):
        assert refusal(submit, size) == {
            "Code": "ClientException",
            "Message": "Array size must be between 2 and 10000.",
        }
        assert fake.batch.jobs() == []

    @pytest.mark.source("reference §5")
    @pytest.mark.parametrize("size", [2, 10_000])
    @pytest.mark.needs("JobSummary.scheduledAt")
    def test_accepted(self, fake, batch, submit, size):
        job = submit(size)
        fake.run_until_idle()
        assert described(batch, job)["arrayProperties"] == {
            "size": size,
            "statusSummary": summary(SUCCEEDED=size),
            "statusSummaryLastUpdatedAt": START_MS + 70_000,
        }
        assert len(fake.batch.jobs(status="SUCCEEDED")) == size + 1

    @pytest.mark.source("assumed: properties without a size are none")
    def test_no_size(self, fake, batch):
        job = batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d", arrayProperties={})["jobId"]
        fake.run_until_idle()
        assert "arrayProperties" not in described(batch, job)
        assert [view.id for view in fake.batch.jobs()] == [job]


class TestParent:
    @pytest.mark.source("reference §1.2, §5")
    def test_is_pending_until_its_last_child_ends(self, fake, submit):
        fake.batch.when(array_index=2).succeed(after=200)
        job = submit()
        fake.run_until_idle()
        assert story(fake, job) == [
            (0, "SUBMITTED", None),
            (1, "PENDING", None),
            (210, "SUCCEEDED", None),
        ]

    @pytest.mark.source("reference §5: statusSummary counts the children in the seven states")
    @pytest.mark.needs("JobSummary.scheduledAt")
    def test_status_summary_at_each_instant(self, fake, batch, submit):
        fake.batch.when(array_index=0).fail(after=5)
        fake.batch.when(array_index=1).fail_to_start("CannotPullContainerError: no such image", after=2)
        fake.batch.when(array_index=4).stuck("UNDETERMINED")
        job = submit(5)
        seen = []
        for second in range(72):
            properties = described(batch, job)["arrayProperties"]
            counts = {state: count for state, count in properties["statusSummary"].items() if count}
            shown = (counts, (properties["statusSummaryLastUpdatedAt"] - START_MS) / 1000)
            if not seen or shown != seen[-1][1:]:
                seen.append((second, *shown))
            fake.tick()
        assert seen == [
            (0, {}, 0),
            (1, {"RUNNABLE": 5}, 1),
            (5, {"RUNNABLE": 1, "STARTING": 4}, 5),
            (7, {"RUNNABLE": 1, "STARTING": 3, "FAILED": 1}, 7),
            (10, {"RUNNABLE": 1, "RUNNING": 3, "FAILED": 1}, 10),
            (15, {"RUNNABLE": 1, "RUNNING": 2, "FAILED": 2}, 15),
            (70, {"RUNNABLE": 1, "SUCCEEDED": 2, "FAILED": 2}, 70),
        ]
        assert set(described(batch, job)["arrayProperties"]["statusSummary"]) == set(STATES)

    @pytest.mark.source("model: statusSummaryLastUpdatedAt; that spawning counts as an update is assumed")
    @pytest.mark.needs("JobSummary.scheduledAt")
    def test_status_summary_of_children_that_wait(self, fake, batch, submit):
        first = batch.submit_job(jobName="first", jobQueue="q", jobDefinition="d")["jobId"]
        job = submit(2, dependsOn=[{"jobId": first}])
        fake.tick(20)
        assert described(batch, job)["arrayProperties"] == {
            "size": 2,
            "statusSummary": summary(PENDING=2),
            "statusSummaryLastUpdatedAt": START_MS + 1_000,
        }

    @pytest.mark.source("reference §5, §19: one failed child doesn't end the parent early")
    def test_a_failed_child_fails_it_in_the_end(self, fake, submit):
        fake.batch.when(array_index=0).fail(after=1)
        job = submit()
        fake.run_until_idle()
        assert story(fake, f"{job}:0")[-1] == (11, "FAILED", EXITED)
        assert story(fake, job)[-1] == (70, "FAILED", CHILD_FAILED)

    @pytest.mark.source("reference §5: the strategy applies per child")
    def test_retries_are_each_childs_own(self, fake, batch, submit):
        fake.batch.when(array_index=1).fail(after=1).fail(after=1).succeed(after=1)
        fake.batch.when(array_index=2).fail(after=1)
        job = submit(3, retryStrategy={"attempts": 3})
        fake.run_until_idle()
        children = [fake.batch.job(f"{job}:{index}") for index in range(3)]
        assert [(len(child.attempts), child.status) for child in children] == [
            (1, "SUCCEEDED"),
            (3, "SUCCEEDED"),
            (3, "FAILED"),
        ]
        # 10 + 1, then twice 4 + 5 + 1.
        assert story(fake, f"{job}:2")[-1] == (31, "FAILED", EXITED)
        assert described(batch, job)["attempts"] == []
        assert story(fake, job)[-1] == (70, "FAILED", CHILD_FAILED)

    @pytest.mark.source("reference §3, §5: a timeout applies to each child")
    def test_timeouts_are_each_childs_own(self, fake, submit):
        fake.batch.when(array_index=1).succeed(after=100)
        job = submit(2, timeout={"attemptDurationSeconds": 60})
        fake.run_until_idle()
        assert story(fake, f"{job}:0")[-1] == (70, "SUCCEEDED", EXITED)
        assert story(fake, f"{job}:1")[-1] == (70, "FAILED", "Job attempt duration exceeded timeout")
        assert story(fake, job)[-1] == (70, "FAILED", CHILD_FAILED)

    @pytest.mark.source("assumed: children come in the order of their indices")
    def test_children_start_in_order(self, fake, submit):
        order = []
        fake.batch.when(matching=lambda job: order.append(job.array_index)).succeed()
        submit(4)
        fake.tick(10)
        assert order == [0, 1, 2, 3]


class TestChildren:
    @pytest.mark.source("reference §1.2, §5")
    def test_are_spawned_pending_when_the_parent_is(self, fake, batch, submit):
        job = submit()
        assert batch.describe_jobs(jobs=[f"{job}:0"])["jobs"] == []
        fake.run_until_idle()
        assert [view.id for view in fake.batch.jobs()] == [job, f"{job}:0", f"{job}:1", f"{job}:2"]
        for index in range(3):
            assert story(fake, f"{job}:{index}") == [
                (1, "PENDING", None),
                (1, "RUNNABLE", None),
                (5, "STARTING", None),
                (10, "RUNNING", None),
                (70, "SUCCEEDED", EXITED),
            ]

    @pytest.mark.source("reference §5, §8")
    def test_environment_of_the_container(self, fake, submit):
        seen = []
        fake.batch.when(job_name="array").run(lambda job: seen.append(job.environment))
        job = submit(2)
        fake.tick(10)
        assert seen == [
            {
                "AWS_BATCH_JOB_ID": f"{job}:{index}",
                "AWS_BATCH_JQ_NAME": "q",
                "AWS_BATCH_CE_NAME": "q-environment",
                "AWS_BATCH_JOB_ATTEMPT": "1",
                "AWS_BATCH_JOB_ARRAY_INDEX": str(index),
                "AWS_BATCH_JOB_ARRAY_SIZE": "2",
            }
            for index in range(2)
        ]

    @pytest.mark.source("reference §5, §14")
    def test_dont_inherit_tags(self, fake, batch, submit):
        job = submit(2, tags={"team": "blue"})
        fake.tick(2)
        assert described(batch, job)["tags"] == {"team": "blue"}
        assert described(batch, f"{job}:0")["tags"] == {}

    @pytest.mark.source("reference §13: as long as their parent")
    def test_are_forgotten_with_their_parent(self, fake, batch, submit):
        fake.batch.when(array_index=0).succeed(after=24 * 3600)
        job = submit(2)
        fake.run_until(job)
        ids = [job, f"{job}:0", f"{job}:1"]
        fake.tick(7 * 24 * 3600 - 1)
        assert [found["jobId"] for found in batch.describe_jobs(jobs=ids)["jobs"]] == ids
        fake.tick(1)
        assert batch.describe_jobs(jobs=ids)["jobs"] == []
        assert listed(batch, arrayJobId=job, jobStatus="SUCCEEDED") == []


class TestStopping:
    @pytest.mark.source("reference §7")
    @pytest.mark.parametrize("operation", ["cancel_job", "terminate_job"])
    @pytest.mark.needs("JobSummary.scheduledAt")
    def test_parent_in_submitted(self, fake, batch, submit, operation):
        job = submit()
        getattr(batch, operation)(jobId=job, reason="stop")
        fake.run_until_idle()
        assert story(fake, job) == [(0, "SUBMITTED", None), (0, "FAILED", "stop")]
        assert [view.id for view in fake.batch.jobs()] == [job]
        assert described(batch, job)["arrayProperties"] == {
            "size": 3,
            "statusSummary": summary(),
            "statusSummaryLastUpdatedAt": START_MS,
        }

    @pytest.mark.source("reference §7; the parent's reason is assumed")
    def test_cancelling_the_parent_takes_back_what_isnt_placed(self, fake, batch, submit):
        fake.batch.when(array_index=0).succeed(after=30)
        fake.batch.when(array_index=2).stuck("UNDETERMINED")
        job = submit(4)
        fake.tick(5)
        batch.terminate_job(jobId=f"{job}:3", reason="alone")
        fake.tick(6)
        batch.cancel_job(jobId=job, reason="enough")
        parent = described(batch, job)
        assert (parent["status"], parent["isCancelled"]) == ("PENDING", True)
        fake.run_until_idle()
        assert [story(fake, f"{job}:{index}")[-1] for index in range(4)] == [
            (40, "SUCCEEDED", EXITED),
            (70, "SUCCEEDED", EXITED),
            (11, "FAILED", "enough"),
            (5, "FAILED", "alone"),
        ]
        assert story(fake, job)[-1] == (70, "FAILED", "enough")
        # A child that runs is let run: nothing was cancelled there.
        assert "isCancelled" not in described(batch, f"{job}:0")
        assert described(batch, f"{job}:2")["isCancelled"] is True

    @pytest.mark.source("reference §7: cancelling what runs succeeds without effect")
    def test_cancelling_a_parent_whose_children_all_run(self, fake, batch, submit):
        job = submit()
        fake.tick(20)
        batch.cancel_job(jobId=job, reason="too late")
        fake.run_until_idle()
        assert story(fake, job)[-1] == (70, "SUCCEEDED", None)

    @pytest.mark.source("reference §7; the parent's reason is assumed")
    def test_terminating_the_parent_ends_all(self, fake, batch, submit):
        fake.batch.when(array_index=0).succeed(after=2)
        fake.batch.when(array_index=2).stuck("UNDETERMINED")
        job = submit()
        fake.tick(20)
        batch.terminate_job(jobId=job, reason="enough")
        fake.run_until_idle()
        assert [story(fake, f"{job}:{index}")[-1] for index in range(3)] == [
            (12, "SUCCEEDED", EXITED),
            (20, "FAILED", "enough"),
            (20, "FAILED", "enough"),
        ]
        assert story(fake, job)[-1] == (20, "FAILED", "enough")
        assert described(batch, f"{job}:1")["isTerminated"] is True
        assert "isTerminated" not in described(batch, f"{job}:0")

    @pytest.mark.source("reference §5, §7")
    @pytest.mark.parametrize(("second", "ends"), [(2, "RUNNABLE"), (6, "STARTING"), (20, "RUNNING")], ids=str)
    def test_terminating_one_child(self, fake, batch, submit, second, ends):
        job = submit()
        fake.tick(second)
        assert fake.batch.job(f"{job}:1").status == ends
        batch.terminate_job(jobId=f"{job}:1", reason="just this")
        fake.run_until_idle()
        assert [story(fake, f"{job}:{index}")[-1] for index in range(3)] == [
            (70, "SUCCEEDED", EXITED),
            (second, "FAILED", "just this"),
            (70, "SUCCEEDED", EXITED),
        ]
        assert story(fake, job)[-1] == (70, "FAILED", CHILD_FAILED)

    @pytest.mark.source("reference §7: a parent that has ended stays as it is")
    def test_stopping_an_array_that_has_ended(self, fake, batch, submit):
        job = submit()
        fake.run_until_idle()
        before = described(batch, job)
        batch.cancel_job(jobId=job, reason="late")
        batch.terminate_job(jobId=job, reason="late")
        assert described(batch, job) == before

    @pytest.mark.source("reference §11: children show the deletion, the parent its failed children")
    def test_deleting_the_queue(self, fake, batch, submit):
        waiting, running = submit(), submit()
        fake.batch.when(array_index=0).succeed(after=1)
        fake.tick(20)
        fresh = submit()
        batch.update_job_queue(jobQueue="q", state="DISABLED")
        batch.delete_job_queue(jobQueue="q")
        for job in (waiting, running):
            assert [story(fake, f"{job}:{index}")[-1] for index in range(3)] == [
                (11, "SUCCEEDED", EXITED),
                (20, "FAILED", "JobQueue deleted"),
                (20, "FAILED", "JobQueue deleted"),
            ]
            assert story(fake, job)[-1] == (20, "FAILED", CHILD_FAILED)
        assert story(fake, fresh)[-1] == (20, "FAILED", "JobQueue deleted")


class TestDescriptions:
    @pytest.mark.source("reference §1.3, §5; container, attempts and times of a parent are assumed")
    @pytest.mark.needs("JobSummary.scheduledAt")
    def test_parent(self, fake, batch, submit):
        fake.batch.when(array_index=1).fail(after=20)
        job = submit(
            2, tags={"a": "b"}, retryStrategy={"attempts": 1}, timeout={"attemptDurationSeconds": 90}
        )
        assert described(batch, job) == {
            "jobArn": f"{ARN}job/{job}",
            "jobName": "array",
            "jobId": job,
            "jobQueue": f"{ARN}job-queue/q",
            "status": "SUBMITTED",
            "attempts": [],
            "createdAt": START_MS,
            "dependsOn": [],
            "jobDefinition": f"{ARN}job-definition/d:1",
            "parameters": {},
            "tags": {"a": "b"},
            "propagateTags": False,
            "platformCapabilities": [],
            "eksAttempts": [],
            "retryStrategy": {"attempts": 1, "evaluateOnExit": []},
            "timeout": {"attemptDurationSeconds": 90},
            "container": CONTAINER,
            "arrayProperties": {
                "statusSummary": summary(),
                "statusSummaryLastUpdatedAt": START_MS,
                "size": 2,
            },
        }
        submitted = described(batch, job)
        fake.run_until_idle()
        assert described(batch, job) == {
            **submitted,
            "status": "FAILED",
            "statusReason": CHILD_FAILED,
            "stoppedAt": START_MS + 70_000,
            "arrayProperties": {
                "statusSummary": summary(SUCCEEDED=1, FAILED=1),
                "statusSummaryLastUpdatedAt": START_MS + 70_000,
                "size": 2,
            },
        }

    @pytest.mark.source("reference §1.3: a recorded child has an empty statusSummary and its index")
    def test_child(self, fake, batch, submit):
        job = submit(2)
        fake.run_until_idle()
        child = described(batch, f"{job}:1")
        cluster = child["container"]["taskArn"].split("/")[1]
        task = child["container"]["taskArn"].split("/")[2]
        instance = child["container"]["containerInstanceArn"].split("/")[2]
        run = {
            "taskArn": f"arn:aws:ecs:us-east-1:123456789012:task/{cluster}/{task}",
            "containerInstanceArn": (
                f"arn:aws:ecs:us-east-1:123456789012:container-instance/{cluster}/{instance}"
            ),
            "logStreamName": f"d/default/{task}",
            "networkInterfaces": [],
            "exitCode": 0,
        }
        assert child == {
            "jobArn": f"{ARN}job/{job}:1",
            "jobName": "array",
            "jobId": f"{job}:1",
            "jobQueue": f"{ARN}job-queue/q",
            "status": "SUCCEEDED",
            "statusReason": EXITED,
            "attempts": [
                {
                    "container": run,
                    "startedAt": START_MS + 10_000,
                    "stoppedAt": START_MS + 70_000,
                    "statusReason": EXITED,
                }
            ],
            "createdAt": START_MS + 1_000,
            "startedAt": START_MS + 10_000,
            "stoppedAt": START_MS + 70_000,
            "dependsOn": [],
            "jobDefinition": f"{ARN}job-definition/d:1",
            "parameters": {},
            "tags": {},
            "propagateTags": False,
            "platformCapabilities": [],
            "eksAttempts": [],
            "container": {**CONTAINER, **run},
            "arrayProperties": {"statusSummary": {}, "index": 1},
        }
        assert len(cluster) == len("AWSBatch-q-environment-") + 36
        assert (len(task), len(instance)) == (32, 32)

    @pytest.mark.source("reference §5, §13")
    @pytest.mark.needs("JobSummary.scheduledAt")
    def test_listed_parent(self, fake, batch, submit):
        job = submit(2)
        fake.tick(20)
        assert listed(batch, jobQueue="q") == []
        assert listed(batch, jobQueue="q", jobStatus="PENDING") == [
            {
                "jobArn": f"{ARN}job/{job}",
                "jobId": job,
                "jobName": "array",
                "createdAt": START_MS,
                "status": "PENDING",
                "jobDefinition": f"{ARN}job-definition/d:1",
                "arrayProperties": {
                    "size": 2,
                    "statusSummary": summary(RUNNING=2),
                    "statusSummaryLastUpdatedAt": START_MS + 10_000,
                },
            }
        ]

    @pytest.mark.source("reference §13: a recorded child has its index and no definition")
    @pytest.mark.needs("JobSummary.scheduledAt")
    def test_listed_children(self, fake, batch, submit):
        fake.batch.when(array_index=1).fail(exit_code=3, reason="out of cheese", after=5)
        job = submit(2)
        fake.tick(20)
        running = {
            "jobArn": f"{ARN}job/{job}:0",
            "jobId": f"{job}:0",
            "jobName": "array",
            "createdAt": START_MS + 1_000,
            "scheduledAt": START_MS + 5_000,
            "startedAt": START_MS + 10_000,
            "status": "RUNNING",
            "capacityUsage": [{"capacityUnit": "VCPU", "quantity": 1.0}],
            "arrayProperties": {"index": 0},
        }
        assert listed(batch, arrayJobId=job) == [running]
        assert listed(batch, arrayJobId=job, jobStatus="FAILED") == [
            {
                **running,
                "jobArn": f"{ARN}job/{job}:1",
                "jobId": f"{job}:1",
                "status": "FAILED",
                "statusReason": EXITED,
                "stoppedAt": START_MS + 15_000,
                "container": {"exitCode": 3, "reason": "out of cheese"},
                "arrayProperties": {"index": 1},
            }
        ]

    @pytest.mark.source("reference §5: real statusSummary may lag; here it never does")
    def test_the_summary_in_an_answer_stands_still(self, fake, batch, submit):
        job = submit(2)
        fake.tick(20)
        before = described(batch, job)
        call = fake.calls[-1]
        fake.run_until_idle()
        assert before["arrayProperties"]["statusSummary"] == summary(RUNNING=2)
        assert call.response["jobs"][0]["arrayProperties"]["statusSummary"] == summary(RUNNING=2)
