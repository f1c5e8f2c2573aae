"""Definitions of several containers, filled up for an author who names only what the test is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock() as world:
        yield world


def registered(fake: fakebatch.World, **members: Any) -> dict[str, Any]:
    """The only task of a definition that is added with these members."""
    arn = fake.batch.add_job_definition("d", **members)
    [definition] = fake.client("batch").describe_job_definitions(jobDefinitions=[arn])["jobDefinitions"]
    [task] = definition["ecsProperties"]["taskProperties"]
    return dict(task)


def sizes(task: dict[str, Any]) -> list[tuple[str, str]]:
    """What each container asks for: vCPUs and memory."""
    asked = [
        {each["type"]: each["value"] for each in container["resourceRequirements"]}
        for container in task["containers"]
    ]
    return [(each["VCPU"], each["MEMORY"]) for each in asked]


@pytest.mark.source("api §4: defaults that AWS would accept; which they are is assumed")
def test_containers_are_filled_up(fake: fakebatch.World) -> None:
    given = [{}, {"name": "mine", "image": "alpine", "command": ["x"], "essential": False}]
    task = registered(fake, ecsProperties={"taskProperties": [{"containers": given}]})
    shown = [(each["name"], each["image"], each["command"], each["essential"]) for each in task["containers"]]
    assert shown == [("container-1", "busybox", ["true"], True), ("mine", "alpine", ["x"], False)]
    assert sizes(task) == [("1", "2048"), ("1", "2048")]


@pytest.mark.source("api §4: defaults that AWS would accept; which they are is assumed")
@pytest.mark.parametrize("properties", [{}, {"taskProperties": [{}]}], ids=["nothing", "a task"])
def test_a_task_has_a_container(fake: fakebatch.World, properties: dict[str, Any]) -> None:
    assert [each["name"] for each in registered(fake, ecsProperties=properties)["containers"]] == [
        "container-1"
    ]


@pytest.mark.needs("PlatformCapability=MANAGED_INSTANCES")
@pytest.mark.source(
    "api §4: defaults that AWS would accept; managed instances take nothing else: reference §9.4"
)
def test_managed_instances_get_a_task(fake: fakebatch.World) -> None:
    task = registered(fake, platformCapabilities=["MANAGED_INSTANCES"])
    assert [each["image"] for each in task["containers"]] == ["busybox"]


def ask(vcpus: str | None = None, memory: str | None = None) -> dict[str, Any]:
    wanted = {"VCPU": vcpus, "MEMORY": memory}
    return {
        "resourceRequirements": [
            {"type": kind, "value": value} for kind, value in wanted.items() if value is not None
        ]
    }


FITTED = {
    "one": ([{}], [("1", "2048")]),
    "two": ([{}, {}], [("0.75", "1536"), ("0.25", "512")]),
    "five": ([{}] * 5, [("1", "2048"), *[("0.25", "512")] * 4]),
    "beside a large one": ([ask("4", "8192"), {}, {}], [("4", "8192"), ("3.75", "7680"), ("0.25", "512")]),
    "beside much memory": ([{}, ask("0.25", "9000")], [("1.75", "1240"), ("0.25", "9000")]),
    "all say": ([ask("0.5", "1024"), ask("0.5", "1024")], [("0.5", "1024"), ("0.5", "1024")]),
    "half a word": ([ask("0.75"), ask(None, "1536")], [("0.75", "512"), ("0.25", "1536")]),
}


@pytest.mark.source("assumed: on Fargate the sum has to be in the table of reference §9.5")
@pytest.mark.parametrize(("containers", "expected"), FITTED.values(), ids=FITTED)
def test_sizes_on_fargate(
    fake: fakebatch.World, containers: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    task = registered(
        fake, platformCapabilities=["FARGATE"], ecsProperties={"taskProperties": [{"containers": containers}]}
    )
    assert sizes(task) == expected
    assert task["executionRoleArn"] == "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"


@pytest.mark.source("assumed: what nothing can fit is refused as AWS refuses it")
@pytest.mark.parametrize(
    ("size", "text"),
    [
        (ask("32", "249856"), "Fargate resource requirements (32.25 vCPU, 250368 MiB) not valid."),
        (
            ask("many", "1"),
            "Value many for type VCPU in resourceRequirement is not valid. Please provide a numeric value.",
        ),
    ],
    ids=["more than there is", "no number"],
)
def test_what_nothing_fits(fake: fakebatch.World, size: dict[str, Any], text: str) -> None:
    task = {"taskProperties": [{"containers": [size, {}]}]}
    with pytest.raises(fakebatch.UsageError) as caught:
        fake.batch.add_job_definition("d", platformCapabilities=["FARGATE"], ecsProperties=task)
    assert str(caught.value) == f"add_job_definition('d'): AWS would refuse this with {text!r}."
