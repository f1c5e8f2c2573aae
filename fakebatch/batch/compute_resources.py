"""Checks and defaults of computeResources, at creation and after an update."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors import compute_environments as errors
from fakebatch.batch.launch_templates import BUNDLES, check_launch_template

if TYPE_CHECKING:
    from fakebatch.batch.state import Structure

INSTANCES = ("EC2", "SPOT")
FARGATE = ("FARGATE", "FARGATE_SPOT")
MANAGED_INSTANCES = "ECS_MANAGED_INSTANCES"

# Source: model, members that say so. desiredvCpus is named before minvCpus when both are there (GitHub);
# the rest of the order is assumed.
NOT_FOR_FARGATE = (
    "desiredvCpus",
    "minvCpus",
    "instanceTypes",
    "allocationStrategy",
    "instanceRole",
    "imageId",
    "ec2KeyPair",
    "tags",
    "placementGroup",
    "bidPercentage",
    "spotIamFleetRole",
    "launchTemplate",
    "ec2Configuration",
    "scalingPolicy",
)

# Source: reference §10.2, cdk-preflight.
_IMAGE_TYPES = {
    "ECS": frozenset({"ECS_AL2", "ECS_AL2_NVIDIA", "ECS_AL2023", "ECS_AL2023_NVIDIA"}),
    "EKS": frozenset({"EKS_AL2", "EKS_AL2_NVIDIA", "EKS_AL2023", "EKS_AL2023_NVIDIA"}),
}
_ENDED_IMAGE_TYPES = frozenset({"ECS_AL2", "ECS_AL2_NVIDIA", "EKS_AL2", "EKS_AL2_NVIDIA"})

# Graviton: a `g` behind the generation (c6g, im4gn, x2gd), and the a1 family.
_ARM_FAMILY = re.compile(r"[a-z]+\d+g[a-z]*|a1|default_arm64")
_KUBERNETES_VERSION = re.compile(r"1\.\d+")

ORDERED = ("BEST_FIT_PROGRESSIVE_ORDERED", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED")
# Strategies that one type has alone.
_KINDS = {
    "BEST_FIT_PROGRESSIVE_ORDERED": "EC2",
    "SPOT_CAPACITY_OPTIMIZED": "SPOT",
    "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED": "SPOT",
    "SPOT_PRICE_CAPACITY_OPTIMIZED": "SPOT",
}


def check_resources(resources: Structure, orchestration: str) -> None:
    """Hold the computeResources of a new environment against the service's rules.

    Args:
        resources: as requested, without defaults.
        orchestration: ECS or EKS.

    Raises:
        ClientException: the first rule that is broken; the order of the rules is assumed.
    """
    check_kind(resources, orchestration)
    if resources["type"] != MANAGED_INSTANCES:
        if not resources.get("subnets"):
            raise ClientException(errors.CE_SUBNETS_REQUIRED)
        # Security groups may come from the launch template.
        if not resources.get("securityGroupIds") and "launchTemplate" not in resources:
            raise ClientException(errors.CE_SECURITY_GROUPS_REQUIRED)
    check_values(resources, orchestration)


def check_kind(resources: Structure, orchestration: str) -> None:
    """Members that the type of the environment demands or rules out."""
    kind = resources["type"]
    if orchestration == "EKS" and kind not in INSTANCES:
        raise ClientException(errors.CE_EKS_TYPE)
    if kind in FARGATE:
        _refuse_instance_members(resources)
    if kind in INSTANCES:
        _require_instance_members(resources, orchestration)
    if kind == MANAGED_INSTANCES and "managedInstancesProvider" not in resources:
        raise ClientException(errors.CE_PROVIDER_REQUIRED)
    if kind != MANAGED_INSTANCES:
        for member in ("managedInstancesProvider", "capacityTags"):
            if member in resources:
                raise ClientException(errors.only_for_managed_instances(member))


def check_values(resources: Structure, orchestration: str) -> None:
    """Rules on the values, which hold after an update too."""
    kind = resources["type"]
    _check_vcpus(resources)
    if kind in FARGATE:
        _check_fargate_network(resources)
    if kind in INSTANCES:
        _check_strategy(resources)
        _check_instance_types(resources)
        _check_images(resources.get("ec2Configuration", []), orchestration)
        if "launchTemplate" in resources:
            check_launch_template(resources["launchTemplate"], resources["instanceTypes"])
        _check_scaling(resources.get("scalingPolicy", {}))


def with_defaults(resources: Structure, orchestration: str) -> Structure:
    """The resources as Describe shows them (reference §10.1), bidPercentage only for SPOT (assumed)."""
    filled = dict(resources)
    if filled["type"] not in INSTANCES:
        return filled
    filled.setdefault("desiredvCpus", filled["minvCpus"])
    filled.setdefault("allocationStrategy", "BEST_FIT")
    if not filled.get("ec2Configuration"):
        filled["ec2Configuration"] = [{"imageType": f"{orchestration}_AL2023"}]
    if filled["type"] == "SPOT":
        filled.setdefault("bidPercentage", 100)
    return filled


def _refuse_instance_members(resources: Structure) -> None:
    for member in NOT_FOR_FARGATE:
        if member in resources:
            raise ClientException(errors.not_applicable_for_fargate(member))


def _require_instance_members(resources: Structure, orchestration: str) -> None:
    if orchestration == "EKS" and "allocationStrategy" not in resources:
        raise ClientException(errors.CE_EKS_STRATEGY)
    if not resources.get("instanceRole"):
        raise ClientException(errors.CE_INSTANCE_ROLE)
    if "minvCpus" not in resources:
        raise ClientException(errors.CE_MIN_VCPUS_REQUIRED)
    if not resources.get("instanceTypes"):
        raise ClientException(errors.CE_INSTANCE_TYPES_REQUIRED)


def _check_vcpus(resources: Structure) -> None:
    least, most = resources.get("minvCpus", 0), resources["maxvCpus"]
    if least < 0:
        raise ClientException(errors.CE_MIN_VCPUS_NEGATIVE)
    if most < least:
        raise ClientException(errors.CE_MAX_BELOW_MIN)
    if not least <= resources.get("desiredvCpus", least) <= most:
        raise ClientException(errors.CE_DESIRED_RANGE)


def _check_fargate_network(resources: Structure) -> None:
    if len(resources.get("subnets", [])) > 16:
        raise ClientException(errors.CE_FARGATE_SUBNETS)
    if len(resources.get("securityGroupIds", [])) > 5:
        raise ClientException(errors.CE_FARGATE_SECURITY_GROUPS)


def _check_strategy(resources: Structure) -> None:
    kind: str = resources["type"]
    strategy: str = resources.get("allocationStrategy", "BEST_FIT")
    if not 0 <= resources.get("bidPercentage", 100) <= 100:
        raise ClientException(errors.CE_BID)
    if kind == "SPOT" and strategy == "BEST_FIT" and not resources.get("spotIamFleetRole"):
        raise ClientException(errors.CE_SPOT_FLEET_ROLE)
    required = _KINDS.get(strategy, kind)
    if kind != required:
        raise ClientException(errors.strategy_requires(strategy, required))
    if strategy in ORDERED and not BUNDLES.isdisjoint(resources["instanceTypes"]):
        raise ClientException(errors.no_bundles_with(strategy))


def _check_instance_types(resources: Structure) -> None:
    # `optimal` carries no architecture of its own. Source: cdk-preflight.
    families = [name.partition(".")[0] for name in resources["instanceTypes"] if name != "optimal"]
    arm = [family for family in families if _ARM_FAMILY.fullmatch(family)]
    if arm and len(arm) < len(families):
        raise ClientException(errors.CE_ARM_MIXED)


def _check_images(configurations: list[Structure], orchestration: str) -> None:
    if len(configurations) > 2:
        raise ClientException(errors.CE_IMAGES_MAX)
    for configuration in configurations:
        image_type = configuration["imageType"]
        if image_type not in _IMAGE_TYPES[orchestration]:
            raise ClientException(errors.CE_IMAGE_TYPE)
        if image_type in _ENDED_IMAGE_TYPES:
            raise ClientException(errors.CE_IMAGE_ENDED)
        # Which versions Batch supports at an instant is not known here; only the form is held to (assumed).
        version = configuration.get("imageKubernetesVersion")
        if version is not None and not _KUBERNETES_VERSION.fullmatch(version):
            raise ClientException(errors.CE_KUBERNETES_VERSION)


def _check_scaling(policy: Structure) -> None:
    # 0 unsets the delay. Source: reference §10.6.
    minutes = policy.get("minScaleDownDelayMinutes", 0)
    if minutes != 0 and not 20 <= minutes <= 10080:
        raise ClientException(errors.CE_SCALE_DOWN_DELAY)
