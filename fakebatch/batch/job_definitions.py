"""Job definitions: register, describe, deregister, and find the one that a job names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from fakebatch.aws.numbers import whole_number
from fakebatch.aws.pagination import BadToken, decode_token, page
from fakebatch.aws.place import Place
from fakebatch.batch.container_defaults import default_container, default_task
from fakebatch.batch.eks_properties import default_pod
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import job_definitions as errors
from fakebatch.batch.errors import resources as shared
from fakebatch.batch.kinds import KINDS, kind_in, orchestration_of
from fakebatch.batch.registration import check_registration, platform_of
from fakebatch.batch.retry_strategies import complete_retry_strategy
from fakebatch.batch.state import JobDefinition, Structure
from fakebatch.timing import NS_PER_SECOND

if TYPE_CHECKING:
    from fakebatch.batch.service import Service

MAX_DESCRIBED = 100
# How long an INACTIVE definition can still be described. Source: API reference, DeregisterJobDefinition.
RETENTION_NS = 180 * 24 * 3600 * NS_PER_SECOND
# A revision that is past that. It keeps its place, because numbers are never given out again.
REMOVED = "REMOVED"

# Positions in a listing: the name's number above, the revision below.
_REVISION_BITS = 32
_DEFAULT_PLACE = Place("us-east-1", "123456789012")


def register_job_definition(service: Service, request: Structure) -> Structure:
    """Add a revision to a name. Nothing comes from the one before it, and an equal one is no duplicate.

    Revisions count up for ever, also when all of them are INACTIVE.

    Raises:
        ClientException: with Batch's text; the table of operations has it wrapped.
        UsageError: a kind of job that fakebatch doesn't have yet.
    """
    check_registration(request)
    name = request["jobDefinitionName"]
    revisions = service.job_definitions.setdefault(name, [])
    revision = len(revisions) + 1
    definition = _definition(request, revision, service.arn(f"job-definition/{name}:{revision}"))
    revisions.append(definition)
    service.definitions_named.clear()
    return {"jobDefinitionName": name, "jobDefinitionArn": definition.arn, "revision": revision}


def describe_job_definitions(service: Service, request: Structure) -> Structure:
    """Definitions by reference, by name or all, newest revision first (assumed: AWS doesn't say).

    What isn't there is left out. `status` narrows each of the three down; that it does so beside
    `jobDefinitions` was seen (boto3 issue 2908), whatever the documentation says.

    Raises:
        ClientException: more than 100 references, references beside a name or maxResults, maxResults out of
            1..100, or a token that this operation has not given out.
    """
    references = request.get("jobDefinitions")
    if references:
        refuse_if("jobDefinitionName" in request, errors.DESCRIBE_DEFINITIONS_FILTERS)
        refuse_if("maxResults" in request, shared.names_and_max_results("jobDefinitions"))
        refuse_if(len(references) > MAX_DESCRIBED, shared.too_many_names("jobDefinitions"))
        listing: Iterable[tuple[int, JobDefinition]] = _referenced(service, references)
    else:
        listing = _listed(service, request.get("jobDefinitionName"), _start(request))
    size = request.get("maxResults", MAX_DESCRIBED)
    refuse_if(not 1 <= size <= MAX_DESCRIBED, shared.DESCRIBE_MAX_RESULTS)
    status = request.get("status")
    shown = ((at, definition) for at, definition in listing if not status or definition.status == status)
    definitions, token = page("DescribeJobDefinitions", shown, size)
    response: Structure = {"jobDefinitions": [describe(definition) for definition in definitions]}
    return {**response, "nextToken": token} if token else response


def deregister_job_definition(service: Service, request: Structure) -> Structure:
    """Make a revision INACTIVE: jobs can't name it any more, and 180 days later it is gone.

    A revision that is INACTIVE already stays as it is (assumed). A bare name, which botocore's own example
    uses although the documentation asks for a revision, stands for the latest ACTIVE one (assumed).

    Raises:
        ClientException: there is no such definition (assumed).
    """
    reference = request["jobDefinition"]
    name, revision = _split(service, reference)
    definition = _latest_active(service, name) if revision is None else _exact(service, name, revision)
    if definition is None:
        raise ClientException(errors.job_definition_not_found(reference))
    if definition.status == "ACTIVE":
        definition.status = "INACTIVE"
        service.definitions_named.clear()
        service.sim.schedule(RETENTION_NS, _remove, definition, background=True)
    return {}


def find_job_definition(service: Service, reference: str) -> JobDefinition:
    """The definition that a job names: a name or an ARN, with a revision or without.

    Without one it is the latest that is ACTIVE now.

    Raises:
        ClientException: there is none, or it is INACTIVE.
    """
    definition = service.definitions_named.get(reference)
    if definition is not None:
        return definition
    name, revision = _split(service, reference)
    definition = _latest_active(service, name) if revision is None else _exact(service, name, revision)
    if definition is None or definition.status != "ACTIVE":
        is_arn = reference.startswith("arn:")
        word = errors.job_definition_not_found if is_arn else errors.no_active_job_definition
        raise ClientException(word(reference))
    service.definitions_named[reference] = definition
    return definition


def describe(definition: JobDefinition) -> Structure:
    """The definition as DescribeJobDefinitions shows it; what was not given is left out."""
    described = {
        "jobDefinitionName": definition.name,
        "jobDefinitionArn": definition.arn,
        "revision": definition.revision,
        "status": definition.status,
        "type": definition.type,
        "schedulingPriority": definition.scheduling_priority,
        "parameters": definition.parameters,
        "retryStrategy": definition.retry_strategy,
        definition.kind: definition.properties,
        "timeout": definition.timeout,
        "tags": definition.tags,
        # A pod has no tags: recorded for jobs, assumed of definitions.
        "propagateTags": None if definition.orchestration == "EKS" else definition.propagate_tags,
        "platformCapabilities": definition.platform_capabilities,
        "containerOrchestrationType": definition.orchestration,
        "consumableResourceProperties": definition.consumable_resource_properties,
    }
    return {member: value for member, value in described.items() if value is not None}


def default_job_definition(name: str, place: Place = _DEFAULT_PLACE, **overrides: Any) -> Structure:
    """A RegisterJobDefinition request that AWS would accept, for a test that doesn't care.

    Args:
        name: of the definition.
        place: whose execution role a Fargate job gets.
        **overrides: members of the request. Containers are filled up with what they lack, and so are nodes:
            two of them unless their ranges tell of more, the first is the main one, all run the same.
    """
    kind = "multinode" if "nodeProperties" in overrides else "container"
    request = {"jobDefinitionName": name, "type": kind, **overrides}
    platform = platform_of(request)
    others = {"containerProperties", "eksProperties"} & overrides.keys()
    is_multinode = request["type"] == "multinode" and not {"ecsProperties", *others} & overrides.keys()
    if "nodeProperties" in overrides or is_multinode:
        request["nodeProperties"] = _default_nodes(overrides.get("nodeProperties", {}), platform, place)
    elif "eksProperties" in overrides:
        request["eksProperties"] = default_pod(overrides["eksProperties"])
    elif "ecsProperties" in overrides or (platform == "MANAGED_INSTANCES" and not others):
        request["ecsProperties"] = default_task(overrides.get("ecsProperties", {}), platform, place)
    else:
        container = default_container(overrides.get("containerProperties", {}))
        if platform == "FARGATE":
            container.setdefault("executionRoleArn", place.global_arn("iam", "role/ecsTaskExecutionRole"))
        request["containerProperties"] = container
    return request


def _definition(request: Structure, revision: int, arn: str) -> JobDefinition:
    retry_strategy = request.get("retryStrategy")
    kind = kind_in(request)
    return JobDefinition(
        name=request["jobDefinitionName"],
        revision=revision,
        arn=arn,
        status="ACTIVE",
        type=request["type"],
        orchestration=orchestration_of(kind, request[kind]),
        parameters=request.get("parameters", {}),
        tags=request.get("tags", {}),
        propagate_tags=request.get("propagateTags", False),
        # Not filled in with EC2: AWS gives back what it got.
        platform_capabilities=request.get("platformCapabilities", []),
        kind=kind,
        properties=KINDS[kind].complete(request[kind], platform_of(request)),
        retry_strategy=complete_retry_strategy(retry_strategy) if retry_strategy else None,
        timeout=request.get("timeout") or None,
        scheduling_priority=request.get("schedulingPriority"),
        consumable_resource_properties=request.get("consumableResourceProperties"),
    )


def _default_nodes(nodes: Structure, platform: str, place: Place) -> Structure:
    """Node properties with a number, a main node, and ranges of which each runs something."""
    ranges = [{"targetNodes": "0:", **one} for one in nodes.get("nodeRangeProperties", [{}])]
    for one in ranges:
        if "ecsProperties" in one:
            one["ecsProperties"] = default_task(one["ecsProperties"], platform, place)
        elif "eksProperties" in one:
            one["eksProperties"] = default_pod(one["eksProperties"])
        else:
            one["container"] = default_container(one.get("container", {}))
    named = [int(index) for one in ranges for index in one["targetNodes"].split(":") if index.isdecimal()]
    least = max([1, *named]) + 1
    return {"numNodes": least, "mainNode": 0, **nodes, "nodeRangeProperties": ranges}


def _split(service: Service, reference: str) -> tuple[str, int | None]:
    """Name and revision of a reference; the revision is None for a bare name, 0 for what cannot be one.

    An ARN of another account or region keeps its colons, so that no name is equal to it.
    """
    is_arn = reference.startswith("arn:")
    local = reference.removeprefix(service.arn("job-definition/")) if is_arn else reference
    name, colon, revision = local.rpartition(":")
    if not colon:
        return local, None
    return name, whole_number(revision) or 0


def _exact(service: Service, name: str, revision: int) -> JobDefinition | None:
    revisions = service.job_definitions.get(name, [])
    if not 1 <= revision <= len(revisions) or revisions[revision - 1].status == REMOVED:
        return None
    return revisions[revision - 1]


def _latest_active(service: Service, name: str) -> JobDefinition | None:
    revisions = service.job_definitions.get(name, [])
    return next((definition for definition in reversed(revisions) if definition.status == "ACTIVE"), None)


def _remove(definition: JobDefinition) -> None:
    definition.status = REMOVED


def _start(request: Structure) -> int | None:
    try:
        return decode_token("DescribeJobDefinitions", request.get("nextToken"))
    except BadToken:
        raise ClientException(shared.DESCRIBE_NEXT_TOKEN) from None


def _referenced(service: Service, references: list[str]) -> Iterable[tuple[int, JobDefinition]]:
    """What is named with a revision, in the order of the request. A bare name finds nothing.

    Source: boto3 issue 2908.
    """
    found: dict[str, JobDefinition] = {}
    for reference in references:
        name, revision = _split(service, reference)
        definition = None if revision is None else _exact(service, name, revision)
        if definition is not None:
            found[definition.arn] = definition
    return enumerate(found.values())


def _listed(service: Service, name: str | None, start: int | None) -> Iterator[tuple[int, JobDefinition]]:
    """One name's or all definitions, the newest name and its newest revision first.

    Names and revisions are numbered as they come, so what is registered between two pages moves nothing.
    """
    for number, (each, revisions) in reversed(list(enumerate(service.job_definitions.items()))):
        if name is not None and each != name:
            continue
        for definition in reversed(revisions):
            position = (number << _REVISION_BITS) + definition.revision
            if definition.status != REMOVED and (start is None or position <= start):
                yield position, definition
