"""What every test of the suite finds: one queue, one job definition."""

import pytest


@pytest.fixture(autouse=True)
def queue(fakebatch):
    fakebatch.batch.add_job_queue("reports")
    fakebatch.batch.add_job_definition("render")
    return fakebatch
