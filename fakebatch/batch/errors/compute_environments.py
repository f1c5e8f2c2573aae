"""What the operations on compute environments refuse."""

from __future__ import annotations

# Source: cdk-preflight (recorded probes), which has some of them longer than reference §10.2.
CE_NAME = "Compute Environment name should match a valid pattern."
CE_CREATED_DISABLED = "Compute Environment must be created in ENABLED state."
CE_RESOURCES_REQUIRED = "computeResources must be provided for a MANAGED compute environment"
CE_UNMANAGED_FARGATE = "Cannot create an UNMANAGED Fargate Compute Environment."
CE_SERVICE_ROLE_REQUIRED = "ServiceRole is required."
CE_UNMANAGED_SERVICE_LINKED = "Service Linked Role cannot be used with UNMANAGED Compute Environment."
CE_UNMANAGED_VCPUS = "unmanagedvCpus is not applicable for managed Compute Environment."
CE_INSTANCE_ROLE = "Instance role is required."
CE_MIN_VCPUS_REQUIRED = "Resource minvCpus is required."
CE_INSTANCE_TYPES_REQUIRED = "Resource instanceTypes are required."
CE_SECURITY_GROUPS_REQUIRED = "Security group ids are required."
CE_MIN_VCPUS_NEGATIVE = "minvCpus should be greater than or equal to 0."
CE_MAX_BELOW_MIN = "maxvCpus should be greater than or equal to minvCpus."
CE_DESIRED_RANGE = "desiredvCpus should be between minvCpus and maxvCpus."
CE_BID = "Bid percentage must be between 0 to 100."
CE_SPOT_FLEET_ROLE = "compute resource spotIamFleetRole is required."
CE_ARM_MIXED = "arm-based instance type cannot be used with other instance types."
CE_IMAGE_TYPE = "Invalid imageType in ComputeResources.ec2Configuration"
CE_IMAGE_ENDED = (
    "Amazon Linux 2 is end-of-life. "
    "Please see https://docs.aws.amazon.com/batch/latest/userguide/compute_resource_AMIs.html."
)
CE_FARGATE_SUBNETS = "Fargate supports a maximum of 16 subnets."
CE_FARGATE_SECURITY_GROUPS = "Fargate supports a maximum of 5 security groups."
CE_LAUNCH_TEMPLATE_NAME = (
    "One of LaunchTemplateId and LaunchTemplateName or LaunchTemplate.Overrides is required."
)
CE_LAUNCH_TEMPLATE_VERSION = "LaunchTemplateVersion must be either empty or a number or $Default or $Latest."
CE_OVERRIDES_MAX = "LaunchTemplate.overrides size cannot be greater than 10"
CE_OVERRIDE_TARGETS = (
    "LaunchTemplate.overrides.targetInstanceTypes[] is required for every override and cannot be empty."
)
CE_EKS_TYPE = "Supported compute types for EKS compute environments are [EC2, SPOT]."
CE_NAMESPACE_LENGTH = "kubernetesNamespace must less than or equal to 63 characters long."

# Source: cdk-preflight (recorded probes), not in the reference.
CE_OVERRIDE_NAME = (
    "LaunchTemplate.overrides should have either LaunchTemplateId or LaunchTemplateName but not both."
)
CE_EKS_STRATEGY = "allocationStrategy is required for EKS Compute Environments."
CE_EKS_CLUSTER = "eksClusterArn must be an EKS cluster ARN."
CE_EKS_CLUSTER_REGION = "eksClusterArn must be in the same AWS region as the compute environment."
CE_NAMESPACE = "kubernetesNamespace must be a valid Kubernetes namespace."
# What comes behind `default Kubernetes` is that of job definitions (reference §9.4).
CE_NAMESPACE_DEFAULT = "kubernetesNamespace cannot be the default Kubernetes namespace."
CE_NAMESPACE_RESERVED = "kubernetesNamespace cannot be a reserved Kubernetes system namespace."

# Source: user guide (reference §10.2, §10.4).
CE_KUBERNETES_VERSION = "At least one imageKubernetesVersion in EC2Configuration is not supported."
CE_DESIRED_LOWERED = (
    "Manually scaling down compute environment is not supported. "
    "Disconnecting job queues from compute environment will cause it to scale-down to minvCpus"
)

# Source: issue threads (reference §10.5).
CE_DELETE_ATTACHED = "Cannot delete, found existing JobQueue relationship"


# assumed
CE_SUBNETS_REQUIRED = "Subnets are required."
CE_PROVIDER_REQUIRED = "managedInstancesProvider is required for ECS_MANAGED_INSTANCES compute environments."
CE_IMAGES_MAX = "ec2Configuration size cannot be greater than 2"
CE_SCALE_DOWN_DELAY = "minScaleDownDelayMinutes should be 0 or between 20 and 10080."
CE_DELETE_ENABLED = "Cannot delete, compute environment must be in DISABLED state"
CE_UNMANAGED_RESOURCES = "computeResources is not applicable for unmanaged Compute Environments"
CE_NOT_EKS = "eksConfiguration is only applicable for EKS Compute Environments."
CE_ROLE_SWITCH = "Cannot change between a service linked role and another service role."
CE_MANAGED_INSTANCES_TYPE = "Cannot change the type of compute resources to or from ECS_MANAGED_INSTANCES."
CE_BEST_FIT_UPDATE = (
    "Compute environments with the BEST_FIT allocation strategy do not support infrastructure updates."
)


def not_applicable_for_fargate(member: str) -> str:
    """Source: GitHub, cdk-preflight (reference §10.2)."""
    return f"{member} is not applicable for Fargate."


def no_bundles_with(strategy: str) -> str:
    """Source: cdk-preflight (recorded probe), not in the reference."""
    return (
        "Instance type bundles (e.g. optimal, default_x86_64) are not allowed for "
        f"{strategy} allocation strategy. Specify instance families or types directly."
    )


def infrastructure_update_refused(members: list[str]) -> str:
    """Source: ASFHyP3/hyp3#1051, which leaves out how the members are listed: that is assumed."""
    return (
        f"Following fields [{', '.join(members)}] can be updated only for Non-fargate "
        "Compute Environment having a Batch Service Linked Role"
    )


def strategy_requires(strategy: str, compute_type: str) -> str:
    """Source: cdk-preflight (recorded probe), for BEST_FIT_PROGRESSIVE_ORDERED; for the Spot ones assumed."""
    return f"Allocation strategy {strategy} requires compute resource type {compute_type}."


def duplicate_targets(types: list[str]) -> str:
    """Source: cdk-preflight (recorded probe), for one type; how several are listed is assumed."""
    return f"LaunchTemplate.overrides have duplicate targetInstanceTypes: [{', '.join(types)}]"


def foreign_targets(types: list[str]) -> str:
    """Source: cdk-preflight (recorded probe), for one type; how several are listed is assumed."""
    return (
        f"LaunchTemplate.overrides:[{', '.join(types)}] have targetInstanceTypes "
        "that do not exist in computeResource.InstanceTypes."
    )


def only_for_managed_instances(member: str) -> str:
    """Text assumed."""
    return f"{member} is only applicable for ECS_MANAGED_INSTANCES compute environments."
