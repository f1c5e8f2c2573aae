"""What each of several containers is going to do: the outcome of the job, and the rules about containers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakebatch.batch.outcomes import SUCCESS, Outcome

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Job
    from fakebatch.batch.tasks import Task

_HANGS = Outcome(hangs=True)


def with_containers(service: Service, job: Job, outcome: Outcome, attempt: int) -> Outcome:
    """The outcome of a job's next attempt, of this number, with those of its containers in it.

    Nothing changes by asking.

    Of an essential container the rule about the job says something too, so that only a newer rule about the
    container overrules it.
    """
    task = job.spec.task
    assert task is not None
    essential = _of_the_job(task, outcome)
    chosen = []
    for at, part in enumerate(task.parts):
        view = service.dispatcher.view(job, part.name)
        newer_than = outcome if at in essential else None
        own = service.rules.choose_container(view, attempt, part.name, newer_than)
        chosen.append(essential.get(at, SUCCESS) if own is None else own)
    return replace(outcome, containers=tuple(chosen))


def _of_the_job(task: Task, outcome: Outcome) -> dict[int, Outcome]:
    """What the outcome of the job is for the containers that it is about, by position.

    All of them do the same; a body is the main one's alone, and the others wait for its end. They also wait
    for the loss of their host.
    """
    those = task.leading
    if outcome.host_lost:
        return dict.fromkeys(those, replace(_HANGS, logs=outcome.logs))
    if outcome.body is None:
        return dict.fromkeys(those, outcome)
    return dict.fromkeys(those, _HANGS) | {those[0]: outcome}
