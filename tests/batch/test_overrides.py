"""Definition, parameters and overrides merged: what the container of a job is in the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import fakebatch
from fakebatch.batch.container_resources import needs_of
from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors.job_definitions import ENVIRONMENT_RESERVED
from fakebatch.batch.overrides import substitute
from fakebatch.batch.state import Needs


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start="2026-01-01T00:00:00.000123Z", seed=7) as world:
        world.batch.add_job_queue("q")
        yield world


def merged(fake: fakebatch.World, client: Any, properties: dict[str, Any], **members: Any) -> dict[str, Any]:
    """The container of a job of a definition with these properties."""
    fake.batch.add_job_definition("d", containerProperties=properties, parameters={"size": "small", "n": "1"})
    job_id = client.submit_job(jobName="j", jobQueue="q", jobDefinition="d", **members)["jobId"]
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    return dict(job["container"])


def message_of(fake: fakebatch.World, client: Any, properties: dict[str, Any], **members: Any) -> str:
    with pytest.raises(ClientError) as caught:
        merged(fake, client, properties, **members)
    assert caught.value.response["Error"]["Code"] == "ClientException"
    assert client.list_jobs(jobQueue="q", jobStatus="SUBMITTED")["jobSummaryList"] == []
    return str(caught.value.response["Error"]["Message"])


def pairs(environment: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(variable["name"], variable["value"]) for variable in environment]


def variables(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def needs(**values: str) -> list[dict[str, str]]:
    return [{"type": kind, "value": value} for kind, value in values.items()]


# -- Command and parameters


@pytest.mark.source("reference §8")
@pytest.mark.parametrize(
    ("own", "overrides", "expected"),
    [
        (["a", "b"], {}, ["a", "b"]),
        (["a", "b"], {"command": ["c"]}, ["c"]),
        (["a", "b"], {"command": []}, []),
        (["a", "b"], {"environment": []}, ["a", "b"]),
        ([], {"command": ["c", "d"]}, ["c", "d"]),
    ],
    ids=["kept", "replaced", "emptied (assumed)", "other override", "added"],
)
def test_a_command_replaces_the_definition_s_whole(fake, client, own, overrides, expected):
    assert merged(fake, client, {"command": own}, containerOverrides=overrides)["command"] == expected


@pytest.mark.source("reference §8; inside a longer argument assumed")
@pytest.mark.parametrize(
    ("command", "parameters", "expected"),
    [
        (["run", "Ref::size"], {}, ["run", "small"]),
        (["run", "Ref::size"], {"size": "large"}, ["run", "large"]),
        (["run", "Ref::extra"], {"extra": "new"}, ["run", "new"]),
        (["Ref::n", "Ref::n", "Ref::size"], {}, ["1", "1", "small"]),
        (["--size=Ref::size", "Ref::n/Ref::size"], {}, ["--size=small", "1/small"]),
        (["ref::size", "Ref:size", "Ref::"], {}, ["ref::size", "Ref:size", "Ref::"]),
        (["Ref::size"], {"size": "Ref::n"}, ["Ref::n"]),
        (["Ref::size"], {"size": r"\1\g<0>"}, [r"\1\g<0>"]),
        (["Ref::size"], {"size": ""}, [""]),
    ],
    ids=[
        "default",
        "request",
        "added",
        "several",
        "embedded",
        "no reference",
        "once",
        "backslashes",
        "empty",
    ],
)
def test_parameters_fill_in_the_command(fake, client, command, parameters, expected):
    assert merged(fake, client, {"command": command}, parameters=parameters)["command"] == expected


@pytest.mark.source("reference §8")
def test_parameters_fill_in_an_overriding_command_too(fake, client):
    container = merged(
        fake, client, {"command": ["Ref::missing"]}, containerOverrides={"command": ["echo", "Ref::n"]}
    )
    assert container["command"] == ["echo", "1"]


@pytest.mark.source("reference §8")
@pytest.mark.parametrize("overridden", [False, True], ids=["definition", "override"])
def test_a_reference_without_a_value_is_refused(fake, client, overridden):
    command = ["run", "Ref::size", "Ref::nowhere"]
    overrides = {"containerOverrides": {"command": command}} if overridden else {}
    properties = {} if overridden else {"command": command}
    assert message_of(fake, client, properties, **overrides) == (
        "Unable to substitute value. No parameter found for reference nowhere"
    )


@pytest.mark.source("reference §8")
def test_the_definition_stays_as_it_was(fake, client):
    merged(
        fake,
        client,
        {"command": ["Ref::size"], "environment": variables(A="1")},
        parameters={"size": "large"},
        containerOverrides={"environment": variables(A="2"), "resourceRequirements": needs(VCPU="2")},
    )
    [definition] = client.describe_job_definitions(jobDefinitionName="d")["jobDefinitions"]
    properties = definition["containerProperties"]
    assert properties["command"] == ["Ref::size"]
    assert properties["environment"] == variables(A="1")
    assert properties["resourceRequirements"] == needs(VCPU="1", MEMORY="2048")
    assert definition["parameters"] == {"size": "small", "n": "1"}


# -- Environment


@pytest.mark.source("reference §8; their order, and that an empty value takes a variable away, is assumed")
@pytest.mark.parametrize(
    ("own", "given", "expected"),
    [
        (variables(A="1", B="2"), [], [("A", "1"), ("B", "2")]),
        (variables(A="1", B="2"), variables(A="9"), [("A", "9"), ("B", "2")]),
        (variables(A="1"), variables(C="3", B="2"), [("A", "1"), ("C", "3"), ("B", "2")]),
        (variables(A="1"), variables(a="2"), [("A", "1"), ("a", "2")]),
        (variables(A="1", B="2"), variables(A=""), [("B", "2")]),
        ([], variables(A="1"), [("A", "1")]),
    ],
    ids=["none", "replaced", "added", "case", "emptied", "first"],
)
def test_variables_are_merged_by_name(fake, client, own, given, expected):
    container = merged(fake, client, {"environment": own}, containerOverrides={"environment": given})
    assert pairs(container["environment"]) == expected


@pytest.mark.source("reference §8, §9.4; the text of the reserved prefix is assumed")
@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ({"name": "AWS_BATCH_JOB_ID", "value": "x"}, ENVIRONMENT_RESERVED),
        ({"name": "AWS_BATCHED", "value": ""}, ENVIRONMENT_RESERVED),
        ({"value": "x"}, "Environment variable name is required."),
        ({"name": "", "value": "x"}, "Environment variable name is required."),
    ],
    ids=["reserved", "reserved and empty", "no name", "empty name"],
)
def test_variables_that_are_refused(fake, client, variable, expected):
    assert message_of(fake, client, {}, containerOverrides={"environment": [variable]}) == expected


# -- Resources


@pytest.mark.source("reference §8; user guide, 'Can't override job definition resource requirements'")
@pytest.mark.parametrize(
    ("own", "given", "expected"),
    [
        ({}, {"resourceRequirements": needs(VCPU="4")}, (None, None, needs(VCPU="4", MEMORY="2048"))),
        ({}, {"resourceRequirements": needs(GPU="1")}, (None, None, needs(VCPU="1", MEMORY="2048", GPU="1"))),
        ({}, {"vcpus": 4, "memory": 9000}, (None, None, needs(VCPU="1", MEMORY="2048"))),
        ({"vcpus": 1, "memory": 512}, {"vcpus": 4, "memory": 9000}, (4, 9000, [])),
        ({"vcpus": 1, "memory": 512}, {"memory": 9000}, (1, 9000, [])),
        (
            {"vcpus": 1, "memory": 512},
            {"resourceRequirements": needs(VCPU="4")},
            (None, 512, needs(VCPU="4")),
        ),
        (
            {"vcpus": 1, "memory": 512},
            {"vcpus": 2, "resourceRequirements": needs(VCPU="4", MEMORY="1024")},
            (None, None, needs(VCPU="4", MEMORY="1024")),
        ),
        ({"memory": 512}, {"vcpus": 8, "memory": 1024}, (None, 1024, needs(VCPU="1"))),
    ],
    ids=[
        "by type",
        "new type",
        "legacy against requirements",
        "legacy against legacy",
        "one legacy",
        "requirement against legacy (assumed)",
        "both (assumed)",
        "mixed definition",
    ],
)
def test_sizes_are_merged_by_type(fake, client, own, given, expected):
    container = merged(fake, client, own, containerOverrides=given)
    assert (container.get("vcpus"), container.get("memory"), container["resourceRequirements"]) == expected


@pytest.mark.source("reference §9.4; that it holds for what is merged is inferred there")
@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"resourceRequirements": needs(VCPU="0.5")}, "vCPU must be at least 1, got 0.5."),
        ({"resourceRequirements": needs(MEMORY="3")}, "Memory must be at least 4 Mib, got 3 Mib."),
        (
            {"resourceRequirements": needs(GPU="half")},
            "Value half for type GPU in resourceRequirement is not valid. Please provide a numeric value.",
        ),
        (
            {"resourceRequirements": [*needs(VCPU="2"), *needs(VCPU="4")]},
            "Cannot provide duplicates in resourceRequirements.",
        ),
    ],
    ids=["vcpus", "memory", "gpu", "twice"],
)
def test_sizes_that_are_refused_on_ec2(fake, client, overrides, expected):
    assert message_of(fake, client, {}, containerOverrides=overrides) == expected


@pytest.mark.source("reference §9.4, §9.5; that the size is checked after merging is inferred there")
@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (needs(VCPU="4"), "Fargate resource requirements (4.00 vCPU, 2048 MiB) not valid."),
        (needs(MEMORY="1000"), "Fargate resource requirements (1.00 vCPU, 1000 MiB) not valid."),
        (needs(GPU="1"), "GPU is not applicable for Fargate."),
    ],
    ids=["vcpus", "memory", "gpu"],
)
def test_sizes_that_are_refused_on_fargate(overrides, expected):
    with fakebatch.mock() as fake:
        fake.batch.add_job_queue("q", jobQueueType="ECS_FARGATE")
        fake.batch.add_job_definition("f", platformCapabilities=["FARGATE"])
        client = fake.client("batch")
        with pytest.raises(ClientError) as caught:
            client.submit_job(
                jobName="j",
                jobQueue="q",
                jobDefinition="f",
                containerOverrides={"resourceRequirements": overrides},
            )
        assert caught.value.response["Error"]["Message"] == expected
        both = needs(VCPU="4", MEMORY="8192")
        client.submit_job(
            jobName="j", jobQueue="q", jobDefinition="f", containerOverrides={"resourceRequirements": both}
        )


@pytest.mark.source(
    "model: ContainerDetail.instanceType; that it is taken from a single-node override is assumed"
)
def test_an_instance_type_is_shown(fake, client):
    assert merged(fake, client, {}, containerOverrides={"instanceType": "p4d.24xlarge"})["instanceType"] == (
        "p4d.24xlarge"
    )


# -- Pure parts


@pytest.mark.source("reference §8")
def test_substitution_leaves_its_argument_alone():
    command = ["Ref::a", "b"]
    assert substitute(command, {"a": "1"}) == ["1", "b"]
    assert command == ["Ref::a", "b"]
    with pytest.raises(ClientException) as caught:
        substitute(command, {})
    assert caught.value.message == "Unable to substitute value. No parameter found for reference a"


@pytest.mark.source("reference §8")
@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({"resourceRequirements": needs(MEMORY="512", VCPU="0.25")}, Needs(0.25, 512, 0)),
        ({"resourceRequirements": needs(MEMORY="1024", GPU="2"), "vcpus": 3}, Needs(3.0, 1024, 2)),
    ],
    ids=["requirements", "legacy"],
)
def test_what_a_container_reserves(container, expected):
    assert needs_of(container) == expected
