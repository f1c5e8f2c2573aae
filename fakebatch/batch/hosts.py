"""What a test's author does to the hosts of jobs: take them away, run out of them, make new types known."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from fakebatch.batch.compute_environments import find_compute_environment
from fakebatch.batch.instance_pool import InstancePool
from fakebatch.batch.instance_types import InstanceType
from fakebatch.batch.instances import Instance
from fakebatch.batch.runs import id_of, instance_id
from fakebatch.errors import UsageError

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import ComputeEnvironment
    from fakebatch.batch.view import JobView

_LISTED = 10


def reclaim_host_of(service: Service, view: JobView) -> None:
    """Take the host of a STARTING or RUNNING job away, with all jobs that are on it.

    Raises:
        UsageError: it is neither.
    """
    attempt = service.jobs[view.id].attempt
    if attempt is None or not isinstance(attempt.host, Instance):
        view.interrupt()
    else:
        service.executor.reclaim(attempt.host)
        service.sim.settle()


def reclaim_instance(service: Service, wanted: str) -> None:
    """Take an instance away, with all jobs that are on it.

    Raises:
        UsageError: there is no such instance.
    """
    there = {
        id_of(environment, instance): (environment.capacity, instance)
        for environment in service.compute_environments.values()
        if isinstance(environment.capacity, InstancePool)
        for instance in environment.capacity.up.values()
    }
    if wanted in there:
        pool, instance = there[wanted]
        service.executor.reclaim(instance)
        pool.lose(instance)
        service.sim.settle()
        return
    placed = _placed_elsewhere(service)
    if wanted not in placed:
        raise UsageError(
            f"There is no instance {wanted!r}. " + listed([*there, *placed], none="No instance is up.")
        )
    placed[wanted].interrupt()


def _placed_elsewhere(service: Service) -> dict[str, JobView]:
    """Hosts that are known only by the job on them: those of unmanaged environments."""
    return {
        instance_id(job, job.attempt): service.dispatcher.view(job)
        for job in service.jobs.values()
        if job.attempt is not None and job.attempt.environment.compute_resources is None
    }


def add_instance_type(service: Service, name: str, vcpus: int, memory_mib: int, gpus: int) -> None:
    """Make a type of instance known to environments that are made or updated from now on.

    Raises:
        UsageError: that is no name of a type, or no amount.
    """
    call = f"add_instance_type({name!r})"
    family, _, size = name.partition(".")
    if not (family and size):
        raise UsageError(f"{call}: give a family and a size, such as 'm5.large'.")
    for what, amount, least in (("vcpus", vcpus, 1), ("memory_mib", memory_mib, 1), ("gpus", gpus, 0)):
        if type(amount) is not int or amount < least:
            raise UsageError(f"{call}: {what}={amount!r} is no whole number from {least} on.")
    service.instance_types[name] = InstanceType(name, vcpus, memory_mib, gpus)


def withhold(service: Service, compute_environment: str, instance_type: str | None) -> None:
    """Have AWS run out of a type, or of all.

    Raises:
        UsageError: there is no such environment, or it launches no such type.
    """
    call = f"withhold_capacity({compute_environment!r})"
    _managed(service, call, compute_environment, instance_type).capacity.withhold(instance_type)
    service.dispatcher.wake()


def restore(service: Service, compute_environment: str, instance_type: str | None) -> None:
    """Have AWS have it again.

    Raises:
        UsageError: there is no such environment, or it launches no such type.
    """
    call = f"restore_capacity({compute_environment!r})"
    _managed(service, call, compute_environment, instance_type).capacity.restore(instance_type)
    service.dispatcher.wake()


def _managed(service: Service, call: str, name: str, instance_type: str | None) -> ComputeEnvironment:
    environment = find_compute_environment(service, name)
    if environment is None:
        none = "No compute environment has been made there."
        there = listed(list(service.compute_environments), none=none)
        raise UsageError(f"{call}: there is no such compute environment. {there}")
    pool = environment.capacity
    if environment.compute_resources is None:
        raise UsageError(f"{call}: the environment is unmanaged, so AWS launches nothing in it.")
    if instance_type is None:
        return environment
    types = pool.types if isinstance(pool, InstancePool) else []
    if instance_type not in types:
        near = get_close_matches(instance_type, types)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise UsageError(f"{call}: the environment launches no {instance_type!r}.{hint}")
    return environment


def listed(there: list[str], none: str) -> str:
    """The last ones, and how many there are besides; a text of its own where there is none."""
    if not there:
        return none
    before = len(there) - _LISTED
    more = f"{before} more and " if before > 0 else ""
    return f"There are: {more}{', '.join(there[-_LISTED:])}."
