"""Checks of an environment's launch template. Whether the template exists is EC2's business, not checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors import compute_environments as errors

if TYPE_CHECKING:
    from fakebatch.batch.state import Structure

_VERSION = re.compile(r"\d+|\$Default|\$Latest")

# Names that stand for many instance types; an override cannot be aimed at one of them. Source: model.
BUNDLES = frozenset({"optimal", "default_x86_64", "default_arm64"})


def check_launch_template(template: Structure, instance_types: list[str]) -> None:
    """Hold a launch template and its overrides against the service's rules.

    Raises:
        ClientException: in the words of reference §10.2, or of cdk-preflight's recorded probes.
    """
    overrides = template.get("overrides", [])
    named = _named(template)
    if len(named) == 2 or not (named or overrides):
        raise ClientException(errors.CE_LAUNCH_TEMPLATE_NAME)
    _check_version(template)
    if len(overrides) > 10:
        raise ClientException(errors.CE_OVERRIDES_MAX)
    for override in overrides:
        _check_override(override, instance_types)
    targets = [target for override in overrides for target in override["targetInstanceTypes"]]
    twice = [target for target in dict.fromkeys(targets) if targets.count(target) > 1]
    if twice:
        raise ClientException(errors.duplicate_targets(twice))


def _check_override(override: Structure, instance_types: list[str]) -> None:
    if len(_named(override)) == 2:
        raise ClientException(errors.CE_OVERRIDE_NAME)
    _check_version(override)
    targets = override.get("targetInstanceTypes")
    if not targets:
        raise ClientException(errors.CE_OVERRIDE_TARGETS)
    foreign = [target for target in targets if not _is_covered(target, instance_types)]
    if foreign:
        raise ClientException(errors.foreign_targets(foreign))


def _is_covered(target: str, instance_types: list[str]) -> bool:
    # `m5` covers `m5.large`, not the other way round (model). What a bundle covers is not known here.
    if target in BUNDLES:
        return False
    family = target.partition(".")[0]
    return target in instance_types or family in instance_types or not BUNDLES.isdisjoint(instance_types)


def _named(template: Structure) -> list[str]:
    return [name for name in ("launchTemplateId", "launchTemplateName") if template.get(name)]


def _check_version(template: Structure) -> None:
    version = template.get("version")
    if version and not _VERSION.fullmatch(version):
        raise ClientException(errors.CE_LAUNCH_TEMPLATE_VERSION)
