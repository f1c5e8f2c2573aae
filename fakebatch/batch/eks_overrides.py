"""The pod of a job: definition, parameters and `eksPropertiesOverride` merged.

Source: API reference, EksPropertiesOverride and EksContainerOverride (reference §8).
"""

from __future__ import annotations

from fakebatch.batch.container_properties import check_environment
from fakebatch.batch.eks_properties import MEMBERS, UNNAMED, check_pod, name_of
from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors import eks as errors
from fakebatch.batch.overrides import substitute
from fakebatch.batch.state import Structure

_REPLACED = ("image", "command", "args")


def override_pod(
    properties: Structure, overrides: Structure, parameters: dict[str, str], platform: str
) -> Structure:
    """The pod of a job, as DescribeJobs shows it, but for where it runs.

    That placeholders are filled in in `args` as in `command`, and in neither of a container's variables, is
    assumed.

    Raises:
        ClientException: an override is refused, or a placeholder has no value.
    """
    given = overrides.get("podProperties", {})
    pod = {**properties["podProperties"]}
    for member in MEMBERS:
        if member in pod:
            merged = _merge_containers(pod[member], given.get(member, []))
            pod[member] = [_substituted(container, parameters) for container in merged]
        elif given.get(member):
            raise ClientException(errors.unknown_container(given[member][0].get("name", UNNAMED)))
    if "metadata" in given:
        pod["metadata"] = _merge_metadata(pod.get("metadata", {}), given["metadata"])
    merged_properties = {**properties, "podProperties": pod}
    if overrides:
        check_pod(merged_properties, platform)
    return merged_properties


def _merge_containers(own: list[Structure], given: list[Structure]) -> list[Structure]:
    """By name. An override without one is for the only container, or for the one without a name: assumed."""
    containers = {name_of(container): container for container in own}
    for override in given:
        unnamed = next(iter(containers)) if len(containers) == 1 else UNNAMED
        name = override.get("name", unnamed)
        if name not in containers:
            raise ClientException(errors.unknown_container(name))
        containers[name] = _merged(containers[name], override)
    return list(containers.values())


def _merged(container: Structure, override: Structure) -> Structure:
    """Image, command and args are replaced, variables by name, resources by what they are of (assumed)."""
    merged: Structure = {**container}
    merged.update({member: override[member] for member in _REPLACED if member in override})
    if override.get("env"):
        check_environment(override["env"])
        variables = {variable["name"]: variable for variable in [*container["env"], *override["env"]]}
        merged["env"] = list(variables.values())
    if "resources" in override:
        resources: Structure = {**container.get("resources", {})}
        for part, values in override["resources"].items():
            resources[part] = {**resources.get(part, {}), **values}
        merged["resources"] = resources
    return merged


def _substituted(container: Structure, parameters: dict[str, str]) -> Structure:
    return {
        **container,
        "command": substitute(container["command"], parameters),
        "args": substitute(container["args"], parameters),
    }


def _merge_metadata(own: Structure, given: Structure) -> Structure:
    """Labels and annotations by key, the namespace as a whole: assumed."""
    merged = {**own, **given}
    for part in ("labels", "annotations"):
        if part in own and part in given:
            merged[part] = {**own[part], **given[part]}
    return merged
