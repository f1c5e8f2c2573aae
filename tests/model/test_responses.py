"""Every kind of answer, held against the model's output shapes.

An answer is handed to the caller as it is, past botocore's parser. So it has to be what that parser makes of
JSON: no member that the model doesn't have, numbers of the right type, nothing that is None. A client is
listened to while a scene with all kinds of resources or jobs is played, and each answer is checked, nested
parts too.
"""

import botocore
import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

import fakebatch
from fakebatch.batch.operations import OPERATIONS

MODEL = Session().get_service_model("batch")
# What the constants below are of. With an older botocore, answers have what its model doesn't know yet.
OLDER = tuple(int(part) for part in botocore.__version__.split(".")[:3]) < (1, 44, 5)
KNOWN = [name for name in OPERATIONS if name in MODEL.operation_names]
PYTHON = {"string": str, "integer": int, "long": int, "double": float, "float": float, "boolean": bool}

LARGEST = {"integer": 2**31 - 1, "long": 2**63 - 1}

# Marked as required, but left out by AWS too (reference, Appendix B).
NOT_ALWAYS = {
    ("JobDetail", "startedAt"),
    ("JobQueueDetail", "computeEnvironmentOrder"),
    ("DescribeServiceJobResponse", "startedAt"),
}
# Given back in lower case (reference §9.3).
LOWERED = {"RetryAction"}
# Milliseconds: 2001 to 2286. Seconds, or nanoseconds, would be outside.
EARLIEST, LATEST = 10**12, 10**13


def problems(shape, value, path):
    """What is wrong with a value, as lines of `path: what`."""
    kind = shape.type_name
    if kind in ("structure", "map"):
        yield from problems_of_type(value, dict, path)
    if kind == "structure":
        yield from problems_of_structure(shape, value, path)
    elif kind == "map":
        for key, item in value.items():
            yield from problems(shape.key, key, f"{path} key {key!r}")
            yield from problems(shape.value, item, f"{path}[{key!r}]")
    elif kind == "list":
        yield from problems_of_type(value, list, path)
        for number, item in enumerate(value):
            yield from problems(shape.member, item, f"{path}[{number}]")
    else:
        yield from problems_of_type(value, PYTHON[kind], path)
        if kind in LARGEST and not -LARGEST[kind] - 1 <= value <= LARGEST[kind]:
            yield f"{path}: {value!r} doesn't fit {kind}"
        enum = shape.metadata.get("enum")
        if enum and not OLDER and (value.upper() if shape.name in LOWERED else value) not in enum:
            yield f"{path}: {value!r} is none of {enum}"


def problems_of_type(value, expected, path):
    # Exactly this type: True is an int otherwise, and a subclass isn't what a parser makes.
    if type(value) is not expected:
        yield f"{path}: {value!r} is no {expected.__name__}"


def problems_of_structure(shape, value, path):
    for name, item in value.items():
        if name not in shape.members:
            yield f"{path}.{name}: not in {shape.name}"
            continue
        yield from problems(shape.members[name], item, f"{path}.{name}")
        if name.endswith("At") and not EARLIEST <= item < LATEST:
            yield f"{path}.{name}: {item!r} is no instant in ms"
    for name in shape.required_members:
        if name not in value and (shape.name, name) not in NOT_ALWAYS and not OLDER:
            yield f"{path}: without {name}"


class Listener:
    """A client of which every answer is checked, and what it has called and shown so far."""

    def __init__(self, fake):
        self.fake = fake
        self.client = fake.client("batch")
        self.called = set()
        self.seen = set()
        self.client.meta.events.register("after-call.batch", self._check)

    def _check(self, parsed, model, **_):
        if "Error" in parsed:
            return
        answer = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
        shape = model.output_shape
        assert list(problems(shape, answer, model.name)) == []
        self.called.add(model.name)
        self._note(answer, model.name)

    def _note(self, value, path):
        if isinstance(value, dict):
            for name, item in value.items():
                self.seen.add(f"{path}.{name}")
                self._note(item, f"{path}.{name}")
        elif isinstance(value, list):
            for item in value:
                self._note(item, path)


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(resource=10)) as world:
        yield world


@pytest.fixture
def listener(fake):
    return Listener(fake)


# Scenes

INSTANCES = {
    "minvCpus": 0,
    "maxvCpus": 16,
    "instanceTypes": ["m5.large"],
    "subnets": ["subnet-1"],
    "securityGroupIds": ["sg-1"],
    "instanceRole": "ecsInstanceRole",
}
ENVIRONMENTS = {
    "ec2": {
        "type": "MANAGED",
        "computeResources": {
            "type": "EC2",
            **INSTANCES,
            "allocationStrategy": "BEST_FIT_PROGRESSIVE",
            "tags": {"Name": "batch"},
            "launchTemplate": {"launchTemplateName": "lt", "version": "$Latest"},
            "ec2Configuration": [{"imageType": "ECS_AL2023"}],
        },
        "tags": {"team": "a"},
    },
    "best-fit": {"type": "MANAGED", "computeResources": {"type": "EC2", **INSTANCES}},
    "spot": {
        "type": "MANAGED",
        "computeResources": {
            "type": "SPOT",
            **INSTANCES,
            "bidPercentage": 60,
            "allocationStrategy": "SPOT_CAPACITY_OPTIMIZED",
        },
    },
    "fargate": {
        "type": "MANAGED",
        "computeResources": {
            "type": "FARGATE",
            "maxvCpus": 4,
            "subnets": ["subnet-1"],
            "securityGroupIds": ["sg-1"],
        },
    },
    "own": {
        "type": "UNMANAGED",
        "unmanagedvCpus": 8,
        "serviceRole": "arn:aws:iam::123456789012:role/AWSBatchServiceRole",
    },
}


def resources(listener):
    """Environments and queues of all kinds, looked at while they come, change and go."""
    batch, fake = listener.client, listener.fake
    for name, members in ENVIRONMENTS.items():
        batch.create_compute_environment(computeEnvironmentName=name, **members)
    batch.describe_compute_environments()
    fake.tick(10)
    fake.batch.add_compute_environment("eks", containerOrchestrationType="EKS")
    fake.batch.add_compute_environment("broken", status="INVALID")
    fake.batch.add_compute_environment("managed", computeResources={"type": "ECS_MANAGED_INSTANCES"})
    batch.describe_compute_environments(maxResults=3)
    batch.describe_compute_environments(computeEnvironments=["ec2", "gone"])
    for name in ("ec2", "fargate"):
        order = [{"order": 1, "computeEnvironment": name}]
        batch.create_job_queue(
            jobQueueName=name, priority=1, computeEnvironmentOrder=order, tags={"team": "a"}
        )
    for kind in ("EKS", "ECS_MANAGED_INSTANCES"):
        fake.batch.add_job_queue(kind, jobQueueType=kind)
    action = {
        "reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "state": "RUNNABLE",
        "maxTimeSeconds": 600,
        "action": "CANCEL",
    }
    batch.describe_job_queues(maxResults=1)
    fake.tick(10)
    batch.update_job_queue(jobQueue="ec2", priority=5, state="DISABLED", jobStateTimeLimitActions=[action])
    batch.describe_job_queues()
    fake.tick(10)
    batch.delete_job_queue(jobQueue="ec2")
    batch.describe_job_queues(jobQueues=["ec2"])
    fake.tick(10)
    batch.update_compute_environment(computeEnvironment="ec2", state="DISABLED")
    batch.describe_compute_environments()
    fake.tick(10)
    batch.delete_compute_environment(computeEnvironment="ec2")
    batch.describe_compute_environments()


def tags(listener):
    arn = listener.fake.batch.add_job_queue("q")
    listener.client.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    listener.client.list_tags_for_resource(resourceArn=arn)
    listener.client.untag_resource(resourceArn=arn, tagKeys=["a"])
    listener.client.list_tags_for_resource(resourceArn=arn)


def consumables(listener):
    """Consumable resources of both kinds, while jobs wait for them and use them."""
    batch, fake = listener.client, listener.fake
    for kind in ("REPLENISHABLE", "NON_REPLENISHABLE"):
        batch.create_consumable_resource(
            consumableResourceName=kind, totalQuantity=1, resourceType=kind, tags={"team": "a"}
        )
    fake.batch.add_job_queue("q")
    needed = [{"consumableResource": "REPLENISHABLE", "quantity": 1}]
    fake.batch.add_job_definition("d", consumableResourceProperties={"consumableResourceList": needed})
    for _ in range(2):
        batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d")
    for seconds in (0, 20, 60):
        fake.tick(seconds)
        batch.describe_consumable_resource(consumableResource="REPLENISHABLE")
        batch.list_consumable_resources(maxResults=1)
        batch.list_jobs_by_consumable_resource(consumableResource="REPLENISHABLE", maxResults=1)
    batch.list_jobs_by_consumable_resource(consumableResource="REPLENISHABLE")
    batch.update_consumable_resource(consumableResource="REPLENISHABLE", operation="ADD", quantity=1)
    batch.delete_consumable_resource(consumableResource="NON_REPLENISHABLE")
    batch.list_consumable_resources()


SIZE = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
ROLE = "arn:aws:iam::123456789012:role/r"
FULL = {
    "image": "busybox",
    "command": ["echo", "Ref::what"],
    "jobRoleArn": ROLE,
    "executionRoleArn": ROLE,
    "environment": [{"name": "A", "value": "1"}],
    "volumes": [{"name": "v", "host": {"sourcePath": "/data"}}],
    "mountPoints": [{"containerPath": "/data", "readOnly": True, "sourceVolume": "v"}],
    "ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 2}],
    "user": "nobody",
    "privileged": False,
    "readonlyRootFilesystem": True,
    "resourceRequirements": SIZE,
    "linuxParameters": {"initProcessEnabled": True, "maxSwap": 64, "swappiness": 10, "sharedMemorySize": 64},
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}},
    "secrets": [{"name": "S", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/s"}],
}
FARGATE = {
    "image": "busybox",
    "executionRoleArn": ROLE,
    "resourceRequirements": SIZE,
    "networkConfiguration": {"assignPublicIp": "ENABLED"},
    "runtimePlatform": {"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"},
    "ephemeralStorage": {"sizeInGiB": 30},
}


NODES = {
    "numNodes": 3,
    "mainNode": 1,
    "nodeRangeProperties": [
        {"targetNodes": "0:", "container": FULL},
        {
            "targetNodes": "2",
            "container": {"image": "busybox", "resourceRequirements": SIZE, "instanceType": "p3.2xlarge"},
            "consumableResourceProperties": {"consumableResourceList": []},
        },
    ],
}


def definitions(listener):
    register, batch = listener.client.register_job_definition, listener.client
    register(
        jobDefinitionName="full",
        type="container",
        containerProperties=FULL,
        parameters={"what": "hello"},
        retryStrategy={"attempts": 3, "evaluateOnExit": [{"onExitCode": "1", "action": "RETRY"}]},
        timeout={"attemptDurationSeconds": 60},
        propagateTags=True,
        tags={"team": "a"},
        schedulingPriority=3,
        platformCapabilities=["EC2"],
    )
    register(jobDefinitionName="nodes", type="multinode", nodeProperties=NODES, parameters={"what": "hello"})
    register(
        jobDefinitionName="old", type="container", containerProperties={"image": "i", "vcpus": 1, "memory": 4}
    )
    register(
        jobDefinitionName="fargate",
        type="container",
        containerProperties=FARGATE,
        platformCapabilities=["FARGATE"],
    )
    batch.deregister_job_definition(jobDefinition="old:1")
    batch.describe_job_definitions()
    batch.describe_job_definitions(maxResults=1)
    batch.describe_job_definitions(jobDefinitions=["full:1", "gone:1"])


def jobs(listener):
    """Jobs of every fate, looked at after each step of time and in every list."""
    batch, control = listener.client, listener.fake.batch
    definitions(listener)
    control.add_job_queue("q")
    control.add_job_queue("f", jobQueueType="ECS_FARGATE")
    control.add_job_definition("d")
    control.when(job_name="retried").fail(137, "OutOfMemoryError").host_terminated(after=5).succeed(after=5)
    control.when(job_name="unstartable").fail_to_start("CannotPullContainerError: x")
    control.when(job_name="stuck").stuck("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT")
    control.when(job_name="hangs").hang()
    control.when(array_index=1).fail(after=10)
    control.when(node_index=1).fail(after=10).succeed(after=10)

    def submit(name, queue="q", definition="d", **members):
        return batch.submit_job(jobName=name, jobQueue=queue, jobDefinition=definition, **members)["jobId"]

    retry = {"attempts": 3, "evaluateOnExit": [{"onReason": "*", "action": "retry"}]}
    made = {
        "plain": submit("plain"),
        "full": submit("full", definition="full", tags={"a": "b"}),
        "fargate": submit("fargate", "f", "fargate"),
        "retried": submit("retried", retryStrategy=retry),
        "unstartable": submit("unstartable"),
        "hangs": submit("hangs", timeout={"attemptDurationSeconds": 60}),
        "terminated": submit("hangs"),
        "array": submit("array", arrayProperties={"size": 3}),
        "nodes": submit("nodes", definition="nodes", retryStrategy={"attempts": 2}),
    }
    made["dependent"] = submit("dependent", dependsOn=[{"jobId": made["unstartable"]}])
    made["waiting"] = submit("waiting", dependsOn=[{"jobId": made["plain"]}])
    made["cancelled"] = submit("cancelled")
    made["stuck"] = submit("stuck")
    ids = [
        *made.values(),
        f"{made['array']}:0",
        f"{made['array']}:1",
        f"{made['nodes']}#0",
        f"{made['nodes']}#1",
    ]
    batch.cancel_job(jobId=made["cancelled"], reason="enough")
    for number, seconds in enumerate((0, 1, 1, 4, 5, 5, 5, 10, 60, 120)):
        listener.fake.tick(seconds)
        look(batch, ids, made["array"], made["nodes"])
        if number == 5:
            batch.terminate_job(jobId=made["terminated"], reason="enough")
        if number == 6 and "CancelJobs" in KNOWN:
            batch.cancel_jobs(jobs=[made["waiting"], "no id"], reason="enough")
            batch.terminate_jobs(jobs=[made["full"], "no id"], reason="enough")


def look(batch, ids, array, nodes):
    batch.describe_jobs(jobs=ids)
    for status in ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"):
        batch.list_jobs(jobQueue="q", jobStatus=status)
        batch.list_jobs(arrayJobId=array, jobStatus=status)
        batch.list_jobs(multiNodeJobId=nodes, jobStatus=status)
    batch.list_jobs(jobQueue="q", maxResults=1, filters=[{"name": "JOB_NAME", "values": ["*"]}])
    batch.list_jobs(jobQueue="f", filters=[{"name": "BEFORE_CREATED_AT", "values": ["9999999999999"]}])


def pods(listener):
    """Jobs on EKS, looked at after each step of time."""
    batch, control = listener.client, listener.fake.batch
    resources = {"limits": {"cpu": "1", "memory": "64Mi"}, "requests": {"cpu": "0.5"}}
    properties = {
        "hostNetwork": False,
        "dnsPolicy": "Default",
        "serviceAccountName": "batch",
        "shareProcessNamespace": True,
        "imagePullSecrets": [{"name": "registry"}],
        "containers": [
            {
                "name": "main",
                "image": "busybox",
                "imagePullPolicy": "Always",
                "args": ["Ref::what"],
                "env": [{"name": "A", "value": "1"}],
                "resources": resources,
                "volumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": True}],
                "securityContext": {"runAsUser": 1000, "privileged": False},
            }
        ],
        "initContainers": [{"name": "first", "image": "busybox", "resources": resources}],
        "volumes": [{"name": "data", "emptyDir": {"medium": "Memory", "sizeLimit": "8Mi"}}],
        "metadata": {"labels": {"team": "a"}, "annotations": {"note": "b"}, "namespace": "jobs"},
    }
    batch.register_job_definition(
        jobDefinitionName="pod",
        type="container",
        parameters={"what": "hello"},
        eksProperties={"podProperties": properties},
    )
    batch.describe_job_definitions()
    control.add_job_queue("q", jobQueueType="EKS")
    control.when(job_name="fails").fail(137, "OOMKilled").host_terminated().fail_to_start("ErrImagePull")
    control.when(container="first").succeed(after=5)
    override = {"podProperties": {"containers": [{"name": "main", "command": ["sh"]}]}}
    ids = [
        batch.submit_job(jobName=name, jobQueue="q", jobDefinition="pod", **members)["jobId"]
        for name, members in {
            "plain": {"eksPropertiesOverride": override},
            "fails": {"retryStrategy": {"attempts": 3}},
            "array": {"arrayProperties": {"size": 2}},
        }.items()
    ]
    for seconds in (0, 2, 5, 5, 10, 60, 100, 300):
        listener.fake.tick(seconds)
        batch.describe_jobs(jobs=[*ids, f"{ids[2]}:0"])
        batch.get_job_queue_snapshot(jobQueue="q")
        for status in ("RUNNING", "SUCCEEDED", "FAILED"):
            batch.list_jobs(jobQueue="q", jobStatus=status)


PAYLOAD = '{"TrainingJobName": "t", "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2}}'


def service_jobs(listener):
    """Service environments and service jobs of every fate, looked at after each step of time."""
    batch, control = listener.client, listener.fake.batch
    limits = [{"maxCapacity": 4, "capacityUnit": "NUM_INSTANCES"}]
    kind = "SAGEMAKER_TRAINING"
    for name in ("se", "other"):
        batch.create_service_environment(
            serviceEnvironmentName=name, serviceEnvironmentType=kind, capacityLimits=limits, tags={"a": "b"}
        )
    batch.describe_service_environments(maxResults=1)
    listener.fake.tick(10)
    batch.update_service_environment(serviceEnvironment="other", state="DISABLED")
    listener.fake.tick(10)
    batch.delete_service_environment(serviceEnvironment="other")
    batch.describe_service_environments(serviceEnvironments=["se", "other"])
    order = [{"order": 1, "serviceEnvironment": "se"}]
    batch.create_job_queue(jobQueueName="q", priority=1, jobQueueType=kind, serviceEnvironmentOrder=order)
    listener.fake.tick(10)
    batch.describe_job_queues()
    control.when(job_name="fails").fail(after=5).fail(after=5)

    def submit(name, **members):
        request = {"jobQueue": "q", "serviceJobType": kind, "serviceRequestPayload": PAYLOAD, **members}
        return batch.submit_service_job(jobName=name, **request)["jobId"]

    retry = {"attempts": 2, "evaluateOnExit": [{"onStatusReason": "*", "action": "RETRY"}]}
    ids = [
        submit("plain", timeoutConfig={"attemptDurationSeconds": 60}, tags={"a": "b"}, schedulingPriority=3),
        submit("fails", retryStrategy=retry),
        submit("waits"),
        submit("large", serviceRequestPayload=PAYLOAD.replace("2", "5")),
    ]
    if "UpdateServiceJob" in KNOWN:
        batch.update_service_job(jobId=ids[0], schedulingPriority=7)
    for number, seconds in enumerate((0, 1, 4, 5, 5, 5, 60, 60)):
        listener.fake.tick(seconds)
        for job_id in ids:
            batch.describe_service_job(jobId=job_id)
        for status in SERVICE_STATUSES:
            batch.list_service_jobs(jobQueue="q", jobStatus=status, maxResults=1)
        if number == 4:
            batch.terminate_service_job(jobId=ids[0], reason="enough")
    batch.list_service_jobs(jobQueue="q", filters=[{"name": "JOB_NAME", "values": ["*"]}])
    if "TerminateServiceJobs" in KNOWN:
        batch.terminate_service_jobs(jobs=[ids[3], "no id"], reason="enough")


def shares(listener):
    """Scheduling policies of both kinds, and the jobs of a queue that has one, while they run."""
    batch, control = listener.client, listener.fake.batch
    weights = [{"shareIdentifier": "a", "weightFactor": 1}, {"shareIdentifier": "b*"}]
    fair = {"shareDecaySeconds": 60, "computeReservation": 5, "shareDistribution": weights}
    arn = batch.create_scheduling_policy(name="fair", fairsharePolicy=fair, tags={"team": "a"})["arn"]
    quota = control.add_scheduling_policy(
        "quota", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
    )
    batch.describe_scheduling_policies(arns=[arn, quota])
    batch.list_scheduling_policies(maxResults=1)
    batch.delete_scheduling_policy(arn=quota)
    control.add_job_queue("q", schedulingPolicyArn=arn)
    control.add_job_definition("d")
    for share in ("a", "b1", "b1"):
        batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d", shareIdentifier=share)
    batch.update_scheduling_policy(arn=arn, fairsharePolicy={"shareDecaySeconds": 0})
    for seconds in (0, 2, 10, 100):
        listener.fake.tick(seconds)
        batch.get_job_queue_snapshot(jobQueue="q")
    batch.list_jobs(jobQueue="q", filters=[{"name": "SHARE_IDENTIFIER", "values": ["b1"]}])
    batch.describe_job_queues()


def quotas(listener):
    """Quota shares, and the jobs in them."""
    batch, control = listener.client, listener.fake.batch
    policy = control.add_scheduling_policy(
        "quota", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
    )
    limits = [{"maxCapacity": 2, "capacityUnit": "ml.m5.large"}]
    control.add_service_environment("se", capacityLimits=limits)
    control.add_job_queue("q", jobQueueType="SAGEMAKER_TRAINING", schedulingPolicyArn=policy)
    arns = [
        batch.create_quota_share(
            quotaShareName=name,
            jobQueue="q",
            capacityLimits=limits,
            resourceSharingConfiguration={"strategy": "LEND_AND_BORROW"},
            preemptionConfiguration={"inSharePreemption": "ENABLED"},
            tags={"team": "a"},
        )["quotaShareArn"]
        for name in ("a", "b")
    ]
    for seconds in (0, 20):
        listener.fake.tick(seconds)
        batch.describe_quota_share(quotaShareArn=arns[0])
        batch.list_quota_shares(jobQueue="q", maxResults=1)
    submitted = [
        batch.submit_service_job(
            jobName="j",
            jobQueue="q",
            serviceJobType="SAGEMAKER_TRAINING",
            serviceRequestPayload='{"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1}}',
            quotaShareName="a",
            schedulingPriority=priority,
            preemptionConfiguration={"preemptionRetriesBeforeTermination": 2},
        )["jobId"]
        for priority in (1, 2, 3)
    ]
    for seconds in (6, 0, 80):
        listener.fake.tick(seconds)
        batch.get_job_queue_snapshot(jobQueue="q")
        batch.describe_service_job(jobId=submitted[0])
        filters = [{"name": "QUOTA_SHARE_NAME", "values": ["a"]}]
        batch.list_service_jobs(jobQueue="q", filters=filters)
        batch.update_service_job(jobId=submitted[2], schedulingPriority=4)
    for arn in arns:
        batch.update_quota_share(quotaShareArn=arn, state="DISABLED")
    listener.fake.tick(20)
    batch.delete_quota_share(quotaShareArn=arns[1])
    batch.list_quota_shares(jobQueue="q")


SEVERAL = [
    {"name": "get", "essential": False, "startTimeout": 60},
    {
        "name": "main",
        "dependsOn": [{"containerName": "get", "condition": "SUCCESS"}],
        "environment": [{"name": "A", "value": "b"}],
        "logConfiguration": {"logDriver": "awslogs"},
        "linuxParameters": {"initProcessEnabled": True},
        "ulimits": [{"name": "nofile", "hardLimit": 9, "softLimit": 8}],
        "stopTimeout": 20,
    },
]


def several(listener):
    """Tasks of several containers on EC2 and Fargate, looked at from their start to a retry that succeeds."""
    batch, control = listener.client, listener.fake.batch
    control.add_job_queue("q")
    control.add_job_queue("f", jobQueueType="ECS_FARGATE")
    task = {
        "containers": SEVERAL,
        "volumes": [{"name": "v", "host": {"sourcePath": "/v"}}],
        "ipcMode": "task",
    }
    control.add_job_definition("d", ecsProperties={"taskProperties": [task]})
    on_fargate = [{**SEVERAL[0]}, {"name": "main", "dependsOn": SEVERAL[1]["dependsOn"]}]
    control.add_job_definition(
        "f",
        platformCapabilities=["FARGATE"],
        ecsProperties={"taskProperties": [{"containers": on_fargate, "ephemeralStorage": {"sizeInGiB": 30}}]},
    )
    batch.describe_job_definitions()
    control.when(container="get").fail(2, "not there", after=5).succeed(after=5)
    override = {"name": "main", "environment": [{"name": "A", "value": "c"}]}
    ids = [
        batch.submit_job(
            jobName="j",
            jobQueue=queue,
            jobDefinition=definition,
            retryStrategy={"attempts": 2},
            ecsPropertiesOverride={"taskProperties": [{"containers": [override]}]},
        )["jobId"]
        for queue, definition in (("q", "d"), ("f", "f"))
    ]
    for seconds in (0, 5, 7, 5, 9, 5, 60):
        listener.fake.tick(seconds)
        batch.describe_jobs(jobs=ids)
        batch.list_jobs(jobQueue="q", filters=[{"name": "JOB_NAME", "values": ["*"]}])


SERVICE_STATUSES = ("SUBMITTED", "RUNNABLE", "SCHEDULED", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
SCENES = [resources, tags, consumables, definitions, jobs, several, pods, service_jobs, shares]
if "CreateQuotaShare" in KNOWN:
    SCENES.append(quotas)


@pytest.mark.source("model")
@pytest.mark.parametrize("scene", SCENES)
def test_each_answer_is_of_the_shape_of_its_operation(listener, scene):
    scene(listener)
    assert listener.called


@pytest.mark.source("model")
def test_the_scenes_call_each_operation_that_there_is():
    called = set()
    for scene in SCENES:
        with fakebatch.mock() as fake:
            listener = Listener(fake)
            scene(listener)
            called |= listener.called
    assert sorted(called) == sorted(KNOWN)


@pytest.mark.source("model")
@pytest.mark.needs("JobSummary.scheduledAt")
def test_the_jobs_show_what_jobs_can_show(listener):
    """Guards the scene: were its jobs to lose their fates, the check above would check nothing."""
    jobs(listener)
    expected = (
        "DescribeJobs.jobs.attempts.container.reason",
        "DescribeJobs.jobs.attempts.container.exitCode",
        "DescribeJobs.jobs.attempts.startedAt",
        "DescribeJobs.jobs.arrayProperties.statusSummary",
        "DescribeJobs.jobs.arrayProperties.statusSummaryLastUpdatedAt",
        "DescribeJobs.jobs.arrayProperties.index",
        "DescribeJobs.jobs.container.networkInterfaces.privateIpv4Address",
        "DescribeJobs.jobs.dependsOn.jobId",
        "DescribeJobs.jobs.nodeDetails.isMainNode",
        "DescribeJobs.jobs.nodeProperties.nodeRangeProperties.container.image",
        "DescribeJobs.jobs.isCancelled",
        "DescribeJobs.jobs.isTerminated",
        "DescribeJobs.jobs.retryStrategy.evaluateOnExit.action",
        "DescribeJobs.jobs.timeout.attemptDurationSeconds",
        "DescribeJobs.jobs.schedulingPriority",
        "ListJobs.jobSummaryList.arrayProperties.size",
        "ListJobs.jobSummaryList.capacityUsage.quantity",
        "ListJobs.jobSummaryList.container.exitCode",
        "ListJobs.jobSummaryList.nodeProperties.numNodes",
        "ListJobs.jobSummaryList.nodeProperties.nodeIndex",
        "ListJobs.jobSummaryList.scheduledAt",
        "ListJobs.nextToken",
    )
    assert [path for path in expected if path not in listener.seen] == []


@pytest.mark.source("model")
def test_the_pods_show_what_pods_can_show(listener):
    pods(listener)
    expected = (
        "DescribeJobs.jobs.eksProperties.podProperties.containers.exitCode",
        "DescribeJobs.jobs.eksProperties.podProperties.containers.reason",
        "DescribeJobs.jobs.eksProperties.podProperties.initContainers.exitCode",
        "DescribeJobs.jobs.eksProperties.podProperties.nodeName",
        "DescribeJobs.jobs.eksAttempts.containers.containerID",
        "DescribeJobs.jobs.eksAttempts.containers.reason",
        "DescribeJobs.jobs.eksAttempts.initContainers.exitCode",
        "DescribeJobs.jobs.eksAttempts.eksClusterArn",
        "DescribeJobs.jobs.eksAttempts.startedAt",
        "DescribeJobs.jobs.eksAttempts.statusReason",
    )
    assert [path for path in expected if path not in listener.seen] == []


@pytest.mark.source("model")
def test_tasks_show_what_tasks_can_show(listener):
    several(listener)
    task, attempt = (
        "DescribeJobs.jobs.ecsProperties.taskProperties",
        "DescribeJobs.jobs.attempts.taskProperties",
    )
    expected = [
        f"{task}.taskArn",
        f"{task}.containerInstanceArn",
        f"{task}.platformVersion",
        f"{task}.ephemeralStorage.sizeInGiB",
        f"{task}.volumes.host.sourcePath",
        f"{task}.containers.dependsOn.condition",
        f"{task}.containers.exitCode",
        f"{task}.containers.logStreamName",
        f"{task}.containers.networkInterfaces.privateIpv4Address",
        f"{attempt}.taskArn",
        f"{attempt}.containerInstanceArn",
        *(f"{attempt}.containers.{member}" for member in ("name", "exitCode", "reason", "logStreamName")),
        f"{attempt}.containers.networkInterfaces.privateIpv4Address",
    ]
    assert [path for path in expected if path not in listener.seen] == []


@pytest.mark.source("model")
@pytest.mark.needs("JobSummary.shareIdentifier")
def test_the_shares_show_what_shares_can_show(listener):
    shares(listener)
    expected = (
        "DescribeJobQueues.jobQueues.schedulingPolicyArn",
        "DescribeSchedulingPolicies.schedulingPolicies.fairsharePolicy.shareDistribution.weightFactor",
        "DescribeSchedulingPolicies.schedulingPolicies.quotaSharePolicy.idleResourceAssignmentStrategy",
        "GetJobQueueSnapshot.frontOfQueue.jobs.earliestTimeAtPosition",
        "GetJobQueueSnapshot.queueUtilization.fairshareUtilization.topCapacityUtilization.capacityUsage.quantity",
        "ListJobs.jobSummaryList.shareIdentifier",
        "ListSchedulingPolicies.nextToken",
    )
    assert [path for path in expected if path not in listener.seen] == []


@pytest.mark.source("model")
@pytest.mark.needs("CreateQuotaShare")
def test_the_quotas_show_what_quota_shares_can_show(listener):
    quotas(listener)
    expected = (
        "DescribeQuotaShare.resourceSharingConfiguration.borrowLimit",
        "DescribeQuotaShare.preemptionConfiguration.inSharePreemption",
        "DescribeServiceJob.preemptionConfiguration.preemptionRetriesBeforeTermination",
        "DescribeServiceJob.preemptionSummary.recentPreemptedAttempts.stoppedAt",
        "GetJobQueueSnapshot.frontOfQuotaShares.quotaShares.a.earliestTimeAtPosition",
        "GetJobQueueSnapshot.queueUtilization.quotaShareUtilization.topCapacityUtilization.capacityUsage.quantity",
        "ListQuotaShares.nextToken",
        "ListServiceJobs.jobSummaryList.quotaShareName",
    )
    assert [path for path in expected if path not in listener.seen] == []


@pytest.mark.source("model")
def test_an_error_is_as_the_parser_makes_it(fake):
    with pytest.raises(ClientError) as caught:
        fake.client("batch").describe_jobs(jobs=["x"] * 101)
    response = caught.value.response
    metadata = response.pop("ResponseMetadata")
    request_id = metadata["RequestId"]
    said = "Maximum number of jobs supported is  100 ."
    text = f"Error executing request, Exception : {said}, RequestId: {request_id}"
    assert response == {"Error": {"Message": text, "Code": "ClientException"}, "message": text}
    assert metadata == {
        "RequestId": request_id,
        "HTTPStatusCode": 400,
        "HTTPHeaders": {
            "date": "Thu, 01 Jan 2026 00:00:00 GMT",
            "content-type": "application/json",
            "x-amzn-requestid": request_id,
            "x-amzn-errortype": "ClientException",
        },
        "RetryAttempts": 0,
    }


# The check itself

DETAIL = {
    "jobName": "j",
    "jobId": "1",
    "jobQueue": "q",
    "status": "RUNNING",
    "jobDefinition": "d",
    "startedAt": 1767225600000,
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"statusReason": None}, ["jobs.statusReason: None is no str"]),
        ({"createdAt": 1767225600000.0}, ["jobs.createdAt: 1767225600000.0 is no int"]),
        ({"createdAt": 1767225600}, ["jobs.createdAt: 1767225600 is no instant in ms"]),
        ({"schedulingPriority": 2**31}, ["jobs.schedulingPriority: 2147483648 doesn't fit integer"]),
        ({"propagateTags": 1}, ["jobs.propagateTags: 1 is no bool"]),
        ({"colour": "red"}, ["jobs.colour: not in JobDetail"]),
        ({"attempts": ()}, ["jobs.attempts: () is no list"]),
        ({"tags": {"a": 1}}, ["jobs.tags['a']: 1 is no str"]),
    ],
)
def test_the_check_finds_what_it_is_for(change, said):
    assert list(problems(MODEL.shape_for("JobDetail"), {**DETAIL, **change}, "jobs")) == said
