"""The same calls answered by moto, each against a bare handler of its own.

moto changes botocore when it is imported: what is ours is measured before that. Two ratios to the same kind
of floor make the ratio of ours to moto's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import boto3

from benchmarks.calls import CASES, Case, bare, call_of, faked
from benchmarks.measure import Figure, Side, again, cpu_ns, ratio
from benchmarks.table import Row
from benchmarks.worlds import PLAIN_JOB, REGION

# moto ends a job as it is submitted: there is none RUNNING.
_CASES = [case for case in CASES if not case.name.endswith("RUNNING")]
_CALLS = 10


def rows() -> Iterator[Row]:
    own = {case: ratio(faked(case), bare(case), rounds=5) for case in _CASES}
    for case in _CASES:
        with ExitStack() as stack:
            moto = ratio(_by_moto(case, stack), bare(case, _CALLS), rounds=5)
        quotient = [mine / moto.middle for mine in own[case]]
        yield Row(case.name, "moto's batch_simple", Figure(*quotient), 0.2)


def _by_moto(case: Case, stack: ExitStack) -> Side:
    from moto import mock_aws  # noqa: PLC0415 - not before ours has been measured

    stack.enter_context(mock_aws(config={"batch": {"use_docker": False}}))
    client = _client_with_queue()
    job = client.submit_job(**PLAIN_JOB)
    call = call_of(case, client, job["jobId"])
    return lambda: cpu_ns(again(call, _CALLS))


def _client_with_queue() -> Any:
    role = boto3.client("iam", REGION).create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    client = boto3.client("batch", REGION)
    environment = client.create_compute_environment(
        computeEnvironmentName="environment", type="UNMANAGED", serviceRole=role["Role"]["Arn"]
    )
    client.create_job_queue(
        jobQueueName="queue",
        priority=1,
        state="ENABLED",
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}],
    )
    client.register_job_definition(
        jobDefinitionName="definition",
        type="container",
        containerProperties={"image": "busybox", "vcpus": 1, "memory": 128, "command": ["true"]},
    )
    return client
