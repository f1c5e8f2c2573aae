"""What RegisterJobDefinition refuses, before anything is kept.

Source: API reference, RegisterJobDefinition; the texts were measured. Which of two broken rules is told
first is assumed.
"""

from __future__ import annotations

import json
import re

from fakebatch.batch.consumable_resources import check_consumable_resources
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import eks as eks_errors
from fakebatch.batch.errors import job_definitions as errors
from fakebatch.batch.kinds import KINDS, kind_in
from fakebatch.batch.retry_strategies import check_retry_strategy, check_timeout
from fakebatch.batch.state import Structure
from fakebatch.batch.tag_limits import check_tags

CAPABILITIES = ("FARGATE", "EC2", "MANAGED_INSTANCES")
MAX_BYTES = 24 * 1024

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")


def check_registration(request: Structure) -> None:
    """Refuse a definition that Batch would not take.

    Raises:
        ClientException: with Batch's text.
    """
    refuse_if(not _NAME.fullmatch(request["jobDefinitionName"]), errors.JOB_DEFINITION_NAME)
    check_tags(request.get("tags", {}))
    _check_size(request)
    _check_kinds(request)
    _check_capabilities(request)
    check_retry_strategy(request.get("retryStrategy"))
    check_timeout(request.get("timeout"))
    refuse_if(not 0 <= request.get("schedulingPriority", 0) <= 9999, errors.SCHEDULING_PRIORITY)
    check_consumable_resources(request.get("consumableResourceProperties"))
    kind = kind_in(request)
    KINDS[kind].check(request.get(kind, {}), platform_of(request))


def platform_of(request: Structure) -> str:
    """The platform that a definition is for; EC2 when it doesn't say."""
    capabilities: list[str] = request.get("platformCapabilities", [])
    return capabilities[0] if capabilities else "EC2"


def _check_size(request: Structure) -> None:
    text = json.dumps(request, ensure_ascii=False, separators=(",", ":"))
    # Half of a surrogate pair can come over the wire, as an escape in JSON.
    size = len(text.encode(errors="surrogatepass"))
    refuse_if(size > MAX_BYTES, errors.DEFINITION_SIZE)


def _check_kinds(request: Structure) -> None:
    """One kind of properties, and one that fits the type."""
    refuse_if({"containerProperties", "ecsProperties"} <= request.keys(), errors.CONTAINER_AND_ECS)
    refuse_if({"containerProperties", "eksProperties"} <= request.keys(), errors.CONTAINER_AND_EKS)
    refuse_if({"ecsProperties", "eksProperties"} <= request.keys(), errors.ECS_AND_EKS)
    others = {"containerProperties", "ecsProperties", "eksProperties"} & request.keys()
    if request["type"] == "multinode":
        refuse_if("nodeProperties" not in request, errors.NODE_PROPERTIES_REQUIRED)
    else:
        refuse_if("nodeProperties" in request and not others, errors.CONTAINER_TYPE_REQUIRES)
    if "nodeProperties" in request and others:
        raise ClientException(errors.nodes_and(min(others)))


def _is_on_eks(request: Structure) -> bool:
    """It makes pods, by itself or as nodes."""
    ranges = request.get("nodeProperties", {}).get("nodeRangeProperties", ())
    return "eksProperties" in request or any("eksProperties" in one for one in ranges)


def _check_capabilities(request: Structure) -> None:
    capabilities = request.get("platformCapabilities", [])
    if _is_on_eks(request):
        refuse_if(request.get("propagateTags"), eks_errors.PROPAGATE_TAGS)
        refuse_if(capabilities, eks_errors.PLATFORM_CAPABILITIES)
    refuse_if(len(capabilities) > 1, errors.ONE_CAPABILITY)
    platform = platform_of(request)
    refuse_if(platform not in CAPABILITIES, errors.capability(platform))
    if request["type"] == "multinode":
        refuse_if(platform == "FARGATE", errors.FARGATE_MULTINODE)
        refuse_if(platform == "MANAGED_INSTANCES", errors.MANAGED_INSTANCES_MULTINODE)
    elif platform == "MANAGED_INSTANCES":
        refuse_if("containerProperties" in request, errors.MANAGED_INSTANCES_CONTAINER)
