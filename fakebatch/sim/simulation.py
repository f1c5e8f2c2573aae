"""The simulation: a clock that only events and the caller move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakebatch.sim.agenda import Agenda, Event


class Simulation:
    """Fires events in order, each at its own instant.

    Attributes:
        now_ns: the current instant, ns since the Unix epoch. While an event fires it is that event's.
        firing: an event's action is on the stack; time cannot be moved until it returns.
        slept_ns: what code that runs inside an event has asked to sleep; whoever runs it takes it off.
        after_event: called behind the action of each event, as a part of it; None for nobody.
    """

    __slots__ = ("after_event", "agenda", "firing", "now_ns", "slept_ns")

    def __init__(self, now_ns: int) -> None:
        self.now_ns = now_ns
        self.agenda = Agenda()
        self.firing = False
        self.slept_ns = 0
        self.after_event: Callable[[], None] | None = None

    def schedule(
        self, after_ns: int, action: Callable[[Any], None], subject: object, background: bool = False
    ) -> Event:
        """Have `action(subject)` happen `after_ns` from now, behind what is already due then."""
        return self.agenda.add(self.now_ns + after_ns, action, subject, background)

    def cancel(self, event: Event | None) -> None:
        """Strike a scheduled event; None and events that have happened are let pass."""
        if event is not None:
            self.agenda.cancel(event)

    def step(self, until_ns: int) -> bool:
        """Fire the next event at or before `until_ns`; False when there is none."""
        event = self.agenda.pop_due(until_ns)
        if event is None:
            return False
        # An overdue event (the clock was moved past it) happens now, not in the past.
        self.now_ns = max(self.now_ns, event.when_ns)
        self.firing = True
        try:
            event.action(event.subject)
            if self.after_event is not None:
                self.after_event()
        finally:
            self.firing = False
        return True

    def settle(self) -> None:
        """What has just been done from outside is treated as if an event had done it."""
        if self.after_event is not None and not self.firing:
            self.firing = True
            try:
                self.after_event()
            finally:
                self.firing = False

    def run_until(self, until_ns: int) -> None:
        """Fire everything due by `until_ns`, then be there. Never goes back."""
        while self.step(until_ns):
            pass
        self.now_ns = max(self.now_ns, until_ns)
