"""Instances with nothing to do, and when they go. Source: model, ComputeScalingPolicy (reference §10.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.timing import NS_PER_SECOND

if TYPE_CHECKING:
    from fakebatch.batch.instance_pool import InstancePool
    from fakebatch.batch.instances import Instance
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Structure
    from fakebatch.sim.agenda import Event


class IdleInstances:
    """The instances of a pool that wait for their end: the longest idle goes first."""

    __slots__ = ("_event", "_pool", "_resources", "_service", "_unused", "_used")

    def __init__(self, service: Service, pool: InstancePool) -> None:
        self._service = service
        self._pool = pool
        self._resources: Structure = {}
        # Those that have never had anything on them wait differently.
        self._unused: dict[int, Instance] = {}
        self._used: dict[int, Instance] = {}
        self._event: Event | None = None

    def configure(self, resources: Structure) -> None:
        """The environment has these computeResources from now on."""
        self._resources = resources
        self.sweep(None)

    def add(self, instance: Instance) -> None:
        """There is nothing on an instance."""
        among = self._used if instance.has_run else self._unused
        instance.idle_ns = self._service.sim.now_ns
        instance.idle_among = among
        among[instance.number] = instance
        if self._event is None:
            self._come_back(self._patience_ns(among))

    def sweep(self, _: None) -> None:
        """Send away the instances that have done nothing for long enough, and come back for the next."""
        sim = self._service.sim
        sim.cancel(self._event)
        self._event = None
        left = [self._sweep(among) for among in (self._used, self._unused)]
        self._come_back(min((each for each in left if each is not None), default=None))

    def _sweep(self, among: dict[int, Instance]) -> int | None:
        """Of one kind; for how long there is nothing to do then, in ns."""
        patience_ns = self._patience_ns(among)
        if patience_ns is None:
            return None
        for instance in list(among.values()):
            left_ns = instance.idle_ns + patience_ns - self._service.sim.now_ns
            if left_ns > 0:
                return left_ns
            if self._pool.vcpus - instance.type.vcpus >= self._resources.get("minvCpus", 0):
                self._pool.lose(instance)
        return None

    def _patience_ns(self, among: dict[int, Instance]) -> int | None:
        """For how long an instance may do nothing; None for ever.

        The delay of a scalingPolicy is for instances that have run something. Source: model. Managed
        instances have a delay of their own, InfrastructureOptimization.scaleInAfter. Source: model.
        """
        after_ns = self._service.durations.scaling_in_ns
        provider = self._resources.get("managedInstancesProvider", {})
        seconds: int | None = provider.get("infrastructureOptimization", {}).get("scaleInAfter")
        if seconds is not None:
            return None if seconds < 0 else seconds * NS_PER_SECOND
        if among is self._unused:
            return after_ns
        minutes: int = self._resources.get("scalingPolicy", {}).get("minScaleDownDelayMinutes", 0)
        return max(after_ns, minutes * 60 * NS_PER_SECOND)

    def _come_back(self, after_ns: int | None) -> None:
        if after_ns is not None:
            self._event = self._service.sim.schedule(after_ns, self.sweep, None, background=True)
