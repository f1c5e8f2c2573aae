"""Array jobs: the parent's children, and the parent's end.

Source: user guide, "Array jobs"; API reference, JobDetail and ArrayPropertiesDetail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch import dependencies
from fakebatch.batch.lifecycle import enter
from fakebatch.batch.state import Job

if TYPE_CHECKING:
    from fakebatch.batch.service import Service

CHILD_FAILED_REASON = "Array Child Job failed"


def spawn(service: Service, parent: Job, dependency_failed: bool) -> None:
    """Bring the children of a PENDING parent into being; those that wait for nothing are RUNNABLE at once.

    All of them exist and count before the first one moves, so that a summary always adds up to the size.
    """
    array = parent.array
    assert array is not None
    array.live = array.summary["PENDING"] = array.size
    array.updated_ns = service.sim.now_ns
    parent.reply = None
    array.children = children = [_child(parent, index, service.sim.now_ns) for index in range(array.size)]
    gate = 1 if parent.waits else 0
    doomed = []
    for child in children:
        enter(service, child)
        if dependencies.register_child(service, child):
            doomed.append(child)
        child.waits += gate
    if dependency_failed:
        dependencies.fail(service, parent)
        return
    for child in doomed:
        # A sequential one may have failed with its predecessor by now: `notify` leaves it alone.
        dependencies.notify(service, child, False)
    for child in children:
        if not child.waits and child.status == "PENDING":
            service.scheduler.release(child)


def open_gate(service: Service, parent: Job) -> None:
    """What the whole array waited for has succeeded: one dependency less for each child."""
    assert parent.array is not None
    for child in parent.array.children:
        dependencies.notify(service, child, True)


def child_ended(service: Service, child: Job) -> None:
    """Tell a sequential successor, and end the parent with its last child."""
    parent = child.parent
    assert parent is not None
    assert parent.array is not None
    assert child.index is not None
    array = parent.array
    if array.sequential and child.index + 1 < array.size:
        dependencies.notify(service, array.children[child.index + 1], child.status == "SUCCEEDED")
    array.live -= 1
    if array.live == 0:
        _end_parent(service, parent)


def end_children(service: Service, parent: Job, reason: str) -> None:
    """End all children that live, with this reason.

    The last one first, so that none of a sequence hears of its predecessor's end and fails for that.
    """
    assert parent.array is not None
    for child in reversed(parent.array.children):
        if not child.ended:
            service.executor.abort(child, reason)


def _end_parent(service: Service, parent: Job) -> None:
    """SUCCEEDED when all children are, else FAILED.

    That a cancelled or terminated parent shows the request's reason, and one whose dependency failed says
    so, is assumed: no recorded parent of either kind was found.
    """
    array = parent.array
    assert array is not None
    if not array.summary["FAILED"]:
        service.completion.end(parent, "SUCCEEDED", None)
        return
    reason = dependencies.FAILED_REASON if array.dependency_failed else CHILD_FAILED_REASON
    service.completion.end(parent, "FAILED", parent.stop_reason or reason)


def _child(parent: Job, index: int, now_ns: int) -> Job:
    return Job(
        id=f"{parent.id}:{index}",
        name=parent.name,
        spec=parent.spec,
        sequence=index,
        created_ns=now_ns,
        status="PENDING",
        parent=parent,
        index=index,
    )
