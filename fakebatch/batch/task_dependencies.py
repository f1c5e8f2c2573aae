"""The order in which the containers of a task start: what Batch refuses of `dependsOn`.

Source: API reference, TaskContainerDependency (reference §9.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch.errors import ecs_properties as errors
from fakebatch.batch.errors import refuse_if

if TYPE_CHECKING:
    from fakebatch.batch.state import Structure

CONDITIONS = ("START", "COMPLETE", "SUCCESS")


def check_dependencies(containers: list[Structure]) -> None:
    """Refuse dependencies that could never be met.

    That a circle is refused when the definition is registered is assumed: ECS would refuse the task.

    Raises:
        ClientException: with Batch's text.
    """
    essential = {container.get("name"): container.get("essential", True) for container in containers}
    for container in containers:
        given = container.get("dependsOn", ())
        refuse_if(given and len(containers) == 1, errors.DEPENDENCY_OF_ONE)
        for dependency in given:
            _check(dependency, essential)
    _check_circles(containers)


def _check(dependency: Structure, essential: dict[str | None, bool]) -> None:
    name, condition = dependency.get("containerName"), dependency.get("condition")
    refuse_if(name is None or name not in essential, errors.dependency_name(name))
    refuse_if(condition not in CONDITIONS, errors.dependency_condition(condition))
    refuse_if(condition != "START" and essential[name], errors.dependency_on_essential(condition))


def _check_circles(containers: list[Structure]) -> None:
    waiting = {
        container.get("name"): {dependency["containerName"] for dependency in container.get("dependsOn", ())}
        for container in containers
    }
    while waiting:
        ready = [name for name, others in waiting.items() if not others & waiting.keys()]
        refuse_if(not ready, errors.DEPENDENCY_CIRCLE)
        for name in ready:
            del waiting[name]
