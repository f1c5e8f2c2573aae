"""What RegisterJobDefinition and SubmitJob refuse of jobs on EKS."""

from __future__ import annotations

# Where no other source stands beside a text it was measured on the real API: reference §9.4, or the evidence
# of the rules `pf-batch-jd-eks-*` of the public project cdk-preflight.

CONTAINERS_REQUIRED = "Containers must be provided for Batch on EKS jobs."
IMAGE_REQUIRED = "Image must be provided for Batch on EKS jobs."  # assumed, after CONTAINERS_REQUIRED
PROPAGATE_TAGS = "Batch on EKS does not support tag propagation."
# assumed; the rule: API reference, RegisterJobDefinition
PLATFORM_CAPABILITIES = "Batch on EKS does not support platformCapabilities."
# Source: nextflow issue 5817, an answer of SubmitJob.
OVERRIDES_OF_ECS = "Container overrides or node overrides should not be set for Batch on EKS jobs."

RESOURCES_REQUIRED = "cpu and memory resources must be provided."
CPU_REQUEST = "cpu request must be <= to cpu limit if both are provided."
MEMORY_REQUEST = "memory request must be equal to memory limit if both are provided."
GPU_REQUEST = "gpu request must be equal to gpu limit if both are provided."

IMAGE_PULL_POLICY = "Unsupported image pull policy value."
DNS_POLICY = "Unsupported DNS policy value."
EMPTY_DIR_MEDIUM = "Invalid Volume mount. Allowed values - Memory or null."
EMPTY_DIR_SIZE = "Invalid empty dir size limit."
# Measured for a name that is none of the pod's volumes, although it says something else.
VOLUME_MOUNT_NAME = "The volumeMounts name is required for eksProperties."

NAMESPACE_DEFAULT = "kubernetesNamespace cannot be the default Kubernetes namespace."
NAMESPACE_RESERVED = "kubernetesNamespace cannot be a reserved Kubernetes system namespace."

# assumed; the rules: API reference, EksSeccompProfile and EksContainerLinuxCapabilities
LOCALHOST_PROFILE_REQUIRED = "localhostProfile is required when the seccompProfile type is Localhost."
LOCALHOST_PROFILE_REFUSED = "localhostProfile is only allowed when the seccompProfile type is Localhost."
CAPABILITY_PREFIX = "Linux capabilities must be specified without the CAP_ prefix."


def too_many_containers(member: str) -> str:
    """More than ten. Text assumed, after that of several containers on ECS; the limit: EksPodProperties."""
    return f"Number of {member} must be between 1 and 10"


def container_name(name: str) -> str:
    """Two containers of a pod have the same name."""
    return f"The container name: {name} must be unique in multi-container job."


def unsupported_resource(key: str) -> str:
    """Neither cpu nor memory nor nvidia.com/gpu."""
    return f"{key} is not a supported type for resources."


def resource_unit(value: str, key: str) -> str:
    """Something else than a number, such as 100m for cpu."""
    return f"Value {value} for type {key} in resources is not valid. Provide a valid number and unit."


def resource_number(value: str, key: str) -> str:
    """A number that cannot be had: 0.3 for cpu, 0.5 for nvidia.com/gpu."""
    return f"Value {value} for type {key} in resources is not valid. Provide a valid number as input."


def memory(value: str) -> str:
    """Not a whole number of Mi."""
    return f"Value {value} for type memory is not valid."


def user_id(member: str) -> str:
    """Out of range. Text assumed; the range: EksContainerSecurityContext."""
    return f"{member} must be between 0 and 2147483647."


def volume_name(name: str) -> str:
    """No DNS subdomain. Text assumed, after that of label keys; the rule: EksVolume, EksSecret."""
    return f"The volume name {name} does not match a valid pattern."


def secret_name(name: str) -> str:
    """No DNS subdomain. Text assumed, after that of label keys; the rule: EksSecret."""
    return f"The secret name {name} does not match a valid pattern."


def key_name(kind: str, name: str) -> str:
    """The part of a key behind its prefix. Measured for labels, assumed to read alike for annotations."""
    return f"The name {name} of the pod {kind} key does not match a valid pattern."


def key_prefix(kind: str, prefix: str) -> str:
    """No DNS subdomain. Text assumed, after that of names; the rule: EksMetadata."""
    return f"The prefix {prefix} of the pod {kind} key does not match a valid pattern."


def reserved_prefix(kind: str, prefix: str) -> str:
    """A prefix that belongs to Kubernetes or to Batch."""
    return (
        f"The prefix {prefix} of the pod {kind} key cannot contain terms from the following "
        "[kubernetes.io, k8s.io, batch.amazonaws.com]."
    )


def label_value(value: str) -> str:
    """Measured for one that is too long; that wrong characters read alike is assumed."""
    return f"The pod label value {value} does not match a valid pattern."


def annotation_value(value: str) -> str:
    """Longer than 255 characters."""
    return f"Metadata annotation value {value} cannot be longer than 255 characters."


def unknown_container(name: str) -> str:
    """An override of a container that the pod doesn't have. Text assumed; the rule: EksContainerOverride."""
    return f"Container name {name} in the override does not match any container of the job definition."
