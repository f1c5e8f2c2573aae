"""What RegisterJobDefinition and its like refuse; much of it is refused by SubmitJob as well."""

from __future__ import annotations

# Where no other source stands beside a text it was measured on the real API (reference §9.4).
# "preflight" is the rule of the public project cdk-preflight whose evidence quotes the text.


JOB_DEFINITION_NAME = "Job definition name should match a valid pattern."
DEFINITION_SIZE = "Job definition size must be at most 24 KiB."  # assumed; the limit: user guide
CONTAINER_IMAGE_REQUIRED = "ECS Container Image must be provided."
CONTAINER_IMAGE_LENGTH = "ECS Container Image must be at most 255 characters."  # assumed; the limit: model
CONTAINER_TYPE_REQUIRES = (
    "ECS ContainerProperties, ecsProperties, or eksProperties is required when using type container."
)
CONTAINER_AND_ECS = "Cannot use both ECS containerProperties and ecsProperties"
CONTAINER_AND_EKS = "Cannot use both ECS containerProperties and eksProperties"
ECS_AND_EKS = "Cannot use both ecsProperties and eksProperties"
NODE_PROPERTIES_REQUIRED = "Node properties of multinode job is required."
SCHEDULING_PRIORITY = "Scheduling priority must be between 0 and 9999."

ONE_CAPABILITY = "Exactly 1 capability must be provided."
FARGATE_MULTINODE = "Fargate does not support MNP jobs"
MANAGED_INSTANCES_MULTINODE = "MANAGED_INSTANCES does not support MNP jobs"
MANAGED_INSTANCES_CONTAINER = "Cannot use ECS containerProperties for MANAGED_INSTANCES"

VCPU_REQUIRED = "vCPU is required."
MEMORY_REQUIRED = "Memory is required."  # assumed, after VCPU_REQUIRED
DUPLICATE_RESOURCE_REQUIREMENTS = "Cannot provide duplicates in resourceRequirements."
GPU_ON_FARGATE = "GPU is not applicable for Fargate."

EXECUTION_ROLE_ON_FARGATE = "executionRoleArn is required for Fargate jobs."
ULIMITS_ON_FARGATE = "ulimits is not applicable for Fargate."
# The quotation marks are AWS's.
PRIVILEGED_ON_FARGATE = "Fargate requires that the ‘privileged’ setting be ‘false’ at the container level."  # noqa: RUF001
HOST_PATH_ON_FARGATE = "host.sourcePath should not be set for volumes in Fargate."
EPHEMERAL_STORAGE = "Ephemeral storage for Fargate tasks can be only between range 21 GiB to 200 GiB"
WINDOWS_ARCHITECTURE = "Windows supported only by X86_64 cpuArchitecture"

FARGATE_CONFIGURATION_ON_EC2 = "fargatePlatformConfiguration not applicable for EC2."
NETWORK_ON_EC2 = "networkConfiguration not applicable for EC2."
RUNTIME_PLATFORM_ON_EC2 = "runtimePlatform is not applicable for EC2."
EPHEMERAL_STORAGE_ON_EC2 = "ephemeralStorage is not applicable for EC2."  # assumed, like runtimePlatform

ENVIRONMENT_NAME_REQUIRED = "Environment variable name is required."
ENVIRONMENT_RESERVED = "Environment variables cannot start with AWS_BATCH."  # assumed; the rule: model
SECRETS_NEED_EXECUTION_ROLE = "executionRoleArn cannot be empty when using secrets or secretOptions"
S3FILES_NEEDS_JOB_ROLE = "A jobRoleArn/taskRoleArn is required when using s3filesVolumeConfiguration."
ONE_VOLUME_TYPE = "When the volume parameter is specified, only one volume configuration type should be used."
# preflight efs-access-point-root-directory, efs-access-point-transit-encryption, efs-iam-transit-encryption,
# efs-transit-encryption-port-range
EFS_ROOT_DIRECTORY = 'When using an EFS access point, the root directory must either be set to "/" or omitted'
EFS_ACCESS_POINT_ENCRYPTION = "EFS IAM access point requires TransitEncryption to be enabled."
EFS_IAM_ENCRYPTION = "EFS IAM authorization requires TransitEncryption to be enabled."
EFS_PORT = "TransitEncryptionPort must be a valid port number."
SWAPPINESS_REQUIRED = "When container specified swap memory, swappiness value is required."
# preflight tmpfs-size-min
TMPFS_SIZE = "Size of a tmpfs is invalid. The size is required and must be a positive integer."

ATTEMPTS_RANGE = "RetryAttempts must be between 1 and 10."
ATTEMPTS_REQUIRED = "RetryAttempts must be provided with retry strategy."
EVALUATE_ON_EXIT_COUNT = "EvaluateOnExit can have at most 5 conditions."  # assumed; the limit: model
EVALUATE_ON_EXIT_CONDITION = (
    "EvaluateOnExit should contain at least one of onExitCode, onReason or onStatusReason"
)
EVALUATE_ON_EXIT_LENGTH = "Evaluate on exit condition cannot exceed 512 characters."
EVALUATE_ON_EXIT_CHARACTERS = "Evaluate on exit condition contains restricted characters."
TIMEOUT_MINIMUM = "AttemptDurationSeconds in Timeout must be at least 60 seconds."

CONSUMABLE_RESOURCES_COUNT = "Each ConsumableResourceProperty can have at most 5 consumableResources"
CONSUMABLE_RESOURCES_DUPLICATE = "Cannot have duplicate consumableResource in consumableResourceProperties"

# Assumed, after `names_and_max_results`.
DESCRIBE_DEFINITIONS_FILTERS = "JobDefinitions and JobDefinitionName cannot both be set"


def nodes_and(member: str) -> str:
    """NodeProperties beside another kind. Source: assumed; the rule: model, JobDefinition.nodeProperties."""
    return f"Cannot use both nodeProperties and {member}"


def capability(value: str) -> str:
    """A platform that Batch doesn't have."""
    return f"Capability {value} is not valid. Valid capabilities: [FARGATE, EC2, MANAGED_INSTANCES]"


def legacy_and_requirement(member: str, kind: str) -> str:
    """`vcpus` or `memory` beside a resource requirement of the same kind."""
    return f"Cannot use both ECS containerProperties {member} and resourceRequirement {kind}."


def legacy_on_fargate(member: str) -> str:
    """`vcpus` or `memory` of a Fargate job. Source: redun pull request 95, an answer of SubmitJob."""
    return f"{member} is not applicable for Fargate. Use resource requirements instead."


def requirement_value(value: str, kind: str) -> str:
    """A quantity that is no number. Measured for GPU; for VCPU and MEMORY assumed to read alike."""
    found = f"Value {value} for type {kind} in resourceRequirement is not valid."
    return f"{found} Please provide a numeric value."


def vcpu_minimum(value: object) -> str:
    """Less than one vCPU on EC2."""
    return f"vCPU must be at least 1, got {value}."


def windows_vcpu_minimum(value: object) -> str:
    """Less than one vCPU for a Windows container on Fargate."""
    return f"vCPU must be at least 1 for Windows Job definition, got {value}."


def memory_minimum(value: object) -> str:
    """Less memory than Docker takes."""
    return f"Memory must be at least 4 Mib, got {value} Mib."


def fargate_size(vcpus: float, memory_mib: int) -> str:
    """A pair that isn't in Fargate's table. Two decimals: metaflow issue 749 quotes `1.00 vCPU`."""
    return f"Fargate resource requirements ({vcpus:.2f} vCPU, {memory_mib} MiB) not valid."


def fargate_linux_parameter(member: str) -> str:
    """A Linux parameter that Fargate doesn't have."""
    return f"linuxParameter.{member} is not allowed for Fargate."


def fargate_log_driver(driver: str) -> str:
    """A log driver that Fargate doesn't have."""
    return f"Log driver for Fargate is not valid: {driver}"


def fargate_efs_version(version: str) -> str:
    """An EFS volume on an old Fargate platform."""
    return f"EFS is supported for Fargate platform versions 1.4.0 or later, provided {version}"


def operating_system(family: str) -> str:
    """An operating system that Fargate doesn't have. Source: preflight runtime-platform-os-family-value."""
    return (
        "RuntimePlatform supports only one from [WINDOWS_SERVER_2019_CORE, WINDOWS_SERVER_2019_FULL, "
        f"WINDOWS_SERVER_2022_CORE, WINDOWS_SERVER_2022_FULL, LINUX] operating systems, provided {family}"
    )


def cpu_architecture(value: str) -> str:
    """A processor that Fargate doesn't have. Source: assumed, after `operating_system`."""
    return f"RuntimePlatform supports only one from [X86_64, ARM64] cpu architectures, provided {value}"


def awslogs_options(options: str) -> str:
    """Options that the awslogs driver doesn't have."""
    return f"Log driver awslogs disallows options: {options}"


def swap_size(mib: int) -> str:
    """A negative maxSwap."""
    return f"Invalid swap memory size: {mib}, must be non-negative."


def swappiness(value: int) -> str:
    """A swappiness out of range."""
    return f"Invalid swappiness: {value}, must be between 0 and 100."


def device_permission(permission: str, host_path: str) -> str:
    """A cgroup permission that there isn't. Source: preflight device-permissions-value."""
    return f"Invalid permission: {permission} for device {host_path}"


def file_system_id(value: str) -> str:
    """No id of an EFS file system. Source: preflight efs-file-system-id-format."""
    return f"EFS configuration fileSystemId is not valid: {value}."


def container_user(user: str) -> str:
    """A user name that Docker would not take. Source: nextflow discussion 2900."""
    return f"User '{user}' does not match regex"


def evaluate_on_exit_action(action: str) -> str:
    """Neither RETRY nor EXIT, in any case. Source: assumed."""
    return f"Evaluate on exit action {action} is not valid. Valid actions: [RETRY, EXIT]"


def no_active_job_definition(reference: str) -> str:
    """SubmitJob names a definition that isn't there, or is INACTIVE.

    Source: aws-genomics-workflows issue 84 and refinebio issue 2887, for a bare name; that `name:revision`
    reads alike is assumed.
    """
    return f"JobDefinition name {reference} does not exist or is not in ACTIVE status"


def job_definition_not_found(reference: str) -> str:
    """An ARN of a definition that isn't there, or is INACTIVE.

    Source: azavea/raster-vision-aws issue 17, for SubmitJob and an ARN without a revision; that one of an
    INACTIVE definition reads alike is assumed, and so is all of it for DeregisterJobDefinition.
    """
    return f"JobDefinition {reference} not found."
