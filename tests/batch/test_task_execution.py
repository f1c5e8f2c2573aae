"""Attempts of several containers, through time: rules about containers, bodies, and whatever ends them."""

from __future__ import annotations

import pickle
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import fakebatch

START = 1767225600
EXITED = "Essential container in task exited"
NOT_STARTED = "Task failed to start"
TIMED_OUT = "Job attempt duration exceeded timeout"
NO_IMAGE = "CannotPullContainerError: not there"
GIVEN_UP = (
    "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency [get] for "
    "target [main] as dependency did not exit successfully."
)


def task(*containers: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"ecsProperties": {"taskProperties": [{"containers": list(containers), **members}]}}


GET = {"name": "get", "essential": False}
MAIN = {"name": "main", "dependsOn": [{"containerName": "get", "condition": "SUCCESS"}]}
LOG = {"name": "log", "essential": False}


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    """`d` has an essential container between two others, `two` has two essential ones."""
    with fakebatch.mock(start="2026-01-01T00:00:00Z", seed=7) as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d", **task(GET, MAIN, LOG))
        world.batch.add_job_definition("two", **task({"name": "a"}, {"name": "b"}))
        yield world


Submit = Callable[..., Any]


@pytest.fixture
def submit(fake: fakebatch.World) -> Submit:
    batch = fake.client("batch")

    def submit(**members: Any) -> Any:
        request = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d", **members}
        return fake.batch.job(batch.submit_job(**request))

    return submit


@pytest.fixture
def run(fake: fakebatch.World, submit: Submit) -> Submit:
    """Submit a job and let everything happen."""

    def run(**members: Any) -> Any:
        view = submit(**members)
        fake.run_until_idle()
        return view

    return run


def story(view: Any) -> list[tuple[float, str, str | None]]:
    """What has become of it since it was placed, with the seconds since."""
    entries = [entry for entry in view.history if entry.status not in ("SUBMITTED", "PENDING")]
    first = next(entry.at for entry in entries if entry.status == "STARTING")
    return [
        ((each.at - first).total_seconds(), each.status, each.reason) for each in entries if each.at >= first
    ]


def left(view: Any) -> dict[str, Any]:
    """What its containers have left: exit code, and reason if there is one."""
    return {
        each.name: each.exit_code if each.reason is None else (each.exit_code, each.reason)
        for each in view.containers
    }


@pytest.mark.source("assumed: each container runs as long as one alone would; dependencies: reference §1.1")
def test_without_a_rule_every_container_succeeds(run: Submit) -> None:
    job = run()
    assert story(job) == [(0, "STARTING", None), (65, "RUNNING", None), (125, "SUCCEEDED", EXITED)]
    assert left(job) == {"get": 0, "main": 0, "log": 0}
    assert job.exit_code == 0


@pytest.mark.source("model: the end of an essential container stops the others; reference §1.6")
def test_a_rule_about_the_job_says_what_its_essential_containers_do(
    fake: fakebatch.World, run: Submit
) -> None:
    fake.batch.when(container="get").succeed(after=1)
    fake.batch.when(container="log").hang()
    fake.batch.when(job_name="j").fail(3, "why", after=7, status_reason="so")
    job = run()
    assert story(job) == [(0, "STARTING", None), (6, "RUNNING", None), (13, "FAILED", "so")]
    assert left(job) == {"get": 0, "main": (3, "why"), "log": 137}
    assert job.exit_code == 3
    both = run(jobDefinition="two")
    assert story(both) == [(0, "STARTING", None), (5, "RUNNING", None), (12, "FAILED", "so")]
    assert left(both) == {"a": (3, "why"), "b": (3, "why")}


@pytest.mark.source("model: the failure of a container that isn't essential doesn't matter")
def test_a_rule_about_a_container(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when(container="get").succeed(after=5)
    fake.batch.when(container="lo*").fail(9, "lost", after=1)
    job = run()
    assert story(job) == [(0, "STARTING", None), (10, "RUNNING", None), (70, "SUCCEEDED", EXITED)]
    assert left(job) == {"get": 0, "main": 0, "log": (9, "lost")}


@pytest.mark.source("amazon-ecs-agent pull request 3218; the attempt's statusReason is assumed")
def test_a_dependency_that_cannot_come_true(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when(container="get").fail(2, after=10)
    job = run()
    assert story(job) == [(0, "STARTING", None), (15, "FAILED", NOT_STARTED)]
    assert left(job) == {"get": 2, "main": (143, GIVEN_UP), "log": 137}


@pytest.mark.source("assumed: nothing ends the wait for a container that hangs, but for its startTimeout")
def test_a_dependency_that_hangs(fake: fakebatch.World, submit: Submit) -> None:
    fake.batch.when(container="get").hang()
    job = submit()
    text = (
        f"run_until({job.id!r}, None): nothing is left to happen that would make it SUCCEEDED or FAILED. "
        "Job j is STARTING."
    )
    with pytest.raises(fakebatch.UsageError, match=f"^{re.escape(text)}$"):
        fake.run_until(job)
    fake.client("batch").terminate_job(jobId=job.id, reason="enough")
    fake.run_until(job)
    assert left(job) == {"get": 137, "main": None, "log": 0}
    assert (job.status_reason, job.exit_code) == ("enough", None)


@pytest.mark.source("api §4: the rule added last wins")
def test_the_newest_rule_counts_for_an_essential_container(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when().fail(1, after=1)
    fake.batch.when(container="b").fail(2, after=2)
    assert left(run(jobDefinition="two")) == {"a": 1, "b": 137}
    fake.batch.when(container="a").fail(3, after=3)
    assert left(run(jobDefinition="two")) == {"a": 137, "b": 2}
    fake.batch.when(job_definition="two").fail(4, after=4)
    assert left(run(jobDefinition="two")) == {"a": 4, "b": 4}


@pytest.mark.source("api §4: chained verbs are successive attempts")
def test_a_container_has_its_attempts(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when(container="get").fail(1, after=0).succeed(after=0)
    fake.batch.when(container="main", attempt=2).fail(5)
    job = run(retryStrategy={"attempts": 3})
    codes = [
        [container.get("exitCode") for container in attempt["taskProperties"][0]["containers"]]
        for attempt in job.attempts
    ]
    assert codes == [[1, 143, 137], [0, 5, 0], [0, 0, 0]]
    assert [attempt["statusReason"] for attempt in job.attempts] == [NOT_STARTED, EXITED, EXITED]
    assert job.status == "SUCCEEDED"


@pytest.mark.source("assumed: evaluateOnExit looks at the container that has ended the task")
@pytest.mark.parametrize(
    ("entry", "attempts"),
    [
        ({"onExitCode": "7", "action": "EXIT"}, 1),
        ({"onReason": "out of luck", "action": "EXIT"}, 1),
        ({"onExitCode": "1", "action": "EXIT"}, 3),
        ({"onReason": "unlucky", "action": "EXIT"}, 3),
    ],
    ids=["its code", "its reason", "the code of another", "the reason of another"],
)
def test_which_container_evaluate_on_exit_is_about(
    fake: fakebatch.World, run: Submit, entry: dict[str, str], attempts: int
) -> None:
    fake.batch.when(container="get").succeed(after=0)
    fake.batch.when(container="log").fail(1, "unlucky", after=0)
    fake.batch.when(container="main").fail(7, "out of luck")
    job = run(retryStrategy={"attempts": 3, "evaluateOnExit": [entry]})
    assert len(job.attempts) == attempts


@pytest.mark.source("api §4: seconds in RUNNING; assumed for a job of several")
def test_the_host_is_terminated(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when(container="get").succeed(after=3)
    fake.batch.when(container="log").succeed(after=4)
    fake.batch.when(job_name="j").host_terminated(after=20).succeed(after=1)
    job = run(retryStrategy={"attempts": 2})
    host = job.attempts[0]["statusReason"]
    assert re.fullmatch(r"Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.", host)
    assert [at for at, *_ in story(job)] == [0, 8, 28, 32, 40, 41]
    containers = job.attempts[0]["taskProperties"][0]["containers"]
    assert [container.get("exitCode") for container in containers] == [0, None, 0]
    assert job.status == "SUCCEEDED"


@pytest.mark.source(
    "reference §1.4: an interrupted Fargate task leaves 137; an EC2 host takes the exit code along"
)
@pytest.mark.parametrize(
    ("platform", "queue_type", "code"), [("EC2", "ECS", None), ("FARGATE", "ECS_FARGATE", 137)]
)
def test_a_host_is_reclaimed_in_starting(
    fake: fakebatch.World, submit: Submit, platform: str, queue_type: str, code: int | None
) -> None:
    fake.batch.add_job_queue("there", jobQueueType=queue_type)
    fake.batch.add_job_definition("spot", platformCapabilities=[platform], **task(GET, MAIN))
    job = submit(jobQueue="there", jobDefinition="spot")
    fake.tick(20)
    assert (job.status, left(job)) == ("STARTING", {"get": None, "main": None})
    fake.batch.reclaim_spot(job)
    assert job.status == "FAILED"
    assert left(job) == {"get": code, "main": None}
    assert job.exit_code is None


@pytest.mark.source("reference §1.4; that every container that cannot be started says why is assumed")
def test_the_containers_cannot_be_started(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when().fail_to_start(NO_IMAGE, after=9, logs=["no"])
    job = run(jobDefinition="two")
    assert story(job) == [(0, "STARTING", None), (9, "FAILED", NOT_STARTED)]
    assert left(job) == {"a": (None, NO_IMAGE), "b": (None, NO_IMAGE)}
    assert [container.log for container in job.containers] == [["no"], ["no"]]


@pytest.mark.source("assumed: a container that isn't essential may be missing")
def test_another_container_cannot_be_started(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when(container="log").fail_to_start(NO_IMAGE)
    fake.batch.when(container="get").succeed(after=0)
    job = run()
    assert story(job) == [(0, "STARTING", None), (5, "RUNNING", None), (65, "SUCCEEDED", EXITED)]
    assert left(job) == {"get": 0, "main": 0, "log": (None, NO_IMAGE)}


@pytest.mark.source("api §4: stuck")
def test_a_job_of_several_can_be_stuck(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when().stuck("UNDETERMINED")
    job = run()
    text = "UNDETERMINED - Batch job is blocked, root cause is undetermined."
    assert (job.status, job.status_reason) == ("RUNNABLE", text)
    assert left(job) == {"get": None, "main": None, "log": None}
    fake.batch.when().succeed()
    fake.run_until_idle()
    assert job.status == "SUCCEEDED"


@pytest.mark.source("api §4: stuck and host_terminated are about jobs; assumed to be misuse for a container")
@pytest.mark.parametrize(
    ("verb", "text"),
    [
        (
            lambda rule: rule.host_terminated(),
            (
                "when(container=…).host_terminated() takes the host of all containers away: "
                "say it in a rule without container=."
            ),
        ),
        (
            lambda rule: rule.stuck("UNDETERMINED"),
            "when(container=…).stuck() keeps a job from being placed: say it in a rule without container=.",
        ),
    ],
    ids=["host_terminated", "stuck"],
)
def test_verbs_that_are_not_about_a_container(
    fake: fakebatch.World, verb: Callable[[Any], Any], text: str
) -> None:
    with pytest.raises(fakebatch.UsageError, match=f"^{re.escape(text)}$"):
        verb(fake.batch.when(container="main"))


@pytest.mark.source("api §4: rules about containers leave jobs of one container alone: assumed")
def test_a_rule_about_a_container_is_not_about_jobs_of_one(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.add_job_definition("plain")
    fake.batch.when(container="*").fail(1)
    assert run(jobDefinition="plain").status == "SUCCEEDED"


@pytest.mark.source("api §4: command and environment are the container's own")
def test_conditions_are_held_against_the_container(fake: fakebatch.World, run: Submit) -> None:
    definition = task(
        {"name": "a", "command": ["x"], "environment": [{"name": "WHO", "value": "a"}]},
        {"name": "b", "command": ["y"], "essential": False},
    )
    fake.batch.add_job_definition("mixed", **definition)
    fake.batch.when(container="*", command=["y"]).fail(2, after=1)
    fake.batch.when(container="*", environment={"WHO": "a"}).fail(3, after=2)
    assert left(run(jobDefinition="mixed")) == {"a": 3, "b": 2}
    fake.batch.when(command=["x"], environment={"WHO": "a"}).fail(4, after=3)
    fake.batch.when(command=["y"]).fail(5)
    assert left(run(jobDefinition="mixed")) == {"a": 4, "b": 2}


# -- bodies


@pytest.mark.source("api §4: a function that is the container; which one is assumed")
def test_a_body_is_the_first_essential_container(fake: fakebatch.World, run: Submit) -> None:
    seen = []

    @fake.batch.when().run
    def body(job: Any) -> int:
        seen.append((fake.now.timestamp() - START, job.status, job.command))
        print("at work")
        time.sleep(100)
        return 4

    definition = task(
        {"name": "log", "essential": False},
        {"name": "a", "command": ["a", "1"]},
        {"name": "b", "command": ["b"]},
    )
    fake.batch.add_job_definition("mixed", **definition)
    job = run(jobDefinition="mixed")
    assert seen == [(10, "RUNNING", ["a", "1"])]
    assert story(job) == [(0, "STARTING", None), (5, "RUNNING", None), (105, "FAILED", EXITED)]
    assert left(job) == {"log": 0, "a": 4, "b": 137}
    assert [(each.name, each.log) for each in job.containers] == [("log", []), ("a", ["at work"]), ("b", [])]
    assert job.log == ["at work"]


@pytest.mark.source("api §4: a function that is the container")
def test_bodies_run_when_their_containers_start(fake: fakebatch.World, run: Submit) -> None:
    seen = []

    def body(container: str, seconds: float, code: int) -> Callable[[Any], int]:
        def run(job: Any) -> int:
            seen.append((container, fake.now.timestamp() - START, job.status, job.environment["NAME"]))
            time.sleep(seconds)
            return code

        return run

    containers = [
        {**each, "environment": [{"name": "NAME", "value": each["name"]}]} for each in (GET, MAIN, LOG)
    ]
    fake.batch.add_job_definition("named", **task(*containers))
    fake.batch.when(container="get").run(body("get", 30, 0))
    fake.batch.when(container="main").run(body("main", 7, 6), after=9)
    fake.batch.when(container="log").run(body("log", 1, 1))
    job = run(jobDefinition="named")
    assert seen == [
        ("get", 10, "STARTING", "get"),
        ("log", 10, "STARTING", "log"),
        ("main", 40, "RUNNING", "main"),
    ]
    assert story(job) == [(0, "STARTING", None), (35, "RUNNING", None), (44, "FAILED", EXITED)]
    assert left(job) == {"get": 0, "main": 6, "log": 1}


@pytest.mark.source("assumed: a body may fail what others wait for")
def test_a_body_that_fails_gives_up_what_waits_for_it(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when(container="get").run(lambda job: 1 // 0, after=2)
    job = run()
    assert story(job) == [(0, "STARTING", None), (7, "FAILED", NOT_STARTED)]
    assert left(job) == {"get": 1, "main": (143, GIVEN_UP), "log": 137}
    assert job.containers[0].log[-1] == "ZeroDivisionError: integer division or modulo by zero"


@pytest.mark.source("assumed: a body may stop its own job")
def test_a_body_stops_its_own_job(fake: fakebatch.World, run: Submit) -> None:
    @fake.batch.when(container="get").run
    def body(job: Any) -> None:
        fake.client("batch").terminate_job(jobId=job.id, reason="changed my mind")
        print("done")

    job = run()
    assert story(job) == [(0, "STARTING", None), (5, "FAILED", "changed my mind")]
    assert left(job) == {"get": 137, "main": None, "log": 137}
    assert job.log == ["done"]


@pytest.mark.source("assumed: a body may end its own attempt by hand")
def test_a_body_finishes_its_own_attempt(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when().run(lambda job: job.finish(exit_code=8))
    job = run(jobDefinition="two")
    assert story(job) == [(0, "STARTING", None), (5, "RUNNING", None), (5, "FAILED", EXITED)]
    assert left(job) == {"a": 8, "b": 137}


@pytest.mark.source("assumed: lines are printed as the container starts")
def test_what_containers_print(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when(container="log").succeed(logs=["first"])
    fake.batch.when(container="get").succeed(after=3, logs=["get", "got"])
    fake.batch.when().succeed(logs=["main"])
    job = run()
    assert job.log == ["get", "got", "first", "main"]
    assert [each.log for each in job.containers] == [["get", "got"], ["main"], ["first"]]


# -- ends


@pytest.mark.source("reference §3: the timeout counts from RUNNING")
def test_a_timeout(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when(container="get").succeed(after=100)
    fake.batch.when(container="main").hang()
    job = run(timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 2})
    assert story(job) == [(0, "STARTING", None), (105, "RUNNING", None), (165, "FAILED", TIMED_OUT)]
    assert left(job) == {"get": 0, "main": 137, "log": 0}


@pytest.mark.source("reference §3; that an attempt which needs exactly its timeout makes it is assumed")
def test_an_attempt_that_needs_exactly_its_timeout(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when(container="get").run(lambda job: time.sleep(5))
    fake.batch.when(container="main").run(lambda job: time.sleep(60))
    job = run(timeout={"attemptDurationSeconds": 60})
    assert story(job) == [(0, "STARTING", None), (10, "RUNNING", None), (70, "SUCCEEDED", EXITED)]


@pytest.mark.source("assumed: while they are being stopped containers neither end nor start")
def test_containers_that_are_being_stopped() -> None:
    with fakebatch.mock(timing=fakebatch.Timing(stopping=30)) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d", **task(GET, MAIN, LOG))
        fake.batch.when(container="get").succeed(after=20)
        batch = fake.client("batch")
        job = fake.batch.job(batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d"))
        fake.tick(20)
        batch.terminate_job(jobId=job.id, reason="stop it")
        fake.tick(29)
        assert (job.status, left(job)) == ("STARTING", {"get": None, "main": None, "log": None})
        fake.tick(1)
        assert (job.status, left(job)) == ("FAILED", {"get": 137, "main": None, "log": 137})


@pytest.mark.source("assumed: the first essential container is the one that exits")
def test_ending_an_attempt_by_hand(fake: fakebatch.World, submit: Submit) -> None:
    job = submit()
    fake.run_until(job, "RUNNING")
    job.finish(exit_code=3, reason="by hand")
    assert left(job) == {"get": 0, "main": (3, "by hand"), "log": 0}
    assert (job.status, job.exit_code, job.status_reason) == ("FAILED", 3, EXITED)


@pytest.mark.source("reference §11: jobs end with their queue")
def test_the_queue_is_deleted(fake: fakebatch.World, submit: Submit) -> None:
    job = submit()
    fake.tick(20)
    fake.client("batch").update_job_queue(jobQueue="q", state="DISABLED")
    fake.client("batch").delete_job_queue(jobQueue="q")
    fake.run_until_idle()
    assert left(job) == {"get": 137, "main": None, "log": 137}


# -- what any other job can do


@pytest.mark.source("model: multi-container jobs can be arrays; reference §5")
def test_an_array(fake: fakebatch.World, run: Submit) -> None:
    fake.batch.when(container="get").succeed(after=0)
    fake.batch.when(container="main", array_index=1).fail(2)
    job = run(arrayProperties={"size": 3})
    children = [fake.batch.job(f"{job.id}:{index}") for index in range(3)]
    assert [left(child)["main"] for child in children] == [0, 2, 0]
    assert left(job) == {"get": None, "main": None, "log": None}
    assert (job.status, job.status_reason) == ("FAILED", "Array Child Job failed")


@pytest.mark.source("api §3: everything at the first look")
def test_in_no_time() -> None:
    with fakebatch.mock(timing=fakebatch.Timing.instant()) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d", **task(GET, MAIN, LOG))
        job = fake.batch.job(fake.client("batch").submit_job(jobName="j", jobQueue="q", jobDefinition="d"))
        fake.tick(0)
        assert [entry.status for entry in job.history][-3:] == ["STARTING", "RUNNING", "SUCCEEDED"]
        assert left(job) == {"get": 0, "main": 0, "log": 0}


@pytest.mark.source("api §2: snapshots keep the whole state")
def test_a_snapshot_in_between(fake: fakebatch.World, submit: Submit) -> None:
    fake.batch.when(container="get").succeed(after=20)
    job = submit()
    fake.tick(20)
    snapshot = fake.snapshot()
    assert pickle.loads(pickle.dumps(snapshot)) is not None
    fake.run_until(job)
    first = (story(job), left(job))
    fake.restore(snapshot)
    assert (job.status, left(job)) == ("STARTING", {"get": None, "main": None, "log": None})
    fake.run_until(job)
    assert (story(job), left(job)) == first


@pytest.mark.source("assumed: a rule's mistake leaves the job where it was")
@pytest.mark.needs("DescribeConsumableResource")
def test_a_rule_that_raises_leaves_the_job_runnable(fake: fakebatch.World, submit: Submit) -> None:
    fake.batch.add_consumable_resource("token")
    fake.batch.when(container="main", matching=lambda job: 1 // 0).succeed()
    needed = {"consumableResourceList": [{"consumableResource": "token", "quantity": 1}]}
    job = submit(consumableResourcePropertiesOverride=needed)
    with pytest.raises(ZeroDivisionError):
        fake.tick(10)
    assert (job.status, job.attempts) == ("RUNNABLE", [])
    token = fake.client("batch").describe_consumable_resource(consumableResource="token")
    assert token["inUseQuantity"] == 0
