"""How much a container asks for: vCPUs, memory and GPUs, in either of their two spellings.

`resourceRequirements` and the legacy members `vcpus` and `memory` may be mixed, but not for one kind.
Source: API reference, ContainerProperties and ResourceRequirement; the texts were measured.
"""

from __future__ import annotations

import re

from fakebatch.batch import fargate
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import job_definitions as errors
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


def check_resources(container: Structure, platform: str) -> None:
    """Refuse a container that asks for too little, for a kind twice, or for what its platform doesn't have.

    Args:
        container: a container's properties, overrides already merged.
        platform: EC2 or FARGATE.

    Raises:
        ClientException: with Batch's text.
    """
    _check_spelling(container, platform)
    vcpus, memory = requested(container, "VCPU"), requested(container, "MEMORY")
    if vcpus is None:
        raise ClientException(errors.VCPU_REQUIRED)
    if memory is None:
        raise ClientException(errors.MEMORY_REQUIRED)
    if platform == "FARGATE":
        fargate.check_size(float(vcpus), int(memory), windows=fargate.is_windows(container))
    else:
        refuse_if(float(vcpus) < 1, errors.vcpu_minimum(vcpus))
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
