"""Random environments, queues and jobs: the order is that of a slow scheduler, and room adds up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fakebatch
from fakebatch.batch.instance_pool import InstancePool
from fakebatch.batch.state import Attempt
from tests.properties.reference_scheduler import Place, Queue, Reference, S, Waiting

pytestmark = pytest.mark.source("reference §10.6, §12.1, §12.2; assumed: which instance, and ties")

START = "2026-01-01T00:00:00Z"
START_NS = 1_767_225_600 * S
TYPES = {
    "m5.large": (0, 2, 8192),
    "m5.xlarge": (0, 4, 16384),
    "c5.2xlarge": (0, 8, 16384),
    "g4dn.xlarge": (1, 4, 16384),
}
STRATEGIES = {"BEST_FIT": False, "BEST_FIT_PROGRESSIVE": True}
WEIGHTS = {"a": 1.0, "b": 0.5, "c": 2.0}

ENVIRONMENTS = st.fixed_dictionaries(
    {
        "most": st.integers(2, 20),
        "types": st.lists(st.sampled_from(sorted(TYPES)), min_size=1, max_size=3, unique=True),
        "strategy": st.sampled_from(sorted(STRATEGIES)),
    }
)
QUEUES = st.fixed_dictionaries(
    {
        "priority": st.integers(1, 2),
        "places": st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True),
        "fair": st.booleans(),
    }
)
JOBS = st.fixed_dictionaries(
    {
        "queue": st.integers(0, 3),
        "copies": st.integers(1, 4),
        "needs": st.sampled_from([(0, 1, 512), (0, 1, 6000), (0, 2, 2048), (0, 4, 512), (1, 1, 512)]),
        "share": st.sampled_from(sorted(WEIGHTS)),
        "priority": st.integers(0, 1),
        "runs_s": st.sampled_from([1, 5, 20, 37, 90]),
        "tries": st.integers(1, 2),
    }
)
STEPS = st.one_of(
    st.tuples(st.just("submit"), JOBS),
    st.tuples(st.just("submit"), JOBS),
    st.tuples(st.just("tick"), st.sampled_from([1, 3, 7, 16])),
    st.tuples(st.just("cancel"), st.integers(0, 30)),
    st.tuples(st.just("terminate"), st.integers(0, 30)),
)


class Twins:
    """A world and the reference, told the same."""

    def __init__(self, fake: fakebatch.World, fargate: bool, environments: Any, queues: Any) -> None:
        self.fake = fake
        self.client = fake.client("batch")
        self.service = fake.service("batch", "us-east-1", "123456789012")
        self.fargate = fargate
        self.places = [self.place(f"e{number}", each) for number, each in enumerate(environments)]
        self.reference = Reference(self.places, [])
        fake.batch.add_scheduling_policy(
            "policy",
            fairsharePolicy={
                "shareDecaySeconds": 3600,
                "shareDistribution": [
                    {"shareIdentifier": name, "weightFactor": weight} for name, weight in WEIGHTS.items()
                ],
            },
        )
        for number, each in enumerate(queues):
            self.reference.queues.append(self.queue(f"q{number}", each))
        self.ids: list[str] = []

    def place(self, name: str, asked: dict[str, Any]) -> Place:
        resources: dict[str, Any] = {"type": "FARGATE", "maxvCpus": asked["most"]}
        if not self.fargate:
            resources |= {
                "type": "EC2",
                "instanceTypes": asked["types"],
                "allocationStrategy": asked["strategy"],
            }
        self.fake.batch.add_compute_environment(name, computeResources=resources)
        types = [] if self.fargate else [TYPES[each] for each in asked["types"]]
        return Place(name, asked["most"], types, self.fargate or STRATEGIES[asked["strategy"]])

    def queue(self, name: str, asked: dict[str, Any]) -> Queue:
        places = [self.places[number % len(self.places)] for number in asked["places"]]
        places = list(dict.fromkeys(places))
        order = [{"order": number, "computeEnvironment": each.name} for number, each in enumerate(places)]
        members: dict[str, Any] = {"priority": asked["priority"], "computeEnvironmentOrder": order}
        if asked["fair"]:
            members["schedulingPolicyArn"] = self.service.scheduling_policies["policy"].arn
        self.fake.batch.add_job_queue(name, **members)
        return Queue(name, asked["priority"], places, WEIGHTS if asked["fair"] else None)

    def submit(self, asked: dict[str, Any]) -> None:
        for _ in range(asked["copies"]):
            self.submit_one(asked)

    def submit_one(self, asked: dict[str, Any]) -> None:
        queues = self.reference.queues
        queue = queues[asked["queue"] % len(queues)]
        fair = queue.weights is not None
        name = f"j{len(self.ids)}"
        gpus, vcpus, memory = asked["needs"]
        if self.fargate:
            gpus, memory = 0, 8192 if vcpus == 4 else 4096 if vcpus == 2 else 2048
        needs = [{"type": "VCPU", "value": str(vcpus)}, {"type": "MEMORY", "value": str(memory)}]
        needs += [{"type": "GPU", "value": str(gpus)}] if gpus else []
        self.fake.batch.add_job_definition(
            name,
            containerProperties={"resourceRequirements": needs},
            platformCapabilities=["FARGATE"] if self.fargate else ["EC2"],
        )
        rule = self.fake.batch.when(job_name=name)
        if asked["tries"] > 1:
            rule.fail(after=asked["runs_s"])
        rule.succeed(after=asked["runs_s"])
        share = {"shareIdentifier": asked["share"], "schedulingPriorityOverride": asked["priority"]}
        job = self.client.submit_job(
            jobName=name,
            jobQueue=queue.name,
            jobDefinition=name,
            retryStrategy={"attempts": 2},
            **(share if fair else {}),
        )
        self.ids.append(job["jobId"])
        self.reference.submit(
            Waiting(
                name,
                queue,
                (gpus, vcpus, memory),
                asked["share"] if fair else None,
                asked["priority"],
                asked["runs_s"],
                asked["tries"],
                len(self.reference.jobs),
            )
        )

    def tick(self, seconds: int) -> None:
        self.fake.tick(seconds)
        self.reference.run_until(self.reference.now_ns + seconds * S)

    def cancel(self, number: int) -> None:
        if self.ids:
            self.settle()
            self.client.cancel_job(jobId=self.ids[number % len(self.ids)], reason="x")
            self.reference.cancel(self.reference.jobs[number % len(self.ids)])
            self.settle()

    def terminate(self, number: int) -> None:
        if self.ids:
            self.settle()
            self.client.terminate_job(jobId=self.ids[number % len(self.ids)], reason="x")
            self.reference.terminate(self.reference.jobs[number % len(self.ids)])
            self.settle()

    def settle(self) -> None:
        self.tick(0)

    def finish(self) -> None:
        self.fake.run_until_idle()
        self.reference.run_until(None)

    def compare(self) -> None:
        assert self.started() == self.reference.started
        status = {"WAITING": "RUNNABLE"}
        expected = [status.get(job.status, job.status) for job in self.reference.jobs]
        assert [self.service.jobs[each].status for each in self.ids] == expected
        for environment in self.service.compute_environments.values():
            self.check_room(environment)

    def started(self) -> list[tuple[float, str, str]]:
        """Where each attempt was placed is in the order of the job's attempts."""
        attempts = {
            job.id: iter([*job.attempts, *([job.attempt] if job.attempt else [])])
            for job in self.service.jobs.values()
        }
        return [
            ((at_ns - START_NS) / S, job.name, next(attempts[job.id]).environment.name)
            for at_ns, job, _, after, _ in self.service.trace
            if after == "STARTING"
        ]

    def check_room(self, environment: Any) -> None:
        """What is free, what is taken and what is there add up."""
        placed = [
            job
            for job in self.service.jobs.values()
            if job.attempt and job.attempt.environment is environment
        ]
        capacity, most = environment.capacity, environment.compute_resources["maxvCpus"]
        if not isinstance(capacity, InstancePool):
            assert sum(job.spec.needs.vcpus for job in placed) <= most
            return
        for instance in capacity.up.values():
            here = [job.spec.room for job in placed if on(job.attempt) is instance]
            taken = tuple(map(sum, zip((0, 0, 0, 0), *here, strict=True)))
            assert tuple(a - b for a, b in zip(instance.whole, taken, strict=True)) == instance.room
            assert min(instance.room) >= 0
        sizes = [instance.type.vcpus for instance in capacity.up.values()]
        assert capacity.vcpus == sum(sizes)
        assert capacity.vcpus - max(sizes, default=0) < most


def on(attempt: Attempt) -> object:
    return attempt.host


@settings(settings.get_profile("fakebatch"), max_examples=80)
@given(
    fargate=st.sampled_from([False, False, True]),
    environments=st.lists(ENVIRONMENTS, min_size=1, max_size=2),
    queues=st.lists(QUEUES, min_size=1, max_size=4),
    steps=st.lists(STEPS, min_size=10, max_size=40),
)
def test_jobs_start_as_the_reference_says(fargate: bool, environments: Any, queues: Any, steps: Any) -> None:
    with fakebatch.mock(start=START) as fake:
        twins = Twins(fake, fargate, environments, queues)
        for verb, argument in steps:
            getattr(twins, verb)(argument)
            if verb == "tick":
                twins.compare()
        twins.finish()
        twins.compare()
