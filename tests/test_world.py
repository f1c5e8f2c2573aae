"""A world: its time, its places, its state kept and come back to."""

from __future__ import annotations

import gc
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from botocore.config import Config

import fakebatch
from fakebatch import Timing, UsageError

START = "2026-01-01T00:00:00.000123Z"
T0 = datetime(2026, 1, 1, 0, 0, 0, 123, tzinfo=timezone.utc)


@pytest.fixture
def fake() -> Any:
    with fakebatch.mock(start=START, seed=7) as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        yield world


def submit(fake: fakebatch.World, name: str = "j", **members: Any) -> str:
    request = {"jobName": name, "jobQueue": "q", "jobDefinition": "d", **members}
    return str(fake.client("batch").submit_job(**request)["jobId"])


def status(fake: fakebatch.World, job_id: str) -> str:
    return str(fake.client("batch").describe_jobs(jobs=[job_id])["jobs"][0]["status"])


class TestMovingTime:
    @pytest.mark.source("api §2")
    def test_tick_lets_everything_due_happen_at_its_own_instant(self, fake: fakebatch.World) -> None:
        job_id = submit(fake)
        fake.tick(timedelta(hours=1))
        job = fake.client("batch").describe_jobs(jobs=[job_id])["jobs"][0]
        start_ms = 1767225600000
        times = [job[name] - start_ms for name in ("createdAt", "startedAt", "stoppedAt")]
        assert times == [0, 10_000, 70_000]
        assert fake.now == T0 + timedelta(hours=1)

    @pytest.mark.source("architecture §3: many small advances equal one large")
    def test_many_ticks_are_one(self, fake: fakebatch.World) -> None:
        job_id = submit(fake)
        snapshot = fake.snapshot()
        fake.tick(100)
        once = fake.client("batch").describe_jobs(jobs=[job_id])["jobs"]
        fake.restore(snapshot)
        for _ in range(1000):
            fake.tick(0.1)
        assert fake.client("batch").describe_jobs(jobs=[job_id])["jobs"] == once
        assert fake.now == T0 + timedelta(seconds=100)

    @pytest.mark.source("api §2")
    def test_move_to(self, fake: fakebatch.World) -> None:
        job_id = submit(fake)
        fake.move_to("2026-01-01T00:00:30Z")
        assert (fake.now.second, status(fake, job_id)) == (30, "RUNNING")
        fake.move_to(fake.now)
        fake.move_to(T0 + timedelta(minutes=2))
        assert status(fake, job_id) == "SUCCEEDED"

    @pytest.mark.source("api §2")
    def test_move_to_never_goes_back(self, fake: fakebatch.World) -> None:
        with pytest.raises(UsageError) as raised:
            fake.move_to("2025-12-31T00:00:00Z")
        assert str(raised.value) == (
            "move_to('2025-12-31T00:00:00Z'): it is 2026-01-01T00:00:00.000123Z already, and time only "
            "goes forward. "
            "restore() comes back to a snapshot."
        )

    @pytest.mark.source("api §2")
    def test_run_until_idle_stays_at_the_last_of_it(self, fake: fakebatch.World) -> None:
        first = submit(fake)
        fake.tick(20)
        second = submit(fake)
        fake.run_until_idle()
        assert (status(fake, first), status(fake, second)) == ("SUCCEEDED", "SUCCEEDED")
        assert fake.now == T0 + timedelta(seconds=90)

    @pytest.mark.source("api §9")
    def test_run_until_idle_comes_back_although_a_job_hangs(self, fake: fakebatch.World) -> None:
        fake.batch.when().hang()
        job_id = submit(fake)
        fake.run_until_idle()
        assert status(fake, job_id) == "RUNNING"

    @pytest.mark.source("api §3")
    def test_an_instant_job_is_over_at_the_first_look(self) -> None:
        with fakebatch.mock(timing=Timing.instant(), provision=True) as fake:
            assert status(fake, submit(fake)) == "SUCCEEDED"

    @pytest.mark.source("api §1")
    def test_auto_tick_passes_at_each_call(self) -> None:
        with fakebatch.mock(start=START, auto_tick=30, provision=True) as fake:
            job_id = submit(fake)
            assert [status(fake, job_id) for _ in range(4)] == [
                "RUNNING",
                "RUNNING",
                "SUCCEEDED",
                "SUCCEEDED",
            ]
            assert fake.now == T0 + timedelta(seconds=150)

    @pytest.mark.source("design: inside an event time stands")
    def test_nothing_moves_time_inside_an_event(self, fake: fakebatch.World) -> None:
        seen: list[object] = []

        @fake.batch.when(job_name="j").run
        def body(job: object) -> None:
            instant = fake.now
            snapshots: list[Any] = [None]
            for act in (fake.tick, fake.run_until_idle, fake.snapshot, fake.reset):
                with pytest.raises(UsageError) as raised:
                    act()
                seen.append(str(raised.value))
            seen.append(status(fake, job_id) == "RUNNING" and fake.now == instant and len(snapshots) == 1)

        job_id = submit(fake)
        other = submit(fake, "other")
        fake.run_until(job_id)
        text = "an event is happening at this very instant, and takes no time itself."
        assert seen == [
            f"{act}: {text}" for act in ("tick()", "run_until_idle()", "snapshot()", "reset()")
        ] + [True]
        assert status(fake, other) == "SUCCEEDED"


class TestRunUntil:
    @pytest.mark.source("api §2")
    @pytest.mark.parametrize(
        ("wanted", "seconds"),
        [("SUBMITTED", 0), ("RUNNABLE", 1), ("STARTING", 5), ("RUNNING", 10), ("SUCCEEDED", 70), (None, 70)],
    )
    def test_goes_to_the_very_instant(self, fake: fakebatch.World, wanted: str | None, seconds: int) -> None:
        job_id = submit(fake)
        fake.run_until(job_id, wanted)
        assert fake.now == T0 + timedelta(seconds=seconds)
        assert status(fake, job_id) == (wanted or "SUCCEEDED")

    @pytest.mark.source("api §2")
    def test_takes_a_response_an_arn_and_a_view(self, fake: fakebatch.World) -> None:
        client = fake.client("batch")
        response = client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")
        fake.run_until(response, "RUNNABLE")
        fake.run_until(response["jobArn"], "STARTING")
        fake.run_until(fake.batch.job(response["jobId"]), "RUNNING")
        fake.run_until(client.describe_jobs(jobs=[response["jobId"]])["jobs"][0])
        assert fake.now == T0 + timedelta(seconds=70)

    @pytest.mark.source("api §2")
    def test_finds_jobs_of_other_places(self, fake: fakebatch.World) -> None:
        there = fake.at(region="eu-west-1")
        there.batch.add_job_queue("q")
        there.batch.add_job_definition("d")
        client = fake.client("batch", "eu-west-1")
        response = client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")
        fake.run_until(response)
        assert there.batch.job(response["jobId"]).status == "SUCCEEDED"

    @pytest.mark.source("api §2")
    def test_no_job(self, fake: fakebatch.World) -> None:
        with pytest.raises(UsageError) as raised:
            fake.run_until("nothing")
        assert str(raised.value) == (
            "run_until('nothing'): there is no job with this id. No job has been submitted."
        )
        ids = [submit(fake, f"j{number}") for number in range(12)]
        with pytest.raises(UsageError) as raised:
            fake.run_until("nothing")
        listed = ", ".join(f"{job_id} (j{number}, SUBMITTED)" for number, job_id in enumerate(ids[:10]))
        assert str(raised.value) == (
            f"run_until('nothing'): there is no job with this id. There are {listed} and 2 more."
        )

    @pytest.mark.source("api §2")
    @pytest.mark.parametrize("job", [5, None, {}, {"jobName": "j"}], ids=str)
    def test_no_id(self, fake: fakebatch.World, job: Any) -> None:
        with pytest.raises(UsageError) as raised:
            fake.run_until(job)
        assert str(raised.value) == (
            f"run_until({job!r}): give a job's id, or the response or view that has it."
        )

    @pytest.mark.source("api §2")
    def test_no_such_status(self, fake: fakebatch.World) -> None:
        job_id = submit(fake)
        with pytest.raises(UsageError) as raised:
            fake.run_until(job_id, "Running")
        assert str(raised.value) == (
            "run_until(status='Running'): no such status. Did you mean RUNNING? Jobs know SUBMITTED, "
            "PENDING, "
            "RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED."
        )

    @pytest.mark.source("api §2")
    def test_it_has_ended_otherwise(self, fake: fakebatch.World) -> None:
        fake.batch.when().fail(exit_code=2)
        job_id = submit(fake)
        with pytest.raises(UsageError) as raised:
            fake.run_until(job_id, "SUCCEEDED")
        assert str(raised.value) == (
            f"run_until({job_id!r}, 'SUCCEEDED'): it won't be SUCCEEDED any more. Job j is FAILED because: "
            "Essential container in task exited."
        )

    @pytest.mark.source("api §2")
    def test_nothing_is_left_to_happen(self, fake: fakebatch.World) -> None:
        fake.batch.when().hang()
        job_id = submit(fake)
        with pytest.raises(UsageError) as raised:
            fake.run_until(job_id)
        assert str(raised.value) == (
            f"run_until({job_id!r}, None): nothing is left to happen that would make it SUCCEEDED or "
            "FAILED. Job j is "
            "RUNNING."
        )

    @pytest.mark.source("api §2")
    def test_the_timeout(self, fake: fakebatch.World) -> None:
        job_id = submit(fake)
        with pytest.raises(UsageError) as raised:
            fake.run_until(job_id, timeout=timedelta(seconds=60))
        assert str(raised.value) == (
            f"run_until({job_id!r}, None): it isn't SUCCEEDED or FAILED by 2026-01-01T00:01:00.000123Z, "
            "the timeout. "
            "Job j is RUNNING."
        )


class TestPlaces:
    @pytest.mark.source("api §1, §2")
    def test_each_account_and_region_has_its_own_state(self) -> None:
        accounts = {"AKIAOTHER": "210987654321"}
        with fakebatch.mock(accounts=accounts, region="eu-west-1") as fake:
            fake.at(region="eu-west-2").batch.add_job_queue("second")
            fake.at(account_id="210987654321").batch.add_job_queue("other")
            fake.batch.add_job_queue("mine")

            def arns(client: Any) -> list[str]:
                return [queue["jobQueueArn"] for queue in client.describe_job_queues()["jobQueues"]]

            assert arns(boto3.client("batch")) == ["arn:aws:batch:eu-west-1:123456789012:job-queue/mine"]
            assert arns(fake.client("batch", "eu-west-2")) == [
                "arn:aws:batch:eu-west-2:123456789012:job-queue/second"
            ]
            other = fake.client("batch", aws_access_key_id="AKIAOTHER", aws_secret_access_key="x")
            assert arns(other) == ["arn:aws:batch:eu-west-1:210987654321:job-queue/other"]
            assert [call.account_id for call in fake.calls] == [
                "123456789012",
                "123456789012",
                "210987654321",
            ]

    @pytest.mark.source("api §2")
    def test_a_client_takes_boto3s_keywords(self, fake: fakebatch.World) -> None:
        client = fake.client(
            "batch", config=Config(user_agent_extra="mine"), endpoint_url="https://batch.example.org"
        )
        assert client.meta.endpoint_url == "https://batch.example.org"
        assert client.meta.region_name == "us-east-1"
        assert fake.client("s3").meta.service_model.service_name == "s3"

    @pytest.mark.source("design: not there yet")
    def test_what_is_not_there_yet(self, fake: fakebatch.World) -> None:
        with pytest.raises(UsageError) as raised:
            _ = fake.drs
        assert str(raised.value) == "drs: Elastic Disaster Recovery isn't there yet."


class TestSnapshots:
    @pytest.mark.source("api §2, §9")
    def test_come_back_as_often_as_wanted_the_instant_too(self, fake: fakebatch.World) -> None:
        batch = fake.batch
        job_id = submit(fake)
        fake.tick(7)
        snapshot = fake.snapshot()
        for _ in range(2):
            fake.run_until(job_id)
            second = submit(fake, "second")
            assert len(fake.calls) == 2
            fake.restore(snapshot)
            assert fake.now == T0 + timedelta(seconds=7)
            assert batch.job(job_id).status == "STARTING"
            assert len(fake.calls) == 1
            assert fake.client("batch").describe_jobs(jobs=[second])["jobs"] == []
            fake.restore(snapshot)

    @pytest.mark.source("api §1: same seed and same calls")
    def test_what_happens_after_it_is_the_same_each_time(self, fake: fakebatch.World) -> None:
        snapshot = fake.snapshot()

        def play() -> list[Any]:
            fake.restore(snapshot)
            client = fake.client("batch")
            return [
                client.submit_job(jobName="j", jobQueue="q", jobDefinition="d"),
                submit(fake),
                list(fake.calls),
            ]

        assert play() == play()

    @pytest.mark.source("design: lambdas and other objects of the author's stay what they are")
    def test_functions_of_the_author_are_kept(self, fake: fakebatch.World) -> None:
        ran: list[str] = []

        class Body:
            def __call__(self, job: Any) -> int:
                ran.append(job.name)
                return 3

            def method(self, job: Any) -> bool:
                return bool(job.name == "mine")

        body = Body()
        fake.batch.when(matching=lambda job: job.name == "other").hang()
        fake.batch.when(matching=body.method).run(body)
        job_id = submit(fake, "mine")
        snapshot = fake.snapshot()
        for _ in range(2):
            fake.run_until(job_id)
            assert fake.batch.job(job_id).exit_code == 3
            fake.restore(snapshot)
        assert ran == ["mine", "mine"]

    @pytest.mark.source("api §2")
    def test_faults_are_part_of_it(self, fake: fakebatch.World) -> None:
        client = fake.client("batch")
        fake.inject("SubmitJob", "AccessDeniedException")
        snapshot = fake.snapshot()
        for _ in range(2):
            with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
                submit(fake)
            submit(fake)
            fake.restore(snapshot)

    @pytest.mark.source("house rules: three voices")
    def test_something_else_is_refused(self, fake: fakebatch.World) -> None:
        with pytest.raises(UsageError) as raised:
            fake.restore(None)  # type: ignore[arg-type]
        assert str(raised.value) == "restore(None): give what snapshot() returned."

    @pytest.mark.source("api §2, §9")
    def test_reset_empties_everything_but_the_clock(self, fake: fakebatch.World) -> None:
        fake.batch.when().fail()
        first = submit(fake)
        fake.inject("SubmitJob", "AccessDeniedException")
        fake.tick(100)
        fake.reset()
        assert fake.now == T0 + timedelta(seconds=100)
        assert fake.calls == []
        assert fake.client("batch").describe_job_queues()["jobQueues"] == []
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        again = submit(fake)
        fake.run_until(again, "SUCCEEDED")
        assert again == first

    @pytest.mark.source("api §2")
    def test_the_timeline_is_the_reports(self, fake: fakebatch.World) -> None:
        job_id = submit(fake)
        fake.run_until(job_id)
        assert [each.after for each in fake.timeline if each.id == job_id] == [
            *("SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED")
        ]


class TestSeeds:
    @staticmethod
    def play(**options: Any) -> list[Any]:
        with fakebatch.mock(provision=True, **options) as fake:
            client = fake.client("batch")
            first = client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")
            client.describe_job_queues()
            return [first, submit(fake)]

    @pytest.mark.source("api §1, §9")
    def test_ids_depend_on_seed_and_calls_never_on_start(self) -> None:
        one, same = self.play(seed=7, start=START), self.play(seed=7, start=START)
        assert one == same
        later = self.play(seed=7, start="2030-01-01T00:00:00Z")
        assert [one[0]["jobId"], one[1]] == [later[0]["jobId"], later[1]]
        assert one[1] != self.play(seed=8, start=START)[1]

    @pytest.mark.source("design: reads don't change later ids")
    def test_reading_changes_no_later_id(self) -> None:
        ids = []
        for reads in (0, 5):
            with fakebatch.mock(provision=True) as fake:
                for _ in range(reads):
                    fake.client("batch").describe_job_queues()
                ids.append(submit(fake))
        assert ids[0] == ids[1]


@pytest.mark.source("house rules: readable")
def test_repr(fake: fakebatch.World) -> None:
    submit(fake)
    assert repr(fake) == "<fakebatch.World at 2026-01-01T00:00:00.000123Z, 1 calls>"


@pytest.mark.source("docs/architecture.md: the collector pauses while time moves")
@pytest.mark.parametrize("collecting", [True, False])
@pytest.mark.parametrize("until", [False, True], ids=["tick", "run_until"])
def test_the_garbage_collector_is_left_as_it_was(collecting: bool, until: bool) -> None:
    seen: list[bool] = []
    before = gc.isenabled()
    with fakebatch.mock(provision=True) as fake:

        @fake.batch.when().run
        def look(job: Any) -> None:
            seen.append(gc.isenabled())
            raise fakebatch.UsageError("the body's own")

        job = fake.client("batch").submit_job(jobName="j", jobQueue="q", jobDefinition="d")
        try:
            (gc.enable if collecting else gc.disable)()
            with pytest.raises(fakebatch.UsageError, match="the body's own"):
                fake.run_until(job) if until else fake.tick(10)
            assert (seen, gc.isenabled()) == ([False], collecting)
        finally:
            (gc.enable if before else gc.disable)()
