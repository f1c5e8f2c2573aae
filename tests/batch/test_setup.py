"""Set-up from the author's side."""

import botocore.session
import pytest

import fakebatch
from fakebatch.batch import setup_members

QUEUE_ARN = "arn:aws:batch:us-east-1:123456789012:job-queue/"


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        yield world


def environments(batch):
    return batch.describe_compute_environments()["computeEnvironments"]


def queue(batch, name="q"):
    (described,) = batch.describe_job_queues(jobQueues=[name])["jobQueues"]
    return described


def attached(batch, name="q"):
    return [
        entry["computeEnvironment"].rpartition("/")[2]
        for entry in queue(batch, name)["computeEnvironmentOrder"]
    ]


@pytest.mark.source("design: defaults that AWS itself would accept")
@pytest.mark.parametrize(
    "overrides",
    [
        pytest.param({}, id="EC2"),
        pytest.param({"computeResources": {"type": "SPOT"}}, id="SPOT"),
        pytest.param({"computeResources": {"type": "SPOT", "allocationStrategy": "BEST_FIT"}}, id="best fit"),
        pytest.param(
            {"computeResources": {"allocationStrategy": "BEST_FIT_PROGRESSIVE_ORDERED"}}, id="ordered"
        ),
        pytest.param({"computeResources": {"type": "FARGATE"}}, id="FARGATE"),
        pytest.param({"computeResources": {"type": "FARGATE_SPOT", "maxvCpus": 4}}, id="FARGATE_SPOT"),
        pytest.param({"computeResources": {"type": "ECS_MANAGED_INSTANCES"}}, id="managed instances"),
        pytest.param({"computeResources": {"minvCpus": 1000}}, id="many vCPUs"),
        pytest.param({"type": "UNMANAGED"}, id="unmanaged"),
        pytest.param({"eksConfiguration": {"kubernetesNamespace": "jobs"}}, id="EKS"),
        pytest.param({"containerOrchestrationType": "EKS"}, id="EKS by its described member"),
    ],
)
def test_an_environment_is_filled_up_with_what_aws_asks_for(fake, batch, overrides):
    arn = fake.batch.add_compute_environment("ce", **overrides)
    (environment,) = environments(batch)
    assert environment["computeEnvironmentArn"] == arn
    assert (environment["state"], environment["status"]) == ("ENABLED", "VALID")
    for member, value in overrides.items():
        if isinstance(value, dict):
            assert value.items() <= environment[member].items()
        else:
            assert environment[member] == value


@pytest.mark.source("design: overrides are members of the described structure too")
def test_described_members_are_set_by_hand(fake, batch):
    described = {
        "state": "DISABLED",
        "status": "INVALID",
        "statusReason": "CLIENT_ERROR - no",
        "uuid": "5c19160b-d450-31c9-8454-86cf5b30548f",
        "ecsClusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/mine",
        "updatePolicy": {"terminateJobsOnUpdate": True, "jobExecutionTimeoutMinutes": 30},
    }
    fake.batch.add_compute_environment("ce", **described)
    (environment,) = environments(batch)
    assert described.items() <= environment.items()


@pytest.mark.source("assumed: which of the user guide's reasons")
def test_an_invalid_environment_has_a_reason(fake, batch):
    fake.batch.add_compute_environment("ce", status="INVALID")
    (environment,) = environments(batch)
    assert environment["statusReason"] == (
        "Your compute environment has been INVALIDATED and scaled down because none of the instances joined "
        "the underlying ECS Cluster. Common issues preventing instances joining are the following: "
        "VPC/Subnet configuration preventing communication to ECS, incorrect Instance Profile policy "
        "preventing authorization to ECS, or customized AMI or LaunchTemplate configurations affecting ECS "
        "agent."
    )


@pytest.mark.source("design: set-up is done at once")
def test_set_up_is_valid_at_once_whatever_the_timing():
    with fakebatch.mock(timing=fakebatch.Timing.realistic()) as fake:
        fake.batch.add_job_queue("q")
        batch = fake.client("batch")
        assert queue(batch)["status"] == "VALID"
        assert [environment["status"] for environment in environments(batch)] == ["VALID"]


@pytest.mark.source("design: a status that was asked for")
def test_a_passing_status_ends_when_there_is_a_duration():
    with fakebatch.mock(timing=fakebatch.Timing(resource=30)) as fake:
        fake.batch.add_compute_environment("ce", status="DELETING")
        fake.batch.add_job_queue("q", status="CREATING")
        batch = fake.client("batch")
        assert attached(batch) == ["q-environment"]
        assert "statusReason" not in queue(batch)
        fake.tick(30)
        assert [environment["computeEnvironmentName"] for environment in environments(batch)] == [
            "q-environment"
        ]
        assert queue(batch)["status"] == "VALID"


@pytest.mark.source("design: add_job_queue makes an environment when there is none")
@pytest.mark.parametrize("queue_type", ["ECS", "ECS_FARGATE", "ECS_MANAGED_INSTANCES", "EKS"])
def test_a_queue_gets_an_environment_of_its_type(fake, batch, queue_type):
    fake.batch.add_compute_environment("other", type="UNMANAGED")
    assert fake.batch.add_job_queue("q", jobQueueType=queue_type) == QUEUE_ARN + "q"
    assert queue(batch)["jobQueueType"] == queue_type
    assert attached(batch) == (["other"] if queue_type == "ECS" else ["q-environment"])


@pytest.mark.source("design")
def test_a_queue_takes_the_environment_that_was_added_last(fake, batch):
    fake.batch.add_compute_environment("first")
    fake.batch.add_compute_environment("second", computeResources={"type": "FARGATE"}, status="INVALID")
    fake.batch.add_job_queue("q", priority=5, statusReason="as told")
    assert attached(batch) == ["second"]
    described = queue(batch)
    assert (described["priority"], described["statusReason"]) == (5, "as told")
    fake.batch.add_job_queue("p", computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "first"}])
    assert attached(batch, "p") == ["first"]


@pytest.mark.source("design")
def test_overrides_are_not_kept_by_reference(fake, batch):
    tags = {"a": "b"}
    fake.batch.add_job_queue("q", tags=tags)
    tags["c"] = "d"
    assert queue(batch)["tags"] == {"a": "b"}


@pytest.mark.source("reference §9.2")
def test_a_definition_can_be_inactive(fake, batch):
    arn = fake.batch.add_job_definition("d", containerProperties={"command": ["true"]}, status="INACTIVE")
    (definition,) = batch.describe_job_definitions()["jobDefinitions"]
    assert (definition["jobDefinitionArn"], definition["status"]) == (arn, "INACTIVE")
    assert definition["containerProperties"]["command"] == ["true"]


@pytest.mark.source("design: misuse says what was asked and what to do")
@pytest.mark.parametrize(
    ("add", "overrides", "text"),
    [
        (
            "add_compute_environment",
            {"statusreason": "x"},
            "add_compute_environment('x'): there is no member 'statusreason'. Did you mean statusReason?",
        ),
        (
            "add_compute_environment",
            {"computeResources": {"maxVcpu": 1}},
            (
                "add_compute_environment('x'): computeResources: there is no member 'maxVcpu'. "
                "Did you mean maxvCpus or minvCpus?"
            ),
        ),
        (
            "add_compute_environment",
            {"computeResources": {"type": "Fargate"}},
            (
                "add_compute_environment('x'): computeResources: type='Fargate' is none of "
                "EC2, SPOT, FARGATE, FARGATE_SPOT, ECS_MANAGED_INSTANCES."
            ),
        ),
        (
            "add_compute_environment",
            {"computeResources": {"type": "FARGATE", "minvCpus": 1}},
            (
                "add_compute_environment('x'): AWS would refuse this with "
                "'minvCpus is not applicable for Fargate.'."
            ),
        ),
        (
            "add_job_queue",
            {"zzz": 1},
            (
                "add_job_queue('x'): there is no member 'zzz'. There are: computeEnvironmentOrder, "
                "jobQueueType, jobStateTimeLimitActions, priority, schedulingPolicyArn, "
                "serviceEnvironmentOrder, state, status, statusReason, tags."
            ),
        ),
        (
            "add_job_queue",
            {"jobQueueType": "SAGEMAKER_TRAINING", "serviceEnvironmentOrder": []},
            (
                "add_job_queue('x'): AWS would refuse this with "
                "'Job queues of type SAGEMAKER_TRAINING must have serviceEnvironmentOrder.'."
            ),
        ),
        (
            "add_service_environment",
            {"capacityLimits": []},
            "add_service_environment('x'): AWS would refuse this with 'Capacitylimits are required.'.",
        ),
        (
            "add_service_environment",
            {"statusReason": "x"},
            ("add_service_environment('x'): there is no member 'statusReason'. Did you mean status?"),
        ),
        (
            "add_quota_share",
            {"resourceSharingConfiguration": {"strategy": "LEND", "borrowLimit": 5}},
            (
                "add_quota_share('x'): AWS would refuse this with 'Borrow limit can only be specified with "
                "resource sharing strategy LEND_AND_BORROW.'."
            ),
        ),
        (
            "add_quota_share",
            {"jobQueue": "nowhere"},
            (
                "add_quota_share('x'): AWS would refuse this with "
                "'arn:aws:batch:us-east-1:123456789012:job-queue/nowhere does not exist'."
            ),
        ),
        (
            "add_quota_share",
            {"statusReason": "x"},
            "add_quota_share('x'): there is no member 'statusReason'. Did you mean status?",
        ),
        (
            "add_job_definition",
            {"status": "DELETED"},
            "add_job_definition('x'): status='DELETED' is none of ACTIVE, INACTIVE.",
        ),
    ],
)
def test_misuse(fake, add, overrides, text):
    with pytest.raises(fakebatch.UsageError) as caught:
        getattr(fake.batch, add)("x", **overrides)
    assert str(caught.value) == text


MODEL = botocore.session.get_session().get_service_model("batch")
# Described members that follow from others.
DERIVED = {
    "computeEnvironmentName",
    "computeEnvironmentArn",
    "serviceEnvironmentName",
    "serviceEnvironmentArn",
    "quotaShareName",
    "quotaShareArn",
    "consumableResourceName",
    "consumableResourceArn",
    "jobQueueName",
    "jobQueueArn",
    "jobDefinitionName",
    "jobDefinitionArn",
    "revision",
}


@pytest.mark.source("model")
@pytest.mark.parametrize(
    ("members", "shapes", "beyond"),
    [
        (
            setup_members.ENVIRONMENT,
            ["CreateComputeEnvironmentRequest", "ComputeEnvironmentDetail"],
            set(),
        ),
        (setup_members.COMPUTE_RESOURCES, ["ComputeResource"], set()),
        (
            setup_members.SERVICE_ENVIRONMENT,
            ["CreateServiceEnvironmentRequest", "ServiceEnvironmentDetail"],
            set(),
        ),
        pytest.param(
            setup_members.QUOTA_SHARE,
            ["CreateQuotaShareRequest", "QuotaShareDetail"],
            set(),
            marks=pytest.mark.needs("CreateQuotaShare"),
        ),
        (
            setup_members.CONSUMABLE_RESOURCE,
            ["CreateConsumableResourceRequest", "DescribeConsumableResourceResponse"],
            {"availableQuantity", "createdAt"},
        ),
        (setup_members.JOB_QUEUE, ["CreateJobQueueRequest", "JobQueueDetail"], set()),
        (
            setup_members.JOB_DEFINITION,
            ["RegisterJobDefinitionRequest", "JobDefinition"],
            {"containerOrchestrationType"},
        ),
    ],
)
def test_the_members_are_those_of_the_model(members, shapes, beyond):
    in_model = {member for shape in shapes for member in MODEL.shape_for(shape).members}
    # An older botocore knows fewer.
    assert in_model - DERIVED - beyond <= members.names
