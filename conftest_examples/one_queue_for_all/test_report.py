"""Code that submits a job and polls until it is over, tested without a minute of waiting."""

import time

import boto3


def render(month):
    """Stands for the code under test."""
    batch = boto3.client("batch")
    job_id = batch.submit_job(jobName=f"report-{month}", jobQueue="reports", jobDefinition="render")["jobId"]
    while True:
        job = batch.describe_jobs(jobs=[job_id])["jobs"][0]
        if job["status"] in {"SUCCEEDED", "FAILED"}:
            return job
        time.sleep(10)


def test_report_is_rendered():
    assert render("2026-01")["status"] == "SUCCEEDED"


def test_failure_is_seen_with_its_exit_code(fakebatch):
    fakebatch.batch.when(job_name="report-*").fail(exit_code=3)
    job = render("2026-01")
    assert (job["status"], job["container"]["exitCode"]) == ("FAILED", 3)


def test_only_the_month_that_was_named_fails(fakebatch):
    fakebatch.batch.when(job_name="report-2026-02").fail(exit_code=1)
    assert [render(month)["status"] for month in ("2026-01", "2026-02")] == ["SUCCEEDED", "FAILED"]
