"""botocore's Stubber beside a world."""

from __future__ import annotations

import boto3
import botocore.exceptions
import pytest
from botocore.stub import Stubber

import fakebatch


@pytest.mark.source("api §9")
def test_an_active_stubber_answers_for_its_own_client() -> None:
    client = boto3.client("batch", region_name="us-east-1")
    with Stubber(client) as stubber, fakebatch.mock() as fake:
        stubber.add_response("describe_jobs", {"jobs": []}, {"jobs": ["x"]})
        assert client.describe_jobs(jobs=["x"])["jobs"] == []
        stubber.add_client_error("describe_jobs", "ServerException", http_status_code=500)
        with pytest.raises(client.exceptions.ServerException):
            client.describe_jobs(jobs=["x"])
        with pytest.raises(botocore.exceptions.UnStubbedResponseError):
            client.describe_jobs(jobs=["x"])
        assert fake.client("batch").describe_jobs(jobs=["x"])["jobs"] == []
        assert len(fake.calls) == 1


@pytest.mark.source("api §9")
def test_after_the_stubber_the_world_answers() -> None:
    with fakebatch.mock() as fake:
        client = fake.client("batch")
        stubber = Stubber(client)
        stubber.activate()
        stubber.add_response("describe_jobs", {"jobs": []})
        client.describe_jobs(jobs=["x"])
        stubber.deactivate()
        client.describe_jobs(jobs=["y"])
        assert [call.params for call in fake.calls] == [{"jobs": ["y"]}]
