"""The kinds of job: what a definition's properties are of, and what Batch does with them.

A definition has one of four members that say what its jobs run: one container, an ECS task of several, a
pod, or nodes. Whatever comes of it, from RegisterJobDefinition to the job itself, is in this table; the rest
of Batch is the same for all kinds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from fakebatch.batch.container_properties import check_container, complete_container
from fakebatch.batch.container_resources import needs_of
from fakebatch.batch.ecs_properties import check_ecs, complete_ecs, ecs_needs, ecs_task, override_ecs
from fakebatch.batch.overrides import override_container

if TYPE_CHECKING:
    from fakebatch.batch.state import Needs, Structure
    from fakebatch.batch.tasks import Task


class Kind(NamedTuple):
    """What is done with one kind of properties.

    Attributes:
        check: refuse what Batch would not register; takes the properties and their platform.
        complete: the properties as Batch describes them, its defaults filled in.
        override: the properties of a job: of its definition, its overrides, its parameters and the platform.
        needs: what an attempt at such a job reserves.
        overrides: the member of SubmitJob that overrides them.
        orchestration: containerOrchestrationType.
        task: the containers for the planner of attempts; None for a job of one.
    """

    check: Callable[[Structure, str], None]
    complete: Callable[[Structure, str], Structure]
    override: Callable[[Structure, Structure, dict[str, str], str], Structure]
    needs: Callable[[Structure], Needs]
    overrides: str
    orchestration: str
    task: Callable[[Structure], Task | None] = lambda _: None


KINDS: dict[str, Kind] = {
    "containerProperties": Kind(
        check_container, complete_container, override_container, needs_of, "containerOverrides", "ECS"
    ),
    "ecsProperties": Kind(
        check_ecs, complete_ecs, override_ecs, ecs_needs, "ecsPropertiesOverride", "ECS", ecs_task
    ),
}


def kind_in(request: Structure) -> str:
    """The member of a RegisterJobDefinition request that holds its properties.

    Without any of them the image of a container is what Batch misses first. Source: reference §9.4.
    """
    given = ("nodeProperties", "ecsProperties", "eksProperties")
    return next((member for member in given if member in request), "containerProperties")
