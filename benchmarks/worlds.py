"""What the benchmarks run on: clients, a queue and a definition, and jobs on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

import fakebatch
from fakebatch.batch.jobs import submit_job

REGION = "us-east-1"
PLAIN_JOB = {"jobName": "job", "jobQueue": "queue", "jobDefinition": "definition"}
# Virtual seconds after which a job without dependencies is RUNNING, and after which it has ended.
TO_RUNNING = 15
TO_THE_END = 120


def make_client(service: str = "batch") -> Any:
    """A client of boto3 that looks for nothing: credentials and region are given."""
    return boto3.Session().client(
        service, REGION, aws_access_key_id="benchmark", aws_secret_access_key="benchmark"
    )


@contextmanager
def world() -> Iterator[fakebatch.World]:
    """A world with a queue and a job definition."""
    with fakebatch.mock(region=REGION) as fake:
        fake.batch.add_job_queue("queue")
        fake.batch.add_job_definition("definition")
        yield fake


def submit_directly(fake: fakebatch.World, jobs: int) -> list[str]:
    """Fill a world with plain jobs, past botocore, and return their ids."""
    service = service_of(fake)
    return [submit_job(service, dict(PLAIN_JOB))["jobId"] for _ in range(jobs)]


def service_of(fake: fakebatch.World) -> Any:
    """Batch in the default account and region of a world."""
    return fake.service("batch", fake.region, fake.account_id)
