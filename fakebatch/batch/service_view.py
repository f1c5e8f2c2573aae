"""A service job as the test's author sees it: live and read-only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fakebatch.aws.timestamps import to_datetime
from fakebatch.batch import service_job_descriptions as descriptions
from fakebatch.batch.view import Entry
from fakebatch.errors import UsageError

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.service_state import ServiceJob


class ServiceJobView:
    """One service job, looked up anew at each access, so that it follows the world through `restore`.

    It has what `when(...)` asks of any job; a definition, parameters and a container it has not.

    Raises:
        UsageError: on any access once the job is gone: forgotten after its retention, or by `reset`.
    """

    __slots__ = ("_locate", "id")

    def __init__(self, locate: Callable[[], Service], job_id: str) -> None:
        self._locate = locate
        self.id = job_id

    def __repr__(self) -> str:
        job = self._locate().service_jobs.get(self.id)
        where = f"{self.id}, gone" if job is None else f"{job.name!r} {job.id} {job.status}"
        return f"<service job {where}>"

    @property
    def name(self) -> str:
        """Its jobName."""
        return self._job.name

    @property
    def status(self) -> str:
        """SUBMITTED, RUNNABLE, SCHEDULED, STARTING, RUNNING, SUCCEEDED or FAILED."""
        return self._job.status

    @property
    def status_reason(self) -> str | None:
        """As DescribeServiceJob has it."""
        return self._job.status_reason

    @property
    def queue(self) -> str:
        """The name of its queue."""
        return self._job.queue.name

    @property
    def queue_arn(self) -> str:
        """The ARN of its queue."""
        return self._job.queue.arn

    @property
    def payload(self) -> str:
        """The request for SageMaker, as it was submitted."""
        return self._job.payload

    @property
    def attempts(self) -> list[dict[str, Any]]:
        """The attempts that have ended, as DescribeServiceJob shows them."""
        job = self._job
        place = self._locate().place
        return [descriptions.attempt(place, job, attempt) for attempt in job.tries]

    @property
    def preemptions(self) -> list[dict[str, Any]]:
        """All attempts that were preempted, as DescribeServiceJob shows the last of them."""
        job = self._job
        place = self._locate().place
        return [descriptions.attempt(place, job, attempt) for attempt in job.preemptions]

    @property
    def history(self) -> list[Entry]:
        """Every state that it has entered, with the instant and the reason."""
        job = self._job
        trace = self._locate().trace
        return [Entry(to_datetime(t.at_ns), t.after, t.reason) for t in trace if t.subject is job]

    @property
    def definition_names(self) -> tuple[str, ...]:
        """None: a rule about a job definition isn't about service jobs."""
        return ()

    @property
    def parameters(self) -> dict[str, str]:
        """None."""
        return {}

    @property
    def environment(self) -> dict[str, str]:
        """Not Batch's business: the training job's variables are in the payload."""
        return {}

    @property
    def command(self) -> list[str]:
        """None."""
        return []

    @property
    def array_index(self) -> None:
        """None: service jobs come without arrays."""
        return

    @property
    def node_index(self) -> None:
        """None."""
        return

    @property
    def _job(self) -> ServiceJob:
        job = self._locate().service_jobs.get(self.id)
        if job is None:
            raise UsageError(
                f"Service job {self.id} is gone: its retention is over, or the world was reset or restored."
            )
        return job
