"""A team's own fixture on top of `fakebatch`: its queues, its definitions, its usual failures.

Tests ask for `cluster` and find everything as in the team's account.
"""

import pytest


class Cluster:
    """The team's words for what it tests."""

    def __init__(self, fake):
        self.fake = fake
        fake.batch.add_compute_environment("spot-machines", computeResources={"type": "SPOT"})
        fake.batch.add_job_queue("cheap", priority=1)
        fake.batch.add_job_definition(
            "worker",
            containerProperties={
                "image": "registry.example.com/worker:latest",
                "command": ["work", "Ref::shard"],
                "resourceRequirements": [
                    {"type": "VCPU", "value": "2"},
                    {"type": "MEMORY", "value": "2048"},
                ],
            },
            parameters={"shard": "0"},
        )

    def out_of_memory(self, shard):
        """The shard that is always too big."""
        self.fake.batch.when(parameters={"shard": shard}).fail(exit_code=137, reason="OutOfMemoryError")


@pytest.fixture
def cluster(fakebatch):
    return Cluster(fakebatch)
