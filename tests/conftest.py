"""What every test starts from: no credentials, no region, no network."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.httpsession import URLLib3Session
from hypothesis import settings

# A busy machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@cache
def known(need: str) -> bool:
    """Whether the installed botocore's model of Batch has it.

    Args:
        need: an operation as AWS or boto3 spells it, `Shape.member`, or `Shape=VALUE` of an enumeration.
    """
    model = botocore.session.get_session().get_service_model("batch")
    shape, dot, member = need.partition(".")
    if dot:
        return shape in model.shape_names and member in model.shape_for(shape).members
    shape, equals, value = need.partition("=")
    if equals:
        return shape in model.shape_names and value in model.shape_for(shape).enum
    return need in model.operation_names or need in map(xform_name, model.operation_names)


def needs(item: pytest.Item) -> list[str]:
    """What a test is marked to need, and the operation that it has as a parameter."""
    found = [need for mark in item.iter_markers("needs") for need in mark.args]
    operation = getattr(item, "callspec", None) and item.callspec.params.get("operation")
    return [*found, operation] if operation in ("cancel_jobs", "terminate_jobs") else found


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the installed botocore has no request for: an old one cannot spell it."""
    left_out = [item for item in items if not all(map(known, needs(item)))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own AWS configuration."""
    for name in list(os.environ):
        if name.startswith("AWS_") and name != "AWS_DATA_PATH":
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A request that reaches the wire is an OSError, and is listed."""
    sent: list[str] = []

    def send(self: object, request: Any) -> None:
        sent.append(request.url)
        raise OSError(f"no network in tests: {request.url}")

    monkeypatch.setattr(URLLib3Session, "send", send)
    return sent
