"""What types of instances have room for, and what the entries of instanceTypes stand for."""

from __future__ import annotations

from typing import Any

import pytest

import fakebatch
from fakebatch import UsageError
from fakebatch.batch.instance_types import InstanceType, expand, types_of

GIB = 1024


def names(entries: list[str], added: dict[str, InstanceType] | None = None) -> list[list[str]]:
    return [[each.name for each in entry] for entry in expand(entries, added or {})]


@pytest.mark.source("Amazon EC2 User Guide, instance types")
@pytest.mark.parametrize(
    ("name", "vcpus", "memory_mib", "gpus"),
    [
        ("m5.large", 2, 8 * GIB, 0),
        ("m5.24xlarge", 96, 384 * GIB, 0),
        ("m4.10xlarge", 40, 160 * GIB, 0),
        ("m3.medium", 1, 3840, 0),
        ("c4.large", 2, 3840, 0),
        ("c4.8xlarge", 36, 60 * GIB, 0),
        ("c5.18xlarge", 72, 144 * GIB, 0),
        ("c5n.9xlarge", 36, 96 * GIB, 0),
        ("c5.metal", 96, 192 * GIB, 0),
        ("c6i.32xlarge", 128, 256 * GIB, 0),
        ("c7g.medium", 1, 2 * GIB, 0),
        ("m7i.metal-24xl", 96, 384 * GIB, 0),
        ("r4.large", 2, 15616, 0),
        ("r6a.48xlarge", 192, 1536 * GIB, 0),
        ("i3.16xlarge", 64, 488 * GIB, 0),
        ("x1e.32xlarge", 128, 3904 * GIB, 0),
        ("p2.16xlarge", 64, 732 * GIB, 16),
        ("p3.2xlarge", 8, 61 * GIB, 1),
        ("p3.16xlarge", 64, 488 * GIB, 8),
        ("p4d.24xlarge", 96, 1152 * GIB, 8),
        ("p5.48xlarge", 192, 2048 * GIB, 8),
        ("g4dn.12xlarge", 48, 192 * GIB, 4),
        ("g5.16xlarge", 64, 256 * GIB, 1),
        ("g6.48xlarge", 192, 768 * GIB, 8),
        ("g3s.xlarge", 4, 31232, 1),
        ("hpc7a.12xlarge", 24, 768 * GIB, 0),
    ],
)
def test_the_room_of_a_type(name, vcpus, memory_mib, gpus):
    assert expand([name], {}) == [(InstanceType(name, vcpus, memory_mib, gpus),)]


@pytest.mark.source("user guide: a family is its sizes; metal is not among them")
def test_a_family_is_its_sizes():
    assert names(["c4"]) == [["c4.large", "c4.xlarge", "c4.2xlarge", "c4.4xlarge", "c4.8xlarge"]]
    assert not [name for name in names(["c5"])[0] if "metal" in name]


@pytest.mark.source("model, ComputeResource.allocationStrategy: an explicit type is left out of its family")
def test_a_type_that_is_listed_is_left_out_of_its_family():
    assert names(["m3.large", "m3"]) == [["m3.large"], ["m3.medium", "m3.xlarge", "m3.2xlarge"]]


@pytest.mark.source("model, ComputeResource.instanceTypes")
@pytest.mark.parametrize(
    ("bundle", "families"),
    [
        ("optimal", ["c6i", "m6i", "r6i", "c7i"]),
        ("default_x86_64", ["c6i", "m6i", "r6i", "c7i"]),
        ("default_arm64", ["c6g", "m6g", "r6g", "c7g"]),
    ],
)
def test_bundles(bundle, families):
    assert names([bundle]) == [[each.name for family in families for each in types_of(family)]]


@pytest.mark.source("design: what isn't known is told, with what is near and what to do")
@pytest.mark.parametrize(
    ("name", "hint", "example"),
    [
        ("m5.lrge", " Did you mean m5.large or m5.xlarge or m5.8xlarge?", "m5.lrge"),
        ("x9.large", "", "x9.large"),
        ("m5x", " Did you mean m5 or m5n or m5d?", "m5x.large"),
        ("optima", " Did you mean optimal?", "optima.large"),
    ],
)
def test_an_unknown_type(name, hint, example):
    with pytest.raises(UsageError) as caught:
        expand([name], {})
    assert str(caught.value) == (
        f"fakebatch doesn't know the instance type '{name}', and so not what has room on it.{hint} If there "
        f"is one, add it first: fake.batch.add_instance_type('{example}', vcpus=2, memory_mib=4096)."
    )


@pytest.mark.source(
    "GitHub: AWS refuses an unknown type at CreateComputeEnvironment; design: nothing is lost"
)
def test_an_unknown_type_is_refused_when_the_environment_is_made_or_updated():
    with fakebatch.mock() as fake:
        client: Any = fake.client("batch")
        with pytest.raises(UsageError, match=r"x9\.large"):
            fake.batch.add_compute_environment("ce", computeResources={"instanceTypes": ["x9.large"]})
        assert client.describe_compute_environments()["computeEnvironments"] == []
        fake.batch.add_compute_environment("ce", computeResources={"instanceTypes": ["m5"]})
        before = client.describe_compute_environments()["computeEnvironments"]
        with pytest.raises(UsageError, match=r"x9\.large"):
            client.update_compute_environment(
                computeEnvironment="ce", computeResources={"instanceTypes": ["x9.large"]}
            )
        assert client.describe_compute_environments()["computeEnvironments"] == before
        fake.batch.add_instance_type("x9.large", vcpus=2, memory_mib=4096)
        client.update_compute_environment(
            computeEnvironment="ce", computeResources={"instanceTypes": ["x9.large"]}
        )


@pytest.mark.source("design: an added type is of its family, and goes before the table")
def test_added_types():
    big, own = InstanceType("m3.mega", 2, 4, 6), InstanceType("m3.large", 1, 1, 1)
    added = {"m3.mega": big, "m3.large": own}
    assert expand(["m3.large"], added) == [(own,)]
    assert names(["m3"], added) == [["m3.medium", "m3.xlarge", "m3.2xlarge", "m3.mega", "m3.large"]]


@pytest.mark.source("assumed: misuse")
@pytest.mark.parametrize(
    ("name", "members", "text"),
    [
        ("x9", {}, "add_instance_type('x9'): give a family and a size, such as 'm5.large'."),
        ("x9.l", {"vcpus": 0}, "add_instance_type('x9.l'): vcpus=0 is no whole number from 1 on."),
        (
            "x9.l",
            {"memory_mib": 1.5},
            "add_instance_type('x9.l'): memory_mib=1.5 is no whole number from 1 on.",
        ),
        ("x9.l", {"gpus": True}, "add_instance_type('x9.l'): gpus=True is no whole number from 0 on."),
    ],
)
def test_amounts_that_are_none(name, members, text):
    with fakebatch.mock() as fake, pytest.raises(UsageError) as caught:
        fake.batch.add_instance_type(name, **{"vcpus": 1, "memory_mib": 1, **members})
    assert str(caught.value) == text
