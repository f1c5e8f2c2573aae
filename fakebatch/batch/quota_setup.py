"""Set-up of quota shares from the author's side, with all that they need."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fakebatch.batch import resource_status, setup, setup_members
from fakebatch.batch.job_queues import SAGEMAKER, find_job_queue
from fakebatch.batch.quota_shares import new_quota_share
from fakebatch.batch.resource_defaults import default_quota_share

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Structure

_POLICY = {"quotaSharePolicy": {"idleResourceAssignmentStrategy": "FIFO"}}


def add_quota_share(service: Service, name: str, overrides: Mapping[str, Any]) -> str:
    """Make a quota share and return its ARN.

    Without a jobQueue it gets the queue with quota management that was added last, and a new one if there is
    none. On this side the queue need not be VALID.

    Raises:
        UsageError: an unknown member, or a request that AWS would refuse.
    """
    call = f"add_quota_share({name!r})"
    setup_members.QUOTA_SHARE.check(call, overrides)
    members = deepcopy(dict(overrides))
    status = members.pop("status", "VALID")
    queue_name = members.pop("jobQueue", None) or _queue_for(service, name)
    members.setdefault("capacityLimits", _all_of(service, queue_name))
    request = default_quota_share(name, queue_name, **members)
    with setup.refusals(call):
        share = new_quota_share(service, request, must_be_valid=False)
    share.queue.quota_shares[name] = share
    resource_status.place(service, share, status, "")
    return share.arn


def _queue_for(service: Service, name: str) -> str:
    """The queue of a share that names none."""
    for queue in reversed(service.job_queues.values()):
        if queue.has_quotas and queue.status != "DELETING":
            return queue.name
    queue_name = f"{name[:122]}-queue"
    policy = setup.add_scheduling_policy(service, f"{name[:121]}-policy", _POLICY)
    setup.add_job_queue(service, queue_name, {"jobQueueType": SAGEMAKER, "schedulingPolicyArn": policy})
    return queue_name


def _all_of(service: Service, queue_name: str) -> list[Structure]:
    """As much as the environment of a queue has."""
    queue = find_job_queue(service, queue_name)
    environments = queue.service_environments if queue else []
    limits = [limit for _, environment in environments for limit in environment.capacity_limits]
    return deepcopy(limits) or default_quota_share("", "")["capacityLimits"]
