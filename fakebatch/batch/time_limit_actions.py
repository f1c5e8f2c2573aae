"""Checks of a queue's jobStateTimeLimitActions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors import job_queues as errors

if TYPE_CHECKING:
    from fakebatch.batch.state import Structure


def check_time_limit_actions(actions: list[Structure], queue_type: str) -> None:
    """Hold the actions of a queue against the service's rules.

    Raises:
        ClientException: reference §11.2. The order of the rules is assumed.
    """
    valid = "TERMINATE" if queue_type == "SAGEMAKER_TRAINING" else "CANCEL"
    for action in actions:
        if action["action"] != valid:
            raise ClientException(errors.invalid_job_action(valid))
        if not 600 <= action["maxTimeSeconds"] <= 86400:
            raise ClientException(errors.JQ_ACTION_SECONDS)
    if len({(action["state"], action["reason"]) for action in actions}) < len(actions):
        raise ClientException(errors.JQ_ACTION_DUPLICATES)
