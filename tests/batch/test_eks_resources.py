"""What a pod reserves."""

from __future__ import annotations

from typing import Any

import pytest

from fakebatch.batch.eks_resources import needs_of_pod
from fakebatch.batch.state import Needs


def container(limits: dict[str, str], requests: dict[str, str] | None = None) -> dict[str, Any]:
    return {"image": "busybox", "resources": {"limits": limits, "requests": requests or {}}}


SMALL = container({"cpu": "0.25", "memory": "100Mi"})
LARGE = container({"cpu": "4", "memory": "2000Mi"})
GPU = container({"cpu": "1", "memory": "4Mi", "nvidia.com/gpu": "2"})


@pytest.mark.source('recorded: Kubernetes documentation, "Init Containers"; requests place a pod')
@pytest.mark.parametrize(
    ("containers", "before", "expected"),
    [
        ([SMALL], [], Needs(0.25, 100, 0)),
        ([SMALL, SMALL, GPU], [], Needs(1.5, 204, 2)),
        ([container({"cpu": "4", "memory": "8Mi"}, {"cpu": "0.5"})], [], Needs(0.5, 8, 0)),
        ([container({}, {"cpu": "2", "memory": "8Mi"})], [], Needs(2.0, 8, 0)),
        ([SMALL, SMALL], [LARGE, LARGE], Needs(4.0, 2000, 0)),
        ([LARGE], [SMALL], Needs(4.0, 2000, 0)),
        ([SMALL, LARGE], [GPU], Needs(4.25, 2100, 2)),
    ],
    ids=[
        "one",
        "the sum",
        "requests",
        "requests only",
        "the largest before",
        "smaller before",
        "each by itself",
    ],
)
def test_what_a_pod_needs(containers, before, expected):
    pod = {"containers": containers, **({"initContainers": before} if before else {})}
    assert needs_of_pod({"podProperties": pod}) == expected
