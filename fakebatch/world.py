"""One sandbox: a clock, a simulation, and the services of each account and region in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any

from fakebatch import collector, injection, waiting
from fakebatch.aws.ids import Ids
from fakebatch.aws.place import Place
from fakebatch.aws.timestamps import to_datetime
from fakebatch.batch.service import Service
from fakebatch.calls import Calls
from fakebatch.clocks import Clock, instant_of, span_of, spell
from fakebatch.errors import UsageError
from fakebatch.faults import Fault
from fakebatch.options import Options
from fakebatch.sim.simulation import Simulation
from fakebatch.snapshots import Snapshot
from fakebatch.state import DUMMY_CREDENTIALS, State
from fakebatch.vain_sleeps import NOTHING_LEFT, POLLING_IN_A_BODY, VainSleeps

if TYPE_CHECKING:
    from fakebatch.batch.control import Control
    from fakebatch.events import Events
    from fakebatch.report.timeline import Timeline
    from fakebatch.side import Side


class World:
    """A fake account that tests drive: its time, what happens in it, and what was asked of it.

    `fakebatch.mock()` makes one at each entry. It stays readable after it has been stopped.
    """

    def __init__(self, options: Options, region: str, leave: Callable[[World], None]) -> None:
        self.options = options
        self.region = region
        self.account_id = options.account_id
        # Held around each call and each move of time; code inside an event may call again.
        self.lock = RLock()
        self.active = True
        self._leave = leave
        self._auto_tick_ns = options.auto_tick_ns
        self._vain_sleeps = VainSleeps()
        self._events: Events | None = None
        self._clock = Clock(options.clock)
        start_ns = options.start_ns
        if start_ns is None or self._clock.freezer() is not None:
            start_ns = self._clock.first_ns()
        self._state = self._fresh(start_ns)

    def __repr__(self) -> str:
        state = self._state
        return f"<fakebatch.World at {spell(state.sim.now_ns)}, {len(state.log)} calls>"

    # Time

    @property
    def now(self) -> datetime:
        """The current instant, an aware UTC datetime."""
        with self.lock:
            self.sync()
            return to_datetime(self._state.sim.now_ns)

    def tick(self, delta: float | timedelta = 1) -> None:
        """Move time on; everything due happens in order, each at its own instant.

        Under freezegun or time-machine it is theirs that moves.

        Args:
            delta: seconds, or a timedelta.

        Raises:
            UsageError: negative, inside an event, or on a real clock.
        """
        span_ns = span_of(delta, f"tick({delta!r})")
        with self.lock:
            self._move_to(self._present_ns("tick()") + span_ns)

    def move_to(self, when: datetime | str) -> None:
        """Go to an instant, an aware datetime or ISO 8601 text; everything due before happens on the way.

        Raises:
            UsageError: it is earlier than now; or as for `tick`.
        """
        target_ns = instant_of(when, "move_to()")
        with self.lock:
            present_ns = self._present_ns("move_to()")
            if target_ns < present_ns:
                raise UsageError(
                    f"move_to({when!r}): it is {spell(present_ns)} already, and time only goes forward. "
                    "restore() comes back to a snapshot."
                )
            self._move_to(target_ns)

    def run_until(
        self,
        job: str | Mapping[str, Any] | object,
        status: str | None = None,
        timeout: float | timedelta = timedelta(days=30),
    ) -> None:
        """Move time to the instant at which a job reaches a status.

        Args:
            job: its id, the response that names it, or a view of it.
            status: None for any that ends it.
            timeout: how far time may go, as a timedelta or seconds.

        Raises:
            UsageError: it never will, and why.
        """
        span_ns = span_of(timeout, f"run_until(timeout={timeout!r})")
        with self.lock:
            until_ns = self._present_ns("run_until()") + span_ns
            state = self._state
            record = waiting.find(state.services, job)
            with collector.paused():
                waiting.run_until(record, status, until_ns, state.sim.agenda, self.step)

    def run_until_idle(self) -> None:
        """Let everything happen that is going to by itself, and stay at the last of it."""
        with self.lock:
            self._present_ns("run_until_idle()")
            agenda = self._state.sim.agenda
            while not agenda.idle:
                due_ns = agenda.next_at()
                assert due_ns is not None
                self._move_to(due_ns)

    def sleep(self, seconds: float) -> bool:
        """Let the virtual clock take a sleep of the code under test.

        Inside an event time can't move: the sleep is noted on the simulation, for whoever runs that code.

        Returns:
            False where time is real, so that the caller has to wait.

        Raises:
            UsageError: the ten thousandth in a row that can change nothing: the loop would never end.
        """
        span_ns = span_of(seconds, "sleep()")
        with self.lock:
            sim = self._state.sim
            if sim.firing:
                self._vain_sleeps.count(sim.slept_ns > 0, POLLING_IN_A_BODY)
                sim.slept_ns += span_ns
                return True
            if not self._clock.told:
                return False
            self._vain_sleeps.count(sim.agenda.idle, NOTHING_LEFT)
            self._move_to(self._present_ns("sleep()") + span_ns)
            return True

    # The test author's side

    def client(self, service: str, region_name: str | None = None, **kwargs: Any) -> Any:
        """A boto3 client, of this world's region unless told otherwise.

        Args:
            service: "batch" or any other that boto3 knows.
            region_name: another region.
            kwargs: as for `boto3.client`.

        Raises:
            UsageError: the world has been stopped: its clients would call AWS.
        """
        if not self.active:
            raise UsageError(f"client({service!r}): this world has been stopped, its clients would call AWS.")
        from fakebatch.clients import make_client  # noqa: PLC0415 - imports boto3, which not everybody uses

        return make_client(service, region_name or self.region, {**DUMMY_CREDENTIALS, **kwargs})

    def at(self, region: str | None = None, account_id: str | None = None) -> Side:
        """The author's side of another region, another account, or both."""
        from fakebatch.side import Side  # noqa: PLC0415 - only authors' sides need what it imports

        return Side(partial(self._locate, region or self.region, account_id or self.account_id))

    @property
    def batch(self) -> Control:
        """The author's side of Batch in the default account and region."""
        return self.at().batch

    @property
    def drs(self) -> Any:
        """The author's side of Elastic Disaster Recovery in the default account and region."""
        return self.at().drs

    @property
    def calls(self) -> Calls:
        """What the code under test has called, in order."""
        return Calls(lambda: self._state.log)

    @property
    def events(self) -> Events:
        """EventBridge's events up to now, in AWS's JSON shape, and subscribing to those to come."""
        with self.lock:
            self.sync()
            if self._events is None:
                from fakebatch.events import Events  # noqa: PLC0415 - few tests look at them

                self._events = Events(lambda: self._state, self.lock, self.options.seed)
            return self._events

    @property
    def timeline(self) -> Timeline:
        """What has happened when: every transition up to now, as text, HTML or a trace."""
        from fakebatch.report.timeline import Timeline  # noqa: PLC0415 - few tests look at it

        with self.lock:
            self.sync()
            return Timeline(self._state.trace, self.calls, self._state.sim.now_ns)

    def inject(  # noqa: PLR0917 - the contract's order
        self,
        operation: str,
        error: str | type[Exception],
        status: int | None = None,
        message: str | None = None,
        times: int = 1,
        service: str = "batch",
        after: int = 0,
    ) -> None:
        """Let the next calls of an operation fail on the wire, through botocore's own retries.

        Args:
            operation: as AWS spells it: "SubmitJob".
            error: an AWS error code, or the class of an exception such as botocore's ConnectTimeoutError.
            status: HTTP status; by default the code's own.
            message: its words.
            times: how many attempts on the wire fail; `1` is healed by one retry.
            service: "batch" or "drs".
            after: how many calls are let through first.

        Raises:
            UsageError: no such operation, service, error or count.
        """
        fault = injection.checked(Fault(service, operation, error, status, message, times, after))
        with self.lock:
            self._state.faults.append(fault)

    # The whole

    def snapshot(self) -> Snapshot:
        """Keep the whole state, the instant too.

        Raises:
            UsageError: inside an event.
        """
        with self.lock:
            self._refuse_inside_event("snapshot()")
            self.sync()
            return Snapshot(self._state)

    def restore(self, snapshot: Snapshot) -> None:
        """Come back to a snapshot, as often as wanted; a followed freezer goes back with it.

        Events come back, subscribers stay as they are now.

        Raises:
            UsageError: inside an event.
        """
        copy = getattr(snapshot, "copy_state", None)
        if copy is None:
            raise UsageError(f"restore({snapshot!r}): give what snapshot() returned.")
        with self.lock:
            self._refuse_inside_event("restore()")
            self._replace_state(copy(), keep_subscribers=True)
            freezer = self._clock.freezer()
            if freezer is not None:
                freezer.move_to(self._state.sim.now_ns)

    def reset(self) -> None:
        """Empty everything but the clock: resources, rules, calls, faults, events, subscribers.

        Ids start over.

        Raises:
            UsageError: inside an event.
        """
        with self.lock:
            self._refuse_inside_event("reset()")
            self.sync()
            self._replace_state(self._fresh(self._state.sim.now_ns), keep_subscribers=False)

    def stop(self) -> None:
        """Leave, and put everything back that was patched. A second time does nothing."""
        if self.active:
            self.active = False
            self._leave(self)

    # For the layers above

    def begin_call(self) -> State:
        """The state to answer a call from: everything due by now has happened. Hold the lock."""
        if self._auto_tick_ns:
            self._auto_tick()
        return self.sync()

    def sync(self) -> State:
        """Let everything happen that is due by now; nothing while an event is happening. Hold the lock."""
        state = self._state
        sim = state.sim
        if sim.firing:
            return state
        now_ns = sim.now_ns
        present_ns = self._clock.present_ns(now_ns)
        if present_ns < now_ns:
            if not state.untouched:
                self._clock.warn_of_going_back(now_ns, present_ns)
                return state
            sim.now_ns = present_ns
        due_ns = sim.agenda.next_at()
        if present_ns > now_ns or (due_ns is not None and due_ns <= present_ns):
            sim.run_until(present_ns)
        return state

    def service(self, name: str, region: str, account_id: str) -> Any:
        """A service of the current state in one place, made when first asked for."""
        key = (name, region, account_id)
        found = self._state.services.get(key)
        return self._open(key) if found is None else found

    @property
    def state(self) -> State:
        """The state that is current, until the next restore."""
        return self._state

    def step(self, until_ns: int) -> bool:
        """Go to the next event by `until_ns` and let it happen; False when there is none. Hold the lock."""
        due_ns = self._state.sim.agenda.next_at()
        if due_ns is None or due_ns > until_ns:
            return False
        self._carry_freezer(due_ns)
        return self._state.sim.step(due_ns)

    # Inside

    def _locate(self, region: str, account_id: str, name: str) -> Any:
        with self.lock:
            self.sync()
            return self.service(name, region, account_id)

    def _fresh(self, now_ns: int) -> State:
        seed = self.options.seed
        return State(Simulation(now_ns), Ids(seed), Ids((seed, "requests")).uuid4()[:-12])

    def _replace_state(self, state: State, keep_subscribers: bool) -> None:
        # What a copy was told to call belongs to the time of the snapshot.
        state.sim.after_event = None
        self._state = state
        if self._events is not None:
            self._events.on_new_state(keep_subscribers)

    def _open(self, key: tuple[str, str, str]) -> Service:
        name, region, account_id = key
        if name != "batch":
            raise UsageError(f"{name} isn't there yet.")
        state, options = self._state, self.options
        place = Place(region, account_id)
        found = Service(
            place, state.sim, options.durations, state.ids, state.trace, options.provision, state.remarks
        )
        state.services[key] = found
        return found

    def _auto_tick(self) -> None:
        if not self._state.sim.firing and self._clock.told:
            self._move_to(self._present_ns("auto_tick") + self._auto_tick_ns)

    def _present_ns(self, asked: str) -> int:
        """What the clock says, after what is due by then has happened.

        Raises:
            UsageError: time can't be moved now.
        """
        self._refuse_inside_event(asked)
        if not self._clock.told:
            raise UsageError(
                f"{asked}: this world follows the real clock, which nobody can move. Freeze time with "
                'freezegun or time-machine, or leave out clock="system".'
            )
        self.sync()
        return self._clock.present_ns(self._state.sim.now_ns)

    def _move_to(self, target_ns: int) -> None:
        with collector.paused():
            sim = self._state.sim
            while (due_ns := sim.agenda.next_at()) is not None and due_ns <= target_ns:
                self._carry_freezer(due_ns)
                sim.run_until(due_ns)
            self._carry_freezer(target_ns)
            sim.run_until(target_ns)

    def _carry_freezer(self, target_ns: int) -> None:
        # Whoever looks at time.time() while an event happens sees the event's instant.
        freezer = self._clock.freezer()
        if freezer is not None and freezer.read_ns() < target_ns:
            freezer.move_to(target_ns)

    def _refuse_inside_event(self, asked: str) -> None:
        if self._state.sim.firing:
            raise UsageError(
                f"{asked}: an event is happening at this very instant, and takes no time itself."
            )
