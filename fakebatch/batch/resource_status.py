"""CREATING, UPDATING and DELETING of environments, queues and quota shares, each ended by an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from fakebatch.batch.service_state import QuotaShare, ServiceEnvironment
from fakebatch.batch.state import ComputeEnvironment, JobQueue
from fakebatch.sim.trace import Transition

if TYPE_CHECKING:
    from fakebatch.batch.service import Service

Resource: TypeAlias = ComputeEnvironment | JobQueue | QuotaShare | ServiceEnvironment

# While one of these lasts, the resource can be neither updated nor deleted.
# Source: reference §10.4, §11.
_AFTER = {"CREATING": "VALID", "UPDATING": "VALID", "DELETING": "DELETED"}
BUSY = frozenset(_AFTER)

# Source: reference §10.1, §11. Service environments and quota shares are described without one (model).
HEALTHY: dict[type, str] = {
    ComputeEnvironment: "ComputeEnvironment Healthy",
    JobQueue: "JobQueue Healthy",
    ServiceEnvironment: "",
    QuotaShare: "",
}


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """How a passing status ends: the resource becomes `after`, for `reason`."""

    service: Service
    resource: Resource
    after: str
    reason: str


def create(service: Service, resource: Resource) -> None:
    """Have a registered resource be CREATING, then VALID."""
    move(service, resource, None, "CREATING", "")
    end_in_time(Change(service, resource, "VALID", HEALTHY[type(resource)]))


def place(service: Service, resource: Resource, status: str, reason: str) -> None:
    """Have a registered resource be in a status at once, as the test's author wants it.

    A passing status ends after `timing.resource`; with a duration of 0 it stays, for it was asked for.
    """
    move(service, resource, None, status, reason)
    if status in BUSY and service.durations.resource_ns:
        end_in_time(Change(service, resource, _AFTER[status], HEALTHY[type(resource)]))
    service.wake()


def update(service: Service, resource: Resource) -> None:
    """Have a resource be UPDATING, then what it was before.

    An INVALID environment stays INVALID when it is disabled. Source: reference §10.5; that it also does
    after every other update is assumed, and so is the reason that stays while it is UPDATING.
    """
    end_in_time(begin_update(service, resource))


def begin_update(service: Service, resource: Resource) -> Change:
    """Have a resource be UPDATING; who calls it sees to the end."""
    before, reason = resource.status, resource.status_reason
    move(service, resource, before, "UPDATING", reason)
    # Enabled again it takes jobs while it is still UPDATING.
    service.wake()
    return Change(service, resource, before, reason)


def delete(service: Service, resource: Resource) -> None:
    """Have a resource be DELETING, then gone. That the reason stays until then is assumed."""
    move(service, resource, resource.status, "DELETING", resource.status_reason)
    if isinstance(resource, JobQueue):
        service.scheduler.queue_deleted(resource)
        service.service_scheduler.queue_deleted(resource)
    elif isinstance(resource, QuotaShare):
        service.service_scheduler.share_deleted(resource)
    end_in_time(Change(service, resource, "DELETED", resource.status_reason))


def end(change: Change) -> None:
    """The event at the end of a passing status."""
    service, resource = change.service, change.resource
    resource.event = None
    move(service, resource, resource.status, change.after, change.reason)
    if change.after == "DELETED":
        _forget(service, resource)
    else:
        service.wake()


def move(service: Service, resource: Resource, before: str | None, after: str, reason: str) -> None:
    """Change the status and record it. An empty reason is one that Describe doesn't show."""
    resource.status = after
    resource.status_reason = reason
    service.trace.append(Transition(service.sim.now_ns, resource, before, after, reason or None))


def end_in_time(change: Change) -> None:
    """Have a passing status end after `timing.resource`."""
    # Without a duration nobody sees the passing status: the response comes after it.
    after_ns = change.service.durations.resource_ns
    if after_ns:
        change.resource.event = change.service.sim.schedule(after_ns, end, change)
    else:
        end(change)


def _forget(service: Service, resource: Resource) -> None:
    if isinstance(resource, JobQueue):
        del service.job_queues[resource.name]
    elif isinstance(resource, ServiceEnvironment):
        del service.service_environments[resource.name]
    elif isinstance(resource, QuotaShare):
        del resource.queue.quota_shares[resource.name]
    else:
        del service.compute_environments[resource.name]
