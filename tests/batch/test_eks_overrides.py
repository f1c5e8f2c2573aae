"""Definition, parameters and overrides merged: what the pod of a job is in the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import fakebatch

SIZE = {"limits": {"cpu": "1", "memory": "1024Mi"}}
OF_ECS = "Container overrides or node overrides should not be set for Batch on EKS jobs."


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start="2026-01-01T00:00:00.000123Z", seed=7) as world:
        world.batch.add_job_queue("q", jobQueueType="EKS")
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def container(**members: Any) -> dict[str, Any]:
    return {"image": "busybox", "resources": SIZE, **members}


def described(**members: Any) -> dict[str, Any]:
    return {**container(), "command": [], "args": [], "env": [], "volumeMounts": [], **members}


def variables(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def submit(client: Any, **members: Any) -> str:
    return str(client.submit_job(jobName="j", jobQueue="q", jobDefinition="d", **members)["jobId"])


def merged(
    fake: fakebatch.World, client: Any, pod: dict[str, Any], override: dict[str, Any] | None, **members: Any
) -> dict[str, Any]:
    """The pod of a job of a definition with this one."""
    fake.batch.add_job_definition("d", eksProperties={"podProperties": pod}, parameters={"n": "1"})
    if override is not None:
        members["eksPropertiesOverride"] = {"podProperties": override}
    [job] = client.describe_jobs(jobs=[submit(client, **members)])["jobs"]
    return dict(job["eksProperties"]["podProperties"])


def message_of(
    fake: fakebatch.World, client: Any, pod: dict[str, Any], override: dict[str, Any] | None, **members: Any
) -> str:
    with pytest.raises(ClientError) as caught:
        merged(fake, client, pod, override, **members)
    assert caught.value.response["Error"]["Code"] == "ClientException"
    assert client.list_jobs(jobQueue="q", jobStatus="SUBMITTED")["jobSummaryList"] == []
    return str(caught.value.response["Error"]["Message"])


@pytest.mark.source("model; variables by name as for containers on ECS: reference §8")
@pytest.mark.parametrize(
    ("own", "override", "expected"),
    [
        ({"command": ["a"]}, {"command": ["b", "c"]}, {"command": ["b", "c"]}),
        ({"args": ["a"]}, {"args": []}, {"args": []}),
        ({}, {"image": "mine:2"}, {"image": "mine:2"}),
        ({"command": ["a"], "args": ["b"]}, {"args": ["c"]}, {"command": ["a"], "args": ["c"]}),
        (
            {"env": variables(A="1", B="2")},
            {"env": variables(B="3", C="4")},
            {"env": variables(A="1", B="3", C="4")},
        ),
        ({"env": variables(A="1")}, {"env": []}, {"env": variables(A="1")}),
        (
            {"env": variables(A="1")},
            {"env": [{"name": "A"}, {"name": "B", "value": ""}]},
            {"env": [{"name": "A"}, {"name": "B", "value": ""}]},
        ),
    ],
    ids=["command", "args emptied", "image", "args only", "variables", "no variables", "empty variables"],
)
def test_an_override_of_the_only_container(fake, client, own, override, expected):
    pod = merged(fake, client, {"containers": [container(**own)]}, {"containers": [override]})
    assert pod == {"containers": [described(**own) | expected], "volumes": []}


@pytest.mark.source("assumed: resources are overridden one by one")
@pytest.mark.parametrize(
    ("own", "override", "expected"),
    [
        (SIZE, {"limits": {"memory": "8Mi"}}, {"limits": {"cpu": "1", "memory": "8Mi"}}),
        (SIZE, {"requests": {"cpu": "0.5"}}, {**SIZE, "requests": {"cpu": "0.5"}}),
        (
            {"requests": {"cpu": "1", "memory": "8Mi"}},
            {"requests": {"cpu": "2"}, "limits": {"cpu": "4"}},
            {"requests": {"cpu": "2", "memory": "8Mi"}, "limits": {"cpu": "4"}},
        ),
    ],
    ids=["a limit", "a request beside a limit", "both"],
)
def test_an_override_of_resources(fake, client, own, override, expected):
    pod = merged(
        fake,
        client,
        {"containers": [{"image": "busybox", "resources": own}]},
        {"containers": [{"resources": override}]},
    )
    assert pod["containers"][0]["resources"] == expected


@pytest.mark.source("model")
def test_containers_are_overridden_by_name(fake, client):
    own = {
        "initContainers": [container(name="first", command=["fetch"])],
        "containers": [container(name="main"), container(name="log")],
    }
    override = {
        "containers": [{"name": "log", "command": ["tail"]}, {"name": "main", "args": ["x"]}],
        "initContainers": [{"name": "first", "command": ["fetch", "more"]}],
    }
    assert merged(fake, client, own, override) == {
        "initContainers": [described(name="first", command=["fetch", "more"])],
        "containers": [described(name="main", args=["x"]), described(name="log", command=["tail"])],
        "volumes": [],
    }


@pytest.mark.source("assumed: a container without a name is called Default, as the model says of it")
@pytest.mark.parametrize("name", [{}, {"name": "Default"}], ids=["no name", "by its default"])
def test_the_container_without_a_name_among_others(fake, client, name):
    own = {"containers": [container(name="log"), container()]}
    pod = merged(fake, client, own, {"containers": [{**name, "args": ["x"]}]})
    assert pod["containers"] == [described(name="log"), described(args=["x"])]


@pytest.mark.source("assumed: an override without a name is for the only container, whatever it is called")
def test_an_override_without_a_name(fake, client):
    pod = merged(fake, client, {"containers": [container(name="main")]}, {"containers": [{"command": ["b"]}]})
    assert pod["containers"] == [described(name="main", command=["b"])]


@pytest.mark.source("assumed: labels and annotations are merged by key, a namespace is replaced")
def test_metadata_is_overridden(fake, client):
    own = {
        "containers": [container()],
        "metadata": {"labels": {"a": "1", "b": "2"}, "annotations": {"x": "1"}, "namespace": "own"},
    }
    override = {"metadata": {"labels": {"b": "3"}, "namespace": "other"}}
    assert merged(fake, client, own, override)["metadata"] == {
        "labels": {"a": "1", "b": "3"},
        "annotations": {"x": "1"},
        "namespace": "other",
    }


@pytest.mark.source("model")
def test_metadata_may_come_with_the_job(fake, client):
    override = {"metadata": {"annotations": {"x": "1"}}}
    assert merged(fake, client, {"containers": [container()]}, override) == {
        "containers": [described()],
        "volumes": [],
        "metadata": {"annotations": {"x": "1"}},
    }


@pytest.mark.source("assumed: placeholders are filled in in command and args, also of init containers")
def test_placeholders(fake, client):
    own = {
        "initContainers": [container(name="first", args=["Ref::n"])],
        "containers": [container(command=["run", "--n=Ref::n"], args=["Ref::m"], env=variables(N="Ref::n"))],
    }
    pod = merged(fake, client, own, None, parameters={"m": "2"})
    assert pod["initContainers"] == [described(name="first", args=["1"])]
    assert pod["containers"] == [described(command=["run", "--n=1"], args=["2"], env=variables(N="Ref::n"))]


@pytest.mark.source("reference §8; that it holds of args is assumed")
def test_a_placeholder_without_a_value(fake, client):
    text = message_of(fake, client, {"containers": [container(args=["Ref::m"])]}, None)
    assert text == "Unable to substitute value. No parameter found for reference m"


ONE = {"containers": [container(name="main")]}


@pytest.mark.parametrize(
    ("override", "text"),
    [
        pytest.param(
            {"containers": [{"name": "other"}]},
            "Container name other in the override does not match any container of the job definition.",
            id="unknown container",
            marks=pytest.mark.source("assumed: the text; the rule is the model's"),
        ),
        pytest.param(
            {"initContainers": [{"name": "main"}]},
            "Container name main in the override does not match any container of the job definition.",
            id="unknown init container",
            marks=pytest.mark.source("assumed: the text; the rule is the model's"),
        ),
        pytest.param(
            {"containers": [{"env": variables(AWS_BATCH_X="1")}]},
            "Environment variables cannot start with AWS_BATCH.",
            id="variable of Batch's",
            marks=pytest.mark.source("assumed: the text; the rule is the model's"),
        ),
        pytest.param(
            {"containers": [{"resources": {"limits": {"cpu": "0.3"}}}]},
            "Value 0.3 for type cpu in resources is not valid. Provide a valid number as input.",
            id="cpu",
            marks=pytest.mark.source("assumed: overrides are checked as definitions are"),
        ),
        pytest.param(
            {"containers": [{"resources": {"requests": {"memory": "8Mi"}}}]},
            "memory request must be equal to memory limit if both are provided.",
            id="memory beside its limit",
            marks=pytest.mark.source("assumed: the check comes after the merge"),
        ),
        pytest.param(
            {"metadata": {"namespace": "default"}},
            "kubernetesNamespace cannot be the default Kubernetes namespace.",
            id="namespace",
            marks=pytest.mark.source("assumed: overrides are checked as definitions are"),
        ),
    ],
)
def test_an_override_that_breaks_a_rule_is_refused(fake, client, override, text):
    assert message_of(fake, client, ONE, override) == text


@pytest.mark.parametrize(
    ("members", "text"),
    [
        pytest.param(
            {"containerOverrides": {}},
            OF_ECS,
            id="container",
            marks=pytest.mark.source("recorded: nextflow-io/nextflow#5817"),
        ),
        pytest.param(
            {"propagateTags": True},
            "Batch on EKS does not support tag propagation.",
            id="tags",
            marks=pytest.mark.source("assumed: refused as in a definition"),
        ),
    ],
)
def test_overrides_of_ecs_are_not_for_pods(fake, client, members, text):
    assert message_of(fake, client, ONE, None, **members) == text


@pytest.mark.source("assumed: the text; the rule is the model's")
def test_overrides_of_eks_are_not_for_containers_on_ecs(fake, client):
    fake.batch.add_job_queue("ecs", jobQueueType="ECS")
    fake.batch.add_job_definition("d")
    override = {"podProperties": {"containers": [{"command": ["b"]}]}}
    with pytest.raises(ClientError) as caught:
        client.submit_job(jobName="j", jobQueue="ecs", jobDefinition="d", eksPropertiesOverride=override)
    assert caught.value.response["Error"]["Message"] == (
        "eksPropertiesOverride should not be set for containerProperties jobs."
    )


@pytest.mark.source("assumed: the text is that of EC2 and FARGATE")
@pytest.mark.parametrize(
    ("queue_type", "definition", "capability"),
    [
        ("EKS", {}, "EC2"),
        ("EKS", {"platformCapabilities": ["FARGATE"]}, "FARGATE"),
        ("ECS", {"eksProperties": {}}, "EKS"),
        ("ECS_FARGATE", {"eksProperties": {}}, "EKS"),
    ],
)
def test_pods_are_for_queues_of_eks_and_nothing_else_is(fake, client, queue_type, definition, capability):
    fake.batch.add_job_queue("other", jobQueueType=queue_type)
    fake.batch.add_job_definition("d", **definition)
    with pytest.raises(ClientError) as caught:
        client.submit_job(jobName="j", jobQueue="other", jobDefinition="d")
    assert caught.value.response["Error"]["Message"] == (
        f"Job Queue is attached to Compute Environment that can not run Jobs with capability {capability}."
    )


@pytest.mark.source("assumed: the limit of 8192 characters is that of ECS")
def test_long_overrides_of_a_pod_fail_nothing(fake, client):
    fake.batch.add_job_definition("d", eksProperties={})
    override = {"podProperties": {"containers": [{"args": ["x" * 9000]}]}}
    fake.run_until(submit(client, eksPropertiesOverride=override), "SUCCEEDED")
