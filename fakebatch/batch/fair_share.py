"""Fair share: what each share of a queue has used, and whose turn it is. Figures only; nothing moves here.

Theory of operation
-------------------
The next job comes from the share whose usage times weight is lowest. Usage is measured in vCPUs: those that
the share's placed jobs hold now, plus the mean of what they held lately. In that mean the past fades
exponentially, with `shareDecaySeconds` as its time constant, so that a share which has just used much stands
back for a while. A share that has had no job for that long is not active any more, and starts afresh.
In queues for service jobs instances take the place of vCPUs (assumed).

A share is brought up to date when its vCPUs change and only then; asking for its usage changes nothing.

Source: user guide, "Fair-share scheduling policies", and API reference, FairsharePolicy (reference §12.2),
for the ratio, the weights and the window; how usage fades within the window is assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import exp
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from fakebatch.batch.state import Job, JobQueue

T = TypeVar("T")

# Source: API reference, CreateJobQueue.schedulingPolicyArn.
MAX_ACTIVE = 500
DEFAULT_WEIGHT = 1.0


@dataclass(slots=True)
class Share:
    """What a queue knows of one share identifier.

    Attributes:
        live: its jobs that have not ended, the children of an array with their parent.
        placed: its jobs that are STARTING or RUNNING.
        vcpus: what these hold.
        mean: of the vCPUs held up to `settled_ns`, the past fading.
        settled_ns: when `vcpus` last changed.
        left_ns: when its last job ended; what it is while one lives doesn't matter.
    """

    settled_ns: int
    live: int = 0
    placed: int = 0
    vcpus: float = 0.0
    mean: float = 0.0
    left_ns: int = 0

    def usage(self, now_ns: int, decay_ns: int) -> float:
        """vCPUs, for comparing shares of one queue."""
        return self.vcpus + faded_mean(self.mean, self.vcpus, now_ns - self.settled_ns, decay_ns)

    def settle(self, now_ns: int, decay_ns: int) -> None:
        """Bring the mean up to now, before `vcpus` or the decay changes."""
        self.mean = faded_mean(self.mean, self.vcpus, now_ns - self.settled_ns, decay_ns)
        self.settled_ns = now_ns

    def is_active(self, now_ns: int, decay_ns: int) -> bool:
        """It has jobs, or had some within the decay."""
        return self.live > 0 or now_ns - self.left_ns < decay_ns


def faded_mean(mean: float, vcpus: float, elapsed_ns: int, decay_ns: int) -> float:
    """The mean after `vcpus` have been held for a while."""
    kept = exp(-elapsed_ns / decay_ns)
    return mean * kept + vcpus * (1.0 - kept)


def weights(distribution: Iterable[Mapping[str, Any]], identifiers: Iterable[str]) -> dict[str, float]:
    """The weight of each identifier by a policy's shareDistribution; entries don't overlap.

    An entry `prefix*` gives its weight to each identifier that it fits, times the number of those.
    Source: reference §12.2; that it counts the active ones is assumed.
    """
    found = dict.fromkeys(identifiers, DEFAULT_WEIGHT)
    for entry in distribution:
        name: str = entry["shareIdentifier"]
        weight: float = entry.get("weightFactor", DEFAULT_WEIGHT)
        if name.endswith("*"):
            fitting = [identifier for identifier in found if identifier.startswith(name[:-1])]
            found.update(dict.fromkeys(fitting, weight * len(fitting)))
        elif name in found:
            found[name] = weight
    return found


def in_turn(
    lines: Mapping[str, Sequence[T]], ratio: Callable[[str], float], rank: Callable[[T], Any]
) -> Iterator[T]:
    """The jobs of several shares in the order of their dispatch.

    What one costs is O(log shares). A share's ratio is asked for again after each of its jobs, so that the
    caller can let the job count; the others' are taken for unchanged.

    Args:
        lines: each share's jobs in their own order, none empty.
        ratio: usage times weight of a share.
        rank: which of two front jobs is first when their shares are even (assumed: the queue's order).
    """
    heap = [(ratio(share), rank(line[0]), share, 0) for share, line in lines.items()]
    heapify(heap)
    while heap:
        _, _, share, position = heappop(heap)
        line = lines[share]
        yield line[position]
        if position + 1 < len(line):
            heappush(heap, (ratio(share), rank(line[position + 1]), share, position + 1))


def ratios(queue: JobQueue, now_ns: int) -> Callable[[str, float], float]:
    """A function from a share, and vCPUs that it is thought to hold besides, to its usage times weight."""
    policy = queue.scheduling_policy
    assert policy is not None
    shares, decay_ns = queue.shares, policy.decay_ns
    weight_of = weights(policy.share_distribution, active(queue, now_ns))

    def ratio(share: str, besides: float) -> float:
        return (shares[share].usage(now_ns, decay_ns) + besides) * weight_of[share]

    return ratio


def active(queue: JobQueue, now_ns: int) -> list[str]:
    """The identifiers of a queue that are in use."""
    policy = queue.scheduling_policy
    assert policy is not None
    return [name for name, share in queue.shares.items() if share.is_active(now_ns, policy.decay_ns)]


def has_room(queue: JobQueue, identifier: str, now_ns: int) -> bool:
    """One more job of this share would not make more than 500 active."""
    if len(queue.shares) < MAX_ACTIVE:
        return True
    # Counting takes long, and one that has jobs is the usual case.
    share = queue.shares.get(identifier)
    if share is not None and share.live:
        return True
    names = active(queue, now_ns)
    return len(names) < MAX_ACTIVE or identifier in names


def joined(job: Job, now_ns: int) -> None:
    """A job of a share has been submitted."""
    enter(job.spec.queue, job.spec.share_identifier, now_ns)


def left(job: Job, now_ns: int) -> None:
    """A job of a share has ended."""
    leave(job.spec.queue, job.spec.share_identifier, now_ns)


def took_place(job: Job, now_ns: int) -> None:
    """A job of a share holds its vCPUs from now on."""
    take(job.spec.queue, job.spec.share_identifier, job.spec.needs.vcpus, now_ns)


def gave_back(job: Job, now_ns: int) -> None:
    """A job of a share holds no vCPUs any more."""
    give_back(job.spec.queue, job.spec.share_identifier, job.spec.needs.vcpus, now_ns)


# The same for jobs of any kind


def enter(queue: JobQueue, identifier: str | None, now_ns: int) -> None:
    """A share has a job more."""
    assert identifier is not None
    assert queue.scheduling_policy is not None
    share = queue.shares.get(identifier)
    if share is None or not share.is_active(now_ns, queue.scheduling_policy.decay_ns):
        if len(queue.shares) >= MAX_ACTIVE:
            queue.shares = {name: queue.shares[name] for name in active(queue, now_ns)}
        share = queue.shares[identifier] = Share(settled_ns=now_ns)
    share.live += 1


def leave(queue: JobQueue, identifier: str | None, now_ns: int) -> None:
    """A share has a job less."""
    share = queue.shares[identifier or ""]
    share.live -= 1
    share.left_ns = now_ns


def take(queue: JobQueue, identifier: str | None, amount: float, now_ns: int) -> None:
    """A job of a share holds so much from now on."""
    share = _settled(queue, identifier, now_ns)
    share.placed += 1
    share.vcpus += amount


def give_back(queue: JobQueue, identifier: str | None, amount: float, now_ns: int) -> None:
    """A job of a share holds it no more."""
    share = _settled(queue, identifier, now_ns)
    share.placed -= 1
    # Of fractions nothing may be left over.
    share.vcpus = share.vcpus - amount if share.placed else 0.0


def settle_queue(queue: JobQueue, now_ns: int) -> None:
    """Bring all shares up to now, before the decay of their queue changes."""
    policy = queue.scheduling_policy
    assert policy is not None
    for share in queue.shares.values():
        share.settle(now_ns, policy.decay_ns)


def _settled(queue: JobQueue, identifier: str | None, now_ns: int) -> Share:
    share, policy = queue.shares[identifier or ""], queue.scheduling_policy
    assert policy is not None
    share.settle(now_ns, policy.decay_ns)
    return share
