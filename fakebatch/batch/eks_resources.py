"""How much the containers of a pod ask for, in `limits`, in `requests` or in both.

Source: API reference, EksContainerResourceRequirements; the texts were measured.
"""

from __future__ import annotations

import re

from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import eks as errors
from fakebatch.batch.errors.job_definitions import memory_minimum
from fakebatch.batch.state import Needs, Structure

GPU = "nvidia.com/gpu"
KEYS = ("cpu", "memory", GPU)
MIN_MEMORY_MIB = 4

# With no more digits than an integer of AWS's has: what is beyond is assumed to be no number.
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_MEBIBYTES = re.compile(r"[0-9]{1,9}Mi")
_WHOLE = re.compile(r"[0-9]{1,9}")


def check_resources(container: Structure) -> None:
    """Refuse a container that asks for too little, for something else, or for two different things.

    That containers which run before the others need cpu and memory as well is assumed.

    Raises:
        ClientException: with Batch's text.
    """
    resources = container.get("resources", {})
    limits, requests = resources.get("limits", {}), resources.get("requests", {})
    for key, value in [*limits.items(), *requests.items()]:
        refuse_if(key not in KEYS, errors.unsupported_resource(key))
        _check_value(key, value)
    given = limits.keys() | requests.keys()
    refuse_if(not {"cpu", "memory"} <= given, errors.RESOURCES_REQUIRED)
    for key in limits.keys() & requests.keys():
        _check_both(key, limits[key], requests[key])


def needs_of_pod(properties: Structure) -> Needs:
    """What a pod reserves: the sum of its containers, or what one of those before them needs, if more.

    Source: Kubernetes documentation, "Init Containers" (resource sharing within containers).

    Args:
        properties: `eksProperties`, checked.
    """
    pod = properties["podProperties"]
    together = [_needs(container) for container in pod["containers"]]
    before = [_needs(container) for container in pod.get("initContainers", ())]
    vcpus, memory_mib, gpus = (sum(column) for column in zip(*together, strict=True))
    for one in before:
        vcpus, memory_mib, gpus = (max(pair) for pair in zip((vcpus, memory_mib, gpus), one, strict=True))
    return Needs(float(vcpus), int(memory_mib), int(gpus))


def requested(container: Structure, key: str) -> str | None:
    """The quantity that Kubernetes places the pod by: the request, which is the limit when there is none."""
    resources = container.get("resources", {})
    value: str | None = resources.get("requests", {}).get(key, resources.get("limits", {}).get(key))
    return value


def _needs(container: Structure) -> tuple[float, int, int]:
    memory = requested(container, "memory") or "0Mi"
    return (
        float(requested(container, "cpu") or 0),
        int(memory.removesuffix("Mi")),
        int(requested(container, GPU) or 0),
    )


def _check_value(key: str, value: str) -> None:
    if key == "memory":
        refuse_if(not _MEBIBYTES.fullmatch(value), errors.memory(value))
        mebibytes = int(value.removesuffix("Mi"))
        refuse_if(mebibytes < MIN_MEMORY_MIB, memory_minimum(mebibytes))
    elif key == "cpu":
        refuse_if(not _DECIMAL.fullmatch(value), errors.resource_unit(value, key))
        # That 0, a multiple too, is refused is assumed.
        refuse_if(float(value) == 0 or float(value) * 4 % 1, errors.resource_number(value, key))
    else:
        refuse_if(not _WHOLE.fullmatch(value), errors.resource_number(value, key))


def _check_both(key: str, limit: str, request: str) -> None:
    if key == "cpu":
        refuse_if(float(request) > float(limit), errors.CPU_REQUEST)
    elif key == "memory":
        refuse_if(int(request.removesuffix("Mi")) != int(limit.removesuffix("Mi")), errors.MEMORY_REQUEST)
    elif int(request) != int(limit):
        raise ClientException(errors.GPU_REQUEST)
