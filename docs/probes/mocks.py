"""Mocks, and the clients that they serve."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from botocore.config import Config
from botocore.exceptions import ClientError

from probes.stages import DUMMY, Stubbed, ToTheNetwork, client, client_without_credentials


def earlier_client_is_served(peer: Any) -> bool:
    """A client made before the mock is served.

    With dummy credentials in the environment, and in moto by `patch_client`; the Stubber is made for it.
    """
    with patch.dict(os.environ, DUMMY):
        earlier = client()
    with peer.serving(earlier):
        return earlier.describe_job_queues()["jobQueues"] == []


def earlier_client_needs_no_credentials(peer: Any) -> bool:
    """So is one made without credentials.

    None in the environment either, neither then nor later.
    """
    earlier = client_without_credentials()
    with peer.serving(earlier):
        return earlier.describe_job_queues()["jobQueues"] == []


def dual_stack_client_is_served(peer: Any) -> bool:
    """A client of a dual-stack endpoint is served.

    Its requests go to `batch.us-east-1.api.aws`.
    """
    with patch.dict(os.environ, DUMMY):
        dual = client(config=Config(use_dualstack_endpoint=True))
        with peer.serving(dual):
            return dual.describe_job_queues()["jobQueues"] == []


def submit_needs_no_set_up(peer: Any) -> bool:
    """A test can submit without any set-up.

    No compute environment, queue or definition has been made.
    """
    with peer.without_set_up():
        try:
            return "jobId" in client().submit_job(jobName="job", jobQueue="q", jobDefinition="d")
        except ClientError:
            return False


def nothing_is_started(peer: Any) -> bool:
    """A job needs no Docker and no thread.

    With DOCKER_HOST pointing nowhere a job is over in the end, and no thread is left.
    """
    before = threading.active_count()
    with patch.dict(os.environ, DOCKER_HOST="unix:///nowhere"), peer.stage() as stage:
        job_id = stage.submit()
        stage.settle()
        return stage.job(job_id)["status"] == "SUCCEEDED" and threading.active_count() == before


def nested_mock_is_another_account(peer: Any) -> bool:
    """A mock inside a mock is a fresh account.

    The outer queue isn't there inside, and is there again afterwards.
    """
    with peer.stage() as stage:
        with peer.mock():
            inside = client().describe_job_queues()["jobQueues"]
        outside = stage.batch.describe_job_queues()["jobQueues"]
    return (len(inside), len(outside)) == (0, 1)


def threads_have_accounts_of_their_own(peer: Any) -> bool:
    """Threads that run tests at the same time each have their own account.

    Each of two threads enters a mock, makes a scheduling policy when both are in, and lists those there are.
    """
    both, one_by_one = threading.Barrier(2, timeout=5), threading.Lock()

    def test(name: str) -> int:
        with ExitStack() as exits:
            with one_by_one:
                exits.enter_context(peer.without_set_up())
                batch = client()
            both.wait()
            batch.create_scheduling_policy(name=name)
            both.wait()
            found = len(batch.list_scheduling_policies()["schedulingPolicies"])
            both.wait()
            return found

    with patch.dict(os.environ, DUMMY), ThreadPoolExecutor(2) as threads:
        return list(threads.map(test, ("one", "other"))) == [1, 1]


def regions_are_apart(peer: Any) -> bool:
    """Regions are apart, and so is the next mock.

    The queue of us-east-1 is neither in eu-west-1 nor in the mock after this one.
    """
    with peer.stage():
        elsewhere = client(region="eu-west-1").describe_job_queues()["jobQueues"]
    with peer.mock():
        afterwards = client().describe_job_queues()["jobQueues"]
    return elsewhere == afterwards == []


def coroutine_can_be_decorated(peer: Any) -> bool:
    """The decorator works on an `async def`.

    A call inside is answered by the mock.
    """

    async def test() -> bool:
        await asyncio.sleep(0)
        return bool(client().describe_job_queues()["jobQueues"] == [])

    with patch.dict(os.environ, DUMMY):
        return asyncio.run(peer.decorated(test)())


def mock_costs_what_a_stubber_costs(peer: Any) -> bool:
    """Entering and leaving takes about as long as with a Stubber.

    At most three times as long; the best of twenty.
    """
    return _entered(peer.mock) < 3 * _entered(Stubbed().mock)


def _entered(mock: Callable[[], Any]) -> float:
    """Seconds, of the quickest."""
    seconds = []
    for _ in range(20):
        entered = mock()
        before = time.perf_counter()
        with entered:
            pass
        seconds.append(time.perf_counter() - before)
    return min(seconds)


def unfaked_call_stays_inside(peer: Any) -> bool:
    """A call that nobody fakes raises instead of leaving.

    ListLanguages of Amazon Translate, which none of them has; in fakebatch with `others="block"`.
    """
    with patch.dict(os.environ, DUMMY), peer.guarded():
        try:
            client("translate").list_languages()
        except ToTheNetwork:
            return False
        except Exception:  # noqa: BLE001 - refused, in whatever words
            return True
        return False


def other_services_are_there(peer: Any) -> bool:
    """The other services that the code uses are there too.

    A bucket made in S3 is listed.
    """
    with patch.dict(os.environ, DUMMY), peer.mock():
        s3 = client("s3")
        s3.create_bucket(Bucket="bucket")
        return [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["bucket"]
