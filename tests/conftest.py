"""What every test starts from: no credentials, no region, no network."""

from __future__ import annotations

import os
from typing import Any

import pytest
from botocore.httpsession import URLLib3Session


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
