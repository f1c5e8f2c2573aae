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
# Source: public retry configurations; that it is what a failure without an exit code reads is assumed.
_INTERNAL = "InternalServerError: We encountered an internal error. Please try again."

_CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
_NO_CAPACITY = f"{_CAPACITY} - Unable to provision requested compute resources"


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


def blocking_reason(stuck: str) -> str:
    """What a job shows that a rule keeps RUNNABLE: SageMaker's want of capacity has words of its own.

    Source: user guide, "Jobs stuck in RUNNABLE due to capacity", the page about service jobs.
    """
    return _NO_CAPACITY if stuck == STUCK_REASONS[_CAPACITY] else stuck


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
