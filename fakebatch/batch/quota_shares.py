"""Quota shares: create, describe, update, delete, list.

Source: model; user guide, "Quota shares", "Creating quota shares" (reference §12.4).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakebatch.batch import resource_status
from fakebatch.batch.describing import select
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import quota_shares as errors
from fakebatch.batch.errors import resources as shared
from fakebatch.batch.errors import service_environments as environment_errors
from fakebatch.batch.job_queues import find_job_queue
from fakebatch.batch.service_state import NUM_INSTANCES, QuotaShare
from fakebatch.batch.tag_limits import check_tags

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import JobQueue, Structure

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_MAX_LIMITS = 5
_MAX_SHARES = 20
UNLIMITED = -1


def create_quota_share(service: Service, request: Structure) -> Structure:
    """Make a share of a queue; it is VALID after `timing.resource`.

    Raises:
        ClientException: a rule of reference §12.4 is broken; the order of the rules is assumed.
    """
    share = new_quota_share(service, request)
    share.queue.quota_shares[share.name] = share
    resource_status.create(service, share)
    return _identity(share)


def describe_quota_share(service: Service, request: Structure) -> Structure:
    """One share by its ARN.

    Raises:
        ClientException: there is none (text assumed).
    """
    share = _get(service, request["quotaShareArn"])
    return {**_describe(share), "tags": share.tags}


def update_quota_share(service: Service, request: Structure) -> Structure:
    """Change a share; it is UPDATING for `timing.resource`, with the new values from the start.

    Jobs that were scheduled go on where lower limits leave no room for them, until somebody else is entitled
    to their capacity. Source: user guide, "Preemption".

    Raises:
        ClientException: no such share, one that is being modified, or values that aren't valid.
    """
    share = _get(service, request["quotaShareArn"])
    refuse_if(share.status in resource_status.BUSY, shared.CANNOT_UPDATE_MODIFIED)
    limits = request.get("capacityLimits", share.capacity_limits)
    sharing = request.get("resourceSharingConfiguration", share.sharing)
    _check_limits(limits)
    _check_sharing(sharing)
    share.capacity_limits = limits
    share.sharing = _completed(sharing)
    share.preemption = request.get("preemptionConfiguration", share.preemption)
    share.state = request.get("state", share.state)
    resource_status.update(service, share)
    return _identity(share)


def delete_quota_share(service: Service, request: Structure) -> Structure:
    """Delete a DISABLED share; its jobs are stopped, it is DELETING for `timing.resource`.

    Raises:
        ClientException: no such share, one that is being modified or not DISABLED.
    """
    share = _get(service, request["quotaShareArn"])
    refuse_if(share.status in resource_status.BUSY, shared.CANNOT_DELETE_MODIFIED)
    refuse_if(share.state != "DISABLED", errors.QS_DELETE_ENABLED)
    resource_status.delete(service, share)
    return {}


def list_quota_shares(service: Service, request: Structure) -> Structure:
    """The shares of a queue in pages, in the order in which they were made (assumed).

    Raises:
        ClientException: no such queue, maxResults out of 1..100, or a token that this operation has not
            given out.
    """
    queue = _queue(service, request["jobQueue"])
    found, token = select("ListQuotaShares", "", request, queue.quota_shares, queue.quota_shares.get)
    listed: Structure = {"quotaShares": [_describe(share) for share in found]}
    return {**listed, "nextToken": token} if token else listed


def find_quota_share(service: Service, arn: str) -> QuotaShare | None:
    """The share of a full ARN of this place, or None."""
    queue = find_job_queue(service, arn.rpartition("/quota-share/")[0])
    share = queue.quota_shares.get(arn.rpartition("/")[2]) if queue else None
    return share if share and share.arn == arn else None


def new_quota_share(service: Service, request: Structure, *, must_be_valid: bool = True) -> QuotaShare:
    """A checked share that is not in its queue's table yet.

    Args:
        service: where it will be.
        request: of CreateQuotaShare.
        must_be_valid: refuse a queue that is not VALID, as the service does.

    Raises:
        ClientException: a rule of reference §12.4 is broken.
    """
    name = request["quotaShareName"]
    refuse_if(not _NAME.fullmatch(name), errors.QS_NAME)
    queue = _queue(service, request["jobQueue"])
    refuse_if(not queue.has_quotas, errors.QS_QUEUE_POLICY)
    refuse_if(must_be_valid and queue.status != "VALID", errors.QS_QUEUE_NOT_VALID)
    _check_limits(request["capacityLimits"])
    _check_sharing(request["resourceSharingConfiguration"])
    check_tags(request.get("tags", {}))
    refuse_if(name in queue.quota_shares, shared.OBJECT_EXISTS)
    refuse_if(len(queue.quota_shares) >= _MAX_SHARES, errors.QS_MAX)
    return QuotaShare(
        name=name,
        arn=f"{queue.arn}/quota-share/{name}",
        queue=queue,
        state=request.get("state", "ENABLED"),
        status="CREATING",
        status_reason="",
        capacity_limits=request["capacityLimits"],
        sharing=_completed(request["resourceSharingConfiguration"]),
        preemption=request["preemptionConfiguration"],
        tags=request.get("tags", {}),
    )


def _describe(share: QuotaShare) -> Structure:
    """A QuotaShareDetail, which is without tags. Source: model."""
    return {
        "quotaShareName": share.name,
        "quotaShareArn": share.arn,
        "jobQueueArn": share.queue.arn,
        "capacityLimits": share.capacity_limits,
        "resourceSharingConfiguration": share.sharing,
        "preemptionConfiguration": share.preemption,
        "state": share.state,
        "status": share.status,
    }


def _completed(sharing: Structure) -> Structure:
    """With the default of borrowLimit (model). That only shares which borrow show it is assumed."""
    borrows = sharing["strategy"] == "LEND_AND_BORROW"
    return {**sharing, "borrowLimit": sharing.get("borrowLimit", UNLIMITED)} if borrows else sharing


def _check_limits(limits: list[Structure]) -> None:
    """Source: user guide, and CloudFormation for the least maxCapacity; the order is assumed."""
    refuse_if(not limits, errors.QS_LIMITS_REQUIRED)
    refuse_if(len(limits) > _MAX_LIMITS, errors.QS_LIMITS_MAX)
    for limit in limits:
        unit = limit["capacityUnit"]
        refuse_if(unit == NUM_INSTANCES, errors.QS_UNITS)
        refuse_if(not unit.startswith("ml."), environment_errors.unknown_capacity_unit(unit))
        refuse_if(limit["maxCapacity"] <= 0, errors.QS_MAX_CAPACITY)
    refuse_if(len({limit["capacityUnit"] for limit in limits}) < len(limits), errors.QS_UNITS_DUPLICATE)


def _check_sharing(sharing: Structure) -> None:
    """Source: model, and CloudFormation for the least borrowLimit."""
    if "borrowLimit" in sharing:
        refuse_if(sharing["strategy"] != "LEND_AND_BORROW", errors.QS_BORROW_STRATEGY)
        refuse_if(sharing["borrowLimit"] < UNLIMITED, errors.QS_BORROW_LIMIT)


def _queue(service: Service, name_or_arn: str) -> JobQueue:
    queue = find_job_queue(service, name_or_arn)
    if queue is None:
        is_arn = name_or_arn.startswith("arn:")
        raise ClientException(
            shared.does_not_exist(name_or_arn if is_arn else service.arn(f"job-queue/{name_or_arn}"))
        )
    return queue


def _get(service: Service, arn: str) -> QuotaShare:
    share = find_quota_share(service, arn)
    if share is None:
        raise ClientException(shared.does_not_exist(arn))
    return share


def _identity(share: QuotaShare) -> Structure:
    return {"quotaShareName": share.name, "quotaShareArn": share.arn}
