"""What mock() was asked for, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from fakebatch.clocks import KINDS, instant_of, span_of
from fakebatch.errors import UsageError
from fakebatch.timing import Durations, Timing

_REGION = "give a region's name, such as 'eu-west-1'."

DEFAULT_ACCOUNT = "123456789012"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The keywords of `mock()`; see there for what each does.

    Attributes:
        region: None where the environment decides.

    Raises:
        UsageError: a value that cannot be, with those that can.
    """

    start: datetime | str | None = None
    clock: str = "auto"
    sleep: bool = True
    auto_tick: Any = 0
    seed: object = 0
    region: str | None = None
    account_id: str = DEFAULT_ACCOUNT
    accounts: Mapping[str, str] = field(default_factory=dict)
    timing: Timing = field(default_factory=Timing)
    provision: bool = False
    others: str = "pass"
    logs: bool = False
    # Worked out here, so that entering a mock only copies.
    start_ns: int | None = field(init=False)
    auto_tick_ns: int = field(init=False)
    durations: Durations = field(init=False)

    def __post_init__(self) -> None:
        self._check_choices()
        self._check_accounts()
        if self.clock == "system" and self.start is not None:
            raise UsageError(
                'mock(start=..., clock="system"): a system clock starts at what time.time() says. Leave '
                "one of the two out, or freeze time with freezegun or time-machine."
            )
        if self.logs:
            raise UsageError("mock(logs=True): reading CloudWatch Logs isn't there yet.")
        settle = object.__setattr__
        settle(self, "start_ns", None if self.start is None else instant_of(self.start, "mock(start=...)"))
        settle(self, "auto_tick_ns", span_of(self.auto_tick, "mock(auto_tick=...)"))
        settle(self, "durations", Durations.of(self.timing))

    def _check_choices(self) -> None:
        self._check_kind("timing", Timing, "give a fakebatch.Timing.")
        for name in ("sleep", "provision", "logs"):
            self._check_kind(name, bool, "True or False.")
        if self.region is not None:
            self._check_kind("region", str, _REGION)
            if not self.region:
                raise UsageError(f"mock(region=''): {_REGION}")
        for name, known in (("clock", KINDS), ("others", ("pass", "block"))):
            value: object = getattr(self, name)
            if value not in known:
                raise UsageError(f"mock({name}={value!r}): choose one of {', '.join(map(repr, known))}.")

    def _check_kind(self, name: str, kind: type, advice: str) -> None:
        value: object = getattr(self, name)
        if not isinstance(value, kind):
            raise UsageError(f"mock({name}={value!r}): {advice}")

    def _check_accounts(self) -> None:
        self._check_kind("accounts", Mapping, "give a mapping of access key ids to account ids.")
        given: list[tuple[str, object]] = [("account_id", self.account_id)]
        for asked, account in given + [("accounts", account) for account in self.accounts.values()]:
            if not (isinstance(account, str) and len(account) == 12 and account.isdigit()):
                raise UsageError(
                    f"mock({asked}=...): {account!r} is no account id, which is a text of 12 digits."
                )


_NAMES = [option.name for option in fields(Options) if option.init]


def options_of(given: Mapping[str, Any]) -> Options:
    """Checked options.

    Raises:
        UsageError: an unknown one, with the nearest, or a value that cannot be.
    """
    for name in given:
        if name not in _NAMES:
            near = get_close_matches(name, _NAMES, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UsageError(f"mock() has no option {name!r}.{hint} It knows {', '.join(_NAMES)}.")
    return Options(**given)
