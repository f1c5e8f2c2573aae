"""The life of environments and queues as the trace and the snapshots see it."""

import pytest

import fakebatch
from fakebatch.aws.ids import Ids
from fakebatch.aws.place import Place
from fakebatch.batch.compute_environments import (
    create_compute_environment,
    delete_compute_environment,
    update_compute_environment,
)
from fakebatch.batch.resource_defaults import default_compute_environment
from fakebatch.batch.service import Service
from fakebatch.sim.simulation import Simulation
from fakebatch.timing import NS_PER_SECOND, Durations, Timing


def service_with(resource_s):
    durations = Durations.of(Timing(resource=resource_s))
    return Service(Place("us-east-1", "123456789012"), Simulation(0), durations, Ids(0), trace=[])


def live_through(service, pause_s):
    create_compute_environment(service, default_compute_environment("ce"))
    service.sim.run_until(pause_s * NS_PER_SECOND)
    update_compute_environment(service, {"computeEnvironment": "ce", "state": "DISABLED"})
    service.sim.run_until(2 * pause_s * NS_PER_SECOND)
    delete_compute_environment(service, {"computeEnvironment": "ce"})
    service.sim.run_until(3 * pause_s * NS_PER_SECOND)
    return [(t.at_ns // NS_PER_SECOND, t.subject.name, t.before, t.after, t.reason) for t in service.trace]


@pytest.mark.source("reference §10.1; reasons of passing statuses assumed")
def test_each_status_is_entered_at_its_own_instant():
    healthy = "ComputeEnvironment Healthy"
    assert live_through(service_with(30), pause_s=100) == [
        (0, "ce", None, "CREATING", None),
        (30, "ce", "CREATING", "VALID", healthy),
        (100, "ce", "VALID", "UPDATING", healthy),
        (130, "ce", "UPDATING", "VALID", healthy),
        (200, "ce", "VALID", "DELETING", healthy),
        (230, "ce", "DELETING", "DELETED", healthy),
    ]


@pytest.mark.source("reference §10.1")
def test_without_a_duration_every_change_is_over_at_once():
    transitions = live_through(service_with(0), pause_s=100)
    assert [(at, after) for at, _, _, after, _ in transitions] == [
        (0, "CREATING"),
        (0, "VALID"),
        (100, "UPDATING"),
        (100, "VALID"),
        (200, "DELETING"),
        (200, "DELETED"),
    ]


@pytest.mark.source("model: CREATING lasts as long as timing.resource says, from any copy of the state")
def test_a_restored_world_goes_on_creating():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(resource=30)) as fake:
        batch = fake.client("batch")
        batch.create_compute_environment(**default_compute_environment("ce"))
        snapshot = fake.snapshot()
        for _ in range(2):
            fake.tick(30)
            (environment,) = batch.describe_compute_environments()["computeEnvironments"]
            assert environment["status"] == "VALID"
            fake.restore(snapshot)
            (environment,) = batch.describe_compute_environments()["computeEnvironments"]
            assert environment["status"] == "CREATING"
