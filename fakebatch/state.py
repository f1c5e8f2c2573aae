"""All that a world is made of and a snapshot keeps, and the credentials that go with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from fakebatch.aws.ids import Ids
from fakebatch.calls import Logged
from fakebatch.faults import Fault
from fakebatch.sim.simulation import Simulation
from fakebatch.sim.trace import Remark, Transition

_NS_PER_S = 1_000_000_000

# What clients are given while nobody has configured any: says what it is where it turns up.
DUMMY_CREDENTIALS: Mapping[str, str] = {
    "aws_access_key_id": "AKIAFAKEBATCHDUMMY00",
    "aws_secret_access_key": "fakebatch-dummy-secret",
}


@dataclass(slots=True)
class State:
    """All that a snapshot keeps.

    Attributes:
        ids: resource ids; reading calls don't draw from them, so that they don't change later ones.
        request_prefix: what all request ids start with.
        requests: how many request ids have been given.
        date: the last second that was spelt as HTTP writes dates, and how.
        services: by (service, region, account id).
    """

    sim: Simulation
    ids: Ids
    request_prefix: str
    requests: int = 0
    services: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    trace: list[Transition] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    log: list[Logged] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    date: tuple[int, str] = (-1, "")

    def request_id(self) -> str:
        """A new RequestId: derived, not drawn, because each call needs one."""
        self.requests = count = self.requests + 1
        # An odd factor: all different, and not in a row.
        return f"{self.request_prefix}{count * 0x9E3779B97F4B & 0xFFFFFFFFFFFF:012x}"

    def date_header(self) -> str:
        """The current instant as HTTP writes dates."""
        second = self.sim.now_ns // _NS_PER_S
        if self.date[0] != second:
            self.date = (second, formatdate(second, usegmt=True))
        return self.date[1]

    @property
    def untouched(self) -> bool:
        """Nothing has happened yet: no call answered, nothing set up, nothing about to happen."""
        return not self.services and not self.log and not self.sim.agenda
