"""Prints the page about the peers. `docs/generate.py` runs it as a process: moto changes botocore.

Nothing here is an opinion: operations are called or looked up, behaviours are probed (`probes/`). Only
LocalStack, which would have to run in a container, is told of by its own documentation.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from importlib.metadata import version
from types import ModuleType
from typing import Any

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws
from probes import calls, jobs, mocks
from probes.stages import PEERS, SIMPLE, ByHand, NotOffered, ToTheNetwork, client, unplugged

from fakebatch.coverage import SERVICES, Row, coverage

Probe = Callable[[Any], bool]

TITLES = {"batch": "AWS Batch", "drs": "AWS Elastic Disaster Recovery"}

# The same as JSON (batch.json) has the date, and from which plan on. Of drs there is no such page, and
# nothing in the data that they are made from: src/data/coverage of github.com/localstack/localstack-docs.
LOCALSTACK_PAGE = "https://docs.localstack.cloud/api-coverage/v1/services/batch.md"
LOCALSTACK_DATE = "2026-09-24"
LOCALSTACK = {
    "batch": {
        "CancelJob",
        "CreateComputeEnvironment",
        "CreateJobQueue",
        "CreateSchedulingPolicy",
        "DeleteComputeEnvironment",
        "DeleteJobQueue",
        "DeleteSchedulingPolicy",
        "DeregisterJobDefinition",
        "DescribeComputeEnvironments",
        "DescribeJobDefinitions",
        "DescribeJobQueues",
        "DescribeJobs",
        "DescribeSchedulingPolicies",
        "ListJobs",
        "ListSchedulingPolicies",
        "ListTagsForResource",
        "RegisterJobDefinition",
        "SubmitJob",
        "TagResource",
        "TerminateJob",
        "UntagResource",
        "UpdateComputeEnvironment",
        "UpdateJobQueue",
        "UpdateSchedulingPolicy",
    },
    "drs": set[str](),
}


INTRODUCTION = """\
# Beside moto, the Stubber and LocalStack

<!-- Written by docs/generate.py; edit docs/peers.py and docs/probes instead. -->

What each of them answers when it is asked the same questions. A script asks, and a test keeps this page to
the answers: those of moto {moto}, of botocore {botocore} with its Stubber, and of fakebatch as it stands.
moto runs with `use_docker` off. Its other mode runs the containers, so that exit codes, timeouts, waiting for
dependencies and log lines are real ones; that mode isn't run here, and neither is LocalStack.

No table asks for it, but it may decide: LocalStack and moto's server answer programs in any language and in
other processes; both know far more of AWS than two services; a Stubber comes with botocore. moto and
fakebatch can be active in the same test, and each answers for its own services.

## Operations

How many of the operations in botocore's models are answered.

| service | of | fakebatch | moto | Stubber | LocalStack |
|---|---|---|---|---|---|"""

COUNTING = f"""
[^localstack]: [Documented]({LOCALSTACK_PAGE})
    on {LOCALSTACK_DATE}, for the Ultimate plan.

fakebatch's are counted in [its own tables](operations.md); partial is what refuses some members of the
request. moto's have been called with what the model requires: whatever is neither its "not implemented" nor a
request on its way to the network counts. A yes of moto or LocalStack says nothing about members. These of
Batch are not answered, or not wholly, by all:

| operation | fakebatch | moto | LocalStack |
|---|---|---|---|"""

PROBING = """
## Behaviours

`yes` and `no` are what a probe found, asking each in the way that its documentation shows. `by hand`: the
test's author writes the answer, which is as true as the author knows. `raises` and `goes to the network` are
what came of it instead. Each note names its probe in `docs/probes`."""


def page() -> str:
    """The whole page."""
    with unplugged():
        rows = {service: coverage(service) for service in SERVICES}
        moto = {service: answered_by_moto(service) for service in SERVICES}
        introduction = INTRODUCTION.format(moto=version("moto"), botocore=version("botocore"))
        return "\n".join([introduction, *_operations(rows, moto), *_behaviours()]) + "\n"


def _operations(rows: dict[str, list[Row]], moto: dict[str, set[str]]) -> Iterator[str]:
    for service in SERVICES:
        listed = LOCALSTACK[service]
        documented = f"{len(listed)}[^localstack]" if listed else "none documented"
        yield (
            f"| {TITLES[service]} | {len(rows[service])} | {_counted(rows[service])} | {len(moto[service])} "
            f"| any, each by hand | {documented} |"
        )
    yield COUNTING
    for row in rows["batch"]:
        others = [row.operation in moto["batch"], row.operation in LOCALSTACK["batch"]]
        if row.state != "done" or not all(others):
            yield f"| {row.operation} | {_yes(row.state)} | " + " | ".join(map(_yes, others)) + " |"


def _counted(rows: list[Row]) -> str:
    partial = sum(row.state == "partial" for row in rows)
    answered = sum(row.state != "missing" for row in rows)
    return f"{answered}, {partial} of them partial" if partial else str(answered)


def _yes(answer: object) -> str:
    return {True: "yes", False: "no", "done": "yes", "missing": "no"}.get(answer, str(answer))


def answered_by_moto(service: str) -> set[str]:
    """The operations of a service that moto has an answer of its own to, if only an error of AWS's."""
    with mock_aws(config=SIMPLE):
        caller = client(service, config=Config(parameter_validation=False))
        model = caller.meta.service_model
        return {name for name in model.operation_names if _answers(caller, model.operation_model(name))}


def _answers(caller: Any, operation: Any) -> bool:
    request = least(operation.input_shape) if operation.input_shape else {}
    try:
        getattr(caller, xform_name(operation.name))(**request)
    except (NotImplementedError, ToTheNetwork):
        return False
    except ClientError as error:
        return error.response["Error"].get("Message") != "Not yet implemented"
    except Exception:  # noqa: BLE001 - it has stumbled over a made-up value, so there is something
        return True
    return True


def least(shape: Any) -> Any:
    """A made-up value of a shape: what is required, and no more."""
    if shape.type_name == "structure":
        return {name: least(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [least(shape.member)]
    return {"string": "x", "map": {}, "boolean": True}.get(shape.type_name, 1)


def _behaviours() -> Iterator[str]:
    yield PROBING
    notes = []
    for module in (jobs, calls, mocks):
        yield f"\n### {_told(module)[0]}\n"
        yield f"| | {' | '.join(peer.name for peer in PEERS)} |"
        yield "|---|" + "---|" * len(PEERS)
        for probe in probes_of(module):
            what, note = _told(probe)
            yield f"| {what}[^{probe.__name__}] | " + " | ".join(cell(probe, peer) for peer in PEERS) + " |"
            notes.append(f"\n[^{probe.__name__}]: `{probe.__name__}`: {note}")
    yield from notes


def probes_of(module: ModuleType) -> list[Probe]:
    """Its probes, in the order in which they stand there."""
    own = (value for value in vars(module).values() if getattr(value, "__module__", "") == module.__name__)
    return [value for value in own if inspect.isfunction(value) and not value.__name__.startswith("_")]


def _told(documented: object) -> tuple[str, str]:
    """The first line of its docstring without the full stop, and the rest as one line."""
    first, _, rest = (inspect.getdoc(documented) or "").partition("\n\n")
    return first.rstrip("."), " ".join(rest.split())


def cell(probe: Probe, peer: Any) -> str:
    """What came of asking."""
    try:
        return "yes" if probe(peer) else "no"
    except ByHand:
        return "by hand"
    except NotOffered:
        return "no"
    except ToTheNetwork:
        return "goes to the network"
    except Exception as error:  # noqa: BLE001 - what it raises is the answer
        return f"raises {type(error).__name__}"


if __name__ == "__main__":
    print(page(), end="")
