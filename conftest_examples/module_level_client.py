"""A client made at import time, before any mock: served inside, back on its real path afterwards.

No credentials, no configuration file and no network are needed for any of it.
"""

import boto3
import pytest

import fakebatch

# As the code under test has it at the top of a module.
BATCH = boto3.client(
    "batch", region_name="us-east-1", aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="example"
)


def submit():
    return BATCH.submit_job(jobName="job", jobQueue="queue", jobDefinition="definition")["jobId"]


@fakebatch.mock(provision=True)
def test_old_client_is_served(fake):
    assert fake.batch.job(submit()).status == "SUBMITTED"


def test_each_world_is_a_fresh_account():
    with fakebatch.mock(provision=True):
        job_id = submit()
        assert len(BATCH.describe_jobs(jobs=[job_id])["jobs"]) == 1
    with fakebatch.mock():
        assert BATCH.describe_jobs(jobs=[job_id])["jobs"] == []


@pytest.mark.parametrize("_", range(2))
def test_it_is_not_used_up(fakebatch, _):
    assert BATCH.describe_jobs(jobs=["gone"])["jobs"] == []
