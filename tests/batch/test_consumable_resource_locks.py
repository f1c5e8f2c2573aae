"""Units of consumable resources: who locks them, who waits, and in which order they are given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

START = "2026-01-01T00:00:00Z"
ARN = "arn:aws:batch:us-east-1:123456789012:consumable-resource/"
EXITED = "Essential container in task exited"
# With the default timing a job that nothing keeps is STARTING at 5 s, RUNNING at 10 and done at 70.
ALONE = [
    (0, "SUBMITTED", None),
    (1, "RUNNABLE", None),
    (5, "STARTING", None),
    (10, "RUNNING", None),
    (70, "SUCCEEDED", EXITED),
]


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
        world.batch.add_compute_environment("ce")
        world.batch.add_job_queue("q", priority=1)
        world.batch.add_job_definition("d", consumableResourceProperties=needs(("token", 1)))
        yield world


def needs(*resources: tuple[str, int]) -> dict[str, Any]:
    return {
        "consumableResourceList": [
            {"consumableResource": name, "quantity": quantity} for name, quantity in resources
        ]
    }


def submit(client: Any, name: str = "j", *resources: tuple[str, int], **members: Any) -> str:
    request = {"jobName": name, "jobQueue": "q", "jobDefinition": "d", **members}
    if resources:
        request["consumableResourcePropertiesOverride"] = needs(*resources)
    return str(client.submit_job(**request)["jobId"])


def timeline(fake: fakebatch.World, job_id: str) -> list[tuple[float, str, str | None]]:
    """(second, status, reason) of each transition."""
    history = fake.batch.job(job_id).history
    return [(entry.at.timestamp() - 1767225600, entry.status, entry.reason) for entry in history]


def started(fake: fakebatch.World) -> list[tuple[float, str]]:
    """(second, name) of each job that got its units, in their order; children with their index."""
    trace = fake.service("batch", "us-east-1", "123456789012").trace
    return [
        (entry.at_ns / 1e9 - 1767225600, entry.subject.name + entry.subject.id[36:])
        for entry in trace
        if entry.after == "STARTING"
    ]


def units(client: Any, name: str = "token") -> tuple[int, int, int]:
    """Total, in use, available."""
    found = client.describe_consumable_resource(consumableResource=name)
    return found["totalQuantity"], found["inUseQuantity"], found["availableQuantity"]


def update(client: Any, operation: str, quantity: int, name: str = "token") -> int:
    response = client.update_consumable_resource(
        consumableResource=name, operation=operation, quantity=quantity
    )
    return int(response["totalQuantity"])


# -- One after the other


@pytest.mark.source("reference §12.5: locked at STARTING, unlocked at SUCCEEDED")
def test_two_jobs_share_one_token(fake, client):
    fake.batch.add_consumable_resource("token")
    first, second = submit(client), submit(client)
    seen = []
    for seconds in (4.999, 0.001, 64.999, 0.001, 64.999, 0.001):
        fake.tick(seconds)
        seen.append(units(client))
    assert seen == [(1, 0, 1), (1, 1, 0), (1, 1, 0), (1, 1, 0), (1, 1, 0), (1, 0, 1)]
    assert timeline(fake, first) == ALONE
    assert timeline(fake, second) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (70, "STARTING", None),
        (75, "RUNNING", None),
        (135, "SUCCEEDED", EXITED),
    ]


@pytest.mark.source("reference §12.5; that a waiting job has no statusReason is assumed")
def test_a_waiting_job_is_runnable(fake, client):
    fake.batch.add_consumable_resource("token", totalQuantity=0)
    job_id = submit(client)
    fake.run_until_idle()
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    assert (job["status"], job.get("statusReason"), job["attempts"]) == ("RUNNABLE", None, [])
    assert job["consumableResourceProperties"] == needs(("token", 1))


@pytest.mark.source("reference §12.5: until all quantities are available")
def test_all_or_nothing_is_locked(fake, client):
    fake.batch.add_consumable_resource("token", totalQuantity=2)
    fake.batch.add_consumable_resource("disk", totalQuantity=3)
    submit(client, "a", ("token", 1), ("disk", 3))
    submit(client, "b", ("token", 1), ("disk", 1))
    submit(client, "c", ("disk", 0), ("token", 1))
    fake.tick(5)
    assert (units(client), units(client, "disk")) == ((2, 2, 0), (3, 3, 0))
    assert started(fake) == [(5, "a"), (5, "c")]
    fake.tick(65)
    assert (units(client), units(client, "disk")) == ((2, 1, 1), (3, 1, 2))
    assert started(fake)[2:] == [(70, "b")]


@pytest.mark.source("reference §12.5: names and ARNs, model")
def test_a_resource_can_be_named_by_its_arn(fake, client):
    fake.batch.add_consumable_resource("token")
    submit(client, "a", (ARN + "token", 1))
    submit(client, "b", ("token", 1))
    fake.run_until_idle()
    assert started(fake) == [(5, "a"), (70, "b")]


@pytest.mark.source("user guide: resources are counted for each account; the region is assumed to matter")
def test_an_arn_of_another_region_is_waited_for(fake, client):
    fake.batch.add_consumable_resource("token")
    submit(client, "a", ("arn:aws:batch:eu-west-1:123456789012:consumable-resource/token", 1))
    fake.run_until_idle()
    assert [job.status for job in fake.batch.jobs()] == ["RUNNABLE"]


@pytest.mark.source("reference §12.1, §2: queue priority, retried jobs first, then submission")
def test_units_are_given_in_the_scheduler_s_order(fake, client):
    fake.batch.add_job_queue("urgent", priority=9)
    fake.batch.add_consumable_resource("token")
    fake.batch.when(job_name="running").succeed(after=100)
    for name in ("running", "b", "c"):
        submit(client, name)
        fake.tick(2)
    submit(client, "urgent", jobQueue="urgent")
    fake.run_until_idle()
    assert [name for _, name in started(fake)] == ["running", "urgent", "b", "c"]


@pytest.mark.source("reference §12.1: a job that comes later doesn't overtake")
def test_a_job_that_comes_when_units_are_freed_is_behind_those_that_wait(fake, client):
    fake.batch.add_consumable_resource("token")
    submit(client, "a")
    submit(client, "b")
    fake.tick(65)
    # Due at 70 s too, and entered before the end of the first job has woken the second.
    submit(client, "c")
    fake.run_until_idle()
    assert started(fake) == [(5, "a"), (70, "b"), (135, "c")]


@pytest.mark.source("assumed: who lacks units holds up nobody else")
def test_a_job_that_needs_fewer_units_may_go_first(fake, client):
    fake.batch.add_consumable_resource("token", totalQuantity=3)
    submit(client, "two", ("token", 2))
    submit(client, "three", ("token", 3))
    submit(client, "one", ("token", 1))
    fake.run_until_idle()
    assert started(fake) == [(5, "two"), (5, "one"), (70, "three")]


@pytest.mark.source("reference §12.1: the line keeps its order")
def test_those_that_still_lack_units_stay_in_line(fake, client):
    fake.batch.add_consumable_resource("token", totalQuantity=0)
    for name, quantity in (("a", 3), ("b", 2), ("c", 2), ("d", 1)):
        submit(client, name, ("token", quantity))
    fake.tick(10)
    update(client, "ADD", 2)
    fake.tick(10)
    update(client, "ADD", 4)
    fake.run_until_idle()
    assert started(fake) == [(10, "b"), (20, "a"), (20, "d"), (75, "c")]


@pytest.mark.source("assumed: a priority counts from when it is set")
def test_a_queue_that_becomes_urgent_goes_first(fake, client):
    fake.batch.add_job_queue("other", priority=0)
    fake.batch.add_consumable_resource("token")
    for name, queue in (("a", "q"), ("b", "q"), ("c", "other")):
        submit(client, name, jobQueue=queue)
    fake.tick(10)
    client.update_job_queue(jobQueue="other", priority=9)
    fake.run_until_idle()
    assert [name for _, name in started(fake)] == ["a", "c", "b"]


@pytest.mark.source("reference §12.5: array jobs too; user guide: each instance of the job needs its own")
def test_children_of_an_array_share_the_units(fake, client):
    fake.batch.add_consumable_resource("token", totalQuantity=2)
    array = submit(client, "array", arrayProperties={"size": 5})
    fake.run_until_idle()
    assert started(fake) == [
        (5, "array:0"),
        (5, "array:1"),
        (70, "array:2"),
        (70, "array:3"),
        (135, "array:4"),
    ]
    assert timeline(fake, array)[-1] == (200, "SUCCEEDED", None)
    assert units(client) == (2, 0, 2)


@pytest.mark.source("reference §12.5: RUNNABLE is where a job waits")
def test_a_waiting_job_has_locked_nothing_while_it_has_no_place(fake, client):
    fake.batch.add_consumable_resource("token")
    client.update_compute_environment(computeEnvironment="ce", state="DISABLED")
    submit(client, "a")
    fake.tick(60)
    assert units(client) == (1, 0, 1)
    client.update_compute_environment(computeEnvironment="ce", state="ENABLED")
    fake.tick(0)
    assert units(client) == (1, 1, 0)


@pytest.mark.source("api §4: stuck")
def test_a_stuck_job_locks_nothing(fake, client):
    fake.batch.add_consumable_resource("token")
    fake.batch.when(job_name="stuck").stuck("UNDETERMINED")
    fake.batch.add_job_queue("other")
    submit(client, "stuck")
    submit(client, "b", jobQueue="other")
    fake.run_until_idle()
    assert started(fake) == [(5, "b")]


@pytest.mark.source("design: an author's condition that raises hurts nobody else")
@pytest.mark.parametrize("times", [pytest.param(1, id="all are looked at"), pytest.param(2, id="its turn")])
def test_a_condition_that_raises_leaves_the_line_as_it_is(fake, client, times):
    fake.batch.add_consumable_resource("token")
    for name in "abcd":
        submit(client, name)
    fake.tick(10)

    asked: list[str] = []

    def condition(job: Any) -> bool:
        asked.append(job.name)
        if asked.count("b") == times and job.name == "b":
            raise ValueError("a mistake")
        return False

    fake.batch.when(matching=condition).hang()
    with pytest.raises(ValueError, match="a mistake"):
        fake.run_until_idle()
    fake.run_until_idle()
    assert started(fake) == [(5, "a"), (70, "c"), (135, "d")]


# -- The ends of attempts


@pytest.mark.source("reference §2: released between attempts, inferred")
def test_units_are_released_between_attempts(fake, client):
    fake.batch.add_consumable_resource("token")
    fake.batch.when(job_name="flaky").fail(after=10).succeed(after=10)
    flaky = submit(client, "flaky", retryStrategy={"attempts": 2})
    other = submit(client, "other")
    fake.run_until_idle()
    assert timeline(fake, flaky) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (5, "STARTING", None),
        (10, "RUNNING", None),
        (20, "RUNNABLE", None),
        (85, "STARTING", None),
        (90, "RUNNING", None),
        (100, "SUCCEEDED", EXITED),
    ]
    assert timeline(fake, other)[2:] == [
        (20, "STARTING", None),
        (25, "RUNNING", None),
        (85, "SUCCEEDED", EXITED),
    ]
    assert units(client) == (1, 0, 1)


@pytest.mark.source("reference §12.5: unlocked at FAILED")
@pytest.mark.parametrize(
    ("end", "second"),
    [
        pytest.param("fail", 20, id="fails"),
        pytest.param("start", 10, id="fails to start"),
        pytest.param("host", 20, id="loses its host"),
        pytest.param("timeout", 70, id="times out"),
        pytest.param("terminate", 20, id="is terminated"),
        pytest.param("delete", 20, id="its queue is deleted"),
    ],
)
def test_whatever_ends_an_attempt_releases_its_units(fake, client, end, second):
    fake.batch.add_consumable_resource("token")
    fake.batch.add_job_queue("own")
    rule = fake.batch.when(job_name="a")
    {
        "fail": lambda: rule.fail(after=10),
        "start": lambda: rule.fail_to_start("CannotPullContainerError: none"),
        "host": lambda: rule.host_terminated(after=10),
    }.get(end, rule.hang)()
    first = submit(client, "a", jobQueue="own", timeout={"attemptDurationSeconds": 60})
    submit(client, "b")
    fake.tick(20)
    if end == "terminate":
        client.terminate_job(jobId=first, reason="enough")
    if end == "delete":
        client.update_job_queue(jobQueue="own", state="DISABLED")
        client.delete_job_queue(jobQueue="own")
    fake.run_until_idle()
    assert started(fake) == [(5, "a"), (second, "b")]
    assert units(client) == (1, 0, 1)


@pytest.mark.source("reference §7: a RUNNABLE job is cancelled at once")
def test_a_cancelled_job_leaves_the_line(fake, client):
    fake.batch.add_consumable_resource("token")
    submit(client, "a")
    second = submit(client, "b")
    submit(client, "c")
    fake.tick(10)
    client.cancel_job(jobId=second, reason="not needed")
    fake.run_until_idle()
    assert started(fake) == [(5, "a"), (70, "c")]
    assert timeline(fake, second)[-1] == (10, "FAILED", "not needed")


# -- Units that can be used once


@pytest.mark.source("user guide: they leave the total as well; that none is in use, and when, is assumed")
def test_what_is_not_replenishable_is_used_up(fake, client):
    fake.batch.add_consumable_resource("token", totalQuantity=2, resourceType="NON_REPLENISHABLE")
    jobs = [submit(client, name) for name in "abc"]
    assert units(client) == (2, 0, 2)
    fake.tick(5)
    assert units(client) == (0, 0, 0)
    fake.run_until_idle()
    assert units(client) == (0, 0, 0)
    assert [fake.batch.job(job_id).status for job_id in jobs] == ["SUCCEEDED", "SUCCEEDED", "RUNNABLE"]
    update(client, "ADD", 1)
    fake.run_until_idle()
    assert fake.batch.job(jobs[2]).status == "SUCCEEDED"
    assert units(client) == (0, 0, 0)


@pytest.mark.source("assumed: each attempt uses its own")
def test_each_attempt_uses_up_units_of_its_own(fake, client):
    fake.batch.add_consumable_resource("token", totalQuantity=3, resourceType="NON_REPLENISHABLE")
    fake.batch.when().fail(after=1)
    submit(client, "a", retryStrategy={"attempts": 2})
    fake.run_until_idle()
    assert units(client) == (1, 0, 1)


# -- Updates


@pytest.mark.source("user guide: a greater total lets more jobs start")
@pytest.mark.parametrize(("operation", "quantity"), [("SET", 2), ("ADD", 2)])
def test_an_update_lets_waiting_jobs_start_in_order(fake, client, operation, quantity):
    fake.batch.add_consumable_resource("token", totalQuantity=0)
    for name in "abc":
        submit(client, name)
    fake.tick(30)
    update(client, operation, quantity)
    fake.tick(0)
    assert started(fake) == [(30, "a"), (30, "b")]


@pytest.mark.source("user guide: what is available goes at once, the total as jobs end")
def test_a_total_below_what_is_in_use_is_reached_as_jobs_end(fake, client):
    fake.batch.add_consumable_resource("token", totalQuantity=5)
    for name, after in (("a", 10), ("b", 20), ("c", 30)):
        fake.batch.when(job_name=name).succeed(after=after)
        submit(client, name)
    fake.tick(10)
    assert units(client) == (5, 3, 2)
    assert update(client, "SET", 4) == 4
    assert units(client) == (4, 3, 1)
    assert update(client, "REMOVE", 3) == 3
    submit(client, "d")
    seen = []
    for _ in range(3):
        fake.tick(10)
        seen.append(units(client))
    # The last one's unit goes to the job that has come meanwhile.
    assert seen == [(2, 2, 0), (1, 1, 0), (1, 1, 0)]
    assert started(fake)[-1] == (40, "d")


@pytest.mark.source("model: what a repeated update changes")
def test_removing_wakes_nobody(fake, client):
    fake.batch.add_consumable_resource("token", totalQuantity=2)
    submit(client, "a", ("token", 3))
    fake.tick(10)
    update(client, "REMOVE", 1)
    fake.run_until_idle()
    assert started(fake) == []


# -- Resources that come and go


@pytest.mark.source("assumed: SubmitJob takes what isn't there, as RegisterJobDefinition does")
def test_a_resource_that_is_not_there_is_waited_for(fake, client):
    submit(client, "a", ("token", 0))
    submit(client, "b")
    fake.tick(100)
    assert started(fake) == []
    client.create_consumable_resource(consumableResourceName="token", totalQuantity=1)
    fake.run_until_idle()
    assert started(fake) == [(100, "a"), (100, "b")]


@pytest.mark.source("user guide: deleted at any time, ignored when jobs end; the same when made again")
def test_a_deleted_resource_is_waited_for_until_it_is_made_again(fake, client):
    fake.batch.add_consumable_resource("token")
    submit(client, "a")
    submit(client, "b")
    fake.tick(30)
    client.delete_consumable_resource(consumableResource="token")
    fake.tick(70)
    assert started(fake) == [(5, "a")]
    client.create_consumable_resource(consumableResourceName="token", totalQuantity=1)
    fake.run_until_idle()
    assert started(fake) == [(5, "a"), (100, "b")]


@pytest.mark.source("user guide; that units in use aren't carried over is assumed")
def test_the_end_of_a_job_gives_nothing_to_the_resource_of_the_same_name(fake, client):
    fake.batch.add_consumable_resource("token", totalQuantity=3)
    submit(client, "a", ("token", 3))
    fake.tick(30)
    client.delete_consumable_resource(consumableResource="token")
    client.create_consumable_resource(consumableResourceName="token", totalQuantity=2)
    assert units(client) == (2, 0, 2)
    fake.run_until_idle()
    assert units(client) == (2, 0, 2)


@pytest.mark.source("design: the author's resources wake jobs as those of AWS do")
def test_what_the_author_adds_is_there_for_waiting_jobs(fake, client):
    submit(client, "a")
    fake.tick(10)
    fake.batch.add_consumable_resource("token")
    fake.tick(0)
    assert started(fake) == [(10, "a")]


# -- Copies of the world, and many jobs


@pytest.mark.source("api §2: snapshot, restore")
def test_a_snapshot_keeps_locks_and_lines(fake, client):
    fake.batch.add_consumable_resource("token")
    for name in "abc":
        submit(client, name)
    fake.tick(30)
    kept = fake.snapshot()
    for _ in range(2):
        assert units(client) == (1, 1, 0)
        fake.run_until_idle()
        assert started(fake) == [(5, "a"), (70, "b"), (135, "c")]
        assert units(client) == (1, 0, 1)
        fake.restore(kept)


@pytest.mark.source("design: what waits costs nothing")
def test_a_released_unit_is_not_offered_to_all_that_wait(fake, client):
    """Else an array of n children that share a unit would look at n² / 2 of them."""
    fake.batch.add_consumable_resource("token")
    asked = []
    fake.batch.when(matching=lambda job: asked.append(job.id) or False).hang()
    submit(client, "array", arrayProperties={"size": 50})
    fake.run_until_idle()
    assert len(started(fake)) == 50
    # Each is looked at when it becomes RUNNABLE, and all but the first again when their turn comes.
    assert len(asked) == 50 + 49
