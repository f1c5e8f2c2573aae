"""Jobs that wait for each other's room, against the least of a simulation; whose turn it is among many."""

from __future__ import annotations

from collections.abc import Iterator

import fakebatch
from benchmarks.measure import Figure, Side, best_of_rounds, cpu_ns, ratio
from benchmarks.simulation import heap_loop
from benchmarks.table import Row
from benchmarks.worlds import service_of, world
from fakebatch.batch.jobs import submit_job

_JOBS = 100_000
_EVENTS_OF_JOB = 4
_ENVIRONMENTS = 3
_QUEUES = 10
_SHARES = 5
_VCPUS = 1_000
# Jobs are submitted in so many portions, so that they don't all end together.
_PORTIONS = 500

_FEW = 1_000
_DECISIONS = 200


def rows() -> Iterator[Row]:
    bests = best_of_rounds([_contended, heap_loop(_JOBS, _EVENTS_OF_JOB)], rounds=3, tries=1)
    yield Row(
        f"{_JOBS:,} jobs, {_QUEUES} queues of {_SHARES} shares, {_ENVIRONMENTS} environments",
        "a heap and a dict",
        Figure.of(taken / least for taken, least in bests),
        12,
    )
    for kind, policy in (("first in, first out", False), ("by fair share", True)):
        figure = ratio(_decisions(_JOBS, policy), _decisions(_FEW, policy), rounds=3, tries=2)
        yield Row(f"a placement {kind}, {_JOBS:,} waiting", f"{_FEW:,} waiting", figure, 2)


def _contended() -> float:
    with world() as fake:
        _environments(fake)
        queues = [_queue(fake, number) for number in range(_QUEUES)]
        service = service_of(fake)
        portion = _JOBS // _PORTIONS
        submitted = 0

        def run() -> None:
            nonlocal submitted
            for _ in range(_PORTIONS):
                for number in range(submitted, submitted + portion):
                    submit_job(service, _request(queues[number % _QUEUES], number // _QUEUES % _SHARES))
                submitted += portion
                fake.tick(0.1)
            fake.run_until_idle()

        # Submitting is measured elsewhere.
        taken = cpu_ns(run) - _submitting()
        assert all(job.status == "SUCCEEDED" for job in service.jobs.values())
        return taken


def _submitting() -> float:
    with world() as fake:
        _environments(fake)
        queues = [_queue(fake, number) for number in range(_QUEUES)]
        service = service_of(fake)

        def run() -> None:
            for number in range(_JOBS):
                submit_job(service, _request(queues[number % _QUEUES], number // _QUEUES % _SHARES))

        return cpu_ns(run)


def _decisions(waiting: int, by_share: bool) -> Side:
    """Jobs end one by one, and each end gives another its place."""

    def side() -> float:
        with world() as fake:
            resources = {"type": "FARGATE", "maxvCpus": _DECISIONS}
            fake.batch.add_compute_environment("environment-0", computeResources=resources)
            fake.batch.add_job_definition("fargate", platformCapabilities=["FARGATE"])
            queue = _queue(fake, 0, by_share=by_share)
            service = service_of(fake)
            for number in range(_DECISIONS + waiting):
                submit_job(service, _request(queue, number % _SHARES if by_share else None, "fargate"))
            fake.tick(20)
            running = fake.batch.jobs(status="RUNNING")

            def end_one_by_one() -> None:
                for view in running:
                    view.finish()
                    fake.tick(0)

            return cpu_ns(end_one_by_one)

    return side


def _environments(fake: fakebatch.World) -> None:
    for number in range(_ENVIRONMENTS):
        fake.batch.add_compute_environment(
            f"environment-{number}", computeResources={"maxvCpus": _VCPUS, "instanceTypes": ["m5"]}
        )
    fake.batch.add_job_definition("definition")


def _queue(fake: fakebatch.World, number: int, *, by_share: bool = True) -> str:
    environments = [name for name in service_of(fake).compute_environments if name.startswith("environment")]
    first = number % len(environments)
    order = [
        {"order": place, "computeEnvironment": name}
        for place, name in enumerate([*environments[first:], *environments[:first]][:2])
    ]
    more = {"schedulingPolicyArn": fake.batch.add_scheduling_policy(f"policy-{number}")} if by_share else {}
    fake.batch.add_job_queue(f"queue-{number}", priority=number % 3, computeEnvironmentOrder=order, **more)
    return f"queue-{number}"


def _request(queue: str, share: int | None, definition: str = "definition") -> dict[str, object]:
    request: dict[str, object] = {"jobName": "job", "jobQueue": queue, "jobDefinition": definition}
    return request if share is None else {**request, "shareIdentifier": f"share{share}"}
