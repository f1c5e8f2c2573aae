"""What a job is asked to be: definition, parameters and overrides merged.

Source: API reference, SubmitJob and ContainerOverrides; user guide, "Parameters" (reference §8).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakebatch.batch.container_properties import check_container, check_environment
from fakebatch.batch.errors import ClientException, InvalidRequest, refuse_if
from fakebatch.batch.errors import job_definitions as definition_errors
from fakebatch.batch.errors import jobs as errors

if TYPE_CHECKING:
    from fakebatch.batch.state import Structure

# Inside a longer argument too: public programs had to escape such text, although the guide only shows
# whole arguments. Which characters a name may have is assumed.
_REFERENCE = re.compile(r"Ref::([A-Za-z0-9_-]+)")


def override_container(
    properties: Structure, overrides: Structure, parameters: dict[str, str], platform: str
) -> Structure:
    """The container of a job, as DescribeJobs shows it.

    Raises:
        ClientException: an override is refused, or a placeholder has no value.
    """
    container = merge_container(properties, overrides, parameters)
    if overrides:
        check_container(container, platform)
    return container


def substitute(command: list[str], parameters: dict[str, str]) -> list[str]:
    """The command with its `Ref::name` placeholders filled in.

    Raises:
        ClientException: there is no parameter of that name.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in parameters:
            raise ClientException(errors.no_parameter_for_reference(name))
        return parameters[name]

    return [_REFERENCE.sub(value, word) if "Ref::" in word else word for word in command]


def merge_container(properties: Structure, overrides: Structure, parameters: dict[str, str]) -> Structure:
    """A container with its overrides, not yet checked; one of several too.

    Raises:
        ClientException: an override is refused, or a placeholder has no value.
    """
    if "" in overrides.get("command", ()):
        raise InvalidRequest(errors.EMPTY_COMMAND_WORD)
    command = overrides["command"] if "command" in overrides else properties["command"]
    container = {**properties, "command": substitute(command, parameters)}
    if overrides.get("environment"):
        container["environment"] = _merge_environment(properties["environment"], overrides["environment"])
    if overrides.get("resourceRequirements"):
        container["resourceRequirements"] = _merge_requirements(
            properties["resourceRequirements"], overrides["resourceRequirements"]
        )
    _merge_legacy(container, overrides)
    if "instanceType" in overrides:
        container["instanceType"] = overrides["instanceType"]
    return container


def _merge_environment(own: list[Structure], added: list[Structure]) -> list[Structure]:
    """By name: an override replaces in place, a new one goes to the end."""
    check_environment(added)
    merged = {variable["name"]: variable for variable in own}
    # An entry without a value would be dropped from a definition as well.
    merged.update((variable["name"], variable) for variable in added)
    return [variable for variable in merged.values() if variable.get("value")]


def _merge_requirements(own: list[Structure], added: list[Structure]) -> list[Structure]:
    """By type. That AWS refuses two of one type here as it does in a definition is assumed."""
    kinds = [requirement["type"] for requirement in added]
    refuse_if(len(set(kinds)) < len(kinds), definition_errors.DUPLICATE_RESOURCE_REQUIREMENTS)
    merged = {requirement["type"]: requirement for requirement in own}
    merged.update((requirement["type"], requirement) for requirement in added)
    return list(merged.values())


def _merge_legacy(container: Structure, overrides: Structure) -> None:
    """`vcpus` and `memory` override the definition's members of these names, never its resourceRequirements.

    Source: user guide, "Can't override job definition resource requirements".
    """
    given = {requirement["type"] for requirement in container["resourceRequirements"]}
    for key, kind in (("vcpus", "VCPU"), ("memory", "MEMORY")):
        if key in overrides and kind not in given:
            container[key] = overrides[key]
        elif kind in given:
            container.pop(key, None)
