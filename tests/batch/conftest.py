"""What most tests of Batch start from; a file whose tests need another world has a `fake` of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    """A world with a queue `q` and a job definition `d`."""
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    """A client of that world."""
    return fake.client("batch")


@pytest.fixture
def batch(client: Any) -> Any:
    """The same, as half of the files call it."""
    return client
