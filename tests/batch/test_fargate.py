"""Fargate's table of sizes."""

from __future__ import annotations

import re
from html import unescape

import botocore.session
import pytest

from fakebatch.batch.errors import ClientException
from fakebatch.batch.fargate import SIZES, check_size


def sizes_of_the_model() -> dict[float, set[int]]:
    """The pairs that stand in the prose of ResourceRequirement."""
    model = botocore.session.get_session().get_service_model("batch")
    text = model.shape_for("ResourceRequirement").members["value"].documentation
    plain = " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())
    rows = re.findall(r"value = ([\d.]+) MEMORY = ((?:[\d, ]|or)+)", plain)
    return {float(vcpus): {int(mib) for mib in re.findall(r"\d+", memory)} for vcpus, memory in rows}


@pytest.mark.source("model")
def test_the_table_is_that_of_the_model():
    documented = sizes_of_the_model()
    assert len(documented) >= 7
    assert {vcpus: set(SIZES[vcpus]) for vcpus in documented} == documented


@pytest.mark.parametrize(("vcpus", "memory_mib"), [(v, m) for v, memory in SIZES.items() for m in memory])
@pytest.mark.source("reference §9.5")
def test_each_pair_of_the_table_is_taken(vcpus, memory_mib):
    check_size(vcpus, memory_mib, windows=vcpus >= 1)


@pytest.mark.source("recorded: cdk-preflight jd-runtime-platform-windows-vcpu-min, the size comes first")
def test_of_two_mistakes_the_size_is_told_first():
    with pytest.raises(ClientException) as caught:
        check_size(0.5, 512, windows=True)
    assert caught.value.message == "Fargate resource requirements (0.50 vCPU, 512 MiB) not valid."


@pytest.mark.parametrize(
    ("vcpus", "memory_mib", "text"),
    [
        (0.25, 4096, "Fargate resource requirements (0.25 vCPU, 4096 MiB) not valid."),
        (0.5, 2500, "Fargate resource requirements (0.50 vCPU, 2500 MiB) not valid."),
        (3, 8192, "Fargate resource requirements (3.00 vCPU, 8192 MiB) not valid."),
        (16, 16384, "Fargate resource requirements (16.00 vCPU, 16384 MiB) not valid."),
        (8, 17408, "Fargate resource requirements (8.00 vCPU, 17408 MiB) not valid."),
    ],
    ids=["over the most", "between two steps", "no such vCPUs", "under the least", "a step of 4 vCPUs"],
)
@pytest.mark.source("reference §9.4; two decimals: recorded, Netflix/metaflow#749")
def test_any_other_pair_is_refused(vcpus, memory_mib, text):
    with pytest.raises(ClientException) as caught:
        check_size(vcpus, memory_mib, windows=False)
    assert caught.value.message == text
