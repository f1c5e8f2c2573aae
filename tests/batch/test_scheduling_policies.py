"""Scheduling policies, the queues that have them, and the shares of SubmitJob and ListJobs."""

import re

import pytest
from botocore.exceptions import ClientError, ParamValidationError

import fakebatch

ARN = "arn:aws:batch:us-east-1:123456789012:scheduling-policy/"
QUEUE_ARN = "arn:aws:batch:us-east-1:123456789012:job-queue/"
FAIR = {
    "shareDecaySeconds": 3600,
    "computeReservation": 10,
    "shareDistribution": [{"shareIdentifier": "a*", "weightFactor": 0.5}, {"shareIdentifier": "b"}],
}
QUOTA = {"idleResourceAssignmentStrategy": "FIFO"}
DEFAULT = {"shareDecaySeconds": 0, "computeReservation": 0, "shareDistribution": []}
PREFLIGHT = "reference §12.2"


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        yield world


def attempt(call, **kwargs):
    """Call, or skip where the installed botocore doesn't know quotaSharePolicy."""
    try:
        return call(**kwargs)
    except ParamValidationError as error:
        if 'Unknown parameter in input: "quotaSharePolicy"' not in str(error):
            raise
        pytest.skip("the installed botocore doesn't know a member of this request")


def refusal(call, **kwargs):
    """The text of a ClientException, without the wrapping that Create and Describe put around it."""
    with pytest.raises(ClientError) as caught:
        attempt(call, **kwargs)
    assert caught.value.response["Error"]["Code"] == "ClientException"
    message = caught.value.response["Error"]["Message"]
    wrapped = re.fullmatch(r"Error executing request, Exception : (.*), RequestId: [0-9a-f-]{36}", message)
    return wrapped[1] if wrapped else message


def described(batch, *names):
    found = batch.describe_scheduling_policies(arns=[ARN + name for name in names])
    del found["ResponseMetadata"]
    assert found.keys() == {"schedulingPolicies"}
    return found["schedulingPolicies"]


def listed(batch):
    return [
        policy["arn"].removeprefix(ARN) for policy in batch.list_scheduling_policies()["schedulingPolicies"]
    ]


def parameters(table):
    return [
        pytest.param(*values, id=name, marks=pytest.mark.source(source)) for name, *values, source in table
    ]


# -- Create and describe


@pytest.mark.source("model; that weights are not filled in assumed")
def test_a_policy_is_shown_as_it_was_made(batch):
    response = batch.create_scheduling_policy(name="fair", fairsharePolicy=FAIR, tags={"team": "a"})
    del response["ResponseMetadata"]
    assert response == {"name": "fair", "arn": ARN + "fair"}
    assert described(batch, "fair") == [
        {"name": "fair", "arn": ARN + "fair", "fairsharePolicy": FAIR, "tags": {"team": "a"}}
    ]


@pytest.mark.source("reference §12.2: neither kind given")
@pytest.mark.parametrize("members", [{}, {"fairsharePolicy": {}}], ids=["nothing", "an empty one"])
def test_the_default_is_fair_share_with_equal_weights(batch, members):
    batch.create_scheduling_policy(name="fair", **members)
    assert described(batch, "fair") == [
        {"name": "fair", "arn": ARN + "fair", "fairsharePolicy": DEFAULT, "tags": {}}
    ]


@pytest.mark.source("model")
def test_a_quota_share_policy_is_kept(batch):
    attempt(batch.create_scheduling_policy, name="quota", quotaSharePolicy=QUOTA)
    assert described(batch, "quota") == [
        {"name": "quota", "arn": ARN + "quota", "quotaSharePolicy": QUOTA, "tags": {}}
    ]


@pytest.mark.source("model: a float")
def test_a_whole_weight_is_shown_as_a_float(batch):
    distribution = [{"shareIdentifier": "a", "weightFactor": 2}]
    batch.create_scheduling_policy(name="fair", fairsharePolicy={"shareDistribution": distribution})
    (entry,) = described(batch, "fair")[0]["fairsharePolicy"]["shareDistribution"]
    assert entry == {"shareIdentifier": "a", "weightFactor": 2.0}
    assert isinstance(entry["weightFactor"], float)


def fair(**members):
    return {"fairsharePolicy": members}


def shares(*entries):
    return fair(shareDistribution=[{"shareIdentifier": each} for each in entries])


def weight(factor):
    return fair(shareDistribution=[{"shareIdentifier": "a", "weightFactor": factor}])


NAME = "Scheduling policy name should match a valid pattern."
DECAY = "Share decay seconds should be between 0 and 604800."
RESERVATION = "Compute reservation should be between 0 and 99."
WEIGHT = "Weight factor should be between 0.0001 and 999.9999."
SHARE = "ShareIdentifier name should match a valid pattern."
OVERLAP = "Share identifier {} matches another share identifier {}."
KIND = "Cannot change the type of a scheduling policy."
POLICIES = [
    # id, request members, text, source
    (
        "both kinds",
        {"fairsharePolicy": {}, "quotaSharePolicy": QUOTA},
        "A scheduling policy can have either fairsharePolicy or quotaSharePolicy, but not both.",
        PREFLIGHT,
    ),
    (
        "a strategy of its own",
        {"quotaSharePolicy": {"idleResourceAssignmentStrategy": "LIFO"}},
        "Idle resource assignment strategy must be one of [FIFO].",
        "reference §12.4",
    ),
    ("decay below 0", fair(shareDecaySeconds=-1), DECAY, "reference §12.2; text assumed"),
    ("decay past a week", fair(shareDecaySeconds=604801), DECAY, "reference §12.2; text assumed"),
    ("reservation below 0", fair(computeReservation=-1), RESERVATION, "reference §12.2; text assumed"),
    ("reservation of 100", fair(computeReservation=100), RESERVATION, "reference §12.2; text assumed"),
    ("no share", shares(""), SHARE, PREFLIGHT),
    ("a blank in a share", shares("a b"), SHARE, PREFLIGHT),
    ("a star within a share", shares("a*b"), SHARE, PREFLIGHT),
    ("two stars", shares("a**"), SHARE, PREFLIGHT),
    ("a star alone", shares("*"), SHARE, "assumed: a prefix has a character"),
    ("256 characters", shares("a" * 256), SHARE, PREFLIGHT),
    ("weight too low", weight(0.00009), WEIGHT, PREFLIGHT),
    ("weight of 1000", weight(1000), WEIGHT, PREFLIGHT),
    (
        "twice the same",
        shares("a", "b", "a"),
        "Cannot have two or more identical shareIdentifiers.",
        PREFLIGHT,
    ),
    (
        "a prefix and what it fits",
        shares("ab", "c", "a*"),
        OVERLAP.format("ab", "a*"),
        f"{PREFLIGHT}, text assumed",
    ),
    ("a prefix and itself", shares("a", "a*"), OVERLAP.format("a", "a*"), f"{PREFLIGHT}, text assumed"),
    (
        "a prefix and a longer one",
        shares("ab*", "a-b", "a*"),
        OVERLAP.format("a-b", "a*"),
        f"{PREFLIGHT}, text assumed",
    ),
    (
        "501 shares",
        shares(*[f"s{number}" for number in range(501)]),
        "ShareDistribution size cannot be greater than 500.",
        PREFLIGHT,
    ),
]
CREATIONS = [
    ("no name", {"name": ""}, NAME, PREFLIGHT),
    ("a blank in the name", {"name": "a b"}, NAME, PREFLIGHT),
    ("a name of 129", {"name": "n" * 129}, NAME, PREFLIGHT),
    ("a name that is taken", {"name": "there"}, "Object already exists", "assumed: as for queues"),
    (
        "a reserved tag",
        {"tags": {"aws:x": "1"}},
        "Tag keys cannot start with aws:",
        "reference §14; text assumed",
    ),
    *POLICIES,
]


@pytest.mark.parametrize(("members", "text"), parameters(CREATIONS))
def test_create_refuses(fake, batch, members, text):
    fake.batch.add_scheduling_policy("there")
    assert refusal(batch.create_scheduling_policy, **{"name": "new", **members}) == text
    assert listed(batch) == ["there"]


@pytest.mark.source("reference §12.2: the ends of each range")
@pytest.mark.parametrize(
    "members",
    [
        fair(shareDecaySeconds=604800, computeReservation=99),
        weight(0.0001),
        weight(999.9999),
        shares("a" * 255 + "*", "b_-9", "A*", "B"),
        shares(*[f"s{number}" for number in range(500)]),
        {"name": "n" * 128},
    ],
    ids=["decay and reservation", "least weight", "most weight", "shares", "500 shares", "name"],
)
def test_create_accepts(batch, members):
    batch.create_scheduling_policy(**{"name": "new", **members})
    assert len(listed(batch)) == 1


@pytest.mark.source("model: up to 100; unknown ones: reference §12.2; order assumed")
def test_describe_leaves_out_what_is_not_there(fake, batch):
    for name in ("a", "b"):
        fake.batch.add_scheduling_policy(name)
    elsewhere = ARN.replace("us-east-1", "eu-west-1") + "a"
    found = batch.describe_scheduling_policies(
        arns=[ARN + "b", ARN + "x", "a", elsewhere, ARN + "a", ARN + "b"]
    )
    assert [policy["name"] for policy in found["schedulingPolicies"]] == ["b", "a"]


@pytest.mark.source("assumed: the list is required, so an empty one isn't all of them")
def test_describe_of_nothing_finds_nothing(fake, batch):
    fake.batch.add_scheduling_policy("a")
    assert described(batch) == []


@pytest.mark.source("model: up to 100; text assumed")
def test_describe_takes_a_hundred(batch):
    arns = [ARN + "a"] * 101
    assert (
        refusal(batch.describe_scheduling_policies, arns=arns) == "Maximum number of arns supported is  100"
    )
    assert batch.describe_scheduling_policies(arns=arns[:100])["schedulingPolicies"] == []


# -- List


@pytest.mark.source("model; order assumed")
def test_list_pages_through_arns(fake, batch):
    for name in "abc":
        fake.batch.add_scheduling_policy(name)
    first = batch.list_scheduling_policies(maxResults=2)
    assert first["schedulingPolicies"] == [{"arn": ARN + "a"}, {"arn": ARN + "b"}]
    second = batch.list_scheduling_policies(maxResults=2, nextToken=first["nextToken"])
    del second["ResponseMetadata"]
    assert second == {"schedulingPolicies": [{"arn": ARN + "c"}]}
    pages = batch.get_paginator("list_scheduling_policies").paginate(PaginationConfig={"PageSize": 1})
    assert [policy["arn"][-1] for page in pages for policy in page["schedulingPolicies"]] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("members", "text"),
    parameters(
        [
            ("0", {"maxResults": 0}, "maxResults must be between 1 and 100", "model; text assumed"),
            ("101", {"maxResults": 101}, "maxResults must be between 1 and 100", "model; text assumed"),
            ("a token of nobody", {"nextToken": "x"}, "Invalid nextToken", "assumed"),
        ]
    ),
)
def test_list_refuses(batch, members, text):
    assert refusal(batch.list_scheduling_policies, **members) == text


# -- Update


@pytest.mark.source("model; that what isn't given becomes the default assumed")
def test_update_replaces_what_the_policy_says(batch):
    batch.create_scheduling_policy(name="fair", fairsharePolicy=FAIR, tags={"team": "a"})
    response = batch.update_scheduling_policy(arn=ARN + "fair", fairsharePolicy={"computeReservation": 5})
    assert response.keys() == {"ResponseMetadata"}
    assert described(batch, "fair") == [
        {
            "name": "fair",
            "arn": ARN + "fair",
            "fairsharePolicy": DEFAULT | {"computeReservation": 5},
            "tags": {"team": "a"},
        }
    ]


@pytest.mark.source("assumed: there is nothing to change")
def test_update_with_nothing_changes_nothing(batch):
    batch.create_scheduling_policy(name="fair", fairsharePolicy=FAIR)
    batch.update_scheduling_policy(arn=ARN + "fair")
    assert described(batch, "fair")[0]["fairsharePolicy"] == FAIR


@pytest.mark.parametrize(
    ("members", "text"),
    parameters(
        [
            (
                "unknown",
                {"arn": ARN + "x"},
                f"SchedulingPolicy {ARN}x not found.",
                "reference §11.1; text assumed",
            ),
            ("by name", {"arn": "fair"}, "SchedulingPolicy fair not found.", "assumed: it takes an ARN"),
            ("the other kind", {"quotaSharePolicy": QUOTA}, KIND, "model; text assumed"),
            *POLICIES,
        ]
    ),
)
def test_update_refuses(batch, members, text):
    batch.create_scheduling_policy(name="fair", fairsharePolicy=FAIR)
    before = described(batch, "fair")
    assert refusal(batch.update_scheduling_policy, **{"arn": ARN + "fair", **members}) == text
    assert described(batch, "fair") == before


@pytest.mark.source("model; text assumed")
def test_a_quota_share_policy_stays_one(batch):
    attempt(batch.create_scheduling_policy, name="quota", quotaSharePolicy=QUOTA)
    assert refusal(batch.update_scheduling_policy, arn=ARN + "quota", fairsharePolicy={}) == KIND
    batch.update_scheduling_policy(arn=ARN + "quota", quotaSharePolicy=QUOTA)
    assert described(batch, "quota")[0]["quotaSharePolicy"] == QUOTA


# -- Delete


@pytest.mark.source("model")
def test_delete(fake, batch):
    fake.batch.add_scheduling_policy("a")
    response = batch.delete_scheduling_policy(arn=ARN + "a")
    assert response.keys() == {"ResponseMetadata"}
    assert (listed(batch), described(batch, "a")) == ([], [])


@pytest.mark.source("assumed, as for queues")
def test_delete_of_what_is_not_there_is_refused(batch):
    assert refusal(batch.delete_scheduling_policy, arn=ARN + "a") == f"SchedulingPolicy {ARN}a not found."


@pytest.mark.source("reference §12.2; text assumed, as for environments")
def test_a_policy_in_use_cannot_be_deleted(fake, batch):
    arn = fake.batch.add_scheduling_policy("a")
    fake.batch.add_job_queue("q", schedulingPolicyArn=arn)
    text = "Cannot delete, found existing JobQueue relationship"
    assert refusal(batch.delete_scheduling_policy, arn=arn) == text
    assert listed(batch) == ["a"]
    batch.update_job_queue(jobQueue="q", state="DISABLED")
    batch.delete_job_queue(jobQueue="q")
    batch.delete_scheduling_policy(arn=arn)
    assert listed(batch) == []


# -- Queues


def create_queue(batch, **members):
    order = [{"order": 1, "computeEnvironment": "ce"}]
    request = {"jobQueueName": "q", "priority": 1, "computeEnvironmentOrder": order, **members}
    return batch.create_job_queue(**request)


def policy_of(batch, name="q"):
    (queue,) = batch.describe_job_queues(jobQueues=[name])["jobQueues"]
    return queue.get("schedulingPolicyArn")


@pytest.mark.source("reference §11")
def test_a_queue_shows_its_policy_and_another_may_take_its_place(fake, batch):
    fake.batch.add_compute_environment("ce")
    for name in ("a", "b"):
        fake.batch.add_scheduling_policy(name)
    create_queue(batch, schedulingPolicyArn=ARN + "a")
    assert policy_of(batch) == ARN + "a"
    batch.update_job_queue(jobQueue="q", priority=2)
    assert policy_of(batch) == ARN + "a"
    batch.update_job_queue(jobQueue="q", schedulingPolicyArn=ARN + "b")
    assert policy_of(batch) == ARN + "b"
    batch.delete_scheduling_policy(arn=ARN + "a")


ONLY_ARN = "Only scheduling policy Arn can be allowed."
ATTACHMENTS = [
    ("a name", "a", ONLY_ARN, "reference §11.1"),
    ("nothing", "", ONLY_ARN, "reference §11: it can't be removed; text assumed"),
    ("an ARN of something else", QUEUE_ARN + "a", ONLY_ARN, "reference §11.1"),
    ("an unknown policy", ARN + "x", f"SchedulingPolicy {ARN}x not found.", "reference §11.1"),
    (
        "quota shares",
        ARN + "quota",
        "Quota Management feature is only supported for SageMaker Training job queues.",
        "reference §11.1",
    ),
]


@pytest.mark.parametrize(("arn", "text"), parameters(ATTACHMENTS))
def test_a_queue_refuses_a_policy(fake, batch, arn, text):
    fake.batch.add_compute_environment("ce")
    fake.batch.add_scheduling_policy("a")
    fake.batch.add_scheduling_policy("quota", quotaSharePolicy=QUOTA)
    assert refusal(create_queue, batch=batch, schedulingPolicyArn=arn) == text
    assert batch.describe_job_queues()["jobQueues"] == []
    create_queue(batch, schedulingPolicyArn=ARN + "a")
    assert refusal(batch.update_job_queue, jobQueue="q", priority=9, schedulingPolicyArn=arn) == text
    (queue,) = batch.describe_job_queues()["jobQueues"]
    assert (queue["priority"], queue["schedulingPolicyArn"]) == (1, ARN + "a")


@pytest.mark.source("reference §11; text assumed")
def test_a_queue_without_a_policy_never_gets_one(fake, batch):
    fake.batch.add_job_queue("q")
    arn = fake.batch.add_scheduling_policy("a")
    text = "Cannot add a scheduling policy to a job queue that was created without one."
    assert refusal(batch.update_job_queue, jobQueue="q", schedulingPolicyArn=arn) == text
    assert policy_of(batch) is None


@pytest.mark.source("assumed: nothing says that a queue may change from fair share to quota management")
def test_the_policy_of_a_queue_stays_of_its_kind(fake, batch):
    arns = {
        "fair": fake.batch.add_scheduling_policy("fair"),
        "quota": fake.batch.add_scheduling_policy("quota", quotaSharePolicy=QUOTA),
    }
    for name, arn in arns.items():
        fake.batch.add_job_queue(name, jobQueueType="SAGEMAKER_TRAINING", schedulingPolicyArn=arn)
    text = "Cannot replace the scheduling policy of a job queue with one of another type."
    for name, other in (("fair", "quota"), ("quota", "fair")):
        assert refusal(batch.update_job_queue, jobQueue=name, schedulingPolicyArn=arns[other]) == text
        assert policy_of(batch, name) == arns[name]


# -- The author's side


@pytest.mark.source("design: defaults that AWS itself would accept")
def test_set_up_makes_a_policy(fake, batch):
    assert fake.batch.add_scheduling_policy("a") == ARN + "a"
    overrides = {"fairsharePolicy": FAIR, "tags": {"team": "a"}}
    fake.batch.add_scheduling_policy("b", **overrides)
    overrides["tags"]["team"] = "mine"
    assert described(batch, "a", "b") == [
        {"name": "a", "arn": ARN + "a", "fairsharePolicy": DEFAULT, "tags": {}},
        {"name": "b", "arn": ARN + "b", "fairsharePolicy": FAIR, "tags": {"team": "a"}},
    ]


@pytest.mark.source("design: UsageError")
@pytest.mark.parametrize(
    ("overrides", "text"),
    [
        (
            {"fairSharePolicy": {}},
            "add_scheduling_policy('a'): there is no member 'fairSharePolicy'. Did you mean fairsharePolicy?",
        ),
        (
            {"fairsharePolicy": {"computeReservation": 100}},
            (
                "add_scheduling_policy('a'): AWS would refuse this with "
                "'Compute reservation should be between 0 and 99.'."
            ),
        ),
    ],
)
def test_set_up_says_what_is_wrong(fake, batch, overrides, text):
    with pytest.raises(fakebatch.UsageError) as caught:
        fake.batch.add_scheduling_policy("a", **overrides)
    assert str(caught.value) == text
    assert listed(batch) == []


# -- SubmitJob


@pytest.fixture
def queues(fake):
    fake.batch.add_job_queue("fifo")
    fake.batch.add_job_queue("q", schedulingPolicyArn=fake.batch.add_scheduling_policy("fair"))
    fake.batch.add_job_definition("d")
    fake.batch.add_job_definition("urgent", schedulingPriority=7)


def submit(batch, **members):
    return batch.submit_job(**{"jobName": "j", "jobQueue": "q", "jobDefinition": "d", **members})["jobId"]


def job(batch, job_id):
    (found,) = batch.describe_jobs(jobs=[job_id])["jobs"]
    return found


FIFO = (
    "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share "
    "scheduling policy."
)
REQUIRED = "shareIdentifier must be specified."
PRIORITY = "schedulingPriority must be between 0 and 9999."
SUBMISSIONS = [
    ("a share for FIFO", {"jobQueue": "fifo", "shareIdentifier": "a"}, FIFO, "reference §8"),
    ("a priority for FIFO", {"jobQueue": "fifo", "schedulingPriorityOverride": 0}, FIFO, "reference §8"),
    ("no share", {}, REQUIRED, "reference §8; boto/boto3#3158"),
    ("only a priority", {"schedulingPriorityOverride": 1}, REQUIRED, "reference §8; boto/boto3#3158"),
    ("an empty share", {"shareIdentifier": ""}, SHARE, "reference §8; text assumed"),
    ("a blank", {"shareIdentifier": "a b"}, SHARE, "reference §8; text assumed"),
    ("256 characters", {"shareIdentifier": "a" * 256}, SHARE, "reference §8; text assumed"),
    ("a star within", {"shareIdentifier": "a*b"}, SHARE, "reference §8; text assumed"),
]


@pytest.mark.parametrize(("members", "text"), parameters(SUBMISSIONS))
def test_submit_refuses(fake, batch, queues, members, text):
    assert refusal(submit, batch=batch, **members) == text
    assert fake.batch.jobs() == []


@pytest.mark.source("reference §8: 0..9999; text assumed, as for definitions")
@pytest.mark.parametrize("priority", [-1, 10000])
def test_a_priority_is_at_most_9999(fake, batch, queues, priority):
    register = {"jobDefinitionName": "x", "type": "container", "schedulingPriority": priority}
    text = refusal(batch.register_job_definition, **register, containerProperties={"image": "i"})
    assert refusal(submit, batch=batch, shareIdentifier="a", schedulingPriorityOverride=priority) == text
    assert fake.batch.jobs() == []


@pytest.mark.source("reference §8, appendix C")
@pytest.mark.parametrize("share", ["a", "Team-1_x", "a*", "a" * 255, "a" * 255 + "*"])
def test_a_job_shows_its_share_and_its_priority(fake, batch, queues, share):
    job_id = submit(batch, shareIdentifier=share, schedulingPriorityOverride=9999)
    found = job(batch, job_id)
    assert (found["shareIdentifier"], found["schedulingPriority"]) == (share, 9999)


@pytest.mark.source("model: it overrides the definition's")
@pytest.mark.parametrize(
    ("members", "priority"),
    [
        ({"jobDefinition": "urgent"}, 7),
        ({"jobDefinition": "urgent", "schedulingPriorityOverride": 0}, 0),
        ({}, None),
    ],
)
def test_the_priority_is_the_definition_s_unless_it_is_overridden(batch, queues, members, priority):
    submit(batch, shareIdentifier="a", jobDefinition="urgent", schedulingPriorityOverride=3)
    found = job(batch, submit(batch, shareIdentifier="a", **members))
    assert found.get("schedulingPriority") == priority


@pytest.mark.source("model: children have the parent's members")
def test_children_have_their_parent_s_share(fake, batch, queues):
    parent = submit(batch, shareIdentifier="a", schedulingPriorityOverride=5, arrayProperties={"size": 2})
    fake.tick(1)
    found = job(batch, f"{parent}:1")
    assert (found["shareIdentifier"], found["schedulingPriority"]) == ("a", 5)


@pytest.mark.source("reference §13")
@pytest.mark.needs("JobSummary.shareIdentifier")
def test_list_jobs_filters_by_share(fake, batch, queues):
    for name, share in (("one", "a"), ("two", "b"), ("three", "a")):
        submit(batch, jobName=name, shareIdentifier=share)
    fake.tick(20)
    submit(batch, jobName="four", shareIdentifier="a")

    def found(*values, **members):
        filters = [{"name": "SHARE_IDENTIFIER", "values": list(values)}]
        jobs = batch.list_jobs(jobQueue="q", filters=filters, **members)["jobSummaryList"]
        return [(one["jobName"], one["shareIdentifier"]) for one in jobs]

    assert found("a") == [("four", "a"), ("three", "a"), ("one", "a")]
    assert found("a", jobStatus="RUNNING") == [("three", "a"), ("one", "a")]
    assert found("b", jobStatus="SUBMITTED") == []
    assert found("a", "b", jobStatus="RUNNING") == [("three", "a"), ("two", "b"), ("one", "a")]


TOO_MANY = "A job queue can have a maximum of 500 active share identifiers."


@pytest.mark.source("reference §12.2; text assumed")
def test_a_queue_has_500_active_shares(fake, batch, queues):
    for number in range(500):
        submit(batch, shareIdentifier=f"s{number}")
    assert refusal(submit, batch=batch, shareIdentifier="new") == TOO_MANY
    submit(batch, shareIdentifier="s1")
    # They end after 70 seconds, and stay active for the decay of ten minutes.
    fake.tick(70 + 599)
    assert refusal(submit, batch=batch, shareIdentifier="new") == TOO_MANY
    submit(batch, shareIdentifier="s7")
    fake.tick(1)
    submit(batch, shareIdentifier="new")
    found = fake.service("batch", "us-east-1", "123456789012").job_queues["q"].shares
    assert list(found) == ["s7", "new"]


# -- Tags


@pytest.mark.source("reference §14")
def test_tags(fake, batch):
    arn = fake.batch.add_scheduling_policy("a", tags={"Stage": "Alpha"})
    batch.tag_resource(resourceArn=arn, tags={"Stage": "Beta", "User": "Jane"})
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"Stage": "Beta", "User": "Jane"}
    batch.untag_resource(resourceArn=arn, tagKeys=["User"])
    assert described(batch, "a")[0]["tags"] == {"Stage": "Beta"}
    assert refusal(batch.list_tags_for_resource, resourceArn=ARN + "x") == f"{ARN}x does not exist"
