"""What calls answer."""

from __future__ import annotations

import os
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError

from probes.stages import DUMMY, client


def list_jobs_tells_of_running_ones(peer: Any) -> bool:
    """ListJobs without a status tells of RUNNING jobs only.

    One job is over; it is not in the list.
    """
    with peer.stage() as stage:
        stage.submit()
        stage.settle()
        return stage.batch.list_jobs(jobQueue="q")["jobSummaryList"] == []


def list_jobs_has_pages(peer: Any) -> bool:
    """ListJobs has pages.

    Three jobs that are over, two on the first page by `maxResults`.
    """
    with peer.stage() as stage:
        for _ in range(3):
            stage.submit()
        stage.settle()
        pages = stage.batch.get_paginator("list_jobs").paginate(
            jobQueue="q", jobStatus="SUCCEEDED", PaginationConfig={"PageSize": 2}
        )
        return [len(page["jobSummaryList"]) for page in pages] == [2, 1]


def more_than_100_ids_are_refused(peer: Any) -> bool:
    """DescribeJobs refuses more than 100 ids, in AWS's words.

    A ClientException whose message says "Maximum number of jobs supported".
    """
    with peer.stage() as stage:
        try:
            stage.batch.describe_jobs(jobs=[f"id-{number}" for number in range(101)])
        except ClientError as error:
            return "Maximum number of jobs supported is  100" in str(error)
        return False


def fair_share_queue_wants_an_identifier(peer: Any) -> bool:
    """A fair-share queue refuses jobs without a share identifier, in AWS's words.

    A ClientException that says "shareIdentifier must be specified." (boto3 issue 3158).
    """
    with peer.stage() as stage:
        batch = stage.batch
        policy = batch.create_scheduling_policy(name="fair", fairsharePolicy={"shareDecaySeconds": 60})["arn"]
        (queue,) = batch.describe_job_queues(jobQueues=["q"])["jobQueues"]
        order = queue["computeEnvironmentOrder"]
        fair = {"jobQueueName": "fair", "priority": 1, "state": "ENABLED", "schedulingPolicyArn": policy}
        batch.create_job_queue(computeEnvironmentOrder=order, **fair)
        try:
            stage.submit(jobQueue="fair")
        except ClientError as error:
            return "shareIdentifier must be specified." in error.response["Error"]["Message"]
        return False


def what_was_asked_is_described(peer: Any) -> bool:
    """What SubmitJob was told is in DescribeJobs.

    `retryStrategy`, `propagateTags`, `parameters` and `timeout`.
    """
    asked = {
        "retryStrategy": {"attempts": 2},
        "propagateTags": True,
        "parameters": {"input": "s3://in"},
        "timeout": {"attemptDurationSeconds": 600},
    }
    with peer.stage() as stage:
        job = stage.job(stage.submit(**asked))
    told = {name: job.get(name) for name in asked}
    told["retryStrategy"] = {"attempts": (told["retryStrategy"] or {}).get("attempts")}
    return told == asked


def log_lines_can_be_read(peer: Any) -> bool:
    """A job's log lines can be read from CloudWatch Logs.

    GetLogEvents of `/aws/batch/job` and the job's `logStreamName`.
    """
    with peer.stage(logs=True) as stage:
        stage.prints("chatty", "hello")
        job_id = stage.submit("chatty")
        stage.settle()
        stream = stage.job(job_id)["container"]["logStreamName"]
        found = client("logs").get_log_events(logGroupName="/aws/batch/job", logStreamName=stream)
        return [event["message"] for event in found["events"]] == ["hello"]


def events_can_be_seen(peer: Any) -> bool:
    """EventBridge is told of what happens to jobs.

    In moto through a rule on the source aws.batch whose target is an SQS queue.
    """
    with peer.stage() as stage:
        events = stage.listen()
        stage.submit()
        stage.settle()
        return len(events()) > 0


def throttled_call_is_retried(peer: Any) -> bool:
    """A throttled call is seen, and healed, by botocore's retries.

    TooManyRequestsException once, and then the answer, with `RetryAttempts` of 1.
    """
    with patch.dict(os.environ, DUMMY):
        batch = client()
        with peer.throttling(batch):
            try:
                return batch.describe_job_queues()["ResponseMetadata"].get("RetryAttempts") == 1
            except ClientError:
                return False
