"""What `when(...)` means for a service job, and how SageMaker's word for it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch.outcomes import STUCK_REASONS
from fakebatch.errors import UsageError

if TYPE_CHECKING:
    from fakebatch.batch.outcomes import Outcome
    from fakebatch.batch.service_state import ServiceJob

# Source: user guide, "Service job retry strategies", "Getting started with AWS Batch on SageMaker AI".
_RECEIVED = "Received status from SageMaker: "
COMPLETED = f"{_RECEIVED}Training job completed"
# What SageMaker's failure reasons begin with that Batch takes for want of capacity.
# Source: user guide, "Jobs stuck in RUNNABLE due to capacity", the page about service jobs.
_SHORT = f"{_RECEIVED}CapacityError"
# Source: public retry configurations; that it is what a failure without an exit code reads is assumed.
_INTERNAL = "InternalServerError: We encountered an internal error. Please try again."

_CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
NO_CAPACITY = f"{_CAPACITY} - Unable to provision requested compute resources"


def status_reason(outcome: Outcome) -> str:
    """The attempt's statusReason: the rule's own, else its reason as SageMaker's.

    Without either, SageMaker reports the exit code of the algorithm (assumed for Batch; SageMaker's own
    FailureReason reads so).
    """
    if outcome.status_reason is not None:
        return outcome.status_reason
    if outcome.exit_code == 0:
        return COMPLETED
    if outcome.reason is not None:
        return f"{_RECEIVED}{outcome.reason}"
    if outcome.exit_code is None:
        return f"{_RECEIVED}{_INTERNAL}"
    return f"{_RECEIVED}AlgorithmError: , exit code: {outcome.exit_code}"


def out_of_capacity(outcome: Outcome) -> bool:
    """SageMaker ends the training job for want of instances, so that it never has any."""
    return outcome.exit_code != 0 and status_reason(outcome).startswith(_SHORT)


def blocking_reason(job: ServiceJob, outcome: Outcome) -> str | None:
    """What a job shows whose next outcome keeps it RUNNABLE; None for one that may be scheduled.

    A rule that goes on having no capacity would have it scheduled in vain for ever, so it waits for a change
    of the rules: a simplification. SageMaker's want of capacity has words of its own.

    Source: user guide, "Jobs stuck in RUNNABLE due to capacity", the page about service jobs.
    """
    if job.attempts and job.attempts[-1].outcome is outcome:
        return shortage(job)
    return NO_CAPACITY if outcome.stuck == STUCK_REASONS[_CAPACITY] else outcome.stuck


def shortage(job: ServiceJob) -> str | None:
    """What a RUNNABLE job shows whose last training job got no instances."""
    return NO_CAPACITY if job.attempts and job.attempts[-1].short else None


def check(job: ServiceJob, outcome: Outcome) -> None:
    """Refuse what can't happen to a service job.

    Raises:
        UsageError: the verb is about containers, or their logs.
    """
    wrong = None
    if outcome.host_lost:
        wrong = "host_terminated() takes a host of Batch away"
    elif outcome.body is not None:
        wrong = "run() gives a container a Python body"
    elif outcome.logs:
        wrong = "logs= are what a container prints"
    if wrong is not None:
        raise UsageError(
            f"when(...): {wrong}, but {job.name!r} ({job.id}) is a service job, which SageMaker runs. Use "
            "succeed(), fail(), fail_to_start(), hang() or stuck(), or let the rule not apply to it."
        )
