"""The scripted day."""

from collections import Counter

from fakebatch.demo import DAY, live, tell


def story(**options):
    return "\n".join(map(str, tell(*live(**options))))


def test_the_day_is_the_same_twice_byte_for_byte():
    assert story(seed=3) == story(seed=3)


def test_another_seed_changes_ids_only():
    assert len(story(seed=3).splitlines()) == len(story(seed=4).splitlines())
    assert story(seed=3) != story(seed=4)


def test_each_chapter_says_how_its_jobs_ended():
    _, chapters = live()
    assert [title for _, title, _ in chapters] == [title for _, title, _ in DAY]
    said = [[line for line in lines if "instance" not in line] for _, _, lines in chapters]
    exited = "Essential container in task exited"
    assert said == [
        [f"report SUCCEEDED after 1 attempt: {exited}"],
        [f"train SUCCEEDED after 3 attempts: {exited}", f"attempt: {exited}"],
        [
            f"extract FAILED after 1 attempt: {exited}",
            "transform FAILED after 0 attempts: Dependent Job failed",
            "load FAILED after 0 attempts: Dependent Job failed",
        ],
        ["sweep FAILED after 0 attempts: Array Child Job failed", "children that failed: [17]"],
        ["simulate FAILED after 1 attempt: Job attempt duration exceeded timeout"],
        ["publish FAILED after 0 attempts: Tomorrow will do", "backfill FAILED after 1 attempt: Wrong month"],
        [
            f"invoice SUCCEEDED after 1 attempt: {exited}",
            "log: writing the invoices of 2026-02",
            "log: 12 invoices written",
        ],
    ]


def test_the_clock_on_the_wall_is_told():
    lines = story().splitlines()
    assert lines[0] == "06:00  A report, polled until it is there"
    assert lines[3] == " 6:00:00    on-demand-machines  VALID                 compute environment"
    assert lines[-1] == "18:01:30  DescribeJobs(jobs=[invoice])"


def test_the_program_called_through_boto3():
    fake, _ = live()
    assert Counter(call.operation for call in fake.calls) == {
        "DescribeJobs": 82,
        "SubmitJob": 10,
        "CancelJob": 1,
        "TerminateJob": 1,
        "ListJobs": 1,
    }
