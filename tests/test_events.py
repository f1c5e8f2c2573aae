"""`fake.events`: the sequence, and who is told of events when."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

import fakebatch
from fakebatch import UsageError

CHANGE = "Batch Job State Change"
BLOCKED = "Batch Job Queue Blocked"
KNOWN = (
    "There are 'Batch Job State Change', 'Batch Job Queue Blocked', 'Batch Service Job State Change', 'Batch "
    "Service Job Queue Blocked', 'Batch Service Job Preemption Started', 'Batch Service Job Preemption "
    "Completed'."
)
LIFE = ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def submit(client: Any, name: str = "j", **members: Any) -> str:
    return str(client.submit_job(jobName=name, jobQueue="q", jobDefinition="d", **members)["jobId"])


def status(event: dict[str, Any]) -> str:
    return str(event["detail"]["status"])


class Inbox:
    """A subscriber that notes what it is told, and when."""

    def __init__(self, fake: fakebatch.World) -> None:
        self.fake = fake
        self.events: list[dict[str, Any]] = []
        self.seconds: list[float] = []

    def __call__(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        self.seconds.append(self.fake.now.timestamp() % 3600)

    @property
    def statuses(self) -> list[str]:
        return [status(event) for event in self.events]


@pytest.fixture
def inbox(fake: fakebatch.World) -> Inbox:
    return Inbox(fake)


class TestSequence:
    @pytest.mark.source("api §2: a sequence of dicts")
    def test_it_is_a_live_sequence(self, fake, client):
        events = fake.events
        assert (len(events), list(events), bool(events)) == (0, [], False)
        submit(client)
        fake.run_until_idle()
        assert [status(event) for event in events] == LIFE
        assert status(events[-1]) == "SUCCEEDED"
        assert [status(event) for event in events[1:3]] == ["STARTING", "RUNNING"]
        assert events[0] in events
        assert events == list(events) == fake.events
        assert events != "something else"
        with pytest.raises(IndexError):
            events[4]

    @pytest.mark.source("api §2")
    def test_looking_gives_copies(self, fake, client):
        submit(client)
        fake.tick(1)
        whole = json.dumps(fake.events[0])
        event = fake.events[0]
        event["detail"]["container"]["command"].append("x")
        event["detail"]["tags"].clear()
        assert json.dumps(fake.events[0]) == whole

    @pytest.mark.source("api §2")
    def test_it_tells_what_it_holds(self, fake, client):
        fake.batch.when().stuck("UNDETERMINED")
        submit(client)
        fake.run_until_idle()
        assert repr(fake.events) == (
            "[<Batch Job State Change: j RUNNABLE>, <Batch Job Queue Blocked: j RUNNABLE>]"
        )

    @pytest.mark.source("api §1: same seed and same calls")
    def test_ids_follow_the_seed(self):
        def ids(seed: int) -> list[str]:
            with fakebatch.mock(seed=seed, provision=True) as world:
                submit(world.client("batch"))
                world.run_until_idle()
                return [event["id"] for event in world.events]

        assert ids(1) == ids(1)
        assert len({*ids(1), *ids(2)}) == 8

    @pytest.mark.source("api §2, §9")
    def test_events_come_back_with_a_snapshot_and_go_with_a_reset(self, fake, client):
        submit(client)
        fake.tick(6)
        snapshot = fake.snapshot()
        before = list(fake.events)
        events = fake.events
        fake.run_until_idle()
        whole = list(events)
        assert len(whole) == 4
        fake.restore(snapshot)
        assert events == before
        fake.run_until_idle()
        assert events == whole
        fake.reset()
        assert events == []


class TestSubscribe:
    @pytest.mark.source("api §2: calls back as they happen")
    def test_each_event_at_its_own_instant(self, fake, client, inbox):
        fake.events.subscribe(inbox)
        submit(client)
        fake.tick(1000)
        assert inbox.events == fake.events
        assert inbox.seconds == [1, 5, 10, 70]

    @pytest.mark.source("api §2")
    def test_what_happened_before_is_not_told(self, fake, client, inbox):
        submit(client)
        fake.tick(5)
        fake.events.subscribe(inbox)
        fake.run_until_idle()
        assert inbox.statuses == ["RUNNING", "SUCCEEDED"]

    @pytest.mark.source("api §2")
    def test_only_one_type(self, fake, client, inbox):
        fake.batch.when().stuck("UNDETERMINED")
        fake.events.subscribe(inbox, BLOCKED)
        changes = Inbox(fake)
        fake.events.subscribe(changes, detail_type=CHANGE)
        submit(client)
        fake.run_until_idle()
        assert [event["detail-type"] for event in inbox.events] == [BLOCKED]
        assert [event["detail-type"] for event in changes.events] == [CHANGE]

    @pytest.mark.source("issue: in the order of subscription")
    def test_subscribers_are_called_in_order(self, fake, client):
        told: list[tuple[str, str]] = []
        for name in ("a", "b"):
            fake.events.subscribe(lambda event, name=name: told.append((name, status(event))))
        submit(client)
        fake.tick(5)
        assert told == [("a", "RUNNABLE"), ("b", "RUNNABLE"), ("a", "STARTING"), ("b", "STARTING")]

    @pytest.mark.source("issue: subscribers don't share what they are given")
    def test_each_has_a_copy_of_its_own(self, fake, client, inbox):
        fake.events.subscribe(lambda event: event.clear())
        fake.events.subscribe(inbox)
        submit(client)
        fake.run_until_idle()
        assert inbox.events == fake.events

    @pytest.mark.source("api §2")
    def test_what_happens_outside_an_event_of_the_simulation_is_told_at_once(self, fake, client, inbox):
        fake.events.subscribe(inbox)
        running, waiting = submit(client), submit(client)
        fake.run_until(running, "RUNNING")
        fake.batch.job(running).finish()
        assert inbox.statuses[-1] == "SUCCEEDED"
        fake.batch.reclaim_spot(waiting)
        assert inbox.events[-1]["detail"]["jobId"] == waiting
        assert inbox.statuses[-1] == "FAILED"
        third = submit(client)
        client.cancel_job(jobId=third, reason="no")
        assert inbox.events[-1]["detail"]["statusReason"] == "no"
        assert inbox.events == fake.events

    @pytest.mark.source("issue: what they submit goes on from that instant")
    def test_a_subscriber_may_call_boto3_and_the_authors_side(self, fake, client, inbox):
        def chain(event: dict[str, Any]) -> None:
            if status(event) == "SUCCEEDED" and event["detail"]["jobName"] == "first":
                fake.batch.when(job_name="second").fail(9, after=2)
                submit(client, "second")

        fake.events.subscribe(chain)
        fake.events.subscribe(inbox)
        submit(client, "first")
        fake.tick(1000)
        told = [(event["detail"]["jobName"], status(event)) for event in inbox.events]
        assert told == [("first", each) for each in LIFE] + [
            ("second", each) for each in ("RUNNABLE", "STARTING", "RUNNING", "FAILED")
        ]
        assert inbox.seconds == [1, 5, 10, 70, 71, 75, 80, 82]

    @pytest.mark.source("issue: nested events come behind the one that is being told")
    def test_what_a_subscriber_brings_about_is_told_next(self, fake, client):
        told: list[tuple[str, str]] = []

        def stop(event: dict[str, Any]) -> None:
            told.append(("stop", status(event)))
            if status(event) == "RUNNING":
                fake.batch.job(event["detail"]["jobId"]).finish(1)

        fake.events.subscribe(stop)
        fake.events.subscribe(lambda event: told.append(("note", status(event))))
        submit(client)
        fake.tick(1000)
        assert told[-4:] == [("stop", "RUNNING"), ("note", "RUNNING"), ("stop", "FAILED"), ("note", "FAILED")]

    @pytest.mark.source("issue: time cannot be moved in them")
    def test_time_stands_still_inside(self, fake, client, inbox):
        refusals: list[str] = []

        def impatient(event: dict[str, Any]) -> None:
            time.sleep(100)
            with pytest.raises(UsageError) as raised:
                fake.tick()
            refusals.append(str(raised.value))

        fake.events.subscribe(impatient)
        fake.events.subscribe(inbox)
        submit(client)
        fake.run_until_idle()
        assert inbox.seconds == [1, 5, 10, 70]
        assert (
            refusals == ["tick(): an event is happening at this very instant, and takes no time itself."] * 4
        )

    @pytest.mark.source("issue: a body's job is told of when the body has returned")
    def test_bodies_and_subscribers_together(self, fake, client, inbox):
        @fake.batch.when(job_name="outer").run
        def body(job: Any) -> None:
            time.sleep(3)
            client.cancel_job(jobId=submit(client, "inner"), reason="no")

        fake.events.subscribe(inbox)
        submit(client, "outer")
        fake.tick(100)
        told = [(event["detail"]["jobName"], status(event)) for event in inbox.events]
        assert told[2:] == [("outer", "RUNNING"), ("inner", "FAILED"), ("outer", "SUCCEEDED")]
        assert inbox.seconds == [1, 5, 10, 10, 13]

    @pytest.mark.source("issue: a handle to unsubscribe")
    def test_unsubscribing(self, fake, client, inbox):
        subscription = fake.events.subscribe(inbox)
        assert repr(subscription) == f"<fakebatch subscription of {inbox!r} to all events>"
        submit(client)
        fake.tick(5)
        subscription.unsubscribe()
        subscription.unsubscribe()
        assert repr(subscription) == f"<fakebatch subscription of {inbox!r} to all events, ended>"
        fake.run_until_idle()
        assert inbox.statuses == ["RUNNABLE", "STARTING"]
        fake.events.subscribe(inbox)
        submit(client)
        fake.tick(1)
        assert inbox.statuses == ["RUNNABLE", "STARTING", "RUNNABLE"]

    @pytest.mark.source("issue: a handle to unsubscribe")
    def test_unsubscribing_and_subscribing_inside(self, fake, client, inbox):
        def once(event: dict[str, Any]) -> None:
            subscription.unsubscribe()
            fake.events.subscribe(inbox)

        subscription = fake.events.subscribe(once)
        fake.events.subscribe(Inbox(fake))
        submit(client)
        fake.tick(5)
        assert inbox.statuses == ["STARTING"]

    @pytest.mark.source("assumed: snapshots keep what happens, not who listens")
    def test_subscribers_stay_through_a_restore(self, fake, client, inbox):
        submit(client)
        fake.tick(1)
        snapshot = fake.snapshot()
        fake.events.subscribe(inbox)
        fake.run_until_idle()
        fake.restore(snapshot)
        assert inbox.statuses == ["STARTING", "RUNNING", "SUCCEEDED"]
        fake.run_until_idle()
        assert inbox.statuses == ["STARTING", "RUNNING", "SUCCEEDED"] * 2

    @pytest.mark.source("assumed: snapshots keep what happens, not who listens")
    def test_a_snapshot_brings_no_subscriber_back(self, fake, client, inbox):
        subscription = fake.events.subscribe(inbox)
        submit(client)
        snapshot = fake.snapshot()
        subscription.unsubscribe()
        fake.restore(snapshot)
        fake.run_until_idle()
        assert inbox.events == []

    @pytest.mark.source("assumed: reset empties everything but the clock")
    def test_a_reset_drops_subscribers(self, fake, client, inbox):
        subscription = fake.events.subscribe(inbox)
        fake.reset()
        assert not subscription.active
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        submit(client)
        fake.run_until_idle()
        assert inbox.events == []
        assert len(fake.events) == 4


class TestErrors:
    @pytest.mark.source("issue: an exception comes out of the call that moved time")
    def test_an_exception_comes_out_and_the_world_goes_on(self, fake, client, inbox):
        def picky(event: dict[str, Any]) -> None:
            if status(event) == "STARTING":
                raise AssertionError("not yet")

        fake.events.subscribe(picky)
        fake.events.subscribe(inbox)
        submit(client)
        with pytest.raises(AssertionError, match="not yet"):
            fake.tick(1000)
        assert fake.now.timestamp() % 3600 == 5
        assert inbox.statuses == ["RUNNABLE", "STARTING"]
        fake.tick(1000)
        assert inbox.statuses == LIFE
        assert fake.batch.jobs()[0].status == "SUCCEEDED"

    @pytest.mark.source("issue: an exception comes out of the call")
    def test_an_exception_comes_out_of_a_call_of_boto3(self, fake, client):
        def fail(event: dict[str, Any]) -> None:
            raise LookupError(status(event))

        job_id = submit(client)
        fake.events.subscribe(fail)
        with pytest.raises(LookupError, match="FAILED"):
            client.cancel_job(jobId=job_id, reason="no")
        assert client.describe_jobs(jobs=[job_id])["jobs"][0]["status"] == "FAILED"
        assert [call.operation for call in fake.calls] == ["SubmitJob", "CancelJob", "DescribeJobs"]

    @pytest.mark.source("issue: the others are told all the same")
    def test_the_first_of_several_comes_out(self, fake, client):
        told: list[str] = []

        def fail(event: dict[str, Any]) -> None:
            told.append(event["detail"]["jobId"])
            raise LookupError(len(told))

        fake.events.subscribe(fail)
        submit(client, arrayProperties={"size": 3})
        with pytest.raises(LookupError, match=r"^1$"):
            fake.tick(1)
        assert len(told) == 7

    @pytest.mark.source("issue: the others are told all the same")
    def test_an_interruption_comes_out_at_once_and_nothing_is_lost(self, fake, client, inbox):
        def interrupt(event: dict[str, Any]) -> None:
            subscription.unsubscribe()
            raise KeyboardInterrupt

        subscription = fake.events.subscribe(interrupt)
        fake.events.subscribe(inbox)
        submit(client)
        with pytest.raises(KeyboardInterrupt):
            fake.tick(1)
        assert inbox.statuses == []
        fake.tick(4)
        assert inbox.statuses == ["RUNNABLE", "STARTING"]

    @pytest.mark.source("house rules: three voices")
    @pytest.mark.parametrize(
        ("arguments", "text"),
        [
            (
                {"function": "f"},
                "subscribe('f'): give a plain function that takes an event.",
            ),
            (
                {"detail_type": "Batch Job State Changed"},
                (
                    "subscribe(detail_type='Batch Job State Changed'): there is no such event. Did you mean "
                    f"'Batch Job State Change'? {KNOWN}"
                ),
            ),
            (
                {"detail_type": 7},
                f"subscribe(detail_type=7): there is no such event. {KNOWN}",
            ),
            ({"copies": 0}, "subscribe(copies=0): give a whole number from 1 on."),
            ({"copies": True}, "subscribe(copies=True): give a whole number from 1 on."),
        ],
        ids=["function", "near", "far", "none", "bool"],
    )
    def test_misuse(self, fake, arguments, text):
        with pytest.raises(UsageError) as raised:
            fake.events.subscribe(**{"function": print, **arguments})
        assert str(raised.value) == text

    @pytest.mark.source("house rules: three voices")
    def test_coroutines_and_negative_delays_are_refused(self, fake):
        async def coroutine(event: dict[str, Any]) -> None: ...

        with pytest.raises(UsageError, match="give a plain function that takes an event"):
            fake.events.subscribe(coroutine)
        with pytest.raises(UsageError, match=r"^subscribe\(late=-1\)"):
            fake.events.subscribe(print, late=-1)


class TestLateAndTwice:
    @pytest.mark.source("reference §16.1: at least once")
    def test_twice(self, fake, client, inbox):
        fake.events.subscribe(inbox, copies=2)
        submit(client)
        fake.tick(5)
        assert inbox.statuses == ["RUNNABLE", "RUNNABLE", "STARTING", "STARTING"]
        assert inbox.events[0] == inbox.events[1] == fake.events[0]
        assert inbox.events[0] is not inbox.events[1]
        assert inbox.seconds == [1, 1, 5, 5]

    @pytest.mark.source("reference §16.1: deliveries may be late")
    @pytest.mark.parametrize("late", [30, timedelta(seconds=30)], ids=["seconds", "timedelta"])
    def test_late(self, fake, client, inbox, late):
        fake.events.subscribe(inbox, late=late)
        submit(client)
        fake.tick(70)
        assert inbox.statuses == ["RUNNABLE", "STARTING", "RUNNING"]
        fake.run_until_idle()
        assert inbox.events == fake.events
        assert inbox.seconds == [31, 35, 40, 100]

    @pytest.mark.source("reference §16.1: no order is promised")
    def test_one_overtakes_another(self, fake, client, inbox):
        fake.events.subscribe(inbox, late=lambda event: 62 if status(event) == "RUNNING" else 0)
        submit(client)
        fake.run_until_idle()
        assert inbox.statuses == ["RUNNABLE", "STARTING", "SUCCEEDED", "RUNNING"]
        assert inbox.seconds == [1, 5, 70, 72]

    @pytest.mark.source("reference §16.1: at least once, and late")
    def test_each_copy_has_its_own_delay(self, fake, client, inbox):
        delays = iter([0, 2, 1, 0])
        fake.events.subscribe(inbox, late=lambda event: next(delays), copies=2)
        submit(client)
        fake.tick(6)
        assert inbox.statuses == ["RUNNABLE", "RUNNABLE", "STARTING", "STARTING"]
        assert inbox.seconds == [1, 3, 5, 6]

    @pytest.mark.source("assumed: what is on its way belongs to the state")
    def test_deliveries_on_their_way_come_back_with_a_snapshot(self, fake, client, inbox):
        fake.events.subscribe(inbox, late=30)
        submit(client)
        fake.tick(2)
        snapshot = fake.snapshot()
        for _ in range(2):
            fake.run_until_idle()
            assert inbox.statuses == LIFE
            inbox.events.clear()
            fake.restore(snapshot)

    @pytest.mark.source("assumed: nobody is told any more")
    def test_deliveries_on_their_way_to_nobody(self, fake, client, inbox):
        subscription = fake.events.subscribe(inbox, late=30)
        submit(client)
        fake.tick(2)
        subscription.unsubscribe()
        fake.run_until_idle()
        assert inbox.events == []
