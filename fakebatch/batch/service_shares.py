"""The share of a service job: what SubmitServiceJob has to say of it, in each kind of queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import jobs as job_errors
from fakebatch.batch.errors import scheduling_policies as share_errors
from fakebatch.batch.errors import service_jobs as errors
from fakebatch.batch.fair_share import has_room
from fakebatch.batch.scheduling_policies import check_share_identifier

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.service_state import QuotaShare
    from fakebatch.batch.state import JobQueue, Structure


def share_of(service: Service, queue: JobQueue, request: Structure) -> QuotaShare | None:
    """The quota share that a job is submitted to; None in a queue without them.

    Source: model, SubmitServiceJob: what is required and what is forbidden. That the texts about a
    shareIdentifier are SubmitJob's is assumed, and so are the order of the rules, and that a
    preemptionConfiguration is for quota shares only.

    Raises:
        ClientException: the request names no share where it has to, or one where it must not; or one that
            takes no jobs.
    """
    if queue.has_quotas:
        refuse_if("shareIdentifier" in request, job_errors.SHARE_ON_FIFO_QUEUE)
        retries = request.get("preemptionConfiguration", {}).get("preemptionRetriesBeforeTermination", 0)
        refuse_if(retries < 0, errors.PREEMPTION_RETRIES)
        return _open_share(queue, request.get("quotaShareName"))
    if queue.scheduling_policy is None:
        refuse_if("shareIdentifier" in request, job_errors.SHARE_ON_FIFO_QUEUE)
    quota = "quotaShareName" in request or "preemptionConfiguration" in request
    refuse_if(quota, errors.QUOTA_SHARE_ON_OTHER_QUEUE)
    if queue.scheduling_policy is not None:
        _check_identifier(service, queue, request.get("shareIdentifier"))
    return None


def _open_share(queue: JobQueue, name: str | None) -> QuotaShare:
    if name is None:
        raise ClientException(errors.QUOTA_SHARE_REQUIRED)
    share = queue.quota_shares.get(name)
    if share is None:
        raise ClientException(errors.quota_share_not_found(name, queue.arn))
    refuse_if(share.state != "ENABLED", errors.quota_share_disabled(share.arn))
    refuse_if(not share.usable, errors.quota_share_not_valid(share.arn))
    return share


def _check_identifier(service: Service, queue: JobQueue, identifier: str | None) -> None:
    if identifier is None:
        raise ClientException(share_errors.SHARE_REQUIRED)
    check_share_identifier(identifier)
    refuse_if(not has_room(queue, identifier, service.sim.now_ns), share_errors.SHARES_ACTIVE)
