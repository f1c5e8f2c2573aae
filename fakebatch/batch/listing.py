"""ListJobs: a queue's jobs, an array's children or a multi-node job's nodes, by status or by one filter.

Source: API reference, ListJobs (reference §13).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from fakebatch.aws.pagination import BadToken, decode_token, page
from fakebatch.aws.timestamps import to_ms
from fakebatch.batch.descriptions import summary
from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors import jobs as errors
from fakebatch.batch.job_queues import find_job_queue

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Job, JobQueue, Structure

_SELECTORS = ("jobQueue", "arrayJobId", "multiNodeJobId")
_PAGE = 1000
_FILTERED_PAGE = 100

Candidates = Iterator[tuple[int, "Job"]]
Test = Callable[["Job"], bool]


def list_jobs(service: Service, request: Structure) -> Structure:
    """One page of jobs, newest first; RUNNING ones where neither a status nor a filter is given.

    A filter looks at jobs of every status; SHARE_IDENTIFIER alone can be combined with one. Filters don't
    apply to children and nodes. Newest first is documented for filters and assumed for the rest, and also
    for JOB_NAME, whose results the model calls grouped by name besides.

    Raises:
        ClientException: not one selector, an unknown queue or filter, maxResults below 1, a foreign token.
    """
    if sum(1 for name in _SELECTORS if request.get(name)) != 1:
        raise ClientException(errors.LIST_ONE_OF)
    size = _page_size(request)
    try:
        start = decode_token("ListJobs", request.get("nextToken"))
    except BadToken:
        raise ClientException(errors.LIST_NEXT_TOKEN) from None
    found, token = page("ListJobs", _candidates(service, request, start), size)
    listed: Structure = {"jobSummaryList": [summary(service, job) for job in found]}
    if token is not None:
        listed["nextToken"] = token
    return listed


def _page_size(request: Structure) -> int:
    """At most 1000, with a filter 100; that a larger wish is answered with that many is assumed."""
    most = _FILTERED_PAGE if request.get("filters") else _PAGE
    wanted: int = request.get("maxResults", most)
    if wanted < 1:
        raise ClientException(errors.LIST_MAX_RESULTS)
    return min(wanted, most)


def _candidates(service: Service, request: Structure, start: int | None) -> Candidates:
    if request.get("jobQueue"):
        queue = find_job_queue(service, request["jobQueue"])
        if queue is None:
            raise ClientException(errors.job_queue_not_found(request["jobQueue"]))
        return _of_queue(queue, request, start)
    if request.get("multiNodeJobId"):
        job = service.jobs.get(request["multiNodeJobId"])
        nodes = job.nodes.all if job is not None and job.nodes is not None else []
        return _children([node for node in nodes if node.id in service.jobs], request, start)
    parent = service.jobs.get(request["arrayJobId"])
    array = parent.array if parent is not None else None
    return _children(array.children if array is not None else [], request, start)


def _of_queue(queue: JobQueue, request: Structure, start: int | None) -> Candidates:
    filters = request.get("filters")
    if not filters:
        return queue.jobs.newest_first(request.get("jobStatus", "RUNNING"), start)
    if len(filters) > 1:
        raise ClientException(errors.LIST_ONE_FILTER)
    name, values = filters[0].get("name"), filters[0].get("values", [])
    test = _test(name, values)
    if name == "SHARE_IDENTIFIER" and "jobStatus" in request:
        jobs = queue.jobs.newest_first(request["jobStatus"], start)
    else:
        jobs = queue.jobs.all_newest_first(start)
    return (entry for entry in jobs if test(entry[1]))


def _children(children: Sequence[Job], request: Structure, start: int | None) -> Candidates:
    """Children or nodes of one status, the highest index first. What isn't there has none: assumed."""
    status = request.get("jobStatus", "RUNNING")
    newest = len(children) - 1 if start is None else min(start, len(children) - 1)
    return ((index, children[index]) for index in range(newest, -1, -1) if children[index].status == status)


def _test(name: str | None, values: list[str]) -> Test:
    """What the filter lets through: a job that fits any of its values (assumed for more than one)."""
    make = _FILTERS.get(name or "")
    if make is None:
        raise ClientException(errors.unknown_filter(str(name)))
    if not values:
        raise ClientException(errors.filter_value(str(name), values))
    tests = [make(value) for value in values]
    return tests[0] if len(tests) == 1 else lambda job: any(test(job) for test in tests)


def _by_name(value: str) -> Test:
    """Whatever the case; a trailing `*` makes it a prefix."""
    wanted = value.lower()
    if wanted.endswith("*"):
        return lambda job: job.name.lower().startswith(wanted[:-1])
    return lambda job: job.name.lower() == wanted


def _by_definition(value: str) -> Test:
    """A name means any of its revisions and may end with `*`; an ARN means that one."""
    if value.startswith("arn:"):
        return lambda job: job.spec.definition.arn == value
    if value.endswith("*"):
        return lambda job: job.spec.definition.name.startswith(value[:-1])
    return lambda job: job.spec.definition.name == value


def _before(value: str) -> Test:
    """Created earlier, as the filter's name says; the model's text could also mean the reverse: assumed."""
    instant_ms = _milliseconds("BEFORE_CREATED_AT", value)
    return lambda job: to_ms(job.created_ns) < instant_ms


def _after(value: str) -> Test:
    instant_ms = _milliseconds("AFTER_CREATED_AT", value)
    return lambda job: to_ms(job.created_ns) > instant_ms


def _by_share(value: str) -> Test:
    return lambda job: job.spec.share_identifier == value


def _milliseconds(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ClientException(errors.filter_value(name, value)) from None


_FILTERS: dict[str, Callable[[str], Test]] = {
    "JOB_NAME": _by_name,
    "JOB_DEFINITION": _by_definition,
    "BEFORE_CREATED_AT": _before,
    "AFTER_CREATED_AT": _after,
    "SHARE_IDENTIFIER": _by_share,
}
