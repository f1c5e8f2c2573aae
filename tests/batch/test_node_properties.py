"""nodeProperties: what RegisterJobDefinition refuses and fills in, and what SubmitJob overrides."""

from copy import deepcopy

import pytest
from botocore.exceptions import ClientError

import fakebatch

SIZE = [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "512"}]
CONTAINER = {"image": "busybox", "command": ["run", "Ref::what"], "resourceRequirements": SIZE}
LISTS = {name: [] for name in ("environment", "mountPoints", "secrets", "ulimits", "volumes")}
COMPLETE = {**CONTAINER, **LISTS}
MAIN_NODE = "Main node index is out of range, must be less than numNodes."
BEYOND = "Node range error {}. Node range should be smaller than number of nodes"


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        world.batch.add_job_queue("q")
        yield world


@pytest.fixture
def batch(fake):
    return fake.client("batch")


def a_range(targets="0:", **members):
    return {"targetNodes": targets, "container": CONTAINER, **members}


def nodes(*ranges, **members):
    return {"numNodes": 4, "mainNode": 0, "nodeRangeProperties": list(ranges) or [a_range()], **members}


def register(batch, properties, name="mnp", **members):
    return batch.register_job_definition(
        **{"jobDefinitionName": name, "type": "multinode", "nodeProperties": properties, **members}
    )


def refusal(call, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    assert caught.value.response["Error"]["Code"] == "ClientException"
    text = caught.value.response["Error"]["Message"]
    return text.removeprefix("Error executing request, Exception : ").rpartition(", RequestId:")[0] or text


# -- Registration


@pytest.mark.source("reference §9.4")
@pytest.mark.parametrize(
    ("properties", "text"),
    [
        (nodes(numNodes=0), "Number of nodes must be between 1 and 1000."),
        (nodes(numNodes=1001), "Number of nodes must be between 1 and 1000."),
        (nodes(*[a_range()] * 6), "Maximum allowed size of node range properties is 5"),
        (nodes(mainNode=4), MAIN_NODE),
        (nodes(mainNode=-1), MAIN_NODE),
        (nodes(a_range("0:2")), "Node Range Properties target nodes have missing ranges"),
        (nodes(a_range("0:5")), BEYOND.format("0:5")),
        (nodes(a_range("all")), "targetNodes should contain only digits."),
        (nodes({"targetNodes": "0:"}), "Must specify container for node range 0:"),
        (
            nodes(a_range("0:", ecsProperties={"taskProperties": []})),
            "NodeRangeProperties can not use both ecsProperties and container fields",
        ),
        (
            nodes(a_range(instanceTypes=["m5.large"])),
            "Using instanceTypes with nodeRangeProperty is only allowed for ecsProperties jobs.",
        ),
    ],
)
def test_registration_refuses(batch, properties, text):
    assert refusal(register, batch, properties) == text
    assert batch.describe_job_definitions()["jobDefinitions"] == []


@pytest.mark.source("assumed: the texts")
@pytest.mark.parametrize(
    ("properties", "text"),
    [
        (
            nodes(a_range(eksProperties={})),
            "NodeRangeProperties can not use both eksProperties and container fields",
        ),
        (
            nodes({"targetNodes": "0:", "ecsProperties": {"taskProperties": []}, "eksProperties": {}}),
            "NodeRangeProperties can not use both ecsProperties and eksProperties fields",
        ),
    ],
)
def test_registration_refuses_other_pairs(batch, properties, text):
    assert refusal(register, batch, properties) == text


@pytest.mark.source("reference §9.4: each range's container is a container")
@pytest.mark.parametrize(
    ("container", "text"),
    [
        ({"image": None}, "ECS Container Image must be provided."),
        ({"resourceRequirements": SIZE[1:]}, "vCPU is required."),
        ({"networkConfiguration": {}}, "networkConfiguration not applicable for EC2."),
        ({"environment": [{"value": "x"}]}, "Environment variable name is required."),
    ],
)
def test_each_range_is_checked(batch, container, text):
    bad = {name: value for name, value in {**CONTAINER, **container}.items() if value is not None}
    properties = nodes(a_range(), a_range("3", container=bad))
    assert refusal(register, batch, properties) == text


@pytest.mark.source("reference §9.4: at most 5 consumable resources")
def test_each_range_has_its_consumable_resources_checked(batch):
    wanted = [{"consumableResource": f"r{number}", "quantity": 1} for number in range(6)]
    properties = nodes(a_range(consumableResourceProperties={"consumableResourceList": wanted}))
    text = "Each ConsumableResourceProperty can have at most 5 consumableResources"
    assert refusal(register, batch, properties) == text


@pytest.mark.source("assumed: the text; the rule: model, JobDefinition.nodeProperties")
@pytest.mark.parametrize("kind", ["multinode", "container"])
def test_nodes_and_a_container_exclude_each_other(batch, kind):
    text = refusal(register, batch, nodes(), type=kind, containerProperties=CONTAINER)
    assert text == "Cannot use both nodeProperties and containerProperties"


@pytest.mark.source("reference §9.3, in each range; TF: nodeProperties are echoed")
def test_defaults_are_filled_in_per_range(batch):
    given = nodes(a_range("0"), a_range("1:", consumableResourceProperties={"consumableResourceList": []}))
    kept = deepcopy(given)
    register(batch, given, timeout={"attemptDurationSeconds": 60})
    (described,) = batch.describe_job_definitions()["jobDefinitions"]
    assert given == kept
    assert described == {
        "jobDefinitionName": "mnp",
        "jobDefinitionArn": "arn:aws:batch:us-east-1:123456789012:job-definition/mnp:1",
        "revision": 1,
        "status": "ACTIVE",
        "type": "multinode",
        "parameters": {},
        "tags": {},
        "propagateTags": False,
        "platformCapabilities": [],
        "containerOrchestrationType": "ECS",
        "timeout": {"attemptDurationSeconds": 60},
        "nodeProperties": {
            "numNodes": 4,
            "mainNode": 0,
            "nodeRangeProperties": [
                {"targetNodes": "0", "container": COMPLETE},
                {
                    "targetNodes": "1:",
                    "container": COMPLETE,
                    "consumableResourceProperties": {"consumableResourceList": []},
                },
            ],
        },
    }


# -- Set-up in one line

DEFAULT = {
    "image": "busybox",
    "command": ["true"],
    "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
    **LISTS,
}


@pytest.mark.source("api §4: defaults that AWS itself would accept")
@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"type": "multinode"}, (2, 0, ["0:"])),
        ({"nodeProperties": {}}, (2, 0, ["0:"])),
        ({"nodeProperties": {"numNodes": 3}}, (3, 0, ["0:"])),
        ({"nodeProperties": {"numNodes": 3, "mainNode": 2}}, (3, 2, ["0:"])),
        ({"nodeProperties": {"nodeRangeProperties": [{"targetNodes": "0:6"}]}}, (7, 0, ["0:6"])),
        (
            {"nodeProperties": {"nodeRangeProperties": [{"targetNodes": "0"}, {"targetNodes": "1:"}]}},
            (2, 0, ["0", "1:"]),
        ),
        ({"nodeProperties": {"nodeRangeProperties": [{}]}}, (2, 0, ["0:"])),
    ],
)
def test_what_lacks_is_filled_up(fake, batch, overrides, expected):
    size, main, targets = expected
    fake.batch.add_job_definition("mnp", **overrides)
    (described,) = batch.describe_job_definitions()["jobDefinitions"]
    assert described["type"] == "multinode"
    assert described["nodeProperties"] == {
        "numNodes": size,
        "mainNode": main,
        "nodeRangeProperties": [{"targetNodes": text, "container": DEFAULT} for text in targets],
    }


@pytest.mark.source("api §4")
def test_a_range_keeps_what_it_has(fake, batch):
    ranges = [{"container": {"image": "mine", "vcpus": 4}}]
    fake.batch.add_job_definition("mnp", nodeProperties={"nodeRangeProperties": ranges})
    (described,) = batch.describe_job_definitions()["jobDefinitions"]
    (found,) = described["nodeProperties"]["nodeRangeProperties"]
    memory = [{"type": "MEMORY", "value": "2048"}]
    assert found["container"] == {**DEFAULT, "image": "mine", "vcpus": 4, "resourceRequirements": memory}
    assert ranges == [{"container": {"image": "mine", "vcpus": 4}}]


@pytest.mark.source("api §2: errors of misuse")
def test_what_aws_would_refuse_is_misuse(fake):
    with pytest.raises(fakebatch.UsageError) as caught:
        fake.batch.add_job_definition("mnp", nodeProperties={"mainNode": 5})
    assert str(caught.value) == f"add_job_definition('mnp'): AWS would refuse this with {MAIN_NODE!r}."


# -- SubmitJob


@pytest.fixture
def submit(batch):
    """SubmitJob for a definition with these ranges, and what DescribeJobs shows of its nodes."""

    def submit(*ranges, overrides=None, properties=None, **members):
        register(batch, properties or nodes(*ranges), parameters={"what": "it"})
        if overrides is not None:
            members["nodeOverrides"] = overrides
        job = batch.submit_job(jobName="j", jobQueue="q", jobDefinition="mnp", **members)
        return batch.describe_jobs(jobs=[job["jobId"]])["jobs"][0]["nodeProperties"]

    return submit


RAN = {**COMPLETE, "command": ["run", "it"]}


@pytest.mark.source("reference §1.5: nodeProperties are echoed with the container's defaults")
def test_without_overrides_placeholders_are_filled_in(submit):
    assert submit() == nodes({"targetNodes": "0:", "container": RAN})
    assert submit(parameters={"what": "that"})["nodeRangeProperties"][0]["container"]["command"] == [
        "run",
        "that",
    ]


@pytest.mark.source("reference §8")
def test_a_placeholder_without_a_value(batch):
    register(batch, nodes())
    text = refusal(batch.submit_job, jobName="j", jobQueue="q", jobDefinition="mnp")
    assert text == "Unable to substitute value. No parameter found for reference what"


@pytest.mark.source("reference §6: numNodes of an open-ended definition can be overridden")
@pytest.mark.parametrize("size", [2, 4, 9])
@pytest.mark.parametrize("targets", [["0:"], [":"], ["0:1", "1:"]])
def test_the_number_of_nodes(submit, targets, size):
    found = submit(*[a_range(text) for text in targets], overrides={"numNodes": size})
    assert found["numNodes"] == size


@pytest.mark.source("reference §6; assumed: the first text, and that SubmitJob has registration's others")
@pytest.mark.parametrize(
    ("properties", "size", "text"),
    [
        (nodes(a_range("0:3")), 5, "Number of nodes can not be overridden without an open-ended node range."),
        (nodes(a_range("0:1"), a_range("2:")), 2, BEYOND.format("2:")),
        (nodes(a_range(), a_range("0:2")), 2, BEYOND.format("0:2")),
        (nodes(mainNode=3), 3, MAIN_NODE),
        (nodes(), 0, "Number of nodes must be between 1 and 1000."),
        (nodes(), 1001, "Number of nodes must be between 1 and 1000."),
    ],
)
def test_numbers_of_nodes_that_are_refused(batch, properties, size, text):
    register(batch, properties, parameters={"what": "it"})
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": "mnp", "nodeOverrides": {"numNodes": size}}
    assert refusal(batch.submit_job, **request) == text


@pytest.mark.source("model: NodePropertyOverride")
def test_overrides_are_for_the_nodes_of_a_range(submit):
    overrides = {
        "command": ["other", "Ref::what"],
        "environment": [{"name": "A", "value": "1"}],
        "resourceRequirements": [{"type": "VCPU", "value": "8"}],
        "instanceType": "p3.2xlarge",
    }
    resources = {"consumableResourceList": [{"consumableResource": "licence", "quantity": 2}]}
    found = submit(
        a_range("0"),
        a_range("1:"),
        overrides={
            "numNodes": 3,
            "nodePropertyOverrides": [
                {
                    "targetNodes": "1:",
                    "containerOverrides": overrides,
                    "consumableResourcePropertiesOverride": resources,
                }
            ],
        },
    )
    container = {
        **RAN,
        "command": ["other", "it"],
        "environment": [{"name": "A", "value": "1"}],
        "resourceRequirements": [{"type": "VCPU", "value": "8"}, SIZE[1]],
        "instanceType": "p3.2xlarge",
    }
    assert found == {
        "numNodes": 3,
        "mainNode": 0,
        "nodeRangeProperties": [
            {"targetNodes": "0", "container": RAN},
            {"targetNodes": "1:", "container": container, "consumableResourceProperties": resources},
        ],
    }


@pytest.mark.source("assumed: that ranges are the same when their nodes are")
@pytest.mark.parametrize("targets", ["0:", ":", ":3", "0:3"])
def test_other_spellings_of_a_range(submit, targets):
    override = {"targetNodes": targets, "containerOverrides": {"command": ["x"]}}
    found = submit(overrides={"nodePropertyOverrides": [override]})
    assert found["nodeRangeProperties"][0]["container"]["command"] == ["x"]


@pytest.mark.source("aws-parallelcluster pull request 964, metaflow pull request 1656")
@pytest.mark.parametrize(
    ("targets", "others"), [(["0:0"], "0:0"), (["0:0", "1:1"], "0:0,1:1"), (["0:", "1:"], "1:")]
)
def test_overrides_for_nodes_that_are_no_range(batch, targets, others):
    register(batch, nodes(), parameters={"what": "it"})
    overrides = {"nodePropertyOverrides": [{"targetNodes": text} for text in targets]}
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": "mnp", "nodeOverrides": overrides}
    text = "NodeOverride targets should match job definition. Non matching targets - "
    assert refusal(batch.submit_job, **request) == text + others


@pytest.mark.source("reference §8, §9.4: what is merged is checked; the last text is assumed")
@pytest.mark.parametrize(
    ("override", "text"),
    [
        ({"containerOverrides": {"command": [""]}}, "Command field cannot have empty strings"),
        (
            {"containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": "0"}]}},
            "vCPU must be at least 1, got 0.",
        ),
        (
            {"instanceTypes": ["m5.large"]},
            "Using instanceTypes with nodeRangeProperty is only allowed for ecsProperties jobs.",
        ),
    ],
)
def test_overrides_that_are_refused(batch, override, text):
    register(batch, nodes(), parameters={"what": "it"})
    overrides = {"nodePropertyOverrides": [{"targetNodes": "0:", **override}]}
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": "mnp", "nodeOverrides": overrides}
    assert refusal(batch.submit_job, **request) == text


@pytest.mark.source("assumed: the texts, after that for containerOverrides of ecsProperties, which was seen")
@pytest.mark.parametrize(
    ("definition", "members", "text"),
    [
        ("mnp", {"containerOverrides": {}}, "Container overrides should not be set for nodeProperties jobs."),
        ("one", {"nodeOverrides": {}}, "Node overrides should not be set for containerProperties jobs."),
        (
            "mnp",
            {"arrayProperties": {"size": 2}},
            "Array properties can not be used with multi-node parallel jobs.",
        ),
    ],
)
def test_what_belongs_to_other_kinds_of_jobs(fake, batch, definition, members, text):
    fake.batch.add_job_definition("mnp", type="multinode")
    fake.batch.add_job_definition("one")
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": definition, **members}
    assert refusal(batch.submit_job, **request) == text
    assert fake.batch.jobs() == []


@pytest.mark.source("reference §6: not on Fargate, not on managed instances")
@pytest.mark.parametrize("kind", ["ECS_FARGATE", "ECS_MANAGED_INSTANCES"])
def test_queues_that_have_no_instances(fake, batch, kind):
    fake.batch.add_job_queue("other", jobQueueType=kind)
    fake.batch.add_job_definition("mnp", type="multinode")
    text = refusal(batch.submit_job, jobName="j", jobQueue="other", jobDefinition="mnp")
    assert text == "Job Queue is attached to Compute Environment that can not run Jobs with capability EC2."
