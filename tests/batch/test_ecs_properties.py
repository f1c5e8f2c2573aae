"""Tasks of several containers: what is refused of them, filled in, and overridden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

import fakebatch
from fakebatch.batch.ecs_properties import ecs_needs, ecs_task
from fakebatch.batch.state import Needs
from fakebatch.batch.tasks import Part, Task

ROLE = "arn:aws:iam::123456789012:role/job"
SECRET = {"name": "TOKEN", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/token"}
S3FILES = {"fileSystemArn": "arn:aws:s3files:us-east-1:123456789012:file-system/fs-1"}
LOGS = {"type": "fluentbit"}


@pytest.fixture(scope="module")
def any_client() -> Any:
    """Made once: a client outlives the mock in which it was made."""
    with fakebatch.mock():
        return boto3.client("batch", region_name="us-east-1")


@pytest.fixture
def client(any_client: Any) -> Iterator[Any]:
    with fakebatch.mock():
        yield any_client


def size(vcpus: str | None = "1", memory: str | None = "2048", **more: str) -> list[dict[str, str]]:
    wanted = {"VCPU": vcpus, "MEMORY": memory, **more}
    return [{"type": kind, "value": value} for kind, value in wanted.items() if value is not None]


def one(name: str | None = "a", **members: Any) -> dict[str, Any]:
    """A container that Batch takes but for what is given."""
    named = {} if name is None else {"name": name}
    return {**named, "image": "busybox", "resourceRequirements": size(), **members}


def side(name: str, **members: Any) -> dict[str, Any]:
    return one(name, essential=False, **members)


def after(name: str | None, condition: str | None = "SUCCESS") -> dict[str, Any]:
    given = {"containerName": name, "condition": condition}
    return {"dependsOn": [{member: value for member, value in given.items() if value is not None}]}


def ec2(*containers: dict[str, Any], **task: Any) -> dict[str, Any]:
    return {"ecsProperties": {"taskProperties": [{"containers": list(containers), **task}]}}


def fargate(*containers: dict[str, Any], **task: Any) -> dict[str, Any]:
    return {"platformCapabilities": ["FARGATE"], **ec2(*containers, **{"executionRoleArn": ROLE, **task})}


def managed(*containers: dict[str, Any], **task: Any) -> dict[str, Any]:
    return {"platformCapabilities": ["MANAGED_INSTANCES"], **ec2(*containers, **task)}


def message_of(caught: pytest.ExceptionInfo[ClientError]) -> str:
    """The text inside the wrapper of Register operations."""
    whole = caught.value.response["Error"]["Message"]
    match = re.fullmatch(r"Error executing request, Exception : (.*), RequestId: [0-9a-f-]{36}", whole)
    assert match
    return match[1]


def case(name: str, request: dict[str, Any], text: str, source: str = "reference §9.4", *needs: str) -> Any:
    marks = [pytest.mark.source(source), pytest.mark.needs(*needs)]
    return pytest.param(request, text, id=name, marks=marks)


ASSUMED = "assumed: the text"
CAPABILITY = "PlatformCapability=MANAGED_INSTANCES"

REFUSED = [
    case(
        "no task",
        {"ecsProperties": {"taskProperties": []}},
        "Exactly 1 taskProperties must be provided.",
        ASSUMED,
    ),
    case(
        "two tasks",
        {"ecsProperties": {"taskProperties": [{"containers": [one()]}, {"containers": [one()]}]}},
        "Exactly 1 taskProperties must be provided.",
        ASSUMED,
    ),
    case("no container", ec2(), "Number of containers must be between 1 and 10"),
    case(
        "eleven containers",
        ec2(*(one(f"c{number}") for number in range(11))),
        "Number of containers must be between 1 and 10",
    ),
    case("two of one name", ec2(one("a"), one("a")), "Container names must be unique"),
    case(
        "one of two without a name",
        ec2(one("a"), one(None)),
        "Container name is required in a multi-container job.",
        "assumed: the rule and its text",
    ),
    case(
        "none essential",
        ec2(side("a"), side("b")),
        "At least one container must be set as essential",
    ),
    case(
        "a dependency of the only container",
        ec2(one(**after("a", "START"))),
        "Container dependency can not be used in a single-container job.",
    ),
    case(
        "a dependency on nobody",
        ec2(one(**after("x")), side("b")),
        "containerName x must reference a defined container.",
    ),
    case(
        "a dependency without a name",
        ec2(one(**after(None)), side("b")),
        "containerName null must reference a defined container.",
        "assumed: how the text shows what isn't there",
    ),
    case(
        "another condition",
        ec2(one(**after("b", "HEALTHY")), side("b")),
        "TaskContainer dependency HEALTHY is not valid. Valid values are: [START, COMPLETE, SUCCESS]",
    ),
    case(
        "no condition",
        ec2(one(**after("b", None)), side("b")),
        "TaskContainer dependency null is not valid. Valid values are: [START, COMPLETE, SUCCESS]",
        "assumed: how the text shows what isn't there",
    ),
    case(
        "SUCCESS of an essential one",
        ec2(one(**after("b", "SUCCESS")), one("b")),
        "The container target of a dependency can not have condition SUCCESS if the target is essential",
    ),
    case(
        "COMPLETE of an essential one",
        ec2(one(**after("b", "COMPLETE")), one("b", essential=True)),
        "The container target of a dependency can not have condition COMPLETE if the target is essential",
    ),
    case(
        "a circle",
        ec2(
            one("a", **after("b", "START")), one("b", **after("c", "START")), one("c", **after("a", "START"))
        ),
        "Container dependencies can not be circular.",
        "assumed: ECS would refuse the task",
    ),
    case(
        "on itself",
        ec2(one("a", **after("a", "START")), one("b")),
        "Container dependencies can not be circular.",
        "assumed: ECS would refuse the task",
    ),
    case(
        "ipcMode",
        ec2(one(), ipcMode="all"),
        "ipcMode all is not valid. Valid values are: [host, task, none]",
    ),
    case(
        "pidMode",
        ec2(one(), pidMode="none"),
        "Capability none is not valid. Valid capabilities: [host, task]",
    ),
    case(
        "nobody is root who could route logs",
        ec2(one(user="1000", firelensConfiguration=LOGS), one("b", user="app:root")),
        "When a firelensConfiguration object is specified, at least one container has to run as root",
        "reference §9.4",
        "TaskContainerProperties.firelensConfiguration",
    ),
    case(
        "a short startTimeout",
        ec2(one(startTimeout=1)),
        "startTimeout must be at least 2 seconds, got 1.",
        ASSUMED,
        "TaskContainerProperties.startTimeout",
    ),
    case(
        "a short stopTimeout",
        fargate(one(stopTimeout=1)),
        "stopTimeout must be at least 2 seconds, got 1.",
        ASSUMED,
        "TaskContainerProperties.stopTimeout",
    ),
    # What a container that stands alone has to keep, each of several has to.
    case("no image", ec2(one(), one("b", image="")), "ECS Container Image must be provided."),
    case("no vCPU", ec2(one(), one("b", resourceRequirements=size(None))), "vCPU is required."),
    case(
        "no memory",
        ec2(one(), one("b", resourceRequirements=size("1", None))),
        "Memory is required.",
        ASSUMED,
    ),
    case(
        "less than a vCPU on EC2",
        ec2(one(), side("b", resourceRequirements=size("0.5"))),
        "vCPU must be at least 1, got 0.5.",
        "assumed: the limit is each container's",
    ),
    case(
        "next to no memory",
        ec2(one(), side("b", resourceRequirements=size("1", "3"))),
        "Memory must be at least 4 Mib, got 3 Mib.",
        "assumed: the limit is each container's",
    ),
    case(
        "a type twice",
        ec2(one(), one("b", resourceRequirements=[*size(), *size()])),
        "Cannot provide duplicates in resourceRequirements.",
    ),
    case(
        "no number",
        ec2(one(resourceRequirements=size(GPU="one"))),
        "Value one for type GPU in resourceRequirement is not valid. Please provide a numeric value.",
    ),
    case(
        "a variable without a name",
        ec2(one(), one("b", environment=[{"value": "x"}])),
        "Environment variable name is required.",
    ),
    case(
        "a variable of Batch's",
        ec2(one(environment=[{"name": "AWS_BATCH_JOB_ID", "value": "x"}])),
        "Environment variables cannot start with AWS_BATCH.",
        "assumed: the text; the rule: model",
    ),
    case("a user", ec2(one(user="Big Boss")), "User 'Big Boss' does not match regex", "reference §9.4"),
    case(
        "secrets without a role",
        ec2(one(), one("b", secrets=[SECRET])),
        "executionRoleArn cannot be empty when using secrets or secretOptions",
    ),
    case(
        "an option of awslogs",
        ec2(one(logConfiguration={"logDriver": "awslogs", "options": {"colour": "red"}})),
        "Log driver awslogs disallows options: colour",
    ),
    case(
        "swap",
        ec2(one(linuxParameters={"maxSwap": 5})),
        "When container specified swap memory, swappiness value is required.",
    ),
    case(
        "a volume of two kinds",
        ec2(
            one(),
            volumes=[
                {"host": {"sourcePath": "/a"}, "efsVolumeConfiguration": {"fileSystemId": "fs-12345678"}}
            ],
        ),
        "When the volume parameter is specified, only one volume configuration type should be used.",
    ),
    case(
        "S3 Files without a role",
        ec2(one(), volumes=[{"name": "v", "s3filesVolumeConfiguration": S3FILES}]),
        "A jobRoleArn/taskRoleArn is required when using s3filesVolumeConfiguration.",
        "reference §9.4",
        "Volume.s3filesVolumeConfiguration",
    ),
    # EC2 only
    case(
        "a network on EC2",
        ec2(one(), networkConfiguration={"assignPublicIp": "ENABLED"}),
        "networkConfiguration not applicable for EC2.",
    ),
    case(
        "a platform on EC2",
        ec2(one(), runtimePlatform={"cpuArchitecture": "ARM64"}),
        "runtimePlatform is not applicable for EC2.",
    ),
    case(
        "a version on EC2",
        ec2(one(), platformVersion="LATEST"),
        "platformVersion not applicable for EC2.",
        ASSUMED,
    ),
    case(
        "storage on EC2",
        ec2(one(), ephemeralStorage={"sizeInGiB": 30}),
        "ephemeralStorage is not applicable for EC2.",
        ASSUMED,
    ),
    case(
        "networkMode on EC2",
        ec2(one(), networkMode="host"),
        "networkMode is not applicable for EC2.",
        "assumed: the text; the rule: model",
        "EcsTaskProperties.networkMode",
    ),
    # Fargate only
    case(
        "no role on Fargate",
        fargate(one(), executionRoleArn=""),
        "executionRoleArn is required for Fargate jobs.",
    ),
    case(
        "a sum that Fargate doesn't have",
        fargate(one(), one("b"), one("c")),
        "Fargate resource requirements (3.00 vCPU, 6144 MiB) not valid.",
        "assumed: the table is the task's; the text: reference §9.4",
    ),
    case(
        "too little for Windows",
        fargate(
            one(resourceRequirements=size("0.25", "512")),
            side("b", resourceRequirements=size("0.25", "512")),
            runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2019_CORE"},
        ),
        "vCPU must be at least 1 for Windows Job definition, got 0.5.",
        "assumed: the limit is the task's; the text: reference §9.4",
    ),
    case(
        "GPUs on Fargate",
        fargate(one(resourceRequirements=size(GPU="1"))),
        "GPU is not applicable for Fargate.",
    ),
    case(
        "ulimits on Fargate",
        fargate(one(ulimits=[{"name": "nofile", "softLimit": 1, "hardLimit": 2}])),
        "ulimits is not applicable for Fargate.",
    ),
    case(
        "privileges on Fargate",
        fargate(one(privileged=True)),
        "Fargate requires that the ‘privileged’ setting be ‘false’ at the container level.",  # noqa: RUF001
    ),
    case(
        "a path of the host on Fargate",
        fargate(one(), volumes=[{"name": "v", "host": {"sourcePath": "/tmp"}}]),
        "host.sourcePath should not be set for volumes in Fargate.",
    ),
    case(
        "an old version on Fargate",
        fargate(
            one(),
            platformVersion="1.3.0",
            volumes=[{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-12345678"}}],
        ),
        "EFS is supported for Fargate platform versions 1.4.0 or later, provided 1.3.0",
    ),
    case(
        "storage on Fargate",
        fargate(one(), ephemeralStorage={"sizeInGiB": 20}),
        "Ephemeral storage for Fargate tasks can be only between range 21 GiB to 200 GiB",
    ),
    case(
        "ipcMode on Fargate",
        fargate(one(), ipcMode="task"),
        "ipcMode is not applicable for Fargate.",
        "assumed: the text; the rule: model",
    ),
    case(
        "a long startTimeout on Fargate",
        fargate(one(startTimeout=121)),
        "startTimeout for Fargate must be at most 120 seconds, got 121.",
        "assumed: the text; the rule: model",
        "TaskContainerProperties.startTimeout",
    ),
    case(
        "networkMode on Fargate",
        fargate(one(), networkMode="host"),
        "networkMode is not applicable for Fargate.",
        "assumed: the text; the rule: model",
        "EcsTaskProperties.networkMode",
    ),
    # Managed instances
    case(
        "a single container on managed instances",
        {
            "platformCapabilities": ["MANAGED_INSTANCES"],
            "containerProperties": {"image": "busybox", "resourceRequirements": size()},
        },
        "Cannot use ECS containerProperties for MANAGED_INSTANCES",
        "reference §9.4",
        CAPABILITY,
    ),
    case(
        "Windows on managed instances",
        managed(one(), runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2019_CORE"}),
        "runtimePlatform for MANAGED_INSTANCES only supports LINUX operating system family.",
        "reference §9.4",
        CAPABILITY,
    ),
    case(
        "a processor on managed instances",
        managed(one(), runtimePlatform={"cpuArchitecture": "RISCV"}),
        "RuntimePlatform supports only one from [X86_64, ARM64] cpu architectures, provided RISCV",
        "assumed: the text, after that of operating systems; the values: user guide",
        CAPABILITY,
    ),
    *(
        case(
            f"{member} on managed instances",
            managed(one(), **{member: value}),
            f"{member} is not applicable for MANAGED_INSTANCES.",
            "assumed: the text; the rule: model",
            CAPABILITY,
        )
        for member, value in {
            "networkConfiguration": {"assignPublicIp": "ENABLED"},
            "ephemeralStorage": {"sizeInGiB": 30},
            "platformVersion": "LATEST",
        }.items()
    ),
    case(
        "another network mode",
        managed(one(), networkMode="awsvpc"),
        "networkMode awsvpc is not valid. Valid values are: [host]",
        "assumed: the text; the rule: model",
        CAPABILITY,
        "EcsTaskProperties.networkMode",
    ),
    case(
        "next to no memory on managed instances",
        managed(one(resourceRequirements=size("0.25", "3"))),
        "Memory must be at least 4 Mib, got 3 Mib.",
        "assumed: what holds on EC2 holds there",
        CAPABILITY,
    ),
]


@pytest.mark.parametrize(("request_change", "text"), REFUSED)
def test_refusals(client: Any, request_change: dict[str, Any], text: str) -> None:
    request = {"jobDefinitionName": "work", "type": "container", **request_change}
    with pytest.raises(ClientError) as caught:
        client.register_job_definition(**request)
    assert message_of(caught) == text
    assert client.describe_job_definitions()["jobDefinitions"] == []


def taken(name: str, request: dict[str, Any], source: str = "model", *needs: str) -> Any:
    return pytest.param(request, id=name, marks=[pytest.mark.source(source), pytest.mark.needs(*needs)])


@pytest.mark.parametrize(
    "request_change",
    [
        taken("one without a name", ec2(one(None)), "model: a name is not required"),
        taken("ten", ec2(*(one(f"c{number}") for number in range(10)))),
        taken("START of an essential one", ec2(one(**after("b", "START")), one("b"))),
        taken("SUCCESS and COMPLETE", ec2(one(**after("b")), side("b", **after("c", "COMPLETE")), side("c"))),
        taken("modes", ec2(one(), ipcMode="none", pidMode="task")),
        taken(
            "root routes logs",
            ec2(one(user="app", firelensConfiguration=LOGS), one("b", user="0")),
            "reference §9.4",
            "TaskContainerProperties.firelensConfiguration",
        ),
        taken(
            "timeouts",
            fargate(one(startTimeout=2, stopTimeout=120)),
            "model",
            "TaskContainerProperties.startTimeout",
        ),
        taken("a role for secrets", ec2(one(secrets=[SECRET]), executionRoleArn=ROLE)),
        taken(
            "a role for S3 Files",
            ec2(one(), taskRoleArn=ROLE, volumes=[{"name": "v", "s3filesVolumeConfiguration": S3FILES}]),
            "reference §9.4",
            "Volume.s3filesVolumeConfiguration",
        ),
        taken(
            "a sum of Fargate's",
            fargate(
                one(resourceRequirements=size("0.75", "1536")),
                side("b", resourceRequirements=size("0.25", "512")),
            ),
            "assumed: the table is the task's",
        ),
        taken(
            "any size and GPUs on managed instances",
            managed(
                one(resourceRequirements=size("0.3", "777", GPU="1")),
                runtimePlatform={"operatingSystemFamily": "LINUX", "cpuArchitecture": "ARM64"},
            ),
            "user guide: sizes are not restricted on managed instances",
            CAPABILITY,
        ),
    ],
)
def test_tasks_that_are_taken(client: Any, request_change: dict[str, Any]) -> None:
    request = {"jobDefinitionName": "work", "type": "container", **request_change}
    assert client.register_job_definition(**request)["revision"] == 1


def completed(container: dict[str, Any], **members: Any) -> dict[str, Any]:
    lists = ("command", "dependsOn", "environment", "mountPoints", "secrets", "ulimits")
    return {"essential": True, **{member: [] for member in lists}, **container, **members}


FULL = one(
    "b",
    essential=False,
    environment=[{"name": "A", "value": "1"}, {"name": "EMPTY", "value": ""}, {"name": "NOTHING"}],
    logConfiguration={"logDriver": "awslogs"},
    linuxParameters={"initProcessEnabled": True},
    **after("c", "START"),
)

COMPLETED = [
    pytest.param(
        ec2(one(), FULL, one("c")),
        {
            "containers": [
                completed(one()),
                completed(
                    FULL,
                    environment=[{"name": "A", "value": "1"}],
                    logConfiguration={"logDriver": "awslogs", "options": {}, "secretOptions": []},
                    linuxParameters={"initProcessEnabled": True, "devices": [], "tmpfs": []},
                ),
                completed(one("c")),
            ],
            "volumes": [],
        },
        id="EC2",
    ),
    pytest.param(
        fargate(one(), platformVersion="1.4.0"),
        {
            "containers": [completed(one())],
            "volumes": [],
            "executionRoleArn": ROLE,
            "platformVersion": "1.4.0",
        },
        id="a version of Fargate",
    ),
    pytest.param(
        fargate(one()),
        {
            "containers": [completed(one())],
            "volumes": [],
            "executionRoleArn": ROLE,
            "platformVersion": "LATEST",
        },
        id="Fargate",
    ),
    pytest.param(
        managed(one()),
        {"containers": [completed(one())], "volumes": [], "networkMode": "host"},
        id="managed instances",
        marks=pytest.mark.needs(CAPABILITY, "EcsTaskProperties.networkMode"),
    ),
]


@pytest.mark.source("reference §9.3; Terraform's provider overlooks these members; networkMode: model")
@pytest.mark.parametrize(("request_change", "task"), COMPLETED)
def test_a_description_is_filled_in(
    client: Any, request_change: dict[str, Any], task: dict[str, Any]
) -> None:
    client.register_job_definition(jobDefinitionName="work", type="container", **request_change)
    [described] = client.describe_job_definitions()["jobDefinitions"]
    assert described["ecsProperties"] == {"taskProperties": [task]}
    assert described["containerOrchestrationType"] == "ECS"
    assert "containerProperties" not in described


@pytest.mark.source("assumed: ECS places a task by the sum of its containers")
def test_a_task_reserves_what_its_containers_ask_for() -> None:
    containers = [one(resourceRequirements=size("0.5", "512", GPU="2")), one("b"), one("c")]
    assert ecs_needs(ec2(*containers)["ecsProperties"]) == Needs(2.5, 4608, 2)


@pytest.mark.source("model: essential unless told otherwise")
def test_the_containers_for_the_planner() -> None:
    containers = [completed(FULL), completed(side("c", startTimeout=90)), completed(one(None))]
    assert ecs_task(ec2(*containers)["ecsProperties"]) == Task(
        (
            Part("b", essential=False, depends_on=(("c", "START"),)),
            Part("c", essential=False, start_timeout_ns=90 * 10**9),
            Part("default"),
        )
    )


# -- overrides


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock() as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("plain")
        world.batch.add_job_definition(
            "task",
            **ec2(
                one("main", command=["run", "Ref::file"], environment=[{"name": "A", "value": "1"}]),
                side("log", command=["log", "Ref::file"]),
            ),
            parameters={"file": "default.txt"},
        )
        yield world


def overriding(*containers: dict[str, Any]) -> dict[str, Any]:
    return {"ecsPropertiesOverride": {"taskProperties": [{"containers": list(containers)}]}}


def containers_of(fake: fakebatch.World, **members: Any) -> list[dict[str, Any]]:
    """The containers of a submitted job."""
    client = fake.client("batch")
    job_id = client.submit_job(**{"jobName": "j", "jobQueue": "q", "jobDefinition": "task", **members})[
        "jobId"
    ]
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    [task] = job["ecsProperties"]["taskProperties"]
    return list(task["containers"])


@pytest.mark.source("model, TaskContainerOverrides; reference §8")
def test_containers_are_overridden_by_name(fake: fakebatch.World) -> None:
    environment = [{"name": "A", "value": "2"}, {"name": "B", "value": "3"}]
    main, log = containers_of(
        fake,
        parameters={"file": "x.txt"},
        **overriding(
            {"name": "log", "resourceRequirements": [{"type": "MEMORY", "value": "99"}]},
            {"name": "main", "command": ["walk", "Ref::file", "now"], "environment": environment},
        ),
    )
    assert (main["command"], main["environment"]) == (["walk", "x.txt", "now"], environment)
    assert main["resourceRequirements"] == size()
    assert (log["command"], log["environment"]) == (["log", "x.txt"], [])
    assert log["resourceRequirements"] == size("1", "99")


@pytest.mark.source("reference §8")
@pytest.mark.parametrize(
    "override",
    [{}, {"ecsPropertiesOverride": {}}, {"ecsPropertiesOverride": {"taskProperties": []}}, overriding()],
    ids=["none", "empty", "no task", "no container"],
)
def test_placeholders_of_all_containers_are_filled_in(
    fake: fakebatch.World, override: dict[str, Any]
) -> None:
    main, log = containers_of(fake, **override)
    assert (main["command"], log["command"]) == (["run", "default.txt"], ["log", "default.txt"])


@pytest.mark.source("assumed: an override without a name is for the container without one")
def test_a_container_without_a_name_is_overridden_without_one(fake: fakebatch.World) -> None:
    fake.client("batch").register_job_definition(
        jobDefinitionName="single", type="container", **ec2(one(None))
    )
    [container] = containers_of(fake, jobDefinition="single", **overriding({"command": ["x"]}))
    assert container["command"] == ["x"]


WRONG = {
    "an unknown container": (
        overriding({"name": "other"}),
        "Container name other in ecsPropertiesOverride must reference a defined container.",
    ),
    "two tasks": (
        {"ecsPropertiesOverride": {"taskProperties": [{}, {}]}},
        "Exactly 1 taskProperties must be provided.",
    ),
    "too small": (
        overriding({"name": "log", "resourceRequirements": [{"type": "VCPU", "value": "0.5"}]}),
        "vCPU must be at least 1, got 0.5.",
    ),
    "a variable of Batch's": (
        overriding({"name": "log", "environment": [{"name": "AWS_BATCH_X", "value": "1"}]}),
        "Environment variables cannot start with AWS_BATCH.",
    ),
    "an empty word": (
        overriding({"name": "log", "command": ["a", ""]}),
        "Error executing request, Exception : Command field cannot have empty strings, RequestId: {}",
    ),
    "a placeholder without a value": (
        overriding({"name": "log", "command": ["Ref::other"]}),
        "Unable to substitute value. No parameter found for reference other",
    ),
    "those of a job of one container": (
        {"containerOverrides": {"command": ["x"]}},
        "Container overrides should not be set for ecsProperties jobs.",
    ),
    "those of several for a job of one": (
        {"jobDefinition": "plain", **overriding({"name": "main", "command": ["x"]})},
        "ecsPropertiesOverride should not be set for containerProperties jobs.",
    ),
}


@pytest.mark.source(
    "assumed: the texts of unknown containers and of overrides for another kind of definition"
)
@pytest.mark.parametrize(("members", "text"), WRONG.values(), ids=WRONG)
def test_overrides_that_are_refused(fake: fakebatch.World, members: dict[str, Any], text: str) -> None:
    with pytest.raises(ClientError) as caught:
        containers_of(fake, **members)
    response = caught.value.response
    assert response["Error"]["Message"] == text.format(response["ResponseMetadata"]["RequestId"])
    assert fake.batch.jobs() == []
