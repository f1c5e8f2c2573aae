"""What the model says of a request, where botocore leaves it to the server."""

from __future__ import annotations

import sys
from typing import Any

import botocore.session
import pytest
from botocore.model import ShapeResolver

from fakebatch.aws.shapes import Rules, summary

SHAPES = {
    "Request": {
        "type": "structure",
        "required": ["name"],
        "members": {
            "name": {"shape": "Name"},
            "color": {"shape": "Color"},
            "free": {"shape": "Free"},
            "tags": {"shape": "Tags"},
            "list": {"shape": "List"},
            "inner": {"shape": "Inner"},
            "count": {"shape": "Count"},
            "flag": {"shape": "Flag"},
            "whole": {"shape": "Whole"},
            "large": {"shape": "Large"},
            "part": {"shape": "Part"},
        },
    },
    "Name": {"type": "string", "min": 1, "max": 5, "pattern": "[a-z]+"},
    "Color": {"type": "string", "enum": ["RED", "BLUE"]},
    "Free": {"type": "string"},
    "Tags": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Free"}, "min": 1, "max": 2},
    "List": {"type": "list", "member": {"shape": "Color"}, "max": 2},
    "Inner": {"type": "structure", "members": {"deep": {"shape": "Color"}, "free": {"shape": "Free"}}},
    "Count": {"type": "integer", "min": 1, "max": 7},
    "Flag": {"type": "boolean"},
    "Whole": {"type": "integer"},
    "Large": {"type": "long"},
    "Part": {"type": "float"},
    "Plain": {"type": "structure", "members": {"free": {"shape": "Free"}, "flags": {"shape": "Flags"}}},
    "Flags": {"type": "map", "key": {"shape": "Free"}, "value": {"shape": "Flag"}},
}


def shape(name: str) -> Any:
    return ShapeResolver(SHAPES).get_shape_by_name(name)


def problems(rules: Rules, name: str, value: Any) -> list[str]:
    check = rules.compile(shape(name))
    found = list(rules.explain(shape(name), value))
    assert (check is None or bool(check(value))) == (not found), "the predicate and the explanation disagree"
    return found


ENUM = "failed to satisfy constraint: Member must satisfy enum value set: [RED, BLUE]"


@pytest.mark.source("assumed: AWS's wording; model: what is constrained")
@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"name": "abc", "color": "RED", "tags": {"a": "b"}, "list": ["RED"], "count": 7, "flag": True}, []),
        ({}, []),
        ({"unheard": 1}, []),
        ({"color": "red"}, [f"Value 'red' at 'color' {ENUM}"]),
        ({"list": ["RED", "GREEN"]}, [f"Value 'GREEN' at 'list[2]' {ENUM}"]),
        ({"inner": {"deep": "GREEN"}}, [f"Value 'GREEN' at 'inner.deep' {ENUM}"]),
        (
            {"list": ["RED"] * 3},
            [
                (
                    "Value '['RED', 'RED', 'RED']' at 'list' failed to satisfy constraint: Member must have "
                    "length less "
                    "than or equal to 2"
                )
            ],
        ),
        (
            {"count": 8},
            [
                (
                    "Value '8' at 'count' failed to satisfy constraint: Member must have value less than or "
                    "equal to 7"
                )
            ],
        ),
        (
            {"name": "abcdef"},
            [
                (
                    "Value 'abcdef' at 'name' failed to satisfy constraint: Member must have length "
                    "less than "
                    "or equal to 5"
                )
            ],
        ),
        (
            {"name": "a1"},
            [
                (
                    "Value 'a1' at 'name' failed to satisfy constraint: Member must satisfy regular "
                    "expression "
                    "pattern: [a-z]+"
                )
            ],
        ),
        (
            {"tags": {"A": "b"}, "color": "x"},
            [
                (
                    "Value 'A' at 'tags{A}' failed to satisfy constraint: Member must satisfy regular "
                    "expression pattern: "
                    "[a-z]+"
                ),
                f"Value 'x' at 'color' {ENUM}",
            ],
        ),
        ({"tags": {}}, []),
    ],
    ids=str,
)
def test_what_the_server_checks(value: Any, wrong: list[str]) -> None:
    assert problems(Rules(), "Request", value) == wrong


MORE = "failed to satisfy constraint: Member must have value less than or equal to"
LESS = "failed to satisfy constraint: Member must have value greater than or equal to"
NOT_FINITE = "failed to satisfy constraint: Member must be a finite number"


@pytest.mark.source("Smithy's simple types; assumed: that their limits are refused as those of the model are")
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("member", "value", "wrong"),
    [
        ("whole", 2**31 - 1, None),
        ("whole", -(2**31), None),
        ("whole", 2**31, f"Value '2147483648' at 'whole' {MORE} 2147483647"),
        ("whole", -(2**31) - 1, f"Value '-2147483649' at 'whole' {LESS} -2147483648"),
        ("large", 2**63 - 1, None),
        ("large", -(2**63), None),
        ("large", 2**63, f"Value '9223372036854775808' at 'large' {MORE} 9223372036854775807"),
        ("large", -(10**400), f"Value '{-(10**400)}' at 'large' {LESS} -9223372036854775808"),
        ("part", -1, None),
        ("part", 1e308, None),
        ("part", float("inf"), f"Value 'inf' at 'part' {MORE} {sys.float_info.max}"),
        ("part", float("nan"), f"Value 'nan' at 'part' {NOT_FINITE}"),
    ],
    ids=str,
)
def test_numbers_past_what_their_type_holds(strict: bool, member: str, value: Any, wrong: str | None) -> None:
    request = {"name": "a", member: value}
    assert problems(Rules(strict), "Request", request) == ([] if wrong is None else [wrong])


@pytest.mark.source("rest-json: the infinities and NaN travel as texts")
@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_a_float_that_is_no_number_on_the_wire(text: str) -> None:
    assert problems(Rules(), "Request", {"part": text}) == [f"Value '{text}' at 'part' {NOT_FINITE}"]


@pytest.mark.source("model")
def test_nothing_constrained_compiles_to_nothing() -> None:
    assert Rules().compile(shape("Plain")) is None


@pytest.mark.source("assumed: AWS's wording for clients that don't validate")
@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"name": "a", "free": "", "inner": {"free": "x"}, "count": 1, "tags": {}}, []),
        ({}, ["Value '{}' at '' failed to satisfy constraint: Member must not be null: name"]),
        (
            {"name": ""},
            [
                (
                    "Value '' at 'name' failed to satisfy constraint: Member must have length "
                    "greater than or "
                    "equal to 1"
                )
            ],
        ),
        ({"name": 5}, ["Value '5' at 'name' failed to satisfy constraint: Member must be of type string"]),
        (
            {"name": "a", "count": True},
            ["Value 'True' at 'count' failed to satisfy constraint: Member must be of type integer"],
        ),
        (
            {"name": "a", "count": 0},
            [
                (
                    "Value '0' at 'count' failed to satisfy constraint: Member must have value "
                    "greater than or "
                    "equal to 1"
                )
            ],
        ),
        (
            {"name": "a", "inner": "x"},
            ["Value 'x' at 'inner' failed to satisfy constraint: Member must be of type structure"],
        ),
        (
            {"name": "a", "list": "RED"},
            ["Value 'RED' at 'list' failed to satisfy constraint: Member must be of type list"],
        ),
    ],
    ids=str,
)
def test_what_a_client_that_doesn_t_validate_leaves_too(value: Any, wrong: list[str]) -> None:
    assert problems(Rules(strict=True), "Request", value) == wrong


@pytest.mark.source("reference §9: evaluateOnExit takes any case")
def test_enumerations_that_a_service_reads_in_its_own_way() -> None:
    assert problems(Rules(except_enums=["Color"]), "Request", {"color": "red", "list": ["green"]}) == []


@pytest.mark.source("assumed: the frame of AWS's message")
def test_the_summary_counts() -> None:
    assert summary(iter(["one"])) == "1 validation error detected: one"
    assert summary(iter(["one", "two"])) == "2 validation errors detected: one; two"


@pytest.mark.source("model")
@pytest.mark.parametrize("service", ["batch", "drs"])
@pytest.mark.parametrize("strict", [False, True])
def test_every_operation_of_the_installed_model_compiles(service: str, strict: bool) -> None:
    model = botocore.session.get_session().get_service_model(service)
    rules = Rules(strict)
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        if shape is not None:
            check = rules.compile(shape)
            assert check is None or strict or check({}), name
