"""Consumable resources: their operations, lists and checks. What they do to jobs is tested beside."""

import re
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

import fakebatch
from fakebatch.batch import consumable_resources

HERE = "arn:aws:batch:us-east-1:123456789012:"
ARN = HERE + "consumable-resource/"
START_MS = 1_767_225_600_000
RESTRICTED = (
    "Tags can only contain letters, numbers, spaces, and the following special characters: _ . : / = + - @"
)


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", seed=7) as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        yield world


def create(batch, name="licence", **members):
    return batch.create_consumable_resource(consumableResourceName=name, **members)


def describe(batch, name="licence"):
    response = batch.describe_consumable_resource(consumableResource=name)
    del response["ResponseMetadata"]
    return response


def update(batch, operation, quantity, name="licence", **members):
    response = batch.update_consumable_resource(
        consumableResource=name, operation=operation, quantity=quantity, **members
    )
    return response["totalQuantity"]


def needs(*resources):
    return {
        "consumableResourceList": [
            {"consumableResource": name, "quantity": quantity} for name, quantity in resources
        ]
    }


def submit(batch, *resources, name="j", **members):
    if resources:
        members["consumableResourcePropertiesOverride"] = needs(*resources)
    return batch.submit_job(**{"jobName": name, "jobQueue": "q", "jobDefinition": "d", **members})["jobId"]


def refusal(call, **request):
    """The text of a ClientException, without the wrapping that Create and Describe put around it."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    assert caught.value.response["Error"]["Code"] == "ClientException"
    message = caught.value.response["Error"]["Message"]
    wrapped = re.fullmatch(r"Error executing request, Exception : (.*), RequestId: [0-9a-f-]{36}", message)
    return wrapped[1] if wrapped else message


# -- Create and describe


@pytest.mark.source("model")
def test_create_answers_with_name_and_arn(batch):
    response = create(batch)
    del response["ResponseMetadata"]
    assert response == {"consumableResourceName": "licence", "consumableResourceArn": ARN + "licence"}


@pytest.mark.source("model, reference §12.5")
@pytest.mark.parametrize("named", ["licence", ARN + "licence"])
def test_describe_shows_all_of_it(fake, batch, named):
    fake.tick(1.5)
    create(batch, totalQuantity=7, resourceType="NON_REPLENISHABLE", tags={"team": "a"})
    assert describe(batch, named) == {
        "consumableResourceName": "licence",
        "consumableResourceArn": ARN + "licence",
        "totalQuantity": 7,
        "inUseQuantity": 0,
        "availableQuantity": 7,
        "resourceType": "NON_REPLENISHABLE",
        "createdAt": START_MS + 1500,
        "tags": {"team": "a"},
    }


@pytest.mark.source("reference §12.5 for the type; a total of 0 is assumed")
def test_it_is_replenishable_and_empty_unless_told_otherwise(batch):
    create(batch)
    assert describe(batch) == {
        "consumableResourceName": "licence",
        "consumableResourceArn": ARN + "licence",
        "totalQuantity": 0,
        "inUseQuantity": 0,
        "availableQuantity": 0,
        "resourceType": "REPLENISHABLE",
        "createdAt": START_MS,
        "tags": {},
    }


@pytest.mark.source("reference §9.4: Create operations wrap their text; that Describe does is assumed")
def test_texts_of_create_and_describe_are_wrapped(batch):
    for call in (lambda: create(batch, totalQuantity=-1), lambda: describe(batch, "none")):
        with pytest.raises(ClientError, match=r"Error executing request, Exception : .*, RequestId: "):
            call()


@pytest.mark.source("AWS: each account and region has its own")
def test_regions_are_apart(fake, batch):
    create(batch)
    there = fake.client("batch", region_name="eu-west-1")
    assert there.list_consumable_resources()["consumableResources"] == []


REFUSALS = [
    # id, operation, request, text, source
    (
        "negative total",
        "create_consumable_resource",
        {"consumableResourceName": "x", "totalQuantity": -1},
        "totalQuantity cannot be a negative number.",
        "reference §12.5",
    ),
    (
        "unknown type",
        "create_consumable_resource",
        {"consumableResourceName": "x", "resourceType": "replenishable"},
        "resourceType should be one of [REPLENISHABLE, NON_REPLENISHABLE].",
        "model: can be one of; text assumed",
    ),
    (
        "name taken",
        "create_consumable_resource",
        {"consumableResourceName": "licence"},
        "Object already exists",
        "model: must be unique; text assumed",
    ),
    *(
        (
            f"name {name[:5]!r}",
            "create_consumable_resource",
            {"consumableResourceName": name},
            "ConsumableResource name should match a valid pattern.",
            "assumed: as other names of Batch",
        )
        for name in ("", "a b", "a/b", "x" * 129)
    ),
    (
        "tag",
        "create_consumable_resource",
        {"consumableResourceName": "x", "tags": {"a": "?"}},
        RESTRICTED,
        "reference §14",
    ),
    *(
        (
            f"unknown for {operation}",
            operation,
            {"consumableResource": "none", **members},
            ARN + "none does not exist",
            "assumed: text, as of queues",
        )
        for operation, members in (
            ("describe_consumable_resource", {}),
            ("update_consumable_resource", {"operation": "SET", "quantity": 1}),
            ("delete_consumable_resource", {}),
            ("list_jobs_by_consumable_resource", {}),
        )
    ),
    (
        "of another region",
        "describe_consumable_resource",
        {"consumableResource": "arn:aws:batch:eu-west-1:123456789012:consumable-resource/licence"},
        "arn:aws:batch:eu-west-1:123456789012:consumable-resource/licence does not exist",
        "assumed: text, as of queues",
    ),
    *(
        (
            f"operation {members.get('operation')}",
            "update_consumable_resource",
            {"consumableResource": "licence", "quantity": 1, **members},
            "operation should be one of [SET, ADD, REMOVE].",
            "model: must be one of; text, and that it is required, assumed",
        )
        for members in ({}, {"operation": "DROP"}, {"operation": "set"})
    ),
    (
        "no quantity",
        "update_consumable_resource",
        {"consumableResource": "licence", "operation": "ADD"},
        "quantity is required.",
        "assumed: nothing would be changed",
    ),
    (
        "negative quantity",
        "update_consumable_resource",
        {"consumableResource": "licence", "operation": "ADD", "quantity": -1},
        "quantity cannot be a negative number.",
        "model: must be non-negative; text assumed after totalQuantity's",
    ),
    (
        "more removed than there is",
        "update_consumable_resource",
        {"consumableResource": "licence", "operation": "REMOVE", "quantity": 4},
        "totalQuantity cannot be a negative number.",
        "reference §12.5 for the text; that it isn't cut at 0 is assumed",
    ),
    *(
        (
            f"maxResults {most} of {operation}",
            operation,
            {"maxResults": most, **members},
            "maxResults must be between 1 and 100",
            "model: between 1 and 100; text assumed",
        )
        for most in (0, 101)
        for operation, members in (
            ("list_consumable_resources", {}),
            ("list_jobs_by_consumable_resource", {"consumableResource": "licence"}),
        )
    ),
    *(
        (
            f"token of {operation}",
            operation,
            {"nextToken": "nonsense", **members},
            "Invalid nextToken",
            "assumed: text",
        )
        for operation, members in (
            ("list_consumable_resources", {}),
            ("list_jobs_by_consumable_resource", {"consumableResource": "licence"}),
        )
    ),
    (
        "filter of jobs for resources",
        "list_consumable_resources",
        {"filters": [{"name": "JOB_NAME", "values": ["a"]}]},
        "Filter name JOB_NAME is not valid.",
        "model: the filter names; text assumed",
    ),
    (
        "filter's case",
        "list_consumable_resources",
        {"filters": [{"name": "consumable_resource_name", "values": ["a"]}]},
        "Filter name consumable_resource_name is not valid.",
        "model: filter names are case sensitive; text assumed",
    ),
    (
        "filter without a name",
        "list_consumable_resources",
        {"filters": [{}]},
        "Filter name None is not valid.",
        "assumed: text",
    ),
    (
        "filter without values",
        "list_consumable_resources",
        {"filters": [{"name": "CONSUMABLE_RESOURCE_NAME"}]},
        "Value [] is not valid for filter CONSUMABLE_RESOURCE_NAME.",
        "assumed: text",
    ),
    (
        "filter of resources for jobs",
        "list_jobs_by_consumable_resource",
        {
            "consumableResource": "licence",
            "filters": [{"name": "CONSUMABLE_RESOURCE_NAME", "values": ["a"]}],
        },
        "Filter name CONSUMABLE_RESOURCE_NAME is not valid.",
        "model: the filter names; text assumed",
    ),
    (
        "unknown status",
        "list_jobs_by_consumable_resource",
        {"consumableResource": "licence", "filters": [{"name": "JOB_STATUS", "values": ["RUNNING", "JUNK"]}]},
        "Value JUNK is not valid for filter JOB_STATUS.",
        "model: the statuses; text assumed",
    ),
]


@pytest.mark.parametrize(
    ("operation", "request_", "text"),
    [pytest.param(*case, id=name, marks=pytest.mark.source(source)) for name, *case, source in REFUSALS],
)
def test_refusals_change_nothing(fake, batch, operation, request_, text):
    create(batch, totalQuantity=3)
    before = describe(batch)
    assert refusal(getattr(batch, operation), **request_) == text
    assert describe(batch) == before
    assert len(batch.list_consumable_resources()["consumableResources"]) == 1


@pytest.mark.source("reference §12.5: 50,000; text assumed")
def test_there_is_a_limit_to_their_number(batch, monkeypatch):
    monkeypatch.setattr(consumable_resources, "MAX_RESOURCES", 1)
    create(batch)
    text = "Account cannot have more than 50000 consumable resources."
    assert refusal(batch.create_consumable_resource, consumableResourceName="another") == text


# -- Update


@pytest.mark.source("model")
def test_an_update_sets_adds_and_removes(batch):
    create(batch, totalQuantity=3)
    response = batch.update_consumable_resource(
        consumableResource=ARN + "licence", operation="SET", quantity=10
    )
    del response["ResponseMetadata"]
    assert response == {
        "consumableResourceName": "licence",
        "consumableResourceArn": ARN + "licence",
        "totalQuantity": 10,
    }
    assert update(batch, "ADD", 5) == 15
    assert update(batch, "REMOVE", 1) == 14
    assert update(batch, "ADD", 0) == 14
    assert update(batch, "SET", 0) == 0
    assert describe(batch)["totalQuantity"] == 0


@pytest.mark.source("model: two identical requests with one token within eight hours change it once")
def test_a_token_counts_once_in_eight_hours(fake, batch):
    create(batch, totalQuantity=1)
    assert update(batch, "ADD", 5, clientToken="t") == 6
    fake.tick(timedelta(hours=8) - timedelta(microseconds=1))
    assert update(batch, "ADD", 5, clientToken="t") == 6
    fake.tick(timedelta(microseconds=1))
    assert update(batch, "ADD", 5, clientToken="t") == 11


@pytest.mark.source("model: identical payloads and tokens")
@pytest.mark.parametrize(
    ("operation", "quantity", "token", "total"),
    [
        pytest.param("ADD", 5, "t", 6, id="the same"),
        pytest.param("ADD", 5, "other", 11, id="another token"),
        pytest.param("ADD", 4, "t", 10, id="another quantity"),
        pytest.param("SET", 5, "t", 5, id="another operation"),
    ],
)
def test_only_an_identical_update_is_a_repetition(batch, operation, quantity, token, total):
    create(batch, totalQuantity=1)
    update(batch, "ADD", 5, clientToken="t")
    assert update(batch, operation, quantity, clientToken=token) == total


@pytest.mark.source("model: of the same resource")
def test_a_token_is_of_one_resource(batch):
    for name in ("a", "b"):
        create(batch, name, totalQuantity=1)
        assert update(batch, "ADD", 1, name, clientToken="t") == 2


@pytest.mark.source("botocore: it makes up a token for each call")
def test_calls_without_a_token_all_count(batch):
    create(batch)
    assert [update(batch, "ADD", 1) for _ in range(3)] == [1, 2, 3]


@pytest.mark.source("assumed: a refused update isn't remembered")
def test_a_refused_update_can_be_repeated(batch):
    create(batch)
    request = {"operation": "REMOVE", "quantity": 1, "clientToken": "t", "consumableResource": "licence"}
    assert (
        refusal(batch.update_consumable_resource, **request) == "totalQuantity cannot be a negative number."
    )
    update(batch, "SET", 1)
    assert update(batch, "REMOVE", 1, clientToken="t") == 0


@pytest.mark.source("model: a token is valid for eight hours, so it need not be kept longer")
def test_old_tokens_are_forgotten(fake, batch):
    create(batch)
    for _ in range(5):
        update(batch, "ADD", 1)
    fake.tick(timedelta(hours=8))
    update(batch, "ADD", 1)
    service = fake.service("batch", "us-east-1", "123456789012")
    assert len(service.consumable_resources["licence"].updates) == 1


# -- Delete


@pytest.mark.source("model")
@pytest.mark.parametrize("named", ["licence", ARN + "licence"])
def test_delete_takes_it_away(batch, named):
    create(batch)
    assert batch.delete_consumable_resource(consumableResource=named).keys() == {"ResponseMetadata"}
    assert batch.list_consumable_resources()["consumableResources"] == []
    create(batch, totalQuantity=2)
    assert describe(batch)["totalQuantity"] == 2


# -- ListConsumableResources


@pytest.mark.source("model; the order of creation is assumed")
def test_resources_are_listed_as_summaries(batch):
    create(batch, "b", totalQuantity=2, tags={"a": "b"})
    create(batch, "a", resourceType="NON_REPLENISHABLE")
    response = batch.list_consumable_resources()
    del response["ResponseMetadata"]
    assert response == {
        "consumableResources": [
            {
                "consumableResourceName": "b",
                "consumableResourceArn": ARN + "b",
                "totalQuantity": 2,
                "inUseQuantity": 0,
                "resourceType": "REPLENISHABLE",
            },
            {
                "consumableResourceName": "a",
                "consumableResourceArn": ARN + "a",
                "totalQuantity": 0,
                "inUseQuantity": 0,
                "resourceType": "NON_REPLENISHABLE",
            },
        ]
    }


def named(batch, **members):
    response = batch.list_consumable_resources(**members)
    return [one["consumableResourceName"] for one in response["consumableResources"]]


@pytest.mark.source("model")
def test_resources_come_in_pages(batch):
    names = [f"r{number}" for number in range(105)]
    for name in names:
        create(batch, name)
    pages = list(batch.get_paginator("list_consumable_resources").paginate())
    assert [len(page["consumableResources"]) for page in pages] == [100, 5]
    paginator = batch.get_paginator("list_consumable_resources")
    small = paginator.paginate(PaginationConfig={"PageSize": 50}).build_full_result()
    assert [one["consumableResourceName"] for one in small["consumableResources"]] == names
    assert named(batch, nextToken="", maxResults=1) == ["r0"]


@pytest.mark.source("model; that a page is full of what fits is assumed")
def test_filters_hold_over_pages(batch):
    for number in range(6):
        create(batch, f"{'ab'[number % 2]}{number}")
    filters = [{"name": "CONSUMABLE_RESOURCE_NAME", "values": ["A*"]}]
    first = batch.list_consumable_resources(filters=filters, maxResults=2)
    assert named(batch, filters=filters, maxResults=2, nextToken=first["nextToken"]) == ["a4"]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        pytest.param(["licence"], ["Licence"], id="case", marks=pytest.mark.source("model")),
        pytest.param(["LIC*"], ["Licence", "lic-2"], id="prefix", marks=pytest.mark.source("model")),
        pytest.param(["*"], ["Licence", "lic-2", "token"], id="all", marks=pytest.mark.source("model")),
        pytest.param(["lic"], [], id="part of a name", marks=pytest.mark.source("model")),
        pytest.param(
            ["token", "lic-2"],
            ["lic-2", "token"],
            id="two values",
            marks=pytest.mark.source("assumed: either of them"),
        ),
    ],
)
def test_resources_are_filtered_by_name(batch, values, names):
    for name in ("Licence", "lic-2", "token"):
        create(batch, name)
    filters = [{"name": "CONSUMABLE_RESOURCE_NAME", "values": values}]
    assert named(batch, filters=filters) == names


# -- ListJobsByConsumableResource


def listed(batch, name="licence", **members):
    response = batch.list_jobs_by_consumable_resource(consumableResource=name, **members)
    del response["ResponseMetadata"]
    return response


def ids(response):
    return [job["jobArn"].rpartition("/")[2] for job in response["jobs"]]


@pytest.mark.source("model; quantity: reference §12.5; createdAt is the job's, newest first, assumed")
def test_jobs_are_listed_with_what_they_need(fake, batch):
    fake.batch.add_consumable_resource("licence", totalQuantity=2)
    done = submit(batch, ("licence", 2), name="done")
    fake.tick(2)
    blocked = submit(batch, ("other", 3), (ARN + "licence", 1), name="blocked")
    submit(batch, ("other", 1))
    submit(batch)
    fake.tick(100)
    common = {
        "jobQueueArn": HERE + "job-queue/q",
        "jobDefinitionArn": HERE + "job-definition/d:1",
    }
    assert listed(batch, ARN + "licence") == {
        "jobs": [
            {
                "jobArn": f"{HERE}job/{blocked}",
                "jobName": "blocked",
                "jobStatus": "RUNNABLE",
                "quantity": 1,
                "createdAt": START_MS + 2000,
                "consumableResourceProperties": needs(("other", 3), (ARN + "licence", 1)),
                **common,
            },
            {
                "jobArn": f"{HERE}job/{done}",
                "jobName": "done",
                "jobStatus": "SUCCEEDED",
                "statusReason": "Essential container in task exited",
                "quantity": 2,
                "createdAt": START_MS,
                "startedAt": START_MS + 10_000,
                "consumableResourceProperties": needs(("licence", 2)),
                **common,
            },
        ]
    }


@pytest.mark.source("assumed: as ListJobs has it")
def test_an_array_is_listed_without_its_children(fake, batch):
    fake.batch.add_consumable_resource("licence")
    array = submit(batch, ("licence", 1), arrayProperties={"size": 3})
    fake.tick(10)
    assert ids(listed(batch)) == [array]


@pytest.mark.source("model; that new jobs don't move a page is assumed")
def test_jobs_come_in_pages(fake, batch):
    fake.batch.add_consumable_resource("licence")
    jobs = [submit(batch, ("licence", 1)) for _ in range(102)]
    first = listed(batch)
    assert ids(first) == jobs[:1:-1]
    submit(batch, ("licence", 1))
    assert ids(listed(batch, nextToken=first["nextToken"])) == jobs[1::-1]
    paginator = batch.get_paginator("list_jobs_by_consumable_resource")
    pages = paginator.paginate(consumableResource="licence", PaginationConfig={"PageSize": 30})
    assert [len(page["jobs"]) for page in pages] == [30, 30, 30, 13]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        pytest.param(
            {"JOB_STATUS": ["RUNNING"]}, ["Train-1"], id="status", marks=pytest.mark.source("model")
        ),
        pytest.param({"JOB_STATUS": ["FAILED"]}, [], id="none", marks=pytest.mark.source("model")),
        pytest.param(
            {"JOB_STATUS": ["RUNNING", "SUBMITTED"]},
            ["load", "Train-1"],
            id="two statuses",
            marks=pytest.mark.source("assumed: either of them"),
        ),
        pytest.param({"JOB_NAME": ["train-1"]}, ["Train-1"], id="case", marks=pytest.mark.source("model")),
        pytest.param(
            {"JOB_NAME": ["TRAIN*"]}, ["train-2", "Train-1"], id="prefix", marks=pytest.mark.source("model")
        ),
        pytest.param(
            {"JOB_NAME": ["train*"], "JOB_STATUS": ["RUNNABLE"]},
            ["train-2"],
            id="two filters",
            marks=pytest.mark.source("assumed: both must fit"),
        ),
    ],
)
def test_jobs_are_filtered(fake, batch, filters, names):
    fake.batch.add_consumable_resource("licence")
    for name in ("Train-1", "train-2"):
        submit(batch, ("licence", 1), name=name)
    fake.tick(20)
    submit(batch, ("licence", 1), name="load")
    given = [{"name": name, "values": values} for name, values in filters.items()]
    assert [job["jobName"] for job in listed(batch, filters=given)["jobs"]] == names


# -- What jobs ask for


def defined(fake, *resources):
    fake.batch.add_job_definition("d", consumableResourceProperties=needs(*resources))


def shown(batch, job_id):
    return batch.describe_jobs(jobs=[job_id])["jobs"][0].get("consumableResourceProperties")


@pytest.mark.parametrize(
    ("override", "needed"),
    [
        pytest.param(
            [("a", 5)], [("a", 5), ("b", 2)], id="quantity", marks=pytest.mark.source("reference §8")
        ),
        pytest.param([], [("a", 1), ("b", 2)], id="nothing", marks=pytest.mark.source("assumed: no change")),
        pytest.param(
            [("c", 3)],
            [("a", 1), ("b", 2), ("c", 3)],
            id="another resource",
            marks=pytest.mark.source("assumed: added"),
        ),
        pytest.param(
            [(ARN + "b", 4)],
            [("a", 1), (ARN + "b", 4)],
            id="by its ARN",
            marks=pytest.mark.source("assumed: the same resource"),
        ),
    ],
)
def test_submit_job_overrides_quantities(fake, batch, override, needed):
    defined(fake, ("a", 1), ("b", 2))
    job_id = submit(batch, consumableResourcePropertiesOverride=needs(*override))
    assert shown(batch, job_id) == needs(*needed)


@pytest.mark.source("reference §8")
def test_a_job_has_what_it_is_defined_with(fake, batch):
    assert shown(batch, submit(batch)) is None
    assert shown(batch, submit(batch, consumableResourcePropertiesOverride={})) is None
    assert shown(batch, submit(batch, ("a", 1))) == needs(("a", 1))


COUNT = "Each ConsumableResourceProperty can have at most 5 consumableResources"
DUPLICATE = "Cannot have duplicate consumableResource in consumableResourceProperties"


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        pytest.param(entries, text, id=name, marks=pytest.mark.source(source))
        for name, entries, text, source in [
            (
                "six",
                needs(*((name, 1) for name in "abcdef"))["consumableResourceList"],
                COUNT,
                "reference §9.4 for definitions; for overrides assumed",
            ),
            (
                "six with the definition's",
                needs(*((name, 1) for name in "bcdef"))["consumableResourceList"],
                COUNT,
                "assumed: the limit is the job's",
            ),
            (
                "twice",
                needs(("a", 1), ("a", 2))["consumableResourceList"],
                DUPLICATE,
                "reference §9.4 for definitions; for overrides assumed",
            ),
            (
                "twice, once by ARN",
                needs(("a", 1), (ARN + "a", 2))["consumableResourceList"],
                DUPLICATE,
                "assumed: it is the same resource",
            ),
            (
                "no name",
                [{"quantity": 1}],
                "consumableResource is required in consumableResourceProperties",
                "assumed: it would mean nothing",
            ),
            (
                "no quantity",
                [{"consumableResource": "b"}],
                "quantity is required in consumableResourceProperties",
                "assumed: it would mean nothing",
            ),
            (
                "negative",
                needs(("a", -1))["consumableResourceList"],
                "quantity cannot be a negative number.",
                "assumed: it would mean nothing",
            ),
        ]
    ],
)
def test_a_job_that_asks_for_the_impossible_is_refused(fake, batch, entries, text):
    defined(fake, ("a", 1))
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d"}
    request["consumableResourcePropertiesOverride"] = {"consumableResourceList": entries}
    assert refusal(batch.submit_job, **request) == text
    assert fake.batch.jobs() == []


# -- Tags


@pytest.mark.source("reference §14")
def test_tags_are_those_of_tag_resource_too(batch):
    arn = create(batch, tags={"a": "1"})["consumableResourceArn"]
    batch.tag_resource(resourceArn=arn, tags={"b": "2"})
    batch.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    assert describe(batch)["tags"] == {"b": "2"}
    batch.delete_consumable_resource(consumableResource="licence")
    assert refusal(batch.list_tags_for_resource, resourceArn=arn) == f"{arn} does not exist"


# -- From the author's side


@pytest.mark.source("design: one line each, returning the ARN")
def test_the_author_adds_one_in_a_line(fake, batch):
    assert fake.batch.add_consumable_resource("licence") == ARN + "licence"
    assert describe(batch) == {
        "consumableResourceName": "licence",
        "consumableResourceArn": ARN + "licence",
        "totalQuantity": 1,
        "inUseQuantity": 0,
        "availableQuantity": 1,
        "resourceType": "REPLENISHABLE",
        "createdAt": START_MS,
        "tags": {},
    }


@pytest.mark.source("design: overrides are members of the described structure too")
def test_units_can_be_in_use_from_the_start(fake, batch):
    fake.batch.add_consumable_resource("licence", totalQuantity=5, inUseQuantity=4, tags={"a": "b"})
    found = describe(batch)
    assert (found["totalQuantity"], found["inUseQuantity"], found["availableQuantity"]) == (5, 4, 1)


CALL = "add_consumable_resource('licence'): "


@pytest.mark.source("design: errors of misuse")
@pytest.mark.parametrize(
    ("overrides", "text"),
    [
        ({"totalquantity": 1}, "there is no member 'totalquantity'. Did you mean totalQuantity?"),
        (
            {"owner": 1},
            "there is no member 'owner'. There are: inUseQuantity, resourceType, tags, totalQuantity.",
        ),
        ({"resourceType": "X"}, "resourceType='X' is none of REPLENISHABLE, NON_REPLENISHABLE."),
        ({"totalQuantity": 1.5}, "totalQuantity=1.5 is no whole number."),
        ({"inUseQuantity": True}, "inUseQuantity=True is no whole number."),
        ({"inUseQuantity": 2}, "inUseQuantity=2 is not between 0 and totalQuantity=1."),
        (
            {"totalQuantity": -1},
            "AWS would refuse this with 'totalQuantity cannot be a negative number.'.",
        ),
    ],
)
def test_misuse_is_told(fake, batch, overrides, text):
    with pytest.raises(fakebatch.UsageError) as caught:
        fake.batch.add_consumable_resource("licence", **overrides)
    assert str(caught.value) == CALL + text
    assert named(batch) == []
