"""Cancelling and terminating: what each does to a job in each state.

Source: API reference, CancelJob, TerminateJob (reference §7).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Job

Stop = Callable[["Service", "Job", str], None]


def cancel(service: Service, job: Job, reason: str) -> None:
    """Take a job that hasn't been placed to FAILED; one that has is let run.

    So is a node that waits for its place: it can't be taken out of its job (assumed).
    """
    if job.ended or job.status in ("STARTING", "RUNNING") or job.is_node:
        return
    job.is_cancelled = True
    job.reply = None
    _take_back(service, job, reason, cancel)


def terminate(service: Service, job: Job, reason: str) -> None:
    """Stop the container of a job that has been placed; cancel one that hasn't.

    A node can be stopped alone once it has been launched, and doesn't show isTerminated (assumed).
    """
    if job.ended or (job.is_node and job.attempt is None):
        return
    job.is_terminated = not job.is_node
    job.reply = None
    if job.attempt is None:
        _take_back(service, job, reason, terminate)
    else:
        service.executor_of(job).stop(job, reason)


def _take_back(service: Service, job: Job, reason: str, stop: Stop) -> None:
    """End a SUBMITTED or RUNNABLE job. A PENDING one ends when the jobs that it depends on have ended.

    The request reaches every child of an array, and the parent ends with the last of them.
    """
    job.stop_reason = reason
    if job.status == "PENDING" and job.array is not None:
        for child in job.array.children:
            stop(service, child, reason)
    elif job.status != "PENDING" or not job.waits:
        service.completion.end(job, "FAILED", reason)
