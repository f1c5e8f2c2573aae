"""unittest: the decorator on a class covers setUp, every test and tearDown.

Run it with `python -m unittest unittest_class` or with pytest. A test takes the World by a parameter named
`fake`; without one it is `fakebatch.current()`.
"""

import unittest

import boto3

import fakebatch


@fakebatch.mock(region="us-east-1")
class BillingTest(unittest.TestCase):
    def setUp(self):
        fake = fakebatch.current()
        fake.batch.add_job_queue("billing")
        fake.batch.add_job_definition("invoices")
        batch = boto3.client("batch")
        self.job = batch.submit_job(jobName="march", jobQueue="billing", jobDefinition="invoices")

    def test_job_is_there(self):
        jobs = boto3.client("batch").describe_jobs(jobs=[self.job["jobId"]])["jobs"]
        assert [job["jobName"] for job in jobs] == ["march"]

    def test_job_ends(self, fake):
        fake.run_until(self.job)
        assert fake.batch.job(self.job["jobId"]).status == "SUCCEEDED"
