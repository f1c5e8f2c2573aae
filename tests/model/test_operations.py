"""The table of operations, held against the model of the installed botocore."""

import botocore
import pytest
from botocore.session import Session

from fakebatch.batch.operations import OPERATIONS

MODEL = Session().get_service_model("batch")
INSTALLED = tuple(int(part) for part in botocore.__version__.split(".")[:3])
# What the goldens below are of. A newer botocore is held against them too: what it brings shows there.
NEWEST = (1, 44, 5)
of_the_newest = pytest.mark.skipif(INSTALLED < NEWEST, reason="an older botocore has fewer operations")

# What came after the oldest botocore that is supported, and so is missing from models in between.
LATER_OPERATIONS = {
    "CancelJobs",
    "CreateQuotaShare",
    "DeleteQuotaShare",
    "DescribeQuotaShare",
    "ListQuotaShares",
    "TerminateJobs",
    "TerminateServiceJobs",
    "UpdateQuotaShare",
    "UpdateServiceJob",
}
LATER_MEMBERS = {
    "CreateComputeEnvironment": {"ecsSettings"},
    "CreateSchedulingPolicy": {"quotaSharePolicy"},
    "SubmitServiceJob": {"preemptionConfiguration", "quotaShareName"},
    "UpdateComputeEnvironment": {"ecsSettings", "eksConfiguration"},
    "UpdateSchedulingPolicy": {"quotaSharePolicy"},
}

MISSING_OPERATIONS: list[str] = []
MISSING_MEMBERS: dict[str, list[str]] = {}


def members_of(operation):
    shape = MODEL.operation_model(operation).input_shape
    return set() if shape is None else set(shape.members)


def known_rows():
    return [name for name in OPERATIONS if name in MODEL.operation_names]


@pytest.mark.source("model")
def test_each_row_is_an_operation_of_the_model():
    unknown = OPERATIONS.keys() - set(MODEL.operation_names)
    assert unknown <= (LATER_OPERATIONS if INSTALLED < NEWEST else set())


@pytest.mark.source("model")
@pytest.mark.parametrize("name", known_rows())
def test_members_of_a_row_are_members_of_the_input(name):
    unknown = OPERATIONS[name].members - members_of(name)
    assert unknown <= (LATER_MEMBERS.get(name, set()) if INSTALLED < NEWEST else set())


@pytest.mark.source("model")
@pytest.mark.parametrize("name", known_rows())
def test_a_row_understands_all_that_is_required(name):
    """Otherwise no call could be answered."""
    assert set(MODEL.operation_model(name).input_shape.required_members) <= OPERATIONS[name].members


@of_the_newest
@pytest.mark.source("model")
def test_operations_that_are_missing():
    """All that is left to do. What has got its row leaves the list; what is new at AWS joins it."""
    assert sorted(set(MODEL.operation_names) - OPERATIONS.keys()) == MISSING_OPERATIONS


@of_the_newest
@pytest.mark.source("model")
def test_members_that_are_missing():
    """Requests with one of them are refused, in so many words."""
    missing = {name: sorted(members_of(name) - row.members) for name, row in OPERATIONS.items()}
    assert {name: members for name, members in missing.items() if members} == MISSING_MEMBERS
