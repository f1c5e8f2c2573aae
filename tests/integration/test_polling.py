"""Loops that wait for jobs, as people write them: Batch has no waiters, so everybody does.

Each shape is that of some public client: a status compared in a loop, exponential delays with jitter and a
limit on tries, deadlines by one clock or another, pollers in threads and tasks, one poller for many jobs. All
of them end at once in real time, whatever they sleep.
"""

import asyncio
import random
import sys
import threading
import time
import types
from asyncio import sleep as pause
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from time import sleep

import boto3
import botocore.exceptions
import freezegun
import pytest
import time_machine
from botocore.config import Config

import fakebatch

# Made when this module is imported, before any mock, as applications do.
BATCH = boto3.client(
    "batch", region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
)
REAL_SLEEPS = [time.sleep, asyncio.sleep]
START = "2026-01-01T00:00:00Z"
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
ENDED = ("SUCCEEDED", "FAILED")


@pytest.fixture
def fake():
    with fakebatch.mock(start=START) as world:
        set_up(world)
        yield world


def set_up(world):
    world.batch.add_job_queue("q")
    world.batch.add_job_definition("d")


def submit(name="j", **members):
    return BATCH.submit_job(jobName=name, jobQueue="q", jobDefinition="d", **members)["jobId"]


def status_of(job_id):
    (job,) = BATCH.describe_jobs(jobs=[job_id])["jobs"]
    return job["status"]


def elapsed(fake):
    return (fake.now - datetime(2026, 1, 1, tzinfo=timezone.utc)).total_seconds()


class JobFailedError(Exception):
    """What such clients raise."""


class Patient:
    """Has taken the function itself, before any mock."""

    nap = staticmethod(time.sleep)


# One job, one loop


def wait_by_attribute(job_id):
    while (status := status_of(job_id)) not in ENDED:
        time.sleep(10)
    return status


def wait_by_name(job_id):
    while (status := status_of(job_id)) not in ENDED:
        sleep(10)
    return status


def wait_and_raise(job_id):
    """Each status told once; an exception for a failure, with the container's reason if there is one."""
    told = None
    while True:
        (job,) = BATCH.describe_jobs(jobs=[job_id])["jobs"]
        told = job["status"] if job["status"] != told else told
        if told == "SUCCEEDED":
            return told
        if told == "FAILED":
            container = job["attempts"][-1]["container"] if job["attempts"] else {}
            raise JobFailedError(container.get("reason", job["statusReason"]))
        time.sleep(30)


@pytest.mark.source("api §3")
@pytest.mark.parametrize("wait", [wait_by_attribute, wait_by_name])
def test_sleeping_loop_sees_the_end_at_its_first_look_after_it(fake, wait):
    """A job is over at 70 s, and a loop that looks every 10 s sees that at 70 s."""
    assert wait(submit()) == "SUCCEEDED"
    assert elapsed(fake) == 70


@pytest.mark.source("api §3")
def test_sleeping_loop_sees_every_status_that_lasts(fake):
    job_id = submit()
    seen = [status_of(job_id)]
    while seen[-1] not in ENDED:
        time.sleep(0.5)
        if (status := status_of(job_id)) != seen[-1]:
            seen.append(status)
    assert seen == ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]


@pytest.mark.source("reference §1.4")
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (lambda when: when.fail(exit_code=1), "Essential container in task exited"),
        (
            lambda when: when.fail(137, "OutOfMemoryError: Container killed due to memory usage"),
            "OutOfMemoryError: Container killed due to memory usage",
        ),
        (lambda when: when.fail_to_start("CannotPullContainerError: x"), "CannotPullContainerError: x"),
    ],
)
def test_loop_that_raises_with_the_reason(fake, script, reason):
    script(fake.batch.when(job_name="j"))
    with pytest.raises(JobFailedError) as caught:
        wait_and_raise(submit())
    assert str(caught.value) == reason


@pytest.mark.source("reference §1.4")
def test_loop_that_raises_for_a_job_without_attempts(fake):
    """A dependent job whose dependency failed has none."""
    fake.batch.when(job_name="first").fail()
    second = submit("second", dependsOn=[{"jobId": submit("first")}])
    with pytest.raises(JobFailedError, match=r"^Dependent Job failed$"):
        wait_and_raise(second)


# Exponential delays with jitter, tries that are counted


def jittered(delay):
    return random.uniform(delay * 0.75, delay * 1.25)


class Waiter:
    """Two phases, running and then ended, as workflow engines have them."""

    def __init__(self, most_tries=100):
        self.most_tries = most_tries

    def wait(self, job_id):
        time.sleep(jittered(1))
        self._poll(job_id, ("RUNNING", *ENDED))
        self._poll(job_id, ENDED)

    def _poll(self, job_id, wanted):
        for tries in range(self.most_tries):
            if status_of(job_id) in wanted:
                return
            time.sleep(jittered(min(1 + (tries * 0.6) ** 2, 60)))
        raise JobFailedError(f"{job_id} wasn't {' or '.join(wanted)} after {self.most_tries} looks")


@pytest.mark.source("api §3")
def test_two_phases_with_exponential_delays(fake):
    fake.batch.when(job_name="j").succeed(after=3600)
    job_id = submit()
    Waiter().wait(job_id)
    assert 3610 <= elapsed(fake) <= 3610 + 75
    assert status_of(job_id) == "SUCCEEDED"


@pytest.mark.source("api §4")
def test_tries_run_out_for_a_hanging_job(fake):
    fake.batch.when(job_name="j").hang()
    job_id = submit()
    with pytest.raises(JobFailedError) as caught:
        Waiter(most_tries=7).wait(job_id)
    assert str(caught.value) == f"{job_id} wasn't SUCCEEDED or FAILED after 7 looks"


# Deadlines, by whichever clock


def wait_until(job_id, clock, limit, step):
    """True when the job ended by the limit; the clock says a number of seconds or a datetime."""
    deadline = clock() + limit
    while clock() < deadline:
        if status_of(job_id) in ENDED:
            return True
        time.sleep(step)
    return False


def by_monotonic(job_id, seconds):
    return wait_until(job_id, lambda: time.monotonic(), seconds, 10)  # noqa: PLW0108 - looked up as frozen


def by_time(job_id, seconds):
    return wait_until(job_id, lambda: time.time(), seconds, 10)  # noqa: PLW0108 - as above


def by_datetime(job_id, seconds):
    return wait_until(job_id, lambda: datetime.now(timezone.utc), timedelta(seconds=seconds), 10)


@pytest.fixture(params=["freezegun", "time_machine"])
def frozen(request):
    """Noon, standing still."""
    if request.param == "freezegun":
        with freezegun.freeze_time(NOON):
            yield request.param
    else:
        with time_machine.travel(NOON, tick=False):
            yield request.param


@pytest.fixture
def frozen_fake(frozen):
    with fakebatch.mock() as world:
        set_up(world)
        yield world


@pytest.mark.source("api §1: sleep ticks the active freezer")
@pytest.mark.parametrize("by_clock", [by_time, by_datetime])
def test_deadline_under_a_frozen_clock(frozen_fake, by_clock):
    check_deadline(frozen_fake, by_clock)


@pytest.mark.source("api §1: sleep ticks the active freezer")
def test_deadline_by_monotonic_under_freezegun():
    """Time-machine leaves time.monotonic alone: there, sleeping brings such a deadline no nearer."""
    with freezegun.freeze_time(NOON), fakebatch.mock() as fake:
        set_up(fake)
        check_deadline(fake, by_monotonic)


def check_deadline(frozen_fake, by_clock):
    frozen_fake.batch.when(job_name="hang").hang()
    assert by_clock(submit(), 600) is True
    assert datetime.now(timezone.utc) == NOON + timedelta(seconds=70)
    assert by_clock(submit("hang"), 600) is False
    assert frozen_fake.now == datetime.now(timezone.utc) == NOON + timedelta(seconds=670)


@pytest.mark.source("assumed: clocks other than the world's are nobody's business without a freezer")
def test_deadline_by_the_real_clock_does_not_come_nearer_by_sleeping(fake):
    """Such a loop ends because the job does; for a hanging one a test has to freeze time."""
    before = time.monotonic()
    assert by_monotonic(submit(), 3600) is True
    assert elapsed(fake) == 70
    assert time.monotonic() - before < 60


@pytest.mark.source("api §1")
def test_freezer_is_not_ticked_twice(frozen_fake):
    time.sleep(5)
    sleep(5)
    assert time.time() == (NOON + timedelta(seconds=10)).timestamp()
    assert frozen_fake.now == NOON + timedelta(seconds=10)


# Names of sleep


@pytest.mark.source("api §1")
def test_names_of_sleep_are_put_back(fake):
    assert [sleep, pause] == [time.sleep, asyncio.sleep] != REAL_SLEEPS
    fake.stop()
    assert [sleep, pause] == [time.sleep, asyncio.sleep] == REAL_SLEEPS


@pytest.mark.source("api §1")
def test_name_that_a_module_takes_inside_the_mock_is_put_back(fake, monkeypatch):
    late = types.ModuleType("imported_late")
    monkeypatch.setitem(sys.modules, "imported_late", late)
    exec("from time import sleep\nfrom asyncio import sleep as pause", vars(late))
    late.sleep(30)
    asyncio.run(late.pause(30))
    assert elapsed(fake) == 60
    fake.stop()
    assert [late.sleep, late.pause] == REAL_SLEEPS


@pytest.mark.source("assumed: only names of modules are looked for")
def test_sleep_that_a_class_has_kept_is_real(fake):
    """So is one in a default argument or a partial: they sleep, and the world stands still."""
    Patient.nap(0.001)
    assert elapsed(fake) == 0


# asyncio


async def async_status(job_id):
    return status_of(job_id)


async def wait_async(job_id, step):
    while (status := await async_status(job_id)) not in ENDED:  # noqa: ASYNC110 - the shape under test
        await asyncio.sleep(step)
    return status


async def wait_async_by_name(job_id, step):
    while (status := await async_status(job_id)) not in ENDED:  # noqa: ASYNC110 - the shape under test
        await pause(step)
    return status


@pytest.mark.source("api §1")
@pytest.mark.parametrize("wait", [wait_async, wait_async_by_name])
def test_tasks_that_poll_side_by_side(fake, wait):
    fake.batch.when(job_name="bad").fail()

    async def main():
        jobs = [submit(name) for name in ("good", "bad", "good")]
        return await asyncio.gather(*(wait(job_id, 5) for job_id in jobs))

    assert asyncio.run(main()) == ["SUCCEEDED", "FAILED", "SUCCEEDED"]


@pytest.mark.source("api §1")
def test_a_task_as_each_job_ends(fake):
    """Shorter jobs first, whatever order they were submitted in."""
    for seconds in (30, 10, 20):
        fake.batch.when(job_name=f"j{seconds}").succeed(after=seconds)

    async def ended(name):
        await wait_async(submit(name), 1)
        return name

    async def main():
        tasks = [asyncio.create_task(ended(f"j{seconds}")) for seconds in (30, 10, 20)]
        return [await task for task in asyncio.as_completed(tasks)]

    assert asyncio.run(main()) == ["j10", "j20", "j30"]


@pytest.mark.source("api §1: sleep ticks the active freezer")
def test_tasks_under_a_frozen_clock(frozen_fake):
    assert asyncio.run(wait_async(submit(), 10)) == "SUCCEEDED"
    assert datetime.now(timezone.utc) == NOON + timedelta(seconds=70)


# Threads


@pytest.mark.source("api §1")
def test_pollers_in_threads(fake):
    """Each sleep moves the one clock of the world, so time passes faster the more threads there are."""
    fake.batch.when(job_name="bad").fail()
    jobs = [submit("bad" if number % 3 == 0 else "good") for number in range(9)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = list(pool.map(wait_by_attribute, jobs))
    assert found == ["FAILED", "SUCCEEDED", "SUCCEEDED"] * 3
    assert elapsed(fake) >= 70


@pytest.mark.source("api §1")
def test_one_thread_that_watches_over_all_jobs(fake):
    """A monitor beside the main thread, as schedulers have one; jobs come in while it runs."""
    pending, ended, stop = {submit(str(number)) for number in range(3)}, {}, threading.Event()

    def monitor():
        while pending and not stop.is_set():
            for job in BATCH.describe_jobs(jobs=sorted(pending))["jobs"]:
                if job["status"] in ENDED:
                    ended[job["jobName"]] = job["status"]
                    pending.discard(job["jobId"])
            time.sleep(15)

    thread = threading.Thread(target=monitor)
    thread.start()
    thread.join(timeout=60)
    stop.set()
    assert (thread.is_alive(), ended) == (False, dict.fromkeys("012", "SUCCEEDED"))


# Many jobs, one poller


def names_of(job_queue, status):
    pages = BATCH.get_paginator("list_jobs").paginate(jobQueue=job_queue, jobStatus=status)
    return [job["jobName"] for page in pages for job in page["jobSummaryList"]]


@pytest.mark.source("reference §13")
def test_list_jobs_until_none_is_left(fake):
    for number in range(3):
        submit(str(number))
    looks = 0
    alive = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
    while any(names_of("q", status) for status in alive):
        looks += 1
        sleep(20)
    assert (looks, names_of("q", "SUCCEEDED")) == (4, ["2", "1", "0"])


@pytest.mark.source("reference §13")
def test_describe_in_chunks_of_100(fake):
    jobs = [submit(str(number)) for number in range(230)]
    pending, looks = deque(jobs), []
    while pending:
        chunk = [pending.popleft() for _ in range(min(100, len(pending)))]
        described = BATCH.describe_jobs(jobs=chunk)["jobs"]
        looks.append(len(described))
        pending.extend(job["jobId"] for job in described if job["status"] not in ENDED)
        sleep(10)
    # Nothing has ended before the eighth look.
    assert sum(looks[-3:]) == 230
    assert elapsed(fake) == 10 * len(looks)
    with pytest.raises(BATCH.exceptions.ClientException):
        BATCH.describe_jobs(jobs=jobs)


@pytest.mark.source("reference §5")
def test_parent_of_an_array_by_its_summary(fake):
    fake.batch.when(array_index=1).fail(after=10)
    job_id = submit(arrayProperties={"size": 3})
    seen = []
    while True:
        (parent,) = BATCH.describe_jobs(jobs=[job_id])["jobs"]
        summary = parent["arrayProperties"]["statusSummary"]
        seen.append((parent["status"], summary["SUCCEEDED"], summary["FAILED"]))
        if summary["SUCCEEDED"] + summary["FAILED"] == parent["arrayProperties"]["size"]:
            break
        time.sleep(30)
    assert seen[0] == ("SUBMITTED", 0, 0)
    assert ("PENDING", 0, 1) in seen
    assert seen[-1] == ("FAILED", 2, 1)


# Without sleeping


@pytest.mark.source("api §1: auto_tick")
def test_loop_without_a_sleep():
    with fakebatch.mock(start=START, auto_tick=5) as fake:
        set_up(fake)
        job_id = submit()
        looks = 1
        while status_of(job_id) not in ENDED:
            looks += 1
        # The call that submits takes the first 5 s.
        assert (looks, elapsed(fake)) == (14, 75)


@pytest.mark.source("assumed: only the two sleeps are faked")
def test_waiting_for_an_event_does_not_move_time(fake):
    """Event.wait really waits, and the world stands still meanwhile: what auto_tick is for."""
    job_id, stop = submit(), threading.Event()
    for _ in range(3):
        stop.wait(0.001)
        assert status_of(job_id) == "SUBMITTED"
    assert elapsed(fake) == 0


@pytest.mark.source("api §1: auto_tick")
def test_waiting_for_an_event_with_auto_tick():
    with fakebatch.mock(start=START, auto_tick=10) as fake:
        set_up(fake)
        job_id, stop = submit(), threading.Event()
        while not stop.wait(0.001):
            if status_of(job_id) in ENDED:
                stop.set()
        assert elapsed(fake) == 80


# Errors on the way


@pytest.mark.source("reference §17")
def test_loop_that_goes_on_after_errors(fake):
    """Refusals end it; whatever else happens is slept over, with botocore's own retries switched off."""
    once = Config(retries={"max_attempts": 0}, region_name="us-east-1")
    client = boto3.client("batch", config=once)
    fake.inject("DescribeJobs", error="TooManyRequestsException", times=2)
    fake.inject("DescribeJobs", error="ServerException", after=3)
    fake.inject("DescribeJobs", error=botocore.exceptions.ConnectTimeoutError, after=4)
    job_id, seen = submit(), []
    while True:
        try:
            (job,) = client.describe_jobs(jobs=[job_id])["jobs"]
            seen.append(job["status"])
            if job["status"] in ENDED:
                break
        except client.exceptions.ServerException as error:
            seen.append(error.response["ResponseMetadata"]["HTTPStatusCode"])
        except botocore.exceptions.ClientError as error:
            seen.append(error.response["Error"]["Code"])
        except botocore.exceptions.ConnectTimeoutError:
            seen.append("timeout")
        time.sleep(10)
    assert seen.count("TooManyRequestsException") == 2
    assert seen.count(500) == 1
    assert seen.count("timeout") == 1
    assert seen[-1] == "SUCCEEDED"
    with pytest.raises(client.exceptions.ClientException) as caught:
        client.submit_job(jobName="j", jobQueue="gone", jobDefinition="d")
    assert caught.value.response["Error"] == {
        "Message": "JobQueue gone not found.",
        "Code": "ClientException",
    }


@pytest.mark.source("api §2: inject goes through botocore's own retry loop")
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_retry_modes_of_botocore(fake, mode):
    """`max_attempts` counts retries in legacy mode and tries in the others; here it is 3 tries in each."""
    retries = (
        {"mode": mode, "max_attempts": 2} if mode == "legacy" else {"mode": mode, "total_max_attempts": 3}
    )
    client = fake.client("batch", config=Config(retries=retries))
    fake.inject("DescribeJobs", error="TooManyRequestsException", times=2)
    answered = client.describe_jobs(jobs=["unknown"])
    assert (answered["jobs"], answered["ResponseMetadata"]["RetryAttempts"]) == ([], 2)
    fake.inject("DescribeJobs", error="TooManyRequestsException", times=3)
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        client.describe_jobs(jobs=["unknown"])
    assert caught.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 2
    # One entry for each call, however many tries it took.
    assert [call.error and call.error["Code"] for call in fake.calls] == [None, "TooManyRequestsException"]
