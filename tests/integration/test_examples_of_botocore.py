"""The worked examples that botocore ships with its model of Batch, replayed in one world.

They are requests and answers that AWS wrote, in 2016 and 2020 by the numbers in their ids. None is left out:
all of them keep today's rules, but for the DeregisterJobDefinition of a bare name, of which it is assumed
that it is still accepted. What an example takes for granted (a queue, a job in a certain status) is set up
before it. Before example and answer are compared:

* the account 012345678910, which most examples are of, becomes 123456789012, which the others are of;
* ids of jobs in a request become those of the jobs that stand for them here;
* UUIDs and the 32 hexadecimal digits of ECS ids become `<uuid>` and `<id>`.

Nothing else is: the times of DescribeJobs are the example's own. Where an answer still differs it is said
member by member, with the reason.
"""

import json
import re

import pytest
from botocore.session import Session

import fakebatch
from fakebatch.batch.operations import OPERATIONS

ABSENT = "(absent)"
ARN = "arn:aws:batch:us-east-1:123456789012:"
ENVIRONMENT = {
    "type": "MANAGED",
    "computeResources": {
        "type": "EC2",
        "desiredvCpus": 48,
        "ec2KeyPair": "id_rsa",
        "instanceRole": "ecsInstanceRole",
        "instanceTypes": ["p2"],
        "maxvCpus": 128,
        "minvCpus": 0,
        "securityGroupIds": ["sg-cf5093b2"],
        "subnets": ["subnet-220c0e0a", "subnet-1a95556d", "subnet-978f6dce"],
        "tags": {"Name": "Batch Instance - P2OnDemand"},
    },
    "serviceRole": "arn:aws:iam::123456789012:role/AWSBatchServiceRole",
}


def shipped():
    """Each example by (operation, id)."""
    found = Session().get_component("data_loader").load_service_model("batch", "examples-1")["examples"]
    return {(operation, each["id"]): each for operation, group in found.items() for each in group}


def one_account(value):
    return json.loads(json.dumps(value).replace("012345678910", "123456789012"))


def without_ids(value):
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>", json.dumps(value))
    return json.loads(re.sub(r"\b[0-9a-f]{32}\b", "<id>", text))


def differences(example, answer, path=""):
    """(path, in the example, in the answer) of all that isn't equal."""
    if isinstance(example, dict) and isinstance(answer, dict):
        for name in sorted({*example, *answer}):
            step = f"{path}.{name}" if path else name
            yield from differences(example.get(name, ABSENT), answer.get(name, ABSENT), step)
    elif isinstance(example, list) and isinstance(answer, list) and len(example) == len(answer):
        for number, pair in enumerate(zip(example, answer, strict=True)):
            yield from differences(*pair, f"{path}[{number}]")
    elif example != answer:
        yield path, example, answer


class Story:
    """One world in which the examples happen one after the other."""

    def __init__(self, fake):
        self.fake = fake
        self.batch = fake.client("batch")
        self.examples = shipped()
        self.ids = {}
        self.answers = {}

    def replay(self, operation, name):
        """Make the call of an example and keep what was answered."""
        request = one_account(self.examples[operation, name]["input"])
        if request.get("jobId") in self.ids:
            request["jobId"] = self.ids[request["jobId"]]
        if "jobs" in request:
            request["jobs"] = [self.ids[job_id] for job_id in request["jobs"]]
        method = re.sub("(?<!^)(?=[A-Z])", "_", operation).lower()
        answer = getattr(self.batch, method)(**request)
        del answer["ResponseMetadata"]
        self.answers[operation, name] = answer
        return answer

    def submit(self, stands_for=None, definition="sleep60"):
        job = self.batch.submit_job(jobName="example", jobQueue="HighPriority", jobDefinition=definition)
        self.ids[stands_for] = job["jobId"]
        return job["jobId"]


def environments_and_queues(story):
    story.replay("CreateComputeEnvironment", "to-create-a-managed-ec2-compute-environment-1481152600017")
    story.replay("CreateComputeEnvironment", "to-create-a-managed-ec2-spot-compute-environment-1481152844190")
    story.replay("CreateJobQueue", "to-create-a-job-queue-with-a-single-compute-environment-1481152967946")
    story.replay("CreateJobQueue", "to-create-a-job-queue-with-multiple-compute-environments-1481153027051")
    # The queue is described as it was at another time than it was created.
    order = [{"order": 1, "computeEnvironment": "C4OnDemand"}]
    story.batch.update_job_queue(jobQueue="HighPriority", priority=1, computeEnvironmentOrder=order)
    story.replay("DescribeJobQueues", "to-describe-a-job-queue-1481153995804")


def retired_resources(story):
    story.batch.create_compute_environment(computeEnvironmentName="P2OnDemand", **ENVIRONMENT)
    order = [{"order": 1, "computeEnvironment": "P2OnDemand"}]
    story.fake.batch.add_job_queue("GPGPU", computeEnvironmentOrder=order)
    story.replay("DescribeComputeEnvironments", "to-describe-a-compute-environment-1481153713334")
    story.replay("UpdateJobQueue", "to-update-a-job-queue-1481154806981")
    story.replay("DeleteJobQueue", "to-delete-a-job-queue-1481153508134")
    story.replay("UpdateComputeEnvironment", "to-update-a-compute-environment-1481154702731")
    story.replay("DeleteComputeEnvironment", "to-delete-a-compute-environment-1481153105644")


def definitions_and_tags(story):
    story.replay("RegisterJobDefinition", "to-register-a-job-definition-1481154325325")
    story.replay("DeregisterJobDefinition", "to-deregister-a-job-definition-1481153579565")
    sizes = [{"type": "MEMORY", "value": "128"}, {"type": "VCPU", "value": "1"}]
    container = {"image": "busybox", "command": ["sleep", "60"], "resourceRequirements": sizes}
    story.fake.batch.add_job_definition("sleep60", containerProperties=container)
    # sleep10 is INACTIVE by now, sleep30 not yet there.
    story.replay("DescribeJobDefinitions", "to-describe-active-job-definitions-1481153895831")
    story.replay("RegisterJobDefinition", "registerjobdefinition-with-tags-1591290509028")
    story.replay("TagResource", "tagresource-example-1591291959952")
    story.replay("ListTagsForResource", "listtagsforresource-example-1591293003710")
    story.replay("UntagResource", "untagresource-example-1591292811042")


def jobs(story):
    story.replay("SubmitJob", "to-submit-a-job-to-a-queue-1481154481673")
    story.replay("ListJobs", "to-list-submitted-jobs-1481154251623")
    story.fake.tick(40)
    story.replay("ListJobs", "to-list-running-jobs-1481154202164")
    story.submit("61e743ed-35e4-48da-b2de-5c8333821c84")
    story.fake.tick(40)
    story.replay("TerminateJob", "to-terminate-a-job-1481154558276")
    story.submit("1d828f65-7a4d-42e8-996d-3b900ed59dc4")
    story.replay("CancelJob", "to-cancel-a-job-1481152314733")
    described_job(story)


def described_job(story):
    """The job is of a definition in the old style, and lives at the times that the example has."""
    container = {"image": "busybox", "command": ["sleep", "60"], "vcpus": 1, "memory": 128}
    story.batch.register_job_definition(
        jobDefinitionName="sleep60", type="container", containerProperties=container
    )
    story.fake.batch.when(job_definition="sleep60:2").succeed(after=64.199)
    story.fake.move_to("2016-11-29T23:06:22.010Z")
    job_id = story.submit("24fa2d7a-64c4-49d2-8b47-f8da4fbde8e9")
    story.fake.run_until(job_id)
    story.replay("DescribeJobs", "to-describe-a-specific-job-1481154090490")


CAPACITY = [{"capacityUnit": "VCPU", "quantity": 1.0}]
CLUSTER = "AWSBatch-C4OnDemand-<uuid>"
TASK = f"arn:aws:ecs:us-east-1:123456789012:task/{CLUSTER}/<id>"
INSTANCE = f"arn:aws:ecs:us-east-1:123456789012:container-instance/{CLUSTER}/<id>"
STREAM = "sleep60/default/<id>"
ENDED = "Essential container in task exited"

# Members that the model has got since an example was written (uuid, jobArn, tags, platformCapabilities,
# eksAttempts, capacityUsage, ...), defaults that AWS fills in today (reference §9.3, §10.1), and what an
# example leaves out of a job that has run: its attempt, its task and its log stream (reference §1.3).
ADDED = {
    "to-describe-a-compute-environment-1481153713334": {
        "computeEnvironments[0].computeResources.allocationStrategy": "BEST_FIT",
        "computeEnvironments[0].computeResources.ec2Configuration": [{"imageType": "ECS_AL2023"}],
        "computeEnvironments[0].containerOrchestrationType": "ECS",
        "computeEnvironments[0].tags": {},
        "computeEnvironments[0].updatePolicy": {
            "terminateJobsOnUpdate": False,
            "jobExecutionTimeoutMinutes": 30,
        },
        "computeEnvironments[0].uuid": "<uuid>",
    },
    "to-describe-active-job-definitions-1481153895831": {
        "jobDefinitions[0].containerOrchestrationType": "ECS",
        "jobDefinitions[0].containerProperties.secrets": [],
        "jobDefinitions[0].parameters": {},
        "jobDefinitions[0].platformCapabilities": [],
        "jobDefinitions[0].propagateTags": False,
        "jobDefinitions[0].tags": {},
    },
    "to-describe-a-job-queue-1481153995804": {
        "jobQueues[0].jobQueueType": "ECS",
        "jobQueues[0].tags": {},
    },
    "to-describe-a-specific-job-1481154090490": {
        "jobs[0].attempts": [
            {
                "container": {
                    "taskArn": TASK,
                    "containerInstanceArn": INSTANCE,
                    "logStreamName": STREAM,
                    "networkInterfaces": [],
                    "exitCode": 0,
                },
                "startedAt": 1480460816500,
                "stoppedAt": 1480460880699,
                "statusReason": ENDED,
            }
        ],
        "jobs[0].container.logStreamName": STREAM,
        "jobs[0].container.networkInterfaces": [],
        "jobs[0].container.resourceRequirements": [],
        "jobs[0].container.secrets": [],
        "jobs[0].container.taskArn": TASK,
        "jobs[0].eksAttempts": [],
        "jobs[0].jobArn": f"{ARN}job/<uuid>",
        "jobs[0].platformCapabilities": [],
        "jobs[0].propagateTags": False,
        "jobs[0].statusReason": ENDED,
        "jobs[0].tags": {},
    },
    "to-list-running-jobs-1481154202164": {
        "jobSummaryList[0].capacityUsage": CAPACITY,
        "jobSummaryList[0].createdAt": 1480377600000,
        "jobSummaryList[0].jobArn": f"{ARN}job/<uuid>",
        "jobSummaryList[0].jobDefinition": f"{ARN}job-definition/sleep60:1",
        "jobSummaryList[0].scheduledAt": 1480377605000,
        "jobSummaryList[0].startedAt": 1480377634490,
        "jobSummaryList[0].status": "RUNNING",
    },
    "to-list-submitted-jobs-1481154251623": {
        "jobSummaryList[0].capacityUsage": CAPACITY,
        "jobSummaryList[0].createdAt": 1480377600000,
        "jobSummaryList[0].jobArn": f"{ARN}job/<uuid>",
        "jobSummaryList[0].jobDefinition": f"{ARN}job-definition/sleep60:1",
        "jobSummaryList[0].status": "SUBMITTED",
    },
    "to-submit-a-job-to-a-queue-1481154481673": {"jobArn": f"{ARN}job/<uuid>"},
}
# (in the example, in the answer): clusters have other names since, and ARNs of ECS contain the cluster's; a
# job shows its definition as an ARN with the revision (reference §1.3, §10.1, §15).
CHANGED = {
    "to-describe-a-compute-environment-1481153713334": {
        "computeEnvironments[0].ecsClusterArn": (
            "arn:aws:ecs:us-east-1:123456789012:cluster/P2OnDemand_Batch_<uuid>",
            "arn:aws:ecs:us-east-1:123456789012:cluster/AWSBatch-P2OnDemand-<uuid>",
        )
    },
    "to-describe-a-specific-job-1481154090490": {
        "jobs[0].container.containerInstanceArn": (
            "arn:aws:ecs:us-east-1:123456789012:container-instance/<uuid>",
            INSTANCE,
        ),
        "jobs[0].jobDefinition": ("sleep60", f"{ARN}job-definition/sleep60:2"),
    },
}


@pytest.fixture(scope="module")
def story():
    timing = fakebatch.Timing(starting=29.49)
    with fakebatch.mock(start="2016-11-29T00:00:00Z", timing=timing) as fake:
        told = Story(fake)
        environments_and_queues(told)
        retired_resources(told)
        definitions_and_tags(told)
        jobs(told)
    return told


EXAMPLES = [key for key in shipped() if key[0] in OPERATIONS]


def as_parameter(key):
    """ListJobs answers with members that an old botocore would drop."""
    marks = [pytest.mark.needs("JobSummary.scheduledAt")] if key[0] == "ListJobs" else []
    return pytest.param(key, id=key[1].rpartition("-")[0], marks=marks)


@pytest.mark.source("botocore's examples-1.json of Batch")
@pytest.mark.parametrize("example", [as_parameter(key) for key in EXAMPLES])
def test_example_is_answered_as_aws_did(story, example):
    """A new example of botocore has no answer, and fails here until it has its place in the story."""
    assert example in story.answers
    expected = without_ids(one_account(story.examples[example].get("output", {})))
    answer = without_ids(story.answers[example])
    added = {path: (ABSENT, now) for path, now in ADDED.get(example[1], {}).items()}
    found = {path: (before, now) for path, before, now in differences(expected, answer)}
    assert found == {**added, **CHANGED.get(example[1], {})}


def test_no_difference_is_expected_of_an_example_that_is_gone():
    assert {*ADDED, *CHANGED} <= {name for _, name in EXAMPLES}
