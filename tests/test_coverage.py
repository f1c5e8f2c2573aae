"""Which operations of the installed botocore are answered."""

import boto3
import pytest

from fakebatch.aws.operations import operation
from fakebatch.batch.operations import OPERATIONS
from fakebatch.coverage import SERVICES, Row, counted, coverage


def nothing(service, request):
    return {}


@pytest.mark.source("model")
@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_of_the_model_is_there_in_order(service):
    model = boto3.client(service, region_name="us-east-1").meta.service_model
    assert [row.operation for row in coverage(service)] == sorted(model.operation_names)


def test_states_follow_the_table(monkeypatch):
    monkeypatch.setitem(OPERATIONS, "CancelJob", operation(nothing, "jobId reason"))
    monkeypatch.setitem(OPERATIONS, "TerminateJob", operation(nothing, "reason"))
    monkeypatch.delitem(OPERATIONS, "ListJobs")
    rows = {row.operation: row for row in coverage("batch")}
    assert rows["CancelJob"] == Row("CancelJob", "done")
    assert rows["TerminateJob"] == Row("TerminateJob", "partial", ("jobId",))
    assert rows["ListJobs"] == Row("ListJobs", "missing")


def test_a_row_tells_what_it_refuses():
    told = [row.told for row in (Row("A", "done"), Row("B", "partial", ("x", "y")), Row("C", "missing"))]
    assert told == ["done", "partial, without x, y", "missing"]


def test_counts_add_up():
    rows = [Row("A", "done"), Row("B", "done"), Row("C", "missing")]
    assert counted(rows) == "3 operations: 2 done, 0 partial, 1 missing"
