"""Outcomes: the texts of jobs that are stuck, and the exit codes that there are."""

import re

import pytest

import fakebatch
from fakebatch.batch.outcomes import STUCK_REASONS, SUCCESS, Outcome, checked_exit_code

UNSUPPORTED = (
    "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED - Your compute environment associated with this "
    "job queue has an unsupported instance type configuration."
)


@pytest.mark.source("reference §11.2")
def test_stuck_reasons():
    assert STUCK_REASONS == {
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY": (
            "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for "
            "instance type [instanceTypeName]"
        ),
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE": (
            "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot "
            "meet the CPU requirement of the job."
        ),
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT": (
            "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is "
            "higher than that can be met by the CE(s) attached to the job queue."
        ),
        "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE": (
            "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - Service environment(s) associated with the "
            "job queue cannot meet the capacity requirement of the job."
        ),
        "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED": (
            "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED - Job requirements exceed quota share capacity "
            "limits."
        ),
        "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS": (
            "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS \N{EN DASH} Batch service role has a permission issue."
        ),
        "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED": UNSUPPORTED,
        "ACTION_REQUIRED": "ACTION_REQUIRED - CE(s) associated with the job queue are invalid.",
        "UNDETERMINED": "UNDETERMINED - Batch job is blocked, root cause is undetermined.",
    }


@pytest.mark.source("assumed: a job that no rule is about succeeds")
def test_success_is_the_outcome_of_nothing_special():
    assert Outcome(exit_code=0) == SUCCESS


@pytest.mark.source("assumed: exit codes are those of a process")
@pytest.mark.parametrize("code", [0, 1, 137, 255])
def test_exit_codes(code):
    assert checked_exit_code("x", code) == code


@pytest.mark.source("assumed: exit codes are those of a process")
@pytest.mark.parametrize("code", [-1, 256, True, "1", 1.0, None], ids=repr)
def test_no_exit_codes(code):
    text = "run it: an exit code is a whole number from 0 to 255."
    with pytest.raises(fakebatch.UsageError, match=f"^{re.escape(text)}$"):
        checked_exit_code("run it", code)
