"""What RegisterJobDefinition refuses: every rule with its text, through boto3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError

import fakebatch

IMAGE_255 = "i" * 255
EFS = {"fileSystemId": "fs-12345678"}
S3FILES = {"fileSystemArn": "arn:aws:s3files:us-east-1:123456789012:file-system/fs-1"}
SECRET = {"name": "TOKEN", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/token"}
ROLE = "arn:aws:iam::123456789012:role/job"
RETRY = {"action": "RETRY"}


@pytest.fixture(scope="module")
def any_client() -> Any:
    """Made once: a client outlives the mock in which it was made."""
    with fakebatch.mock():
        return boto3.client("batch", region_name="us-east-1")


@pytest.fixture
def client(any_client: Any) -> Iterator[Any]:
    with fakebatch.mock():
        yield any_client


def size(
    vcpus: str | None = "1", memory: str | None = "2048", gpus: str | None = None
) -> list[dict[str, str]]:
    wanted = {"VCPU": vcpus, "MEMORY": memory, "GPU": gpus}
    return [{"type": kind, "value": value} for kind, value in wanted.items() if value is not None]


def ec2(**container: Any) -> dict[str, Any]:
    """The members of a request for EC2 that Batch takes but for what is given."""
    return {"containerProperties": {"image": "busybox", "resourceRequirements": size(), **container}}


def fargate(**container: Any) -> dict[str, Any]:
    """The members of a request for Fargate that Batch takes but for what is given."""
    return {"platformCapabilities": ["FARGATE"], **ec2(executionRoleArn=ROLE, **container)}


def without(request: dict[str, Any], member: str) -> dict[str, Any]:
    del request["containerProperties"][member]
    return request


def retry(*entries: dict[str, Any], **strategy: Any) -> dict[str, Any]:
    return {**ec2(), "retryStrategy": {"attempts": 3, "evaluateOnExit": list(entries), **strategy}}


def consuming(*names: str) -> dict[str, Any]:
    resources = [{"consumableResource": name, "quantity": 1} for name in names]
    return {**ec2(), "consumableResourceProperties": {"consumableResourceList": resources}}


def register(client: Any, request: dict[str, Any]) -> Any:
    try:
        return client.register_job_definition(**request)
    except ParamValidationError as error:
        # The members of S3 Files are younger than the oldest botocore that is supported.
        if "Unknown parameter" not in str(error):
            raise
        pytest.skip("the installed botocore doesn't know a member of this request")


def refusal(name: str, request: dict[str, Any], text: str, source: str = "reference §9.4") -> Any:
    return pytest.param(request, text, id=name, marks=pytest.mark.source(source))


REFUSALS = [
    refusal(
        "name with a dot",
        {**ec2(), "jobDefinitionName": "a.b"},
        "Job definition name should match a valid pattern.",
    ),
    refusal(
        "name empty", {**ec2(), "jobDefinitionName": ""}, "Job definition name should match a valid pattern."
    ),
    refusal(
        "name too long",
        {**ec2(), "jobDefinitionName": "n" * 129},
        "Job definition name should match a valid pattern.",
    ),
    refusal(
        "name that isn't ASCII",
        {**ec2(), "jobDefinitionName": "größe"},
        "Job definition name should match a valid pattern.",
    ),
    refusal(
        "definition too large",
        ec2(command=["x" * 24 * 1024]),
        "Job definition size must be at most 24 KiB.",
        "assumed: the text; the limit is reference §9.4",
    ),
    # Kinds of properties
    refusal("no properties", {}, "ECS Container Image must be provided."),
    refusal(
        "no image",
        {"containerProperties": {"resourceRequirements": size()}},
        "ECS Container Image must be provided.",
    ),
    refusal(
        "image too long",
        ec2(image=IMAGE_255 + "i"),
        "ECS Container Image must be at most 255 characters.",
        "assumed: the text; the limit is reference §9.4",
    ),
    refusal(
        "container type with nodeProperties only",
        {"nodeProperties": {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": []}},
        "ECS ContainerProperties, ecsProperties, or eksProperties is required when using type container.",
    ),
    refusal(
        "containerProperties and ecsProperties",
        {**ec2(), "ecsProperties": {"taskProperties": []}},
        "Cannot use both ECS containerProperties and ecsProperties",
    ),
    refusal(
        "containerProperties and eksProperties",
        {**ec2(), "eksProperties": {}},
        "Cannot use both ECS containerProperties and eksProperties",
    ),
    refusal(
        "ecsProperties and eksProperties",
        {"ecsProperties": {"taskProperties": []}, "eksProperties": {}},
        "Cannot use both ecsProperties and eksProperties",
    ),
    refusal(
        "multinode without nodes", {"type": "multinode"}, "Node properties of multinode job is required."
    ),
    # Capabilities
    refusal(
        "two capabilities",
        {**ec2(), "platformCapabilities": ["EC2", "FARGATE"]},
        "Exactly 1 capability must be provided.",
    ),
    refusal(
        "unknown capability",
        {**ec2(), "platformCapabilities": ["LAMBDA"]},
        "Capability LAMBDA is not valid. Valid capabilities: [FARGATE, EC2, MANAGED_INSTANCES]",
    ),
    refusal(
        "multinode on Fargate",
        {
            "type": "multinode",
            "platformCapabilities": ["FARGATE"],
            "nodeProperties": {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": []},
        },
        "Fargate does not support MNP jobs",
    ),
    refusal(
        "multinode on managed instances",
        {
            "type": "multinode",
            "platformCapabilities": ["MANAGED_INSTANCES"],
            "nodeProperties": {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": []},
        },
        "MANAGED_INSTANCES does not support MNP jobs",
    ),
    refusal(
        "container on managed instances",
        {**ec2(), "platformCapabilities": ["MANAGED_INSTANCES"]},
        "Cannot use ECS containerProperties for MANAGED_INSTANCES",
    ),
    # Size
    refusal("no vCPU", ec2(resourceRequirements=size(vcpus=None)), "vCPU is required."),
    refusal(
        "no memory",
        ec2(resourceRequirements=size(memory=None)),
        "Memory is required.",
        "assumed: the text, after that for vCPU",
    ),
    refusal("no size at all", ec2(resourceRequirements=[]), "vCPU is required."),
    refusal("vCPU below 1", ec2(resourceRequirements=size("0.5")), "vCPU must be at least 1, got 0.5."),
    refusal(
        "legacy vcpus 0", ec2(resourceRequirements=size(None), vcpus=0), "vCPU must be at least 1, got 0."
    ),
    refusal(
        "memory below 4",
        ec2(resourceRequirements=size(memory="3")),
        "Memory must be at least 4 Mib, got 3 Mib.",
    ),
    refusal(
        "legacy memory below 4",
        ec2(resourceRequirements=size(memory=None), memory=1),
        "Memory must be at least 4 Mib, got 1 Mib.",
    ),
    refusal(
        "vcpus and VCPU",
        ec2(vcpus=1),
        "Cannot use both ECS containerProperties vcpus and resourceRequirement VCPU.",
    ),
    refusal(
        "memory and MEMORY",
        ec2(memory=128),
        "Cannot use both ECS containerProperties memory and resourceRequirement MEMORY.",
    ),
    refusal(
        "a kind twice",
        ec2(resourceRequirements=[*size(), *size(memory=None)]),
        "Cannot provide duplicates in resourceRequirements.",
    ),
    refusal(
        "GPU that is no whole number",
        ec2(resourceRequirements=size(gpus="1.5")),
        "Value 1.5 for type GPU in resourceRequirement is not valid. Please provide a numeric value.",
    ),
    refusal(
        "fewer GPUs than none",
        ec2(resourceRequirements=size(gpus="-1")),
        "Value -1 for type GPU in resourceRequirement is not valid. Please provide a numeric value.",
        "assumed: that it is no number",
    ),
    refusal(
        "more digits than an integer has",
        ec2(resourceRequirements=size(memory="1" * 5000)),
        f"Value {'1' * 5000} for type MEMORY in resourceRequirement is not valid. "
        "Please provide a numeric value.",
        "assumed: that it is no number",
    ),
    refusal(
        "digits of another script",
        ec2(resourceRequirements=size("\u0663")),
        "Value \u0663 for type VCPU in resourceRequirement is not valid. Please provide a numeric value.",
        "assumed: that it is no number",
    ),
    refusal(
        "VCPU that is no number",
        ec2(resourceRequirements=size("two")),
        "Value two for type VCPU in resourceRequirement is not valid. Please provide a numeric value.",
        "assumed: that VCPU is answered as GPU is",
    ),
    refusal(
        "MEMORY that is no whole number",
        ec2(resourceRequirements=size(memory="2Gi")),
        "Value 2Gi for type MEMORY in resourceRequirement is not valid. Please provide a numeric value.",
        "assumed: that MEMORY is answered as GPU is",
    ),
    # What EC2 doesn't have
    refusal(
        "Fargate platform on EC2",
        ec2(fargatePlatformConfiguration={"platformVersion": "LATEST"}),
        "fargatePlatformConfiguration not applicable for EC2.",
    ),
    refusal(
        "network on EC2",
        ec2(networkConfiguration={"assignPublicIp": "ENABLED"}),
        "networkConfiguration not applicable for EC2.",
    ),
    refusal(
        "runtime platform on EC2",
        ec2(runtimePlatform={"cpuArchitecture": "SPARC"}),
        "runtimePlatform is not applicable for EC2.",
    ),
    refusal(
        "ephemeral storage on EC2",
        ec2(ephemeralStorage={"sizeInGiB": 30}),
        "ephemeralStorage is not applicable for EC2.",
        "assumed: after runtimePlatform",
    ),
    refusal(
        "platform before size",
        ec2(networkConfiguration={}, resourceRequirements=size(memory="1")),
        "networkConfiguration not applicable for EC2.",
        "recorded: the order of two errors in pplu/cfn-fargate-batch",
    ),
    # What Fargate doesn't have
    refusal(
        "Fargate without execution role",
        without(fargate(), "executionRoleArn"),
        "executionRoleArn is required for Fargate jobs.",
    ),
    refusal(
        "Fargate with vcpus",
        fargate(resourceRequirements=size(None), vcpus=1),
        "vcpus is not applicable for Fargate. Use resource requirements instead.",
        "recorded: insitro/redun#95, an answer of SubmitJob",
    ),
    refusal(
        "Fargate with memory",
        fargate(resourceRequirements=size(memory=None), memory=2048),
        "memory is not applicable for Fargate. Use resource requirements instead.",
        "recorded: insitro/redun#95 for vcpus",
    ),
    refusal(
        "Fargate size",
        fargate(resourceRequirements=size("1", "4000")),
        "Fargate resource requirements (1.00 vCPU, 4000 MiB) not valid.",
        "recorded: Netflix/metaflow#749",
    ),
    refusal(
        "Fargate without such vCPUs",
        fargate(resourceRequirements=size("3", "8192")),
        "Fargate resource requirements (3.00 vCPU, 8192 MiB) not valid.",
    ),
    refusal(
        "Fargate with GPU", fargate(resourceRequirements=size(gpus="1")), "GPU is not applicable for Fargate."
    ),
    refusal(
        "Fargate with ulimits",
        fargate(ulimits=[{"name": "nofile", "softLimit": 1, "hardLimit": 2}]),
        "ulimits is not applicable for Fargate.",
    ),
    refusal(
        "Fargate privileged",
        fargate(privileged=True),
        "Fargate requires that the \u2018privileged\u2019 setting be \u2018false\u2019 "
        "at the container level.",
    ),
    *[
        refusal(
            f"Fargate with {member}",
            fargate(linuxParameters={member: value}),
            f"linuxParameter.{member} is not allowed for Fargate.",
        )
        for member, value in {
            "devices": [{"hostPath": "/dev/fuse"}],
            "maxSwap": 0,
            "swappiness": 60,
            "sharedMemorySize": 64,
            "tmpfs": [{"containerPath": "/scratch", "size": 64}],
        }.items()
    ],
    refusal(
        "Fargate with maxSwap and swappiness",
        fargate(linuxParameters={"swappiness": 60, "maxSwap": 1024}),
        "linuxParameter.maxSwap is not allowed for Fargate.",
        "recorded: cdk-preflight fargate-swappiness",
    ),
    refusal(
        "Fargate with a host path",
        fargate(volumes=[{"name": "data", "host": {"sourcePath": "/data"}}]),
        "host.sourcePath should not be set for volumes in Fargate.",
    ),
    refusal(
        "Fargate log driver",
        fargate(logConfiguration={"logDriver": "syslog"}),
        "Log driver for Fargate is not valid: syslog",
    ),
    refusal(
        "EFS on an old Fargate platform",
        fargate(
            volumes=[{"name": "data", "efsVolumeConfiguration": EFS}],
            fargatePlatformConfiguration={"platformVersion": "1.3.0"},
        ),
        "EFS is supported for Fargate platform versions 1.4.0 or later, provided 1.3.0",
    ),
    *[
        refusal(
            f"ephemeral storage of {gib} GiB",
            fargate(ephemeralStorage={"sizeInGiB": gib}),
            "Ephemeral storage for Fargate tasks can be only between range 21 GiB to 200 GiB",
        )
        for gib in (20, 201)
    ],
    refusal(
        "Windows on ARM64",
        fargate(
            runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "ARM64"}
        ),
        "Windows supported only by X86_64 cpuArchitecture",
    ),
    refusal(
        "Windows below 1 vCPU",
        fargate(
            runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2019_FULL"},
            resourceRequirements=size("0.5", "1024"),
        ),
        "vCPU must be at least 1 for Windows Job definition, got 0.5.",
    ),
    refusal(
        "Windows below 1 vCPU, and no size of Fargate",
        fargate(
            runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2019_FULL"},
            resourceRequirements=size("0.5", "512"),
        ),
        "Fargate resource requirements (0.50 vCPU, 512 MiB) not valid.",
        "recorded: cdk-preflight jd-runtime-platform-windows-vcpu-min",
    ),
    refusal(
        "unknown operating system",
        fargate(runtimePlatform={"operatingSystemFamily": "BSD"}),
        "RuntimePlatform supports only one from [WINDOWS_SERVER_2019_CORE, WINDOWS_SERVER_2019_FULL, "
        "WINDOWS_SERVER_2022_CORE, WINDOWS_SERVER_2022_FULL, LINUX] operating systems, provided BSD",
        "recorded: cdk-preflight runtime-platform-os-family-value",
    ),
    refusal(
        "unknown architecture",
        fargate(runtimePlatform={"cpuArchitecture": "SPARC"}),
        "RuntimePlatform supports only one from [X86_64, ARM64] cpu architectures, provided SPARC",
        "assumed: the text, after that for operating systems",
    ),
    # Environment, user, secrets, logs
    refusal(
        "variable without a name", ec2(environment=[{"value": "1"}]), "Environment variable name is required."
    ),
    refusal(
        "reserved variable",
        ec2(environment=[{"name": "AWS_BATCH_JOB_ID", "value": "1"}]),
        "Environment variables cannot start with AWS_BATCH.",
        "assumed: the text; the rule is reference §9.4",
    ),
    refusal(
        "user",
        ec2(user="$(id"),
        "User '$(id' does not match regex",
    ),
    refusal(
        "secrets without execution role",
        ec2(secrets=[SECRET]),
        "executionRoleArn cannot be empty when using secrets or secretOptions",
    ),
    refusal(
        "secretOptions without execution role",
        ec2(logConfiguration={"logDriver": "splunk", "secretOptions": [SECRET]}),
        "executionRoleArn cannot be empty when using secrets or secretOptions",
    ),
    refusal(
        "awslogs option",
        ec2(
            logConfiguration={
                "logDriver": "awslogs",
                "options": {"awslogs-endpoint": "x", "awslogs-group": "y"},
            }
        ),
        "Log driver awslogs disallows options: awslogs-endpoint",
    ),
    # Volumes
    refusal(
        "volume of two kinds",
        ec2(volumes=[{"name": "data", "host": {"sourcePath": "/data"}, "efsVolumeConfiguration": EFS}]),
        "When the volume parameter is specified, only one volume configuration type should be used.",
    ),
    refusal(
        "S3 Files without job role",
        ec2(volumes=[{"name": "data", "s3filesVolumeConfiguration": S3FILES}]),
        "A jobRoleArn/taskRoleArn is required when using s3filesVolumeConfiguration.",
    ),
    *[
        refusal(
            f"EFS {case}",
            ec2(volumes=[{"name": "data", "efsVolumeConfiguration": {**EFS, **configuration}}]),
            text,
            f"recorded: cdk-preflight {rule}",
        )
        for case, configuration, text, rule in [
            (
                "id",
                {"fileSystemId": "my-file-system"},
                "EFS configuration fileSystemId is not valid: my-file-system.",
                "efs-file-system-id-format",
            ),
            (
                "access point with a root directory",
                {"authorizationConfig": {"accessPointId": "fsap-1"}, "rootDirectory": "/data"},
                'When using an EFS access point, the root directory must either be set to "/" or omitted',
                "efs-access-point-root-directory",
            ),
            (
                "access point in the clear",
                {"authorizationConfig": {"accessPointId": "fsap-1"}, "transitEncryption": "DISABLED"},
                "EFS IAM access point requires TransitEncryption to be enabled.",
                "efs-access-point-transit-encryption",
            ),
            (
                "IAM in the clear",
                {"authorizationConfig": {"iam": "ENABLED"}},
                "EFS IAM authorization requires TransitEncryption to be enabled.",
                "efs-iam-transit-encryption",
            ),
            (
                "port",
                {"transitEncryptionPort": 65536},
                "TransitEncryptionPort must be a valid port number.",
                "efs-transit-encryption-port-range",
            ),
        ]
    ],
    # Linux parameters
    refusal(
        "swap without swappiness",
        ec2(linuxParameters={"maxSwap": 1024}),
        "When container specified swap memory, swappiness value is required.",
    ),
    refusal(
        "negative swap",
        ec2(linuxParameters={"maxSwap": -1, "swappiness": 60}),
        "Invalid swap memory size: -1, must be non-negative.",
    ),
    *[
        refusal(
            f"swappiness {value}",
            ec2(linuxParameters={"swappiness": value}),
            f"Invalid swappiness: {value}, must be between 0 and 100.",
        )
        for value in (-1, 101)
    ],
    refusal(
        "negative swap without swappiness",
        ec2(linuxParameters={"maxSwap": -1}),
        "When container specified swap memory, swappiness value is required.",
        "recorded: cdk-preflight jd-linux-max-swap-negative",
    ),
    refusal(
        "permission that there isn't",
        ec2(linuxParameters={"devices": [{"hostPath": "/dev/null", "permissions": ["READ", "EXECUTE"]}]}),
        "Invalid permission: EXECUTE for device /dev/null",
        "recorded: cdk-preflight jd-device-permissions-value",
    ),
    refusal(
        "tmpfs of no size",
        ec2(linuxParameters={"tmpfs": [{"containerPath": "/scratch", "size": 0}]}),
        "Size of a tmpfs is invalid. The size is required and must be a positive integer.",
        "recorded: cdk-preflight tmpfs-size-min",
    ),
    # Retries, timeout, priority, consumable resources, tags
    refusal(
        "empty retry strategy",
        {**ec2(), "retryStrategy": {}},
        "RetryAttempts must be provided with retry strategy.",
    ),
    refusal(
        "conditions without attempts",
        {**ec2(), "retryStrategy": {"evaluateOnExit": [{"onReason": "*", "action": "EXIT"}]}},
        "RetryAttempts must be provided with retry strategy.",
    ),
    *[
        refusal(f"{attempts} attempts", retry(attempts=attempts), "RetryAttempts must be between 1 and 10.")
        for attempts in (-1, 0, 11)
    ],
    refusal(
        "six conditions",
        retry(*[{"onReason": "*", **RETRY}] * 6),
        "EvaluateOnExit can have at most 5 conditions.",
        "assumed: the text; the limit is reference §2",
    ),
    refusal(
        "action without condition",
        retry(RETRY),
        "EvaluateOnExit should contain at least one of onExitCode, onReason or onStatusReason",
    ),
    refusal(
        "action that there isn't",
        retry({"onReason": "*", "action": "IGNORE"}),
        "Evaluate on exit action IGNORE is not valid. Valid actions: [RETRY, EXIT]",
        "assumed: the text",
    ),
    refusal(
        "pattern too long",
        retry({"onReason": "r" * 513, **RETRY}),
        "Evaluate on exit condition cannot exceed 512 characters.",
    ),
    *[
        refusal(
            f"{member}={pattern}",
            retry({member: pattern, **RETRY}),
            "Evaluate on exit condition contains restricted characters.",
            "reference §2",
        )
        for member, pattern in [
            ("onReason", "*Error"),
            ("onReason", "Out*Memory"),
            ("onStatusReason", "Host EC2 (instance*"),
            ("onExitCode", "1a"),
            ("onExitCode", "*1"),
            ("onExitCode", "-1"),
        ]
    ],
    *[
        refusal(
            f"timeout of {seconds} s",
            {**ec2(), "timeout": {"attemptDurationSeconds": seconds}},
            "AttemptDurationSeconds in Timeout must be at least 60 seconds.",
            "reference §3",
        )
        for seconds in (0, 59)
    ],
    *[
        refusal(
            f"priority {priority}",
            {**ec2(), "schedulingPriority": priority},
            "Scheduling priority must be between 0 and 9999.",
        )
        for priority in (-1, 10000)
    ],
    refusal(
        "six consumable resources",
        consuming("a", "b", "c", "d", "e", "f"),
        "Each ConsumableResourceProperty can have at most 5 consumableResources",
    ),
    refusal(
        "a consumable resource twice",
        consuming("license", "license"),
        "Cannot have duplicate consumableResource in consumableResourceProperties",
    ),
    refusal(
        "characters of a tag",
        {**ec2(), "tags": {"cost": "50%"}},
        "Tags can only contain letters, numbers, spaces, and the following special characters: "
        "_ . : / = + - @",
    ),
]


@pytest.mark.parametrize(("request_change", "text"), REFUSALS)
def test_a_definition_is_refused_with_the_words_of_batch(client, request_change, text):
    request = {"jobDefinitionName": "work", "type": "container", **request_change}
    with pytest.raises(ClientError) as caught:
        register(client, request)
    error = caught.value.response["Error"]
    assert error["Code"] == "ClientException"
    wrapped = rf"Error executing request, Exception : {re.escape(text)}, RequestId: [0-9a-f-]{{36}}"
    assert re.fullmatch(wrapped, error["Message"]), error["Message"]


@pytest.mark.source("reference §9.1")
def test_a_refused_definition_changes_nothing(client):
    client.register_job_definition(jobDefinitionName="work", type="container", **ec2())
    with pytest.raises(client.exceptions.ClientException):
        client.register_job_definition(jobDefinitionName="work", type="container", **ec2(image=""))
    with pytest.raises(client.exceptions.ClientException):
        client.register_job_definition(jobDefinitionName="other", type="container", **ec2(image=""))
    described = client.describe_job_definitions()["jobDefinitions"]
    assert [(each["jobDefinitionName"], each["revision"]) for each in described] == [("work", 1)]
    assert (
        client.register_job_definition(jobDefinitionName="work", type="container", **ec2())["revision"] == 2
    )


def accepted(name: str, request: dict[str, Any], source: str = "reference §9.4") -> Any:
    return pytest.param(request, id=name, marks=pytest.mark.source(source))


@pytest.mark.parametrize(
    "request_change",
    [
        accepted("name of 128 characters", {**ec2(), "jobDefinitionName": "n-_9" * 32}),
        accepted("image of 255 characters", ec2(image=IMAGE_255)),
        accepted("legacy size", ec2(resourceRequirements=[], vcpus=1, memory=4), "reference §9.3"),
        accepted("legacy vcpus, MEMORY", ec2(resourceRequirements=size(None), vcpus=2)),
        accepted("GPU on EC2", ec2(resourceRequirements=size(gpus="4"))),
        accepted("EC2 by name", {**ec2(), "platformCapabilities": ["EC2"]}),
        accepted("Fargate", fargate()),
        accepted("Fargate by 0.25", fargate(resourceRequirements=size("0.25", "512")), "reference §9.5"),
        accepted(
            "Fargate platform of very many digits",
            fargate(fargatePlatformConfiguration={"platformVersion": "1" * 5000 + ".0"}),
            "assumed: what is no version is taken for a new one",
        ),
        accepted("Fargate on ARM64", fargate(runtimePlatform={"cpuArchitecture": "ARM64"})),
        accepted("Fargate with a volume of its own", fargate(volumes=[{"name": "scratch", "host": {}}])),
        accepted("Fargate with an init process", fargate(linuxParameters={"initProcessEnabled": True})),
        accepted("Fargate not privileged", fargate(privileged=False), "model"),
        accepted("EFS on Fargate", fargate(volumes=[{"name": "data", "efsVolumeConfiguration": EFS}])),
        accepted(
            "EFS access point",
            ec2(
                volumes=[
                    {
                        "name": "data",
                        "efsVolumeConfiguration": {
                            **EFS,
                            "rootDirectory": "/",
                            "transitEncryption": "ENABLED",
                            "authorizationConfig": {"accessPointId": "fsap-1", "iam": "ENABLED"},
                        },
                    }
                ]
            ),
        ),
        accepted(
            "S3 Files", ec2(jobRoleArn=ROLE, volumes=[{"name": "d", "s3filesVolumeConfiguration": S3FILES}])
        ),
        accepted("secrets", ec2(executionRoleArn=ROLE, secrets=[SECRET])),
        accepted("user and group", ec2(user="1000:1000"), "assumed: user and group are looked at apart"),
        accepted("swap", ec2(linuxParameters={"maxSwap": 0, "swappiness": 0})),
        accepted("attempts 10", retry(attempts=10), "reference §2"),
        accepted("five conditions", retry(*[{"onReason": "*", **RETRY}] * 5), "reference §2"),
        accepted(
            "patterns",
            retry(
                {"onStatusReason": "Host EC2*", "onReason": "CannotPull:\tx.", "onExitCode": "13*", **RETRY}
            ),
            "reference §2",
        ),
        accepted("action in lower case", retry({"onReason": "*", "action": "exit"}), "reference §2"),
        accepted("timeout 60", {**ec2(), "timeout": {"attemptDurationSeconds": 60}}, "reference §3"),
        accepted("priority 9999", {**ec2(), "schedulingPriority": 9999}),
        accepted("five consumable resources", consuming("a", "b", "c", "d", "e")),
        accepted("consumable resource that isn't there", consuming("nothing"), "reference §12.5"),
    ],
)
def test_a_definition_at_the_edge_of_a_rule_is_taken(client, request_change):
    request = {"jobDefinitionName": "work", "type": "container", **request_change}
    assert register(client, request)["revision"] == 1
