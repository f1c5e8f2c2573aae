"""The consumable resources that a job asks for. Source: user guide, "Resource-aware scheduling"."""

from __future__ import annotations

from fakebatch.batch.errors import job_definitions as errors
from fakebatch.batch.errors import refuse_if
from fakebatch.batch.state import Structure

MAX_RESOURCES = 5


def check_consumable_resources(properties: Structure | None) -> None:
    """Refuse too many resources, and one that is named twice. Whether they exist isn't looked at here.

    Raises:
        ClientException: with Batch's text.
    """
    wanted = properties.get("consumableResourceList", []) if properties else []
    refuse_if(len(wanted) > MAX_RESOURCES, errors.CONSUMABLE_RESOURCES_COUNT)
    names = [requirement.get("consumableResource") for requirement in wanted]
    refuse_if(len(set(names)) < len(names), errors.CONSUMABLE_RESOURCES_DUPLICATE)
