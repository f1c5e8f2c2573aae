"""What UpdateComputeEnvironment may change of computeResources, and what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch.compute_resources import (
    FARGATE,
    INSTANCES,
    MANAGED_INSTANCES,
    NOT_FOR_FARGATE,
    check_kind,
    check_values,
    with_defaults,
)
from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors import compute_environments as errors

if TYPE_CHECKING:
    from fakebatch.batch.state import ComputeEnvironment, Structure

# Changing one of these replaces instances. Source: reference §10.4.
_INFRASTRUCTURE = (
    "allocationStrategy",
    "bidPercentage",
    "ec2Configuration",
    "ec2KeyPair",
    "imageId",
    "instanceRole",
    "instanceTypes",
    "launchTemplate",
    "placementGroup",
    "securityGroupIds",
    "subnets",
    "tags",
    "type",
)
_FARGATE_NETWORK = ("securityGroupIds", "subnets")

# An empty value takes these away. Source: model; for placementGroup assumed.
_REMOVABLE = ("ec2Configuration", "ec2KeyPair", "imageId", "placementGroup", "securityGroupIds", "subnets")

_UPDATE_IMAGE = "updateToLatestImageVersion"


def updated_resources(
    environment: ComputeEnvironment, update: Structure, *, service_linked: bool
) -> Structure:
    """The resources of a managed environment after an update; the environment is left as it is.

    Args:
        environment: one with computeResources.
        update: computeResources of the request.
        service_linked: the environment has the service-linked role.

    Raises:
        ClientException: reference §10.4 rules it out, or what comes out breaks a rule of creation.
    """
    current = environment.capacity.describe(environment.compute_resources or {})
    update = dict(update)
    if current["type"] in FARGATE:
        _prepare_fargate(update)
    _check_type(current["type"], {**current, **update}["type"])
    # Source: reference §10.4.
    if "desiredvCpus" in update and update["desiredvCpus"] < current.get("desiredvCpus", 0):
        raise ClientException(errors.CE_DESIRED_LOWERED)
    merged = _merge(current, update)
    _check_infrastructure(current, merged, update, service_linked=service_linked)
    check_kind(merged, environment.orchestration)
    _fit_desired(merged, update)
    check_values(merged, environment.orchestration)
    return with_defaults(merged, environment.orchestration)


def replaces_instances(before: Structure, after: Structure, update: Structure) -> bool:
    """Whether an update takes new instances; other ones only scale, and so does every one of Fargate.

    Source: user guide, "Perform infrastructure updates" and the overview of the strategies (reference §10.4).

    Args:
        before: computeResources of the environment.
        after: what has become of them, defaults filled in.
        update: computeResources of the request.
    """
    if before["type"] in FARGATE:
        return False
    changed = any(after.get(member) != before.get(member) for member in _INFRASTRUCTURE)
    return changed or bool(update.get(_UPDATE_IMAGE))


def _prepare_fargate(update: Structure) -> None:
    for member in NOT_FOR_FARGATE:
        if member in update:
            raise ClientException(errors.not_applicable_for_fargate(member))
    # Empty lists change nothing here, on EC2 they remove. Source: reference §10.4.
    for member in _FARGATE_NETWORK:
        if not update.get(member, True):
            del update[member]


def _check_type(current: str, wanted: str) -> None:
    if current != wanted and MANAGED_INSTANCES in (current, wanted):
        raise ClientException(errors.CE_MANAGED_INSTANCES_TYPE)


def _merge(current: Structure, update: Structure) -> Structure:
    merged = {**current, **update}
    merged.pop(_UPDATE_IMAGE, None)
    for member in _REMOVABLE:
        if member in update and not update[member]:
            del merged[member]
    if "launchTemplate" in update and _is_empty_template(update["launchTemplate"]):
        del merged["launchTemplate"]
    if "managedInstancesProvider" in update:
        merged["managedInstancesProvider"] = _merge_provider(current, update["managedInstancesProvider"])
    return merged


def _is_empty_template(template: Structure) -> bool:
    names = [template[name] for name in ("launchTemplateId", "launchTemplateName") if name in template]
    return bool(names) and not any(names) and not template.get("overrides")


def _merge_provider(current: Structure, update: Structure) -> Structure:
    provider: Structure = current.get("managedInstancesProvider", {})
    merged = {**provider, **update}
    if "instanceLaunchTemplate" in update:
        before = provider.get("instanceLaunchTemplate", {})
        merged["instanceLaunchTemplate"] = {**before, **update["instanceLaunchTemplate"]}
    return merged


def _check_infrastructure(
    current: Structure, merged: Structure, update: Structure, *, service_linked: bool
) -> None:
    changed = [member for member in _INFRASTRUCTURE if merged.get(member) != current.get(member)]
    if update.get(_UPDATE_IMAGE):
        changed.append(_UPDATE_IMAGE)
    if current["type"] in FARGATE:
        fixed = [member for member in changed if member not in _FARGATE_NETWORK]
        changed = fixed if service_linked else changed
        if changed:
            raise ClientException(errors.infrastructure_update_refused(changed))
    if changed and not service_linked:
        raise ClientException(errors.infrastructure_update_refused(changed))
    if changed and current.get("allocationStrategy") == "BEST_FIT":
        raise ClientException(errors.CE_BEST_FIT_UPDATE)


def _fit_desired(merged: Structure, update: Structure) -> None:
    # Batch moves desiredvCpus between the bounds by itself; that it does so at once is assumed.
    if "desiredvCpus" not in update and merged["type"] in INSTANCES:
        desired = merged.get("desiredvCpus", merged["minvCpus"])
        merged["desiredvCpus"] = min(max(desired, merged["minvCpus"]), merged["maxvCpus"])
