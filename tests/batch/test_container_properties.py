"""What Batch adds to a container, and the checks as SubmitJob uses them."""

from __future__ import annotations

import pytest

from fakebatch.batch.container_properties import check_container, complete_container
from fakebatch.batch.container_resources import requested
from fakebatch.batch.errors import ClientException

ROLE = "arn:aws:iam::123456789012:role/job"


@pytest.mark.source("reference §9.3")
def test_lists_that_were_left_out_are_there_and_empty():
    container = {"image": "busybox", "command": ["echo", "test"], "memory": 128, "vcpus": 1}
    assert complete_container(container, "EC2") == {
        "command": ["echo", "test"],
        "image": "busybox",
        "memory": 128,
        "vcpus": 1,
        "environment": [],
        "mountPoints": [],
        "resourceRequirements": [],
        "secrets": [],
        "ulimits": [],
        "volumes": [],
    }


@pytest.mark.source("reference §9.3")
def test_fargate_gets_its_platform_version():
    complete = complete_container({"image": "busybox"}, "FARGATE")
    assert complete["fargatePlatformConfiguration"] == {"platformVersion": "LATEST"}
    given = {"image": "busybox", "fargatePlatformConfiguration": {"platformVersion": "1.4.0"}}
    assert complete_container(given, "FARGATE")["fargatePlatformConfiguration"] == {
        "platformVersion": "1.4.0"
    }
    assert "fargatePlatformConfiguration" not in complete_container({"image": "busybox"}, "EC2")


@pytest.mark.source("reference §9.3")
def test_variables_without_a_value_are_dropped():
    environment = [{"name": "A", "value": "1"}, {"name": "B", "value": ""}, {"name": "C"}]
    complete = complete_container({"image": "busybox", "environment": environment}, "EC2")
    assert complete["environment"] == [{"name": "A", "value": "1"}]


@pytest.mark.source("recorded: what Terraform's provider overlooks when it compares with AWS's answer")
def test_nested_lists_that_were_left_out_are_there_and_empty():
    container = {
        "image": "busybox",
        "linuxParameters": {
            "initProcessEnabled": True,
            "devices": [{"hostPath": "/dev/fuse"}],
            "tmpfs": [{"containerPath": "/scratch", "size": 64}],
        },
        "logConfiguration": {"logDriver": "awslogs"},
    }
    complete = complete_container(container, "EC2")
    assert complete["linuxParameters"] == {
        "initProcessEnabled": True,
        "devices": [{"hostPath": "/dev/fuse", "permissions": []}],
        "tmpfs": [{"containerPath": "/scratch", "size": 64, "mountOptions": []}],
    }
    assert complete["logConfiguration"] == {"logDriver": "awslogs", "options": {}, "secretOptions": []}
    bare = complete_container({"image": "busybox", "linuxParameters": {}}, "EC2")
    assert bare["linuxParameters"] == {"devices": [], "tmpfs": []}


@pytest.mark.source("assumed: documented defaults of nested structures are not filled in")
def test_other_nested_structures_stay_as_they_were_given():
    nested = {
        "networkConfiguration": {},
        "runtimePlatform": {"cpuArchitecture": "ARM64"},
        "volumes": [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
    }
    complete = complete_container({"image": "busybox", **nested}, "FARGATE")
    assert {member: complete[member] for member in nested} == nested


@pytest.mark.parametrize("platform", ["EC2", "FARGATE"])
@pytest.mark.source("reference §8")
def test_a_completed_container_is_taken_again(platform):
    container = {
        "image": "busybox",
        "executionRoleArn": ROLE,
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
        "linuxParameters": {"initProcessEnabled": True},
        "logConfiguration": {"logDriver": "awslogs"},
    }
    complete = complete_container(container, platform)
    check_container(complete, platform)
    assert complete_container(complete, platform) == complete


@pytest.mark.source("reference §9.5")
def test_the_fargate_size_is_checked_again_once_overrides_are_merged():
    container = complete_container({"image": "busybox", "executionRoleArn": ROLE}, "FARGATE")
    container["resourceRequirements"] = [{"type": "VCPU", "value": "4"}, {"type": "MEMORY", "value": "2048"}]
    with pytest.raises(ClientException) as caught:
        check_container(container, "FARGATE")
    assert caught.value.message == "Fargate resource requirements (4.00 vCPU, 2048 MiB) not valid."


@pytest.mark.source("model")
def test_a_quantity_is_found_in_either_spelling():
    container = {"vcpus": 2, "resourceRequirements": [{"type": "MEMORY", "value": "512"}]}
    found = {kind: requested(container, kind) for kind in ("VCPU", "MEMORY", "GPU")}
    assert found == {"VCPU": "2", "MEMORY": "512", "GPU": None}
