"""A scheduler that is slow and obvious: plain lists, gone through anew at every decision.

It knows the durations of a default `Timing`, one type of instance rules (the smallest that is large enough),
and nothing of fakebatch but how usage of a share fades.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fakebatch.batch.fair_share import faded_mean

S = 10**9
IDLE_NS = 60 * S
DECAY_NS = 3600 * S

Needs = tuple[int, int, int]  # GPUs, vCPUs, MiB


@dataclass(eq=False)
class Machine:
    """An instance; `changed` orders those with the same room."""

    whole: Needs
    free: Needs
    changed: int
    idle_ns: int | None = None


@dataclass(eq=False)
class Place:
    """An environment: Fargate without types."""

    name: str
    most: int
    types: list[Needs]
    may_exceed: bool = True
    machines: list[Machine] = field(default_factory=list)
    used: int = 0

    def launchable(self, needs: Needs) -> Needs | None:
        large_enough = sorted(
            each for each in self.types if all(a >= b for a, b in zip(each, needs, strict=True))
        )
        if not large_enough or needs[1] > self.most:
            return None
        in_use = sum(machine.whole[1] for machine in self.machines)
        best = large_enough[0]
        fits = in_use < self.most if self.may_exceed else in_use + best[1] <= self.most
        return best if fits else None


@dataclass(eq=False)
class Waiting:
    """A job."""

    name: str
    queue: Queue
    needs: Needs
    share: str | None
    priority: int
    runs_s: int
    tries: int
    sequence: int
    status: str = "SUBMITTED"
    tried: int = 0
    due_ns: int = 0
    place: Place | None = None
    machine: Machine | None = None

    def turn(self) -> tuple[bool, int, int]:
        return (self.tried == 0, -self.priority if self.share else 0, self.sequence)


@dataclass(eq=False)
class Queue:
    """A queue; weights are there when it has shares."""

    name: str
    priority: int
    places: list[Place]
    weights: dict[str, float] | None = None
    jobs: list[Waiting] = field(default_factory=list)
    # Of each share: vCPUs held, their mean, and when that was worked out.
    usage: dict[str, tuple[int, float, int]] = field(default_factory=dict)

    def held(self, share: str, now_ns: int) -> tuple[int, float]:
        vcpus, mean, settled_ns = self.usage.get(share, (0, 0.0, now_ns))
        return vcpus, faded_mean(mean, float(vcpus), now_ns - settled_ns, DECAY_NS)

    def change(self, share: str, vcpus: int, now_ns: int) -> None:
        before, mean = self.held(share, now_ns)
        self.usage[share] = (before + vcpus, mean, now_ns)

    def head(self, now_ns: int) -> Waiting | None:
        waiting = [job for job in self.jobs if job.status == "WAITING"]
        if self.weights is None:
            return min(waiting, key=Waiting.turn, default=None)
        heads = [
            min((job for job in waiting if job.share == share), key=Waiting.turn)
            for share in sorted({job.share for job in waiting if job.share})
        ]
        return min(
            heads, key=lambda job: (self.ratio(job, now_ns), job.turn()[0], job.turn()[2]), default=None
        )

    def ratio(self, job: Waiting, now_ns: int) -> float:
        assert job.share is not None
        assert self.weights is not None
        return sum(self.held(job.share, now_ns)) * self.weights.get(job.share, 1.0)

    def turn(self, now_ns: int) -> tuple[object, ...]:
        head = self.head(now_ns)
        assert head is not None
        if self.weights is not None:
            return (-self.priority, self.name)
        return (-self.priority, "", head.tried == 0, head.sequence)


class Reference:
    """All of them, and an instant."""

    def __init__(self, places: list[Place], queues: list[Queue]) -> None:
        self.places = places
        self.queues = queues
        self.now_ns = 0
        self.jobs: list[Waiting] = []
        self.started: list[tuple[float, str, str]] = []
        self._changes = 0
        self._touched: set[str] = set()

    def submit(self, job: Waiting) -> None:
        job.due_ns = self.now_ns + 1 * S
        job.queue.jobs.append(job)
        self.jobs.append(job)

    def cancel(self, job: Waiting) -> None:
        if job.status in ("SUBMITTED", "RUNNABLE", "WAITING"):
            job.status = "FAILED"
            self._touched.add(job.queue.name)

    def terminate(self, job: Waiting) -> None:
        self.cancel(job)
        if job.status in ("STARTING", "RUNNING"):
            job.tries, job.status, job.due_ns = 0, "STOPPING", self.now_ns

    def run_until(self, until_ns: int | None) -> None:
        """Let everything happen until then, or as long as jobs move."""
        while True:
            self._settle()
            next_ns = min((job.due_ns for job in self.jobs if job.status in MOVES), default=None)
            if until_ns is None and next_ns is None:
                return
            going = [m.idle_ns + IDLE_NS for p in self.places for m in p.machines if m.idle_ns is not None]
            instants = [each for each in (next_ns, *going) if each is not None]
            if not instants or (until_ns is not None and min(instants) > until_ns):
                break
            self.now_ns = min(instants)
        assert until_ns is not None
        self.now_ns = until_ns

    def _settle(self) -> None:
        """All that is due now, then decisions."""
        for job in self.jobs:
            while job.status in MOVES and job.due_ns <= self.now_ns:
                self._move(job)
        for place in self.places:
            for machine in list(place.machines):
                if machine.idle_ns is not None and machine.idle_ns + IDLE_NS <= self.now_ns:
                    place.machines.remove(machine)
                    self._freed(place)
        while self._touched:
            touched, self._touched = self._touched, set()
            self._decide([queue for queue in self.queues if queue.name in touched])

    def _move(self, job: Waiting) -> None:
        after_s = {"SUBMITTED": 4, "STARTING": job.runs_s}
        if job.status == "RUNNABLE":
            job.status = "WAITING"
            self._touched.add(job.queue.name)
        elif job.status in ("RUNNING", "STOPPING"):
            self._end(job)
        else:
            job.due_ns += after_s[job.status] * S
            job.status = MOVES[job.status]

    def _end(self, job: Waiting) -> None:
        job.tried += 1
        self._give_back(job)
        if job.status == "STOPPING" or job.tried >= job.tries:
            job.status = "SUCCEEDED" if job.status == "RUNNING" else "FAILED"
        else:
            job.status, job.due_ns = "RUNNABLE", self.now_ns + 4 * S

    def _decide(self, queues: list[Queue]) -> None:
        open_queues = [queue for queue in queues if queue.head(self.now_ns)]
        while open_queues:
            queue = min(open_queues, key=lambda queue: queue.turn(self.now_ns))
            job = queue.head(self.now_ns)
            assert job is not None
            if not any(self._start(job, place) for place in queue.places) or not queue.head(self.now_ns):
                open_queues.remove(queue)

    def _start(self, job: Waiting, place: Place) -> bool:
        if place.types:
            machine = self._machine_for(job, place)
            if machine is None:
                return False
            self._change(machine, job.needs, -1)
            machine.idle_ns = None
            job.machine = machine
        elif place.used + job.needs[1] > place.most:
            return False
        else:
            place.used += job.needs[1]
        job.place, job.status, job.due_ns = place, "STARTING", self.now_ns + 5 * S
        if job.share:
            job.queue.change(job.share, job.needs[1], self.now_ns)
        self.started.append((self.now_ns / S, job.name, place.name))
        return True

    def _machine_for(self, job: Waiting, place: Place) -> Machine | None:
        fitting = [m for m in place.machines if all(a >= b for a, b in zip(m.free, job.needs, strict=True))]
        if fitting:
            return min(fitting, key=lambda machine: (machine.free, machine.changed))
        whole = place.launchable(job.needs)
        if whole is None:
            return None
        machine = Machine(whole, whole, 0)
        place.machines.append(machine)
        self._freed(place)
        return machine

    def _give_back(self, job: Waiting) -> None:
        place, machine = job.place, job.machine
        assert place is not None
        if machine is None:
            place.used -= job.needs[1]
        else:
            self._change(machine, job.needs, 1)
            if machine.free == machine.whole:
                machine.idle_ns = self.now_ns
        if job.share:
            job.queue.change(job.share, -job.needs[1], self.now_ns)
        job.place = job.machine = None
        self._freed(place)

    def _change(self, machine: Machine, needs: Needs, sign: int) -> None:
        self._changes += 1
        gpus, vcpus, memory = (there + sign * each for there, each in zip(machine.free, needs, strict=True))
        machine.free, machine.changed = (gpus, vcpus, memory), self._changes

    def _freed(self, place: Place) -> None:
        self._touched |= {queue.name for queue in self.queues if place in queue.places}


# What a state becomes by itself.
MOVES = {"SUBMITTED": "RUNNABLE", "RUNNABLE": "WAITING", "STARTING": "RUNNING", "RUNNING": "", "STOPPING": ""}
