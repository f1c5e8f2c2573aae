"""How much a container asks for: vCPUs, memory and GPUs, in either of their two spellings.

`resourceRequirements` and the legacy members `vcpus` and `memory` may be mixed, but not for one kind.
Source: API reference, ContainerProperties and ResourceRequirement; the texts were measured.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from fakebatch.batch import fargate
from fakebatch.batch.errors import job_definitions as errors
from fakebatch.batch.errors import refuse_if
from fakebatch.batch.state import Needs, Structure

MIN_MEMORY_MIB = 4
# The legacy member for each kind.
LEGACY = {"VCPU": "vcpus", "MEMORY": "memory"}

# With no more digits than an integer of AWS's has, that is: what is beyond is assumed to be no number.
_DECIMAL = re.compile(r"-?([0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9})")
_WHOLE = re.compile(r"-?[0-9]{1,9}")
# Too few vCPUs and too little memory have words of their own; that less than no GPU is no number is assumed.
_FORMATS = {"VCPU": _DECIMAL, "MEMORY": _WHOLE, "GPU": re.compile(r"[0-9]{1,9}")}


def requested(container: Structure, kind: str) -> str | None:
    """The quantity of a kind (VCPU, MEMORY in MiB, GPU) as it was written, or None."""
    for requirement in container.get("resourceRequirements", ()):
        if requirement["type"] == kind:
            return str(requirement["value"])
    legacy = container.get(LEGACY.get(kind, ""))
    return None if legacy is None else str(legacy)


def needs_of(container: Structure) -> Needs:
    """What a container reserves; its resources have been checked, those of the defaults too."""
    return Needs(
        float(requested(container, "VCPU") or 0),
        int(requested(container, "MEMORY") or 0),
        int(requested(container, "GPU") or 0),
    )


def check_requested(container: Structure, platform: str) -> None:
    """Refuse a container that asks for a kind twice or not at all, or for what its platform doesn't have.

    Args:
        container: a container's properties, overrides already merged.
        platform: EC2, FARGATE or MANAGED_INSTANCES.

    Raises:
        ClientException: with Batch's text.
    """
    _check_spelling(container, platform)
    refuse_if(requested(container, "VCPU") is None, errors.VCPU_REQUIRED)
    refuse_if(requested(container, "MEMORY") is None, errors.MEMORY_REQUIRED)


def check_size(containers: Sequence[Structure], platform: str) -> None:
    """Refuse a task that asks for too little, or on Fargate for what isn't in its table.

    The table is about the whole task, the minimums are about each container: assumed where there are several.
    Managed instances know fractions of a vCPU. Source: user guide, "Create a job definition on Amazon ECS
    Managed Instances", which says that sizes are not restricted; that memory has its minimum is assumed.

    Args:
        containers: of the task, checked by `check_requested`.
        platform: EC2, FARGATE or MANAGED_INSTANCES.

    Raises:
        ClientException: with Batch's text.
    """
    if platform == "FARGATE":
        needs = [needs_of(container) for container in containers]
        vcpus, memory_mib = sum(each.vcpus for each in needs), sum(each.memory_mib for each in needs)
        fargate.check_size(vcpus, memory_mib, windows=fargate.is_windows(containers[0]))
        return
    for container in containers:
        vcpu, memory = str(requested(container, "VCPU")), str(requested(container, "MEMORY"))
        refuse_if(platform == "EC2" and float(vcpu) < 1, errors.vcpu_minimum(vcpu))
        refuse_if(int(memory) < MIN_MEMORY_MIB, errors.memory_minimum(memory))


def _check_spelling(container: Structure, platform: str) -> None:
    requirements = container.get("resourceRequirements", ())
    kinds = [requirement["type"] for requirement in requirements]
    refuse_if(len(set(kinds)) < len(kinds), errors.DUPLICATE_RESOURCE_REQUIREMENTS)
    for kind, legacy in LEGACY.items():
        refuse_if(kind in kinds and legacy in container, errors.legacy_and_requirement(legacy, kind))
    refuse_if(platform == "FARGATE" and "GPU" in kinds, errors.GPU_ON_FARGATE)
    for requirement in requirements:
        kind, value = requirement["type"], requirement["value"]
        refuse_if(not _FORMATS[kind].fullmatch(value), errors.requirement_value(value, kind))
