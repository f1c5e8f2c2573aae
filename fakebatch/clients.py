"""Boto3's clients for test authors, and what botocore's models say, from one session of our own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3


@cache
def _session() -> boto3.Session:
    # One for all worlds, because reading a service's model takes milliseconds. It never loads credentials.
    return boto3.Session(aws_access_key_id="unused", aws_secret_access_key="unused", region_name="us-east-1")  # noqa: S106


def make_client(service: str, region_name: str, options: Mapping[str, Any]) -> Any:
    """A client as `boto3.client` makes it."""
    session: Any = _session()
    return session.client(service, region_name=region_name, **options)


@cache
def operation_names(service: str) -> frozenset[str]:
    """The operations of a service in the installed botocore."""
    model = make_client(service, "us-east-1", {}).meta.service_model
    return frozenset(model.operation_names)
