"""ListConsumableResources and ListJobsByConsumableResource.

Source: API reference of both (reference §12.5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from fakebatch.aws.pagination import BadToken, decode_token, page
from fakebatch.batch.consumable_resources import (
    describe,
    find_consumable_resource,
    get_consumable_resource,
    requirements_of,
)
from fakebatch.batch.descriptions import summary
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import jobs as errors
from fakebatch.batch.errors import resources as shared
from fakebatch.batch.lifecycle import STATUSES

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import ConsumableResource, Job, Structure

T = TypeVar("T")
Test: TypeAlias = Callable[[T], bool]

_MOST = 100


def list_consumable_resources(service: Service, request: Structure) -> Structure:
    """One page of resources, in the order in which they were made (assumed).

    One that is deleted between two pages moves those behind it up by one (assumed).

    Raises:
        ClientException: an unknown filter, maxResults out of 1..100, or a foreign token.
    """
    operation = "ListConsumableResources"
    size, start = _page_of(operation, request)
    fits = _read_filters(request, _RESOURCE_FILTERS)
    resources = islice(enumerate(service.consumable_resources.values()), start, None)
    found, token = page(operation, (entry for entry in resources if fits(entry[1])), size)
    listed: Structure = {"consumableResources": [describe(resource) for resource in found]}
    return {**listed, "nextToken": token} if token else listed


def list_jobs_by_consumable_resource(service: Service, request: Structure) -> Structure:
    """One page of the jobs that need a resource, of every status unless filtered.

    That the newest come first, that arrays are listed without their children, and that an ended job is
    listed as long as it can be described, is assumed. A page begins where the one before ended, however
    many jobs have been submitted since.

    Raises:
        ClientException: no such resource, an unknown filter, maxResults out of 1..100, or a foreign token.
    """
    operation = "ListJobsByConsumableResource"
    resource = get_consumable_resource(service, request["consumableResource"])
    size, start = _page_of(operation, request)
    fits = _read_filters(request, _JOB_FILTERS)
    needing = _newest_first(list(_jobs_that_need(service, resource)), start)
    found, token = page(operation, (entry for entry in needing if fits(entry[1][0])), size)
    listed: Structure = {"jobs": [_job_summary(service, job, units) for job, units in found]}
    return {**listed, "nextToken": token} if token else listed


def _page_of(operation: str, request: Structure) -> tuple[int, int | None]:
    """How many fit, and the position of the first; None from the beginning."""
    size = request.get("maxResults", _MOST)
    refuse_if(not 1 <= size <= _MOST, shared.DESCRIBE_MAX_RESULTS)
    try:
        return size, decode_token(operation, request.get("nextToken"))
    except BadToken:
        raise ClientException(shared.DESCRIBE_NEXT_TOKEN) from None


def _jobs_that_need(service: Service, resource: ConsumableResource) -> Iterator[tuple[Job, int]]:
    """The oldest first, with the units that an attempt of each needs."""
    for job in service.jobs.values():
        if job.parent is None and job.spec.consumable_resources is not None:
            for name_or_arn, units in requirements_of(job.spec):
                if find_consumable_resource(service, name_or_arn) is resource:
                    yield job, units


def _newest_first(jobs: list[tuple[Job, int]], start: int | None) -> Iterator[tuple[int, tuple[Job, int]]]:
    """Positions are counted from the oldest, so that new jobs don't move them."""
    newest = len(jobs) - 1 if start is None else min(start, len(jobs) - 1)
    return ((position, jobs[position]) for position in range(newest, -1, -1))


def _job_summary(service: Service, job: Job, units: int) -> Structure:
    """A ListJobsByConsumableResourceSummary.

    The model describes quantity and createdAt as the resource's; that they are the units which the job
    needs (reference §12.5) and the instant of its own creation is assumed.
    """
    of_job = summary(service, job)
    optional = ("shareIdentifier", "statusReason", "startedAt")
    return {
        "jobArn": of_job["jobArn"],
        "jobQueueArn": job.spec.queue.arn,
        "jobName": job.name,
        "jobDefinitionArn": job.spec.definition.arn,
        "jobStatus": job.status,
        "quantity": units,
        "createdAt": of_job["createdAt"],
        "consumableResourceProperties": job.spec.consumable_resources,
        **{member: of_job[member] for member in optional if member in of_job},
    }


def _read_filters(request: Structure, known: Mapping[str, Callable[[list[str]], Test[T]]]) -> Test[T]:
    """What all filters let through.

    That all of several filters must hold, and any of several values, is assumed.

    Raises:
        ClientException: an unknown filter, one without values, or a value that it can't have.
    """
    tests = []
    for entry in request.get("filters", ()):
        name, values = str(entry.get("name")), entry.get("values", [])
        refuse_if(name not in known, errors.unknown_filter(name))
        refuse_if(not values, errors.filter_value(name, values))
        tests.append(known[name](values))
    return lambda item: all(test(item) for test in tests)


def _by_job_status(values: list[str]) -> Test[Job]:
    for value in values:
        refuse_if(value not in STATUSES, errors.filter_value("JOB_STATUS", value))
    return lambda job: job.status in values


def _by_name(values: list[str]) -> Test[Job | ConsumableResource]:
    """Whatever the case; a trailing `*` makes it a prefix."""
    wanted = [value.lower() for value in values]
    return lambda item: any(_name_fits(item.name.lower(), value) for value in wanted)


def _name_fits(name: str, wanted: str) -> bool:
    return name.startswith(wanted[:-1]) if wanted.endswith("*") else name == wanted


_RESOURCE_FILTERS: Mapping[str, Callable[[list[str]], Test[ConsumableResource]]] = {
    "CONSUMABLE_RESOURCE_NAME": _by_name,
}
_JOB_FILTERS: Mapping[str, Callable[[list[str]], Test[Job]]] = {
    "JOB_STATUS": _by_job_status,
    "JOB_NAME": _by_name,
}
