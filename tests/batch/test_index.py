"""The index of a queue's jobs, held against a list that is sorted each time."""

from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fakebatch.batch.index import JobIndex

STATUSES = st.sampled_from(["SUBMITTED", "RUNNABLE", "RUNNING", "FAILED"])
pytestmark = pytest.mark.source("reference §13: newest first; a page may start anywhere")


class AgainstAList(RuleBasedStateMachine):
    """Jobs come, move and go; every listing equals that of a sorted list of (sequence, status)."""

    def __init__(self):
        super().__init__()
        self.index = JobIndex()
        self.jobs = []

    @initialize(skipped=st.integers(0, 600))
    def start_anywhere(self, skipped):
        """So that a boundary between two blocks is soon crossed."""
        for _ in range(skipped):
            self.index.take_sequence()

    @rule(count=st.integers(1, 40), gap=st.integers(0, 300), status=STATUSES)
    def add(self, count, gap, status):
        for _ in range(gap):
            self.index.take_sequence()
        for _ in range(count):
            job = SimpleNamespace(sequence=self.index.take_sequence(), status=status)
            self.jobs.append(job)
            self.index.add(status, job)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), status=STATUSES)
    def move(self, data, status):
        job = data.draw(st.sampled_from(self.jobs))
        self.index.remove(job.status, job)
        job.status = status
        self.index.add(status, job)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def forget(self, data):
        job = data.draw(st.sampled_from(self.jobs))
        self.jobs.remove(job)
        self.index.remove(job.status, job)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), status=STATUSES)
    def list_from_somewhere(self, data, status):
        below = data.draw(st.integers(-1, self.jobs[-1].sequence + 300))
        assert list(self.index.newest_first(status, below)) == self.expected(status, below)
        assert list(self.index.all_newest_first(below)) == self.expected(None, below)

    @invariant()
    def listings_agree(self):
        for status in ("SUBMITTED", "RUNNABLE", "RUNNING", "FAILED", "PENDING"):
            assert list(self.index.newest_first(status)) == self.expected(status)
        assert list(self.index.all_newest_first()) == self.expected(None)

    def expected(self, status, below=None):
        return [
            (job.sequence, job)
            for job in sorted(self.jobs, key=lambda job: -job.sequence)
            if status in (None, job.status) and (below is None or job.sequence <= below)
        ]


TestAgainstAList = AgainstAList.TestCase
TestAgainstAList.settings = settings(
    max_examples=60,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def filled(count, status="RUNNING"):
    index = JobIndex()
    for _ in range(count):
        index.add(status, SimpleNamespace(sequence=index.take_sequence(), status=status))
    return index


def test_sequences_begin_with_1():
    index = JobIndex()
    assert [index.take_sequence(), index.take_sequence()] == [1, 2]


def test_an_empty_index():
    assert list(JobIndex().newest_first("RUNNING")) == []
    assert list(JobIndex().all_newest_first()) == []


@pytest.mark.parametrize("below", [255, 256, 257, 511, 512])
def test_pages_at_the_edges_of_blocks(below):
    index = filled(600)
    assert [sequence for sequence, _ in index.newest_first("RUNNING", below)] == list(range(below, 0, -1))
    assert [sequence for sequence, _ in index.all_newest_first(below)] == list(range(below, 0, -1))


def test_a_page_may_be_read_while_nothing_else_is_built():
    """Only the blocks of the page are sorted: the first of 100,000 jobs doesn't wait for the rest."""
    index = filled(100_000)
    pages = index.newest_first("RUNNING")
    assert next(pages)[0] == 100_000
    sequence, job = next(pages)
    index.remove("RUNNING", job)
    assert sequence == 99_999
