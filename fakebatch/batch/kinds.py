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
from fakebatch.batch.eks_overrides import override_pod
from fakebatch.batch.eks_properties import check_pod, complete_pod
from fakebatch.batch.eks_resources import needs_of_pod
from fakebatch.batch.errors import eks as eks_errors
from fakebatch.batch.errors import nodes as errors
from fakebatch.batch.errors import refuse_if
from fakebatch.batch.node_properties import NodeKind
from fakebatch.batch.overrides import override_container
from fakebatch.batch.pods import pod_task

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
        orchestration: containerOrchestrationType; of nodes, where their ranges don't say otherwise.
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
    "eksProperties": Kind(
        check_pod, complete_pod, override_pod, needs_of_pod, "eksPropertiesOverride", "EKS", pod_task
    ),
}
_nodes = NodeKind(KINDS)
KINDS["nodeProperties"] = Kind(
    _nodes.check, _nodes.complete, _nodes.override, _nodes.needs, "nodeOverrides", "ECS"
)

_ECS_OVERRIDES = frozenset({"containerOverrides", "ecsPropertiesOverride", "nodeOverrides"})


def needs_of_node(node_range: Structure) -> Needs:
    """What one node of a range of a multi-node job reserves."""
    return _nodes.needs_of(node_range)


def orchestration_of(kind: str, properties: Structure) -> str:
    """The containerOrchestrationType of a definition."""
    return _nodes.orchestration(properties) if kind == "nodeProperties" else KINDS[kind].orchestration


def check_overrides(kind: str, request: Structure) -> None:
    """Refuse to override a job as something else than what its definition is, and tags of a pod.

    Source: model, SubmitJob; nextflow issue 5817 for pods. The text for others is assumed, and that
    propagateTags is refused as in a definition.

    Args:
        kind: the definition's.
        request: of SubmitJob.

    Raises:
        ClientException: with Batch's text.
    """
    if kind == "eksProperties":
        refuse_if(_ECS_OVERRIDES & request.keys(), eks_errors.OVERRIDES_OF_ECS)
        refuse_if(request.get("propagateTags"), eks_errors.PROPAGATE_TAGS)
    for other, row in KINDS.items():
        foreign = other != kind and row.overrides in request
        refuse_if(foreign, errors.foreign_overrides(row.overrides, kind))


def kind_in(request: Structure) -> str:
    """The member of a RegisterJobDefinition request that holds its properties.

    Without any of them the image of a container is what Batch misses first. Source: reference §9.4.
    """
    given = ("nodeProperties", "ecsProperties", "eksProperties")
    return next((member for member in given if member in request), "containerProperties")
