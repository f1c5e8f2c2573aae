"""Tags of all kinds of resources: TagResource, UntagResource, ListTagsForResource."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from fakebatch.aws.numbers import whole_number
from fakebatch.batch.compute_environments import find_compute_environment
from fakebatch.batch.consumable_resources import find_consumable_resource
from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors import resources as shared
from fakebatch.batch.errors import tags as errors
from fakebatch.batch.job_definitions import REMOVED
from fakebatch.batch.job_queues import find_job_queue
from fakebatch.batch.quota_shares import find_quota_share
from fakebatch.batch.scheduling_policies import find_scheduling_policy
from fakebatch.batch.service_environments import find_service_environment
from fakebatch.batch.tag_limits import check_tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakebatch.batch.service import Service
    from fakebatch.batch.service_state import QuotaShare, ServiceEnvironment, ServiceJob
    from fakebatch.batch.state import (
        ComputeEnvironment,
        ConsumableResource,
        JobQueue,
        SchedulingPolicy,
        Structure,
    )

    Tagged: TypeAlias = (
        ComputeEnvironment
        | ConsumableResource
        | JobQueue
        | QuotaShare
        | SchedulingPolicy
        | ServiceEnvironment
        | ServiceJob
    )


def tag_resource(service: Service, request: Structure) -> Structure:
    """Put tags on a resource; those with a key that it has replace the old ones. Source: reference §14.

    Raises:
        ClientException: no such resource, one that takes no tags, or tags past their limits.
    """
    tags = _tags_of(service, request["resourceArn"])
    check_tags(request["tags"], tags)
    _keep_past(service, request["resourceArn"], tags)
    tags.update(request["tags"])
    return {}


def untag_resource(service: Service, request: Structure) -> Structure:
    """Take tags off a resource. Keys that it doesn't have are let pass (assumed).

    Raises:
        ClientException: no such resource, or one that takes no tags.
    """
    tags = _tags_of(service, request["resourceArn"])
    _keep_past(service, request["resourceArn"], tags)
    for key in request["tagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags_for_resource(service: Service, request: Structure) -> Structure:
    """The tags of a resource, `{}` when it has none.

    Raises:
        ClientException: no such resource, or one that takes no tags.
    """
    return {"tags": _tags_of(service, request["resourceArn"])}


def _tags_of(service: Service, arn: str) -> dict[str, str]:
    kind, _, name = arn.split(":", 5)[-1].partition("/")
    tags = _lookup(service, kind, name, arn)
    if tags is None:
        raise ClientException(shared.does_not_exist(arn))
    return tags


def _keep_past(service: Service, arn: str, tags: dict[str, str]) -> None:
    """Events of a job show the tags that it had at the time."""
    kind, _, job_id = arn.split(":", 5)[-1].partition("/")
    if kind == "job":
        service.past_tags.setdefault(job_id, []).append((len(service.trace), dict(tags)))


def _lookup(service: Service, kind: str, name: str, arn: str) -> dict[str, str] | None:
    # The ARN is compared whole: another account's or region's resource is not this one.
    if service.arn(f"{kind}/{name}") != arn:
        return None
    find = _FINDERS.get(kind)
    if find is not None:
        found = find(service, arn)
        return found.tags if found else None
    if kind == "job-definition":
        return _definition_tags(service, name)
    if kind == "job":
        return _job_tags(service, name)
    return None


def _find_service_job(service: Service, arn: str) -> ServiceJob | None:
    return service.service_jobs.get(arn.rpartition("/")[2])


def _find_queue_or_share(service: Service, arn: str) -> JobQueue | QuotaShare | None:
    # The ARN of a quota share goes on behind its queue's.
    return find_quota_share(service, arn) if "/quota-share/" in arn else find_job_queue(service, arn)


# What is tagged as a whole, by the kind that its ARN names.
_FINDERS: dict[str, Callable[[Service, str], Tagged | None]] = {
    "compute-environment": find_compute_environment,
    "job-queue": _find_queue_or_share,
    "scheduling-policy": find_scheduling_policy,
    "consumable-resource": find_consumable_resource,
    "service-environment": find_service_environment,
    "service-job": _find_service_job,
}


def _definition_tags(service: Service, name_and_revision: str) -> dict[str, str] | None:
    name, _, revision = name_and_revision.partition(":")
    revisions = service.job_definitions.get(name, [])
    if not revision:
        raise ClientException(errors.TAG_REVISION)
    number = whole_number(revision) or 0
    if not 1 <= number <= len(revisions):
        return None
    definition = revisions[number - 1]
    return None if definition.status == REMOVED else definition.tags


def _job_tags(service: Service, job_id: str) -> dict[str, str] | None:
    # Array children are `<id>:<n>`, nodes `<id>#<n>`: whether they exist doesn't matter.
    if ":" in job_id or "#" in job_id:
        raise ClientException(errors.TAG_CHILD)
    job = service.jobs.get(job_id)
    if job is None:
        return None
    job.reply = None  # the caller may be about to change them
    return job.tags
