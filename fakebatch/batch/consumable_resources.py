"""Consumable resources: create, describe, update, delete; and what jobs ask for of them.

Source: user guide, "Resource-aware scheduling"; reference §12.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fakebatch.aws.timestamps import to_ms
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import consumable_resources as errors
from fakebatch.batch.errors import job_definitions as definition_errors
from fakebatch.batch.errors import resources as shared
from fakebatch.batch.state import ConsumableResource
from fakebatch.batch.tag_limits import check_tags

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import JobSpec, Structure

MAX_REQUIREMENTS = 5
MAX_RESOURCES = 50_000
TYPES = ("REPLENISHABLE", "NON_REPLENISHABLE")
OPERATIONS = ("SET", "ADD", "REMOVE")
# How long a clientToken keeps a second update from being made. Source: model, UpdateConsumableResource.
TOKEN_NS = 8 * 3600 * 1_000_000_000

# Assumed: what other resources of Batch may be called.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")


def create_consumable_resource(service: Service, request: Structure) -> Structure:
    """Make a consumable resource; jobs that wait for one of its name get their turn.

    Source: user guide, "Delete a consumable resource": one that is made again is the same to RUNNABLE jobs.

    Raises:
        ClientException: the name is taken or none, an unknown type, a negative quantity, tags past their
            limits, or too many resources. The order of the rules is assumed.
    """
    resource = new_consumable_resource(service, request)
    service.consumable_resources[resource.name] = resource
    service.locks.wake(resource)
    return _identity(resource)


def describe_consumable_resource(service: Service, request: Structure) -> Structure:
    """A consumable resource by name or ARN.

    AWS may show figures of up to 30 seconds ago, which is left out here (user guide).

    Raises:
        ClientException: there is none.
    """
    resource = get_consumable_resource(service, request["consumableResource"])
    return {
        **describe(resource),
        "availableQuantity": resource.available,
        "createdAt": to_ms(resource.created_ns),
        "tags": resource.tags,
    }


def update_consumable_resource(service: Service, request: Structure) -> Structure:
    """Set, raise or lower the total; the same request with the same token is made once in eight hours.

    A token that comes with other members is another request (assumed). That the answer shows the total as
    Describe would, and that removing more than there is is refused, is assumed.

    Raises:
        ClientException: there is no such resource, an unknown operation, no quantity or a negative one, or
            more to be removed than there is.
    """
    resource = get_consumable_resource(service, request["consumableResource"])
    refuse_if(request.get("operation") not in OPERATIONS, errors.CR_OPERATION)
    refuse_if("quantity" not in request, errors.CR_QUANTITY_REQUIRED)
    operation, quantity = request["operation"], request["quantity"]
    refuse_if(quantity < 0, errors.CR_QUANTITY_NEGATIVE)
    if not _is_repeated(service, resource, request):
        wanted = _wanted(resource.quantity, operation, quantity)
        refuse_if(wanted < 0, errors.CR_TOTAL_NEGATIVE)
        if "clientToken" in request:
            resource.updates[request["clientToken"], operation, quantity] = service.sim.now_ns
        resource.quantity = wanted
        service.locks.wake(resource)
    return {**_identity(resource), "totalQuantity": resource.total}


def delete_consumable_resource(service: Service, request: Structure) -> Structure:
    """Delete a consumable resource, also while jobs use it; those that wait for it wait on.

    Source: user guide, "Delete a consumable resource". AWS may still start jobs for a moment after. That an
    unknown one is refused is assumed.

    Raises:
        ClientException: there is none.
    """
    resource = get_consumable_resource(service, request["consumableResource"])
    del service.consumable_resources[resource.name]
    return {}


def find_consumable_resource(service: Service, name_or_arn: str) -> ConsumableResource | None:
    """The resource of a name or of a full ARN of this place, or None."""
    resource = service.consumable_resources.get(name_of(name_or_arn))
    return resource if resource and name_or_arn in (resource.name, resource.arn) else None


def get_consumable_resource(service: Service, name_or_arn: str) -> ConsumableResource:
    """The same, for an operation that needs it.

    Raises:
        ClientException: there is none.
    """
    resource = find_consumable_resource(service, name_or_arn)
    if resource is None:
        is_arn = name_or_arn.startswith("arn:")
        arn = name_or_arn if is_arn else service.arn(f"consumable-resource/{name_or_arn}")
        raise ClientException(shared.does_not_exist(arn))
    return resource


def new_consumable_resource(service: Service, request: Structure) -> ConsumableResource:
    """A checked resource that is not in the service's table yet.

    Without a totalQuantity there is nothing of it (assumed).

    Raises:
        ClientException: a rule is broken.
    """
    name = request["consumableResourceName"]
    refuse_if(not _NAME.fullmatch(name), errors.CR_NAME)
    kind = request.get("resourceType", TYPES[0])
    refuse_if(kind not in TYPES, errors.CR_TYPE)
    quantity = request.get("totalQuantity", 0)
    refuse_if(quantity < 0, errors.CR_TOTAL_NEGATIVE)
    tags = request.get("tags", {})
    check_tags(tags)
    refuse_if(name in service.consumable_resources, shared.OBJECT_EXISTS)
    refuse_if(len(service.consumable_resources) >= MAX_RESOURCES, errors.CR_TOO_MANY)
    arn = service.arn(f"consumable-resource/{name}")
    return ConsumableResource(name, arn, kind, quantity, service.sim.now_ns, tags)


def describe(resource: ConsumableResource) -> Structure:
    """A ConsumableResourceSummary. Source: model."""
    return {
        **_identity(resource),
        "totalQuantity": resource.total,
        "inUseQuantity": resource.in_use,
        "resourceType": resource.type,
    }


def name_of(name_or_arn: str) -> str:
    """The name in a name or an ARN."""
    return name_or_arn.rpartition("/")[2]


def check_consumable_resources(properties: Structure | None) -> None:
    """Refuse what no job can ask for. Whether the resources exist isn't looked at (reference §12.5).

    That an entry needs a name and a quantity, and that a resource named once by name and once by ARN is
    named twice, is assumed.

    Raises:
        ClientException: too many resources, one that is named twice, or an entry that lacks something.
    """
    wanted = _entries(properties)
    refuse_if(len(wanted) > MAX_REQUIREMENTS, definition_errors.CONSUMABLE_RESOURCES_COUNT)
    for entry in wanted:
        refuse_if(not entry.get("consumableResource"), errors.CR_REQUIREMENT_NAME)
        refuse_if("quantity" not in entry, errors.CR_REQUIREMENT_QUANTITY)
        refuse_if(entry["quantity"] < 0, errors.CR_QUANTITY_NEGATIVE)
    names = {name_of(entry["consumableResource"]) for entry in wanted}
    refuse_if(len(names) < len(wanted), definition_errors.CONSUMABLE_RESOURCES_DUPLICATE)


def override_consumable_resources(defined: Structure | None, override: Structure | None) -> Structure | None:
    """What a job needs: the definition's quantities, replaced by those of SubmitJob (reference §8).

    That what the override doesn't name stays as defined, and that what it names besides is added, is
    assumed.

    Raises:
        ClientException: the override, or what comes out, is what no job can ask for.
    """
    if not _entries(override):
        return defined
    check_consumable_resources(override)
    merged = {
        name_of(entry["consumableResource"]): entry for entry in [*_entries(defined), *_entries(override)]
    }
    properties: Structure = {"consumableResourceList": list(merged.values())}
    check_consumable_resources(properties)
    return properties


def requirements_of(spec: JobSpec) -> Iterator[tuple[str, int]]:
    """(name or ARN, units) for each resource that an attempt needs, and each child of an array."""
    for entry in _entries(spec.consumable_resources):
        yield entry["consumableResource"], entry["quantity"]


def _entries(properties: Structure | None) -> list[Structure]:
    return properties.get("consumableResourceList", []) if properties else []


def _is_repeated(service: Service, resource: ConsumableResource, request: Structure) -> bool:
    """Whether this update has been made, with this token; those that are too old are forgotten."""
    updates, now_ns = resource.updates, service.sim.now_ns
    while updates:
        oldest = next(iter(updates))
        if now_ns - updates[oldest] < TOKEN_NS:
            break
        del updates[oldest]
    return (request.get("clientToken"), request["operation"], request["quantity"]) in updates


def _wanted(quantity: int, operation: str, by: int) -> int:
    if operation == "SET":
        return by
    return quantity + by if operation == "ADD" else quantity - by


def _identity(resource: ConsumableResource) -> Structure:
    return {"consumableResourceName": resource.name, "consumableResourceArn": resource.arn}
