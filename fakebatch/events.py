"""EventBridge: the events of a world, and those who are told of them as they happen.

The sequence is worked out from what is recorded when somebody looks at it. Subscribers are told behind each
event of the simulation that changed something, at its instant and as a part of it: time cannot be moved
meanwhile, and what they change is told in its turn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from difflib import get_close_matches
from inspect import iscoroutinefunction
from marshal import dumps, loads
from typing import Any, overload

from fakebatch.aws.ids import derived_uuid
from fakebatch.batch.events import DETAIL_TYPES, Moment, Moments, event
from fakebatch.clocks import span_of
from fakebatch.errors import UsageError
from fakebatch.state import State

# The fastest: no references to keep.
_MARSHAL_VERSION = 2

Event = dict[str, Any]
Late = float | timedelta | Callable[[Event], float | timedelta]


class Subscription:
    """What `subscribe` returns: whom to tell, and how to stop it.

    Attributes:
        active: still told of events.
    """

    # A snapshot has deliveries on their way, and this is where they go, whenever it is restored.
    outlives_snapshots = True

    def __init__(self, events: Events, function: Callable[[Event], object], detail_type: str | None) -> None:
        self.active = True
        self.function = function
        self.detail_type = detail_type
        self.late: Late = 0
        self.copies = 1
        # The first event that it is told of.
        self.since = 0
        self._events = events

    def __repr__(self) -> str:
        ended = "" if self.active else ", ended"
        return f"<fakebatch subscription of {self.function!r} to {self.detail_type or 'all events'}{ended}>"

    def unsubscribe(self) -> None:
        """Be told of nothing any more, nor of what is on its way. A second time does nothing."""
        self._events.remove(self)

    def wants(self, index: int, moment: Moment) -> bool:
        """Whether it is to be told of an event."""
        return index >= self.since and self.detail_type in (None, moment.detail_type)

    def arrive(self, index: int) -> None:
        """A late delivery is there."""
        self._events.hand_over(self, index)


class Events(Sequence[Event]):
    """The events of a world, oldest first, in AWS's JSON shape; each look makes a copy of its own.

    Args:
        state: the state that is current.
        lock: the world's.
        seed: of the world; ids are derived from it and from an event's position.
    """

    outlives_snapshots = True

    def __init__(
        self, state: Callable[[], State], lock: AbstractContextManager[object], seed: object
    ) -> None:
        self._state_now = state
        self._lock = lock
        self._seed = seed
        self._state = state()
        self._moments = Moments(self._state.trace, self._state.remarks)
        self._subscriptions: list[Subscription] = []
        # How many events have been sent out.
        self._sent = 0
        # (whom, which event, already late): what is to be handed over at this instant.
        self._waiting: deque[tuple[Subscription, int, bool]] = deque()
        # The event that was packed last: subscribers mostly want the same.
        self._packed: tuple[int, bytes] = (-1, b"")

    def __len__(self) -> int:
        with self._lock:
            return len(self._found())

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        with self._lock:
            chosen = range(len(self._found()))[index]
            if isinstance(chosen, range):
                return [self._read(each) for each in chosen]
            return self._read(chosen)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Events, list, tuple)):
            return list(self) == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment] # it changes as events happen

    def __repr__(self) -> str:
        with self._lock:
            return f"[{', '.join(map(_line, self._found()))}]"

    def subscribe(
        self,
        function: Callable[[Event], object],
        detail_type: str | None = None,
        *,
        late: Late = 0,
        copies: int = 1,
    ) -> Subscription:
        """Have a function called with each event from now on, as it happens.

        Subscribers are called in the order in which they subscribed. What one raises comes out of the call
        that moved time, once everybody has been told of what happened at that instant.

        Args:
            function: takes the event, a copy of its own.
            detail_type: only events of this type, such as "Batch Job State Change".
            late: seconds or a timedelta between an event and its delivery; or a function of the event that
                says it, so that one event overtakes another.
            copies: how often each event is delivered: EventBridge promises at least once. `late` goes for
                each copy.

        Returns:
            The subscription; its `unsubscribe()` ends it.

        Raises:
            UsageError: an argument that cannot be.
        """
        _check(function, detail_type, copies)
        if not callable(late):
            span_of(late, f"subscribe(late={late!r})")
        with self._lock:
            subscription = Subscription(self, function, detail_type)
            subscription.late, subscription.copies = late, copies
            subscription.since = len(self._found())
            if not self._subscriptions:
                self._sent = subscription.since
            self._subscriptions.append(subscription)
            self._listen()
        return subscription

    # For subscriptions and the world

    def remove(self, subscription: Subscription) -> None:
        """Tell a subscriber of nothing any more."""
        with self._lock:
            subscription.active = False
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)
                self._listen()

    def hand_over(self, subscription: Subscription, index: int) -> None:
        """Tell a subscriber of an event that is late, now."""
        self._waiting.append((subscription, index, True))

    def on_new_state(self, keep_subscribers: bool) -> None:
        """Another state is current: a restored one, or an empty one."""
        self._waiting.clear()
        if not keep_subscribers:
            for subscription in tuple(self._subscriptions):
                self.remove(subscription)
        self._sent = len(self._found())
        for subscription in self._subscriptions:
            subscription.since = self._sent
        self._listen()

    # Inside

    def _found(self) -> list[Moment]:
        """The moments of all events up to now."""
        state = self._state_now()
        if state is not self._state:
            self._state = state
            self._moments = Moments(state.trace, state.remarks)
            self._packed = (-1, b"")
        self._moments.catch_up()
        return self._moments.found

    def _read(self, index: int) -> Event:
        """A fresh copy of an event."""
        if self._packed[0] != index:
            moment = self._moments.found[index]
            _, _, _, region, account_id, _ = moment.queue.arn.split(":", 5)
            service = self._state.services["batch", region, account_id]
            event_id = derived_uuid(f"event/{self._seed!r}/{index}")
            self._packed = (index, dumps(event(service, moment, event_id), _MARSHAL_VERSION))
        copied: Event = loads(self._packed[1])  # noqa: S302 - our own bytes
        return copied

    def _listen(self) -> None:
        self._state_now().sim.after_event = self._tell if self._subscriptions else None

    def _tell(self) -> None:
        """Hand over all that is to be delivered at this instant, what comes of it included."""
        first: Exception | None = None
        while self._send():
            subscription, index, is_due = self._waiting.popleft()
            try:
                if subscription.active and (is_due or not self._delayed(subscription, index)):
                    self._call(subscription, index)
            except Exception as error:  # noqa: BLE001 - the others are told all the same
                first = first or error
        if first is not None:
            raise first

    def _send(self) -> bool:
        """Address what has happened since the last time; False when nothing waits to be handed over."""
        found = self._found()
        for index in range(self._sent, len(found)):
            for subscription in self._subscriptions:
                if subscription.wants(index, found[index]):
                    self._waiting.extend([(subscription, index, False)] * subscription.copies)
        self._sent = len(found)
        return bool(self._waiting)

    def _delayed(self, subscription: Subscription, index: int) -> bool:
        """Put a delivery on the agenda if it is to be late."""
        late = subscription.late
        span = late(self._read(index)) if callable(late) else late
        after_ns = span_of(span, f"subscribe(late=...): {span!r}") if span else 0
        if after_ns:
            self._state.sim.schedule(after_ns, subscription.arrive, index)
        return after_ns > 0

    def _call(self, subscription: Subscription, index: int) -> None:
        sim = self._state.sim
        slept_ns = sim.slept_ns
        try:
            subscription.function(self._read(index))
        finally:
            # Sleeping in a subscriber takes no time.
            sim.slept_ns = slept_ns


def _check(function: object, detail_type: object, copies: object) -> None:
    if not callable(function) or iscoroutinefunction(function):
        raise UsageError(f"subscribe({function!r}): give a plain function that takes an event.")
    if detail_type is not None and detail_type not in DETAIL_TYPES:
        near = get_close_matches(str(detail_type), DETAIL_TYPES, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        known = ", ".join(map(repr, DETAIL_TYPES))
        raise UsageError(
            f"subscribe(detail_type={detail_type!r}): there is no such event.{hint} There are {known}."
        )
    if not isinstance(copies, int) or isinstance(copies, bool) or copies < 1:
        raise UsageError(f"subscribe(copies={copies!r}): give a whole number from 1 on.")


def _line(moment: Moment) -> str:
    return f"<{moment.detail_type}: {moment.job.name} {moment.status}>"
