"""Waiting for a job: letting events happen until it has got somewhere, or saying why it never will."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from fakebatch.clocks import spell
from fakebatch.errors import UsageError
from fakebatch.sim.agenda import Agenda

_STATUSES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
_ENDS = ("SUCCEEDED", "FAILED")
_LISTED = 10


def find(services: Mapping[tuple[str, str, str], Any], job: object) -> Any:
    """The record of a job, wherever it was submitted.

    Args:
        services: all there are.
        job: an id, an ARN, a mapping with a jobId, or something with an `id`.

    Raises:
        UsageError: there is no such job, and which there are.
    """
    wanted = _id_of(job)
    batches = [service for (name, _, _), service in services.items() if name == "batch"]
    for service in batches:
        found = service.jobs.get(wanted) or service.service_jobs.get(wanted)
        if found is not None:
            return found
    there = [job for service in batches for job in (*service.jobs.values(), *service.service_jobs.values())]
    listed = ", ".join(f"{each.id} ({each.name}, {each.status})" for each in there[:_LISTED])
    more = f" and {len(there) - _LISTED} more" if len(there) > _LISTED else ""
    which = f"There are {listed}{more}." if there else "No job has been submitted."
    raise UsageError(f"run_until({wanted!r}): there is no job with this id. {which}")


def run_until(
    job: Any, status: str | None, until_ns: int, agenda: Agenda, step: Callable[[int], bool]
) -> None:
    """Let events happen until the job has the status, or any that ends it.

    Args:
        job: its record.
        status: None for either end.
        until_ns: how far time may go.
        agenda: what is going to happen.
        step: goes to the next event by an instant; False when there is none.

    Raises:
        UsageError: it never will.
    """
    goals = _ENDS if status is None else (_checked(job, status),)
    wanted = " or ".join(goals)
    asked = f"run_until({job.id!r}, {status!r})"
    while job.status not in goals:
        if job.status in _ENDS:
            raise UsageError(f"{asked}: it won't be {wanted} any more. {_where(job)}")
        if agenda.idle:
            raise UsageError(f"{asked}: nothing is left to happen that would make it {wanted}. {_where(job)}")
        if not step(until_ns):
            raise UsageError(f"{asked}: it isn't {wanted} by {spell(until_ns)}, the timeout. {_where(job)}")


def _checked(job: Any, status: str) -> str:
    # Jobs of some kinds have states of their own.
    known = getattr(job, "statuses", _STATUSES)
    if status in known:
        return status
    near = get_close_matches(str(status).upper(), known, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise UsageError(f"run_until(status={status!r}): no such status.{hint} Jobs know {', '.join(known)}.")


def _id_of(job: object) -> str:
    if isinstance(job, Mapping):
        job = job.get("jobId") or job
    if not isinstance(job, (str, Mapping)):
        job = getattr(job, "id", job)
    if not isinstance(job, str):
        raise UsageError(f"run_until({job!r}): give a job's id, or the response or view that has it.")
    return re.sub(r"^arn:.*:(service-)?job/", "", job)


def _where(job: Any) -> str:
    blocking = getattr(job, "held_up_by", None)
    behind = "" if blocking is None else f" It is held up by the head of its queue. {_where(blocking)}"
    reason = f" because: {job.status_reason}" if job.status_reason else ""
    return f"Job {job.name} is {job.status}{reason}{'' if reason.endswith('.') else '.'}{behind}"
