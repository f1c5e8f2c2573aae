"""What ECS refuses of a task whose job Batch has accepted: the job fails when it would be placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch.errors import jobs as errors

if TYPE_CHECKING:
    from fakebatch.batch.state import Job

MAX_OVERRIDES = 8192
MAX_TAGS = 50


def refusal(job: Job) -> str | None:
    """The statusReason of a job that cannot become a task, or None.

    Source: several reports of real accounts for the overrides, API reference, SubmitJob.propagateTags, for
    the tags (reference §8). That ECS counts the characters of the overrides' JSON is assumed, and so is the
    text for the tags.
    """
    spec = job.spec
    if spec.overrides_length > MAX_OVERRIDES:
        return errors.OVERRIDES_TOO_LONG
    if spec.propagate_tags and len(spec.definition.tags | job.tags) > MAX_TAGS:
        return errors.TOO_MANY_TASK_TAGS
    return None
