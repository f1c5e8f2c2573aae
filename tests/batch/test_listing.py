"""ListJobs: what is chosen, in which order, in which pages, and what is refused."""

import pytest
from botocore.exceptions import ClientError

START_MS = 1767225600000
ARN = "arn:aws:batch:us-east-1:123456789012:"
UNKNOWN = "4c7599ae-0a82-49aa-ba5a-4727fcce14a8"


@pytest.fixture
def submit(batch):
    def submit(name="job", **members):
        given = {"jobQueue": "q", "jobDefinition": "d", **members}
        return batch.submit_job(jobName=name, **given)["jobId"]

    return submit


@pytest.fixture
def names(batch):
    def names(**members):
        """The names on one page of the queue."""
        found = batch.list_jobs(**{"jobQueue": "q", **members})
        return [job["jobName"] for job in found["jobSummaryList"]]

    return names


def only(name, *values):
    return [{"name": name, "values": list(values)}]


def refusal(call, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    return caught.value.response["Error"]


def client_exception(text):
    return {"Code": "ClientException", "Message": text}


class TestSelectors:
    @pytest.mark.source("model: one of the three; text assumed")
    @pytest.mark.parametrize(
        "members",
        [
            {},
            {"jobStatus": "RUNNING"},
            {"jobQueue": ""},
            {"jobQueue": "q", "arrayJobId": UNKNOWN},
            {"jobQueue": "q", "multiNodeJobId": UNKNOWN},
            {"arrayJobId": UNKNOWN, "multiNodeJobId": UNKNOWN},
            {"jobQueue": "q", "arrayJobId": UNKNOWN, "multiNodeJobId": UNKNOWN},
        ],
        ids=lambda members: "+".join(members) or "none",
    )
    def test_exactly_one(self, batch, members):
        assert refusal(batch.list_jobs, **members) == client_exception(
            "Exactly one of jobQueue, arrayJobId or multiNodeJobId must be specified."
        )

    @pytest.mark.source("model: name or ARN")
    @pytest.mark.parametrize("queue", ["q", f"{ARN}job-queue/q"])
    def test_a_queue_by_name_or_arn(self, fake, batch, submit, queue):
        job = submit()
        fake.run_until(job, "RUNNING")
        assert [one["jobId"] for one in batch.list_jobs(jobQueue=queue)["jobSummaryList"]] == [job]

    @pytest.mark.source("reference §17: that ListJobs words it like SubmitJob is assumed")
    @pytest.mark.parametrize("queue", ["other", f"{ARN}job-queue/other"])
    def test_an_unknown_queue(self, batch, queue):
        assert refusal(batch.list_jobs, jobQueue=queue) == client_exception(f"JobQueue {queue} not found.")

    @pytest.mark.source("reference §13: only the queue's own")
    def test_other_queues_are_left_out(self, fake, submit, names):
        fake.batch.add_job_queue("other")
        submit("here")
        submit("there", jobQueue="other")
        fake.tick(20)
        assert names() == ["here"]
        assert names(jobQueue="other") == ["there"]

    @pytest.mark.source("assumed: what is no array has no children")
    def test_children_of_what_is_no_array(self, fake, batch, submit):
        job = submit()
        fake.tick(20)
        for wanted in (job, UNKNOWN, "no id"):
            assert batch.list_jobs(arrayJobId=wanted)["jobSummaryList"] == []

    @pytest.mark.source("assumed: what is no multi-node job has no nodes")
    def test_nodes_of_what_is_no_multi_node_job(self, fake, batch, submit):
        job = submit()
        fake.tick(20)
        assert batch.list_jobs(multiNodeJobId=job)["jobSummaryList"] == []


class TestStatus:
    @pytest.mark.source("model: RUNNING where no status is given")
    def test_running_by_default(self, fake, submit, names):
        fake.batch.when(job_name="stuck").stuck("UNDETERMINED")
        submit("runs")
        submit("stuck")
        fake.tick(20)
        submit("new")
        assert names() == ["runs"]
        assert names(jobStatus="RUNNING") == ["runs"]
        assert names(jobStatus="RUNNABLE") == ["stuck"]
        assert names(jobStatus="SUBMITTED") == ["new"]
        assert names(jobStatus="FAILED") == []

    @pytest.mark.source("reference §13: array children are listed by arrayJobId")
    def test_children_arent_the_queues(self, fake, batch, submit, names):
        job = submit("array", arrayProperties={"size": 2})
        fake.tick(20)
        assert names() == []
        assert names(jobStatus="PENDING") == ["array"]
        assert [one["jobId"] for one in batch.list_jobs(arrayJobId=job)["jobSummaryList"]] == [
            f"{job}:1",
            f"{job}:0",
        ]

    @pytest.mark.source("model: an enumeration; the words of the refusal are the service's own")
    def test_no_such_status(self, batch):
        assert refusal(batch.list_jobs, jobQueue="q", jobStatus="JUNK")["Code"] == "ClientException"

    @pytest.mark.source("assumed: newest first, as with a filter")
    def test_newest_first(self, fake, submit, names):
        for name in ("a", "b", "c"):
            submit(name)
            fake.tick(3)
        fake.tick(20)
        assert names() == ["c", "b", "a"]

    @pytest.mark.source("assumed: jobs of one instant in the order of their submission, newest first")
    def test_newest_first_within_an_instant(self, fake, submit, names):
        for name in ("a", "b", "c"):
            submit(name)
        fake.tick(20)
        assert names() == ["c", "b", "a"]


class TestFilters:
    @pytest.fixture
    def jobs(self, fake, submit):
        """Jobs in several states, a second apart, of several definitions."""
        fake.batch.add_job_definition("d")
        fake.batch.add_job_definition("D")
        fake.batch.add_job_definition("d1")
        fake.batch.when(job_name="Test1").fail(after=1)
        for name, definition in (("Test1", "d:1"), ("test10", "d"), ("test1", "D"), ("other", "d1")):
            submit(name, jobDefinition=definition)
            fake.tick(10)
        fake.tick(1)

    @pytest.mark.source("model")
    @pytest.mark.parametrize(
        ("value", "found"),
        [
            ("test1", ["test1", "Test1"]),
            ("TEST1", ["test1", "Test1"]),
            ("test1*", ["test1", "test10", "Test1"]),
            ("T*", ["test1", "test10", "Test1"]),
            ("*", ["other", "test1", "test10", "Test1"]),
            ("te*1", []),
            ("*1", []),
            ("est", []),
            ("", []),
        ],
    )
    def test_job_name(self, jobs, names, value, found):
        assert names(filters=only("JOB_NAME", value)) == found

    @pytest.mark.source("model")
    @pytest.mark.parametrize(
        ("value", "found"),
        [
            ("d", ["test10", "Test1"]),
            ("D", ["test1"]),
            ("d*", ["other", "test10", "Test1"]),
            ("*", ["other", "test1", "test10", "Test1"]),
            (f"{ARN}job-definition/d:1", ["Test1"]),
            (f"{ARN}job-definition/d:2", ["test10"]),
            (f"{ARN}job-definition/d*", []),
            (f"{ARN}job-definition/d", []),
            ("d:1", []),
        ],
    )
    def test_job_definition(self, jobs, names, value, found):
        assert names(filters=only("JOB_DEFINITION", value)) == found

    @pytest.mark.source(
        "assumed: that the filters mean what their names say, although the model words it oddly"
    )
    @pytest.mark.parametrize(
        ("name", "second", "found"),
        [
            ("BEFORE_CREATED_AT", 20, ["test10", "Test1"]),
            ("BEFORE_CREATED_AT", 0, []),
            ("AFTER_CREATED_AT", 10, ["other", "test1"]),
            ("AFTER_CREATED_AT", 30, []),
        ],
    )
    def test_created_at(self, jobs, names, name, second, found):
        """An instant itself is neither before nor after it."""
        assert names(filters=only(name, str(START_MS + second * 1000))) == found

    @pytest.mark.source("assumed: any of several values")
    def test_several_values(self, jobs, names):
        assert names(filters=only("JOB_NAME", "other", "test10")) == ["other", "test10"]

    @pytest.mark.source("model: a status beside a filter is ignored")
    def test_the_status_is_ignored(self, jobs, names):
        assert names(filters=only("JOB_NAME", "test1*"), jobStatus="SUCCEEDED") == [
            "test1",
            "test10",
            "Test1",
        ]

    @pytest.mark.source("model: SHARE_IDENTIFIER and a status can be used together")
    def test_share_identifier(self, jobs, names):
        """A queue without shares has nothing that could fit; one with them: test_scheduling_policies."""
        assert names(filters=only("SHARE_IDENTIFIER", "blue")) == []
        assert names(filters=only("SHARE_IDENTIFIER", "blue"), jobStatus="RUNNING") == []

    @pytest.mark.source("model: filters don't apply to children")
    def test_children_are_not_filtered(self, fake, batch, submit):
        job = submit("array", arrayProperties={"size": 2})
        fake.tick(20)
        found = batch.list_jobs(arrayJobId=job, filters=only("JOB_NAME", "nothing"))
        assert [one["jobId"] for one in found["jobSummaryList"]] == [f"{job}:1", f"{job}:0"]

    @pytest.mark.source("assumed: no filter in the list is none")
    def test_no_filter(self, jobs, names):
        assert names(filters=[]) == ["other", "test1", "test10"]

    @pytest.mark.source("model: one at a time; text assumed")
    def test_two_filters(self, batch):
        two = [*only("JOB_NAME", "a"), *only("JOB_DEFINITION", "d")]
        assert refusal(batch.list_jobs, jobQueue="q", filters=two) == client_exception(
            "Only one filter can be used at a time."
        )

    @pytest.mark.source("model: names are case sensitive; texts assumed")
    @pytest.mark.parametrize(
        ("given", "text"),
        [
            ({"name": "job_name", "values": ["a"]}, "Filter name job_name is not valid."),
            ({"name": "STATUS", "values": ["a"]}, "Filter name STATUS is not valid."),
            ({"values": ["a"]}, "Filter name None is not valid."),
            ({"name": "JOB_NAME", "values": []}, "Value [] is not valid for filter JOB_NAME."),
            ({"name": "JOB_NAME"}, "Value [] is not valid for filter JOB_NAME."),
            (
                {"name": "BEFORE_CREATED_AT", "values": ["2026-01-01"]},
                "Value 2026-01-01 is not valid for filter BEFORE_CREATED_AT.",
            ),
            (
                {"name": "AFTER_CREATED_AT", "values": ["1.5"]},
                "Value 1.5 is not valid for filter AFTER_CREATED_AT.",
            ),
        ],
    )
    def test_refused(self, batch, given, text):
        assert refusal(batch.list_jobs, jobQueue="q", filters=[given]) == client_exception(text)


class TestPages:
    @pytest.fixture
    def running(self, fake, submit):
        """Seven jobs that run, `0` to `6`."""
        fake.batch.when().hang()
        for number in range(7):
            submit(str(number))
        fake.tick(20)

    @pytest.mark.source("model: nextToken is absent on the last page")
    def test_page_by_page(self, running, batch):
        seen, token = [], {}
        while True:
            page = batch.list_jobs(jobQueue="q", maxResults=3, **token)
            seen.append([job["jobName"] for job in page["jobSummaryList"]])
            if "nextToken" not in page:
                break
            token = {"nextToken": page["nextToken"]}
        assert seen == [["6", "5", "4"], ["3", "2", "1"], ["0"]]

    @pytest.mark.source("model: a page that takes all has no nextToken")
    @pytest.mark.parametrize(("size", "more"), [(6, True), (7, False), (8, False)])
    def test_exactly_full(self, running, batch, size, more):
        assert ("nextToken" in batch.list_jobs(jobQueue="q", maxResults=size)) is more

    @pytest.mark.source("model: a token is opaque")
    def test_a_token_tells_nothing(self, running, batch):
        token = batch.list_jobs(jobQueue="q", maxResults=3)["nextToken"]
        assert token.isascii()
        assert "ListJobs" not in token

    @pytest.mark.source("assumed: an empty token is the first page")
    def test_an_empty_token(self, running, batch, names):
        assert names(maxResults=2, nextToken="") == ["6", "5"]

    @pytest.mark.source("assumed: text")
    @pytest.mark.parametrize("token", ["x", "ü", "TGlzdEpvYnM6", "TGlzdEpvYnM6eA", "Sm9iczox"])
    def test_a_token_that_was_never_given_out(self, running, batch, token):
        assert refusal(batch.list_jobs, jobQueue="q", nextToken=token) == client_exception(
            "nextToken is not valid."
        )

    @pytest.mark.source("assumed: text")
    def test_another_operations_token(self, fake, batch):
        for name in ("a", "b"):
            fake.batch.add_job_queue(name)
        token = batch.describe_job_queues(maxResults=1)["nextToken"]
        assert refusal(batch.list_jobs, jobQueue="q", nextToken=token) == client_exception(
            "nextToken is not valid."
        )

    @pytest.mark.source("assumed: a queue's token does no harm in an array")
    def test_a_queues_token_in_an_array(self, fake, running, batch, submit):
        token = batch.list_jobs(jobQueue="q", maxResults=1)["nextToken"]
        array = submit("array", arrayProperties={"size": 2})
        fake.tick(20)
        found = batch.list_jobs(arrayJobId=array, nextToken=token)["jobSummaryList"]
        assert [job["jobId"] for job in found] == [f"{array}:1", f"{array}:0"]

    @pytest.mark.source("assumed: jobs that come or move between two pages shift nothing")
    def test_pages_are_stable_while_jobs_move(self, fake, running, batch, submit, names):
        first = batch.list_jobs(jobQueue="q", maxResults=3)
        submit("new")
        fake.tick(20)
        ended = [view for view in fake.batch.jobs() if view.name in ("6", "3")]
        for view in ended:
            view.finish()
        assert names(maxResults=3, nextToken=first["nextToken"]) == ["2", "1", "0"]
        assert names() == ["new", "5", "4", "2", "1", "0"]

    @pytest.mark.source("assumed: as above, for children")
    def test_pages_of_children(self, fake, batch, submit):
        fake.batch.when().hang()
        array = submit("array", arrayProperties={"size": 5})
        fake.tick(20)
        first = batch.list_jobs(arrayJobId=array, maxResults=2)
        fake.batch.job(f"{array}:2").finish()
        rest = batch.list_jobs(arrayJobId=array, maxResults=2, nextToken=first["nextToken"])
        assert [
            [job["arrayProperties"]["index"] for job in page["jobSummaryList"]] for page in (first, rest)
        ] == [
            [4, 3],
            [1, 0],
        ]
        assert "nextToken" not in rest

    @pytest.mark.source("model: one filter, pages of the filter's own")
    def test_pages_with_a_filter(self, running, batch):
        pages = batch.get_paginator("list_jobs").paginate(
            jobQueue="q", filters=only("JOB_NAME", "*"), PaginationConfig={"PageSize": 4}
        )
        assert [[job["jobName"] for job in page["jobSummaryList"]] for page in pages] == [
            ["6", "5", "4", "3"],
            ["2", "1", "0"],
        ]

    @pytest.mark.source("model: botocore's paginator")
    def test_paginator(self, running, batch):
        paginator = batch.get_paginator("list_jobs")
        part = paginator.paginate(jobQueue="q", PaginationConfig={"PageSize": 2, "MaxItems": 5})
        found = part.build_full_result()
        assert [job["jobName"] for job in found["jobSummaryList"]] == ["6", "5", "4", "3", "2"]
        rest = paginator.paginate(jobQueue="q", PaginationConfig={"StartingToken": found["NextToken"]})
        assert rest.search("jobSummaryList[].jobName") is not None
        assert list(rest.search("jobSummaryList[].jobName")) == ["1", "0"]

    @pytest.mark.source("model: at least 1; text assumed")
    @pytest.mark.parametrize("size", [0, -1])
    def test_max_results_too_small(self, batch, size):
        assert refusal(batch.list_jobs, jobQueue="q", maxResults=size) == client_exception(
            "maxResults must be at least 1."
        )

    @pytest.mark.source(
        "model: up to 1000 with a status or none, up to 100 with a filter; more is assumed to be cut"
    )
    @pytest.mark.parametrize(
        ("members", "most"),
        [
            ({}, 1000),
            ({"maxResults": 5000}, 1000),
            ({"jobStatus": "RUNNING"}, 1000),
            ({"filters": only("JOB_NAME", "*")}, 100),
            ({"filters": only("JOB_NAME", "*"), "maxResults": 1000}, 100),
        ],
        ids=str,
    )
    def test_the_most_on_a_page(self, fake, batch, members, most):
        for _ in range(1001):
            batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d")
        fake.tick(20)
        page = batch.list_jobs(jobQueue="q", **members)
        assert len(page["jobSummaryList"]) == most
        assert "nextToken" in page


@pytest.mark.source("reference §13: whole summaries of a job in each state")
@pytest.mark.needs("JobSummary.scheduledAt")
def test_summaries(fake, batch, submit):
    fake.batch.when(job_name="bad").fail(exit_code=137, reason="OutOfMemoryError", after=5)
    job = submit("bad")
    summary = {
        "jobArn": f"{ARN}job/{job}",
        "jobId": job,
        "jobName": "bad",
        "createdAt": START_MS,
        "jobDefinition": f"{ARN}job-definition/d:1",
        "capacityUsage": [{"capacityUnit": "VCPU", "quantity": 1.0}],
    }
    placed = {**summary, "scheduledAt": START_MS + 5_000}
    expected = [
        (0, {**summary, "status": "SUBMITTED"}),
        (1, {**summary, "status": "RUNNABLE"}),
        (5, {**placed, "status": "STARTING"}),
        (10, {**placed, "status": "RUNNING", "startedAt": START_MS + 10_000}),
        (
            15,
            {
                **placed,
                "status": "FAILED",
                "statusReason": "Essential container in task exited",
                "startedAt": START_MS + 10_000,
                "stoppedAt": START_MS + 15_000,
                "container": {"exitCode": 137, "reason": "OutOfMemoryError"},
            },
        ),
    ]
    for second, wanted in expected:
        fake.move_to(f"2026-01-01T00:00:{second:02}Z")
        assert batch.list_jobs(jobQueue="q", jobStatus=wanted["status"])["jobSummaryList"] == [wanted]


@pytest.mark.source("model: isCancelled and isTerminated are there only when true")
@pytest.mark.needs("JobSummary.scheduledAt")
def test_summaries_of_stopped_jobs(fake, batch, submit):
    cancelled, terminated = submit("a"), submit("b")
    fake.tick(2)
    batch.cancel_job(jobId=cancelled, reason="no")
    batch.terminate_job(jobId=terminated, reason="stop")
    found = batch.list_jobs(jobQueue="q", jobStatus="FAILED")["jobSummaryList"]
    assert [(job["jobId"], job.get("isCancelled"), job.get("isTerminated")) for job in found] == [
        (terminated, None, True),
        (cancelled, True, None),
    ]
