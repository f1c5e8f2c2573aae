"""ListServiceJobs: a queue's service jobs, by status or by one filter.

Source: API reference, ListServiceJobs (reference §13).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from fakebatch.aws.pagination import BadToken, decode_token, page
from fakebatch.aws.timestamps import to_ms
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import jobs as job_errors
from fakebatch.batch.errors import service_jobs as errors
from fakebatch.batch.job_queues import find_job_queue
from fakebatch.batch.service_job_descriptions import summary

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.service_state import ServiceJob
    from fakebatch.batch.state import JobQueue, Structure

_PAGE = 100
# These can be combined with a status.
_SHARES = ("SHARE_IDENTIFIER", "QUOTA_SHARE_NAME")

Test = Callable[["ServiceJob"], bool]


def list_service_jobs(service: Service, request: Structure) -> Structure:
    """One page of service jobs, newest first; RUNNING ones where neither a status nor a filter is given.

    A filter looks at jobs of every status, but for those of shares. That a jobQueue is required is assumed,
    and so is that a queue for container jobs has none.

    Raises:
        ClientException: no queue or an unknown one, an unknown filter, maxResults below 1, a foreign token.
    """
    name = request.get("jobQueue")
    if not name:
        raise ClientException(errors.LIST_QUEUE_REQUIRED)
    queue = find_job_queue(service, name)
    if queue is None:
        raise ClientException(job_errors.job_queue_not_found(name))
    size = request.get("maxResults", _PAGE)
    refuse_if(size < 1, job_errors.LIST_MAX_RESULTS)
    try:
        start = decode_token("ListServiceJobs", request.get("nextToken"))
    except BadToken:
        raise ClientException(job_errors.LIST_NEXT_TOKEN) from None
    # That a larger wish is answered with as many is assumed.
    found, token = page("ListServiceJobs", _candidates(queue, request, start), min(size, _PAGE))
    listed: Structure = {"jobSummaryList": [summary(service, job) for job in found]}
    return {**listed, "nextToken": token} if token else listed


def _candidates(queue: JobQueue, request: Structure, start: int | None) -> Iterator[tuple[int, ServiceJob]]:
    filters = request.get("filters")
    if not filters:
        return queue.service_jobs.newest_first(request.get("jobStatus", "RUNNING"), start)
    refuse_if(len(filters) > 1, job_errors.LIST_ONE_FILTER)
    name, values = filters[0].get("name"), filters[0].get("values", [])
    tests = _tests(name, values)
    if name in _SHARES and "jobStatus" in request:
        jobs = queue.service_jobs.newest_first(request["jobStatus"], start)
    else:
        jobs = queue.service_jobs.all_newest_first(start)
    return (entry for entry in jobs if any(test(entry[1]) for test in tests))


def _tests(name: str | None, values: list[str]) -> list[Test]:
    """One for each value; a job has to pass any of them (assumed for more than one)."""
    make = _FILTERS.get(name or "")
    if make is None:
        raise ClientException(job_errors.unknown_filter(str(name)))
    refuse_if(not values, job_errors.filter_value(str(name), values))
    return [make(value) for value in values]


def _by_name(value: str) -> Test:
    """Whatever the case; a trailing `*` makes it a prefix."""
    wanted = value.lower()
    if wanted.endswith("*"):
        return lambda job: job.name.lower().startswith(wanted[:-1])
    return lambda job: job.name.lower() == wanted


def _before(value: str) -> Test:
    """Created earlier, as ListJobs reads it."""
    instant_ms = _milliseconds("BEFORE_CREATED_AT", value)
    return lambda job: to_ms(job.created_ns) < instant_ms


def _after(value: str) -> Test:
    instant_ms = _milliseconds("AFTER_CREATED_AT", value)
    return lambda job: to_ms(job.created_ns) > instant_ms


def _by_share(value: str) -> Test:
    """That case matters, and `*` doesn't, is assumed."""
    return lambda job: job.share_identifier == value


def _by_quota_share(value: str) -> Test:
    return lambda job: job.quota_share is not None and job.quota_share.name == value


def _milliseconds(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ClientException(job_errors.filter_value(name, value)) from None


_FILTERS: dict[str, Callable[[str], Test]] = {
    "JOB_NAME": _by_name,
    "BEFORE_CREATED_AT": _before,
    "AFTER_CREATED_AT": _after,
    "SHARE_IDENTIFIER": _by_share,
    "QUOTA_SHARE_NAME": _by_quota_share,
}
