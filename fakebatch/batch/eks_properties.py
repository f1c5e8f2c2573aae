"""A pod on EKS: what Batch refuses of it, and what Batch adds to it.

Pure functions, for a job definition, for a range of nodes, and for a job whose overrides have been merged in.
Source: API reference, EksPodProperties and EksContainer; the texts were measured. Which of two broken rules
is told first is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fakebatch.batch.container_properties import check_environment
from fakebatch.batch.eks_metadata import check_metadata, is_subdomain
from fakebatch.batch.eks_resources import check_resources
from fakebatch.batch.errors import eks as errors
from fakebatch.batch.errors import refuse_if
from fakebatch.batch.errors.job_definitions import ONE_VOLUME_TYPE
from fakebatch.batch.state import Structure

# Containers, in the order in which they start.
MEMBERS = ("initContainers", "containers")
MAX_CONTAINERS = 10
# What a container without a name is called. Source: API reference, EksContainer.
UNNAMED = "Default"

_LISTS = ("command", "args", "env", "volumeMounts")
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_DNS_POLICIES = ("Default", "ClusterFirst", "ClusterFirstWithHostNet")
_VOLUME_KINDS = ("hostPath", "emptyDir", "secret", "persistentVolumeClaim")
_SIZE_LIMIT = re.compile(r"[0-9]+Mi")
_MAX_USER = 2**31 - 1
_DEFAULT_LIMITS = {"cpu": "1", "memory": "2048Mi"}


def check_pod(properties: Structure, platform: str) -> None:  # noqa: ARG001 - a pod has no platform
    """Refuse a pod that Batch would not take.

    Args:
        properties: `eksProperties`, overrides already merged.
        platform: doesn't matter.

    Raises:
        ClientException: with Batch's text.
    """
    pod = properties.get("podProperties", {})
    refuse_if(not pod.get("containers"), errors.CONTAINERS_REQUIRED)
    refuse_if(pod.get("dnsPolicy", "Default") not in _DNS_POLICIES, errors.DNS_POLICY)
    _check_user(pod.get("securityContext", {}))
    _check_volumes(pod.get("volumes", ()))
    check_metadata(pod.get("metadata", {}))
    for member in MEMBERS:
        refuse_if(len(pod.get(member, ())) > MAX_CONTAINERS, errors.too_many_containers(member))
    volumes = {volume["name"] for volume in pod.get("volumes", ())}
    for container in _containers(pod):
        _check_container(container, volumes)
    _check_names(pod)


def complete_pod(properties: Structure, platform: str) -> Structure:  # noqa: ARG001 - as above
    """A copy as Batch describes it: empty lists are there.

    Recorded in cdk-eks-blueprints, docs/teams/aws-batch-on-eks-team.md. Names, pull policies, the network and
    the DNS policy are not filled in: that definition came back without the first, Terraform's acceptance test
    without the second, and EksPodPropertiesDetail says so of the last.
    """
    pod = {**properties["podProperties"]}
    for member in MEMBERS:
        if member in pod:
            pod[member] = [_complete_container(container) for container in pod[member]]
    return {**properties, "podProperties": {"volumes": [], **pod}}


def default_pod(properties: Structure) -> Structure:
    """`eksProperties` that Batch would take, for a test that doesn't care: filled up with what they lack."""
    pod = properties.get("podProperties", {})
    filled = {"containers": [{"command": ["true"]}], **pod}
    for member in MEMBERS:
        if member in filled:
            filled[member] = [_default_container(container) for container in filled[member]]
    return {**properties, "podProperties": filled}


def name_of(container: Structure) -> str:
    """What a container of a pod is called."""
    return str(container.get("name", UNNAMED))


def _containers(pod: Structure) -> Iterator[Structure]:
    for member in MEMBERS:
        yield from pod.get(member, ())


def _complete_container(container: Structure) -> Structure:
    return {**{member: [] for member in _LISTS}, **container}


def _default_container(container: Structure) -> Structure:
    resources = container.get("resources", {})
    given = resources.get("limits", {}).keys() | resources.get("requests", {}).keys()
    lacking = {key: value for key, value in _DEFAULT_LIMITS.items() if key not in given}
    if lacking:
        resources = {**resources, "limits": {**lacking, **resources.get("limits", {})}}
    return {"image": "busybox", **container, "resources": resources}


def _check_container(container: Structure, volumes: set[str]) -> None:
    refuse_if(not container.get("image"), errors.IMAGE_REQUIRED)
    policy = container.get("imagePullPolicy", "Always")
    refuse_if(policy not in _PULL_POLICIES, errors.IMAGE_PULL_POLICY)
    check_resources(container)
    check_environment(container.get("env", ()))
    for mount in container.get("volumeMounts", ()):
        refuse_if(mount.get("name") not in volumes, errors.VOLUME_MOUNT_NAME)
    _check_user(container.get("securityContext", {}))


def _check_names(pod: Structure) -> None:
    """Each name once in the pod, also between those that run before and the others, as in Kubernetes.

    Measured for `containers`. That two without a name are refused is assumed: both are called Default.
    """
    names: set[str] = set()
    for container in _containers(pod):
        name = name_of(container)
        refuse_if(name in names, errors.container_name(name))
        names.add(name)


def _check_user(context: Structure) -> None:
    """The security context of a pod or of a container."""
    for member in ("runAsUser", "runAsGroup", "fsGroup"):
        refuse_if(not 0 <= context.get(member, 0) <= _MAX_USER, errors.user_id(member))
    if "seccompProfile" in context:
        profile = context["seccompProfile"]
        is_local, has_path = profile["type"] == "Localhost", "localhostProfile" in profile
        refuse_if(is_local and not has_path, errors.LOCALHOST_PROFILE_REQUIRED)
        refuse_if(has_path and not is_local, errors.LOCALHOST_PROFILE_REFUSED)
    for capabilities in context.get("capabilities", {}).values():
        prefixed = any(capability.startswith("CAP_") for capability in capabilities)
        refuse_if(prefixed, errors.CAPABILITY_PREFIX)


def _check_volumes(volumes: list[Structure]) -> None:
    for volume in volumes:
        refuse_if(not is_subdomain(volume["name"]), errors.volume_name(volume["name"]))
        # The text is that of volumes on ECS: assumed.
        refuse_if(sum(kind in volume for kind in _VOLUME_KINDS) > 1, ONE_VOLUME_TYPE)
        if "emptyDir" in volume:
            _check_empty_dir(volume["emptyDir"])
        if "secret" in volume:
            name = volume["secret"]["secretName"]
            refuse_if(not is_subdomain(name), errors.secret_name(name))


def _check_empty_dir(empty_dir: Structure) -> None:
    refuse_if(empty_dir.get("medium", "") not in ("", "Memory"), errors.EMPTY_DIR_MEDIUM)
    size = empty_dir.get("sizeLimit")
    refuse_if(size is not None and not _SIZE_LIMIT.fullmatch(size), errors.EMPTY_DIR_SIZE)
