"""A world with something of everything in it, and what its making has shown of requests and names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError

import fakebatch
from tests.properties.structures import (
    CONTAINER,
    EC2,
    FAIR,
    FARGATE,
    NETWORK,
    PAYLOAD,
    POD,
    SHARE,
    SIZE,
    TASK,
    TRAINING,
)


class Maker:
    """Makes calls; those that an old botocore doesn't have yet are left out."""

    def __init__(self, fake: fakebatch.World) -> None:
        self.fake = fake
        self.client = fake.client("batch")

    def __call__(self, operation: str, /, **request: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self.client, xform_name(operation))(**request)
        except (AttributeError, ClientError, ParamValidationError):
            # An old botocore can't say some of it, and then other things aren't there.
            if hasattr(self.client, "create_quota_share"):
                raise
            return {}
        return answer


def populate(fake: fakebatch.World) -> None:
    """Resources of all kinds and states, jobs of every fate, and each operation called once in a good way."""
    make = Maker(fake)
    for stage in (environments, policies, queues, definitions, rules, jobs, service_jobs, looks, goodbyes):
        stage(make)


def environments(make: Maker) -> None:
    managed = {"type": "MANAGED", "tags": {"team": "a"}}
    resources = {
        "ec2": {"type": "EC2", "allocationStrategy": "BEST_FIT_PROGRESSIVE", **EC2},
        "spot": {"type": "SPOT", "bidPercentage": 60, "allocationStrategy": "SPOT_CAPACITY_OPTIMIZED", **EC2},
        "fargate": {"type": "FARGATE", "maxvCpus": 4, **NETWORK},
        "spare": {
            "type": "EC2",
            "launchTemplate": {"launchTemplateName": "lt", "version": "$Latest"},
            "ec2Configuration": [{"imageType": "ECS_AL2023"}],
            **EC2,
        },
    }
    for name, each in resources.items():
        make("CreateComputeEnvironment", computeEnvironmentName=name, computeResources=each, **managed)
    make(
        "CreateComputeEnvironment",
        computeEnvironmentName="own",
        type="UNMANAGED",
        unmanagedvCpus=8,
        serviceRole="arn:aws:iam::123456789012:role/AWSBatchServiceRole",
    )
    eks = {"eksClusterArn": "arn:aws:eks:us-east-1:123456789012:cluster/c", "kubernetesNamespace": "jobs"}
    make(
        "CreateComputeEnvironment",
        computeEnvironmentName="eks",
        type="MANAGED",
        eksConfiguration=eks,
        computeResources={"type": "EC2", "allocationStrategy": "BEST_FIT_PROGRESSIVE", **EC2},
    )
    make.fake.batch.add_compute_environment("instances", computeResources={"type": "ECS_MANAGED_INSTANCES"})
    make.fake.batch.add_compute_environment("invalid", status="INVALID")
    for name, unit in (("se", "NUM_INSTANCES"), ("spare-se", "NUM_INSTANCES"), ("quota-se", "ml.m5.large")):
        make(
            "CreateServiceEnvironment",
            serviceEnvironmentName=name,
            serviceEnvironmentType=TRAINING,
            capacityLimits=[{"maxCapacity": 4, "capacityUnit": unit}],
            tags={"team": "a"},
        )
    make("UpdateComputeEnvironment", computeEnvironment="spare", state="DISABLED")
    make(
        "UpdateComputeEnvironment",
        computeEnvironment="spot",
        computeResources={"maxvCpus": 32, "bidPercentage": 50},
        updatePolicy={"terminateJobsOnUpdate": True, "jobExecutionTimeoutMinutes": 30},
    )
    make(
        "UpdateServiceEnvironment",
        serviceEnvironment="spare-se",
        state="DISABLED",
        capacityLimits=[{"maxCapacity": 2, "capacityUnit": "NUM_INSTANCES"}],
    )


def policies(make: Maker) -> None:
    for name in ("fair", "spare-policy"):
        make("CreateSchedulingPolicy", name=name, fairsharePolicy=FAIR, tags={"team": "a"})
    quota = {"idleResourceAssignmentStrategy": "FIFO"}
    make("CreateSchedulingPolicy", name="quota", quotaSharePolicy=quota)
    make("UpdateSchedulingPolicy", arn=arn("scheduling-policy/fair"), fairsharePolicy=FAIR)
    for name, kind in (("token", "REPLENISHABLE"), ("supply", "NON_REPLENISHABLE")):
        make(
            "CreateConsumableResource",
            consumableResourceName=name,
            totalQuantity=5,
            resourceType=kind,
            tags={},
        )
    make("UpdateConsumableResource", consumableResource="token", operation="ADD", quantity=1)
    make("CreateConsumableResource", consumableResourceName="spare-resource", totalQuantity=1)


def queues(make: Maker) -> None:
    action = {
        "reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "state": "RUNNABLE",
        "maxTimeSeconds": 600,
        "action": "CANCEL",
    }
    for name, environment, members in (
        ("q", "ec2", {"jobStateTimeLimitActions": [action], "tags": {"team": "a"}}),
        ("shared", "ec2", {"schedulingPolicyArn": arn("scheduling-policy/fair")}),
        ("fargate", "fargate", {}),
        ("off", "ec2", {}),
        ("pods", "eks", {"jobQueueType": "EKS"}),
        ("instances", "instances", {"jobQueueType": "ECS_MANAGED_INSTANCES"}),
    ):
        order = [{"order": 1, "computeEnvironment": environment}]
        make("CreateJobQueue", jobQueueName=name, priority=1, computeEnvironmentOrder=order, **members)
    for name, environment, members in (
        ("train", "se", {}),
        ("quota", "quota-se", {"schedulingPolicyArn": arn("scheduling-policy/quota")}),
        ("train-shared", "se", {"schedulingPolicyArn": arn("scheduling-policy/fair")}),
    ):
        order = [{"order": 1, "serviceEnvironment": environment}]
        make(
            "CreateJobQueue",
            jobQueueName=name,
            priority=1,
            jobQueueType=TRAINING,
            serviceEnvironmentOrder=order,
            **members,
        )
    make("UpdateJobQueue", jobQueue="off", state="DISABLED", priority=5)
    for name in ("share", "spare-share"):
        make("CreateQuotaShare", quotaShareName=name, jobQueue="quota", tags={"team": "a"}, **SHARE)
    make("UpdateQuotaShare", quotaShareArn=arn("job-queue/quota/quota-share/spare-share"), state="DISABLED")


def definitions(make: Maker) -> None:
    retry = {"attempts": 3, "evaluateOnExit": [{"onExitCode": "1", "onReason": "x*", "action": "RETRY"}]}
    make(
        "RegisterJobDefinition",
        jobDefinitionName="full",
        type="container",
        containerProperties=CONTAINER,
        parameters={"what": "hello"},
        retryStrategy=retry,
        timeout={"attemptDurationSeconds": 60},
        propagateTags=True,
        tags={"team": "a"},
        schedulingPriority=3,
        platformCapabilities=["EC2"],
        consumableResourceProperties={
            "consumableResourceList": [{"consumableResource": "token", "quantity": 1}]
        },
    )
    small = {"image": "busybox", "resourceRequirements": SIZE}
    with_gpu = {"image": "busybox", "resourceRequirements": [*SIZE, {"type": "GPU", "value": "1"}]}
    tasks = {"taskProperties": [TASK]}
    for name, members in (
        ("d", {"containerProperties": small}),
        ("d", {"containerProperties": with_gpu}),
        ("gone", {"containerProperties": {"image": "i", "vcpus": 1, "memory": 4}}),
        ("fargate", {"containerProperties": FARGATE, "platformCapabilities": ["FARGATE"]}),
        ("instances", {"ecsProperties": tasks, "platformCapabilities": ["MANAGED_INSTANCES"]}),
        ("tasks", {"ecsProperties": tasks}),
        ("pods", {"eksProperties": {"podProperties": POD}}),
    ):
        make("RegisterJobDefinition", jobDefinitionName=name, type="container", **members)
    nodes = [{"targetNodes": "0:", "container": small}]
    make(
        "RegisterJobDefinition",
        jobDefinitionName="nodes",
        type="multinode",
        nodeProperties={"numNodes": 2, "mainNode": 0, "nodeRangeProperties": nodes},
    )
    make("DeregisterJobDefinition", jobDefinition="gone:1")


def rules(make: Maker) -> None:
    when = make.fake.batch.when
    when(job_name="bad").fail(137, "OutOfMemoryError", after=5)
    when(job_name="flaky", job_queue="q").host_terminated(after=5).fail_to_start(
        "CannotPullContainerError: x"
    ).succeed()
    when(job_name="hang").hang()
    when(job_name="stuck").stuck("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT")
    when(array_index=1).fail(after=10)


def jobs(make: Maker) -> None:
    """Ended jobs, jobs that run, jobs that wait, jobs that have just come."""

    def submit(name: str, queue: str = "q", definition: str = "d:1", **members: Any) -> str:
        answer = make("SubmitJob", jobName=name, jobQueue=queue, jobDefinition=definition, **members)
        return str(answer.get("jobId", "none"))

    retry = {"attempts": 2, "evaluateOnExit": [{"onReason": "*", "action": "retry"}]}
    overrides = {
        "command": ["true"],
        "environment": [{"name": "B", "value": "2"}],
        "resourceRequirements": [{"type": "MEMORY", "value": "1024"}],
    }
    submit("good", definition="full", parameters={"what": "x"}, tags={"a": "b"}, propagateTags=False)
    submit("bad", retryStrategy=retry, containerOverrides=overrides)
    submit("flaky", timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 3})
    submit("array", arrayProperties={"size": 2}, dependsOn=[{"type": "SEQUENTIAL"}])
    submit("good", "fargate", "fargate")
    submit("good", "instances", "instances")
    make.fake.tick(600)
    hanging = submit("hang")
    submit("good", "shared", shareIdentifier="a", schedulingPriorityOverride=7)
    submit("tasks", definition="tasks", ecsPropertiesOverride={"taskProperties": [{"containers": []}]})
    submit("pods", "pods", "pods", eksPropertiesOverride={"podProperties": {"containers": []}})
    submit("nodes", definition="nodes", nodeOverrides={"numNodes": 3})
    submit("good", "shared", shareIdentifier="b1")
    array = submit("hang", arrayProperties={"size": 3})
    make.fake.tick(30)
    submit("good", dependsOn=[{"jobId": hanging}])
    submit("good", arrayProperties={"size": 3}, dependsOn=[{"jobId": array, "type": "N_TO_N"}])
    units = {"consumableResourceList": [{"consumableResource": "supply", "quantity": 2}]}
    submit("stuck", consumableResourcePropertiesOverride=units)
    for name in ("CancelJob", "TerminateJob"):
        make(name, jobId=submit("good"), reason="enough")
        make(f"{name}s", jobs=[submit("good"), "no id"], reason="enough")
    make.fake.tick(3)


def service_jobs(make: Maker) -> None:
    common = {"serviceJobType": TRAINING, "serviceRequestPayload": PAYLOAD}

    def submit(name: str, queue: str = "train", **members: Any) -> str:
        answer = make("SubmitServiceJob", jobName=name, jobQueue=queue, **{**common, **members})
        return str(answer.get("jobId", "none"))

    retry = {"attempts": 2, "evaluateOnExit": [{"onStatusReason": "*", "action": "RETRY"}]}
    submit("bad", retryStrategy=retry)
    make.fake.tick(600)
    submit("hang", timeoutConfig={"attemptDurationSeconds": 86400}, tags={"a": "b"}, schedulingPriority=3)
    preemption = {"preemptionRetriesBeforeTermination": 1}
    submit("hang", "quota", quotaShareName="share", preemptionConfiguration=preemption)
    submit("good", "train-shared", shareIdentifier="a")
    make.fake.tick(30)
    submit("good", serviceRequestPayload="{}", clientToken="token")
    make("UpdateServiceJob", jobId=submit("good"), schedulingPriority=7)
    make("TerminateServiceJob", jobId=submit("good"), reason="enough")
    make("TerminateServiceJobs", jobs=[submit("good"), "no id"], reason="enough")


def looks(make: Maker) -> None:
    """Each operation that reads, in several ways."""
    for operation, member in (
        ("DescribeComputeEnvironments", "computeEnvironments"),
        ("DescribeJobQueues", "jobQueues"),
        ("DescribeServiceEnvironments", "serviceEnvironments"),
        ("DescribeJobDefinitions", "jobDefinitions"),
    ):
        make(operation, maxResults=1)
        make(operation, **{member: ["ec2", "q", "se", "d:1", "nowhere"]})
    make("DescribeJobDefinitions", jobDefinitionName="d", status="ACTIVE", maxResults=1)
    make("ListSchedulingPolicies", maxResults=1)
    make("DescribeSchedulingPolicies", arns=[arn("scheduling-policy/fair"), arn("scheduling-policy/quota")])
    make("ListConsumableResources", maxResults=1)
    named = [{"name": "CONSUMABLE_RESOURCE_NAME", "values": ["t*"]}]
    make("ListConsumableResources", filters=named)
    make("DescribeConsumableResource", consumableResource="token")
    make("ListJobsByConsumableResource", consumableResource="supply", maxResults=1)
    make("ListQuotaShares", jobQueue="quota", maxResults=1)
    make("DescribeQuotaShare", quotaShareArn=arn("job-queue/quota/quota-share/share"))
    for queue in ("q", "shared", "quota"):
        make("GetJobQueueSnapshot", jobQueue=queue)
    job = [{"name": "JOB_NAME", "values": ["*"]}]
    for operation, queue in (("ListJobs", "q"), ("ListServiceJobs", "train")):
        make(operation, jobQueue=queue, maxResults=1, filters=job)
        make(operation, jobQueue=queue, jobStatus="RUNNING", maxResults=1)
        since = {"name": "AFTER_CREATED_AT", "values": ["1767225600000"]}
        make(operation, jobQueue=queue, filters=[since])
    submitted = [each.response or {} for each in make.fake.calls.to("SubmitJob")]
    made = [each["jobId"] for each in submitted if each]
    make("DescribeJobs", jobs=[*made, f"{made[3]}:0"])
    make("DescribeJobs", jobs=made[:1])
    make("ListJobs", arrayJobId=made[3], jobStatus="FAILED")
    make("ListJobs", multiNodeJobId=made[-1])
    for each in make.fake.calls.to("SubmitServiceJob"):
        make("DescribeServiceJob", jobId=(each.response or {}).get("jobId", "none"))
    for kind in ("job-queue/q", "compute-environment/ec2", "job-definition/d:1", f"job/{made[-1]}"):
        make("TagResource", resourceArn=arn(kind), tags={"b": "2", "c": "3"})
        make("UntagResource", resourceArn=arn(kind), tagKeys=["b"])
        make("ListTagsForResource", resourceArn=arn(kind))


def goodbyes(make: Maker) -> None:
    """Deletions, of things that come and go for that; what else could be deleted stays."""
    order = [{"order": 1, "computeEnvironment": "ec2"}]
    make("CreateJobQueue", jobQueueName="old", priority=1, computeEnvironmentOrder=order)
    make("UpdateJobQueue", jobQueue="old", state="DISABLED")
    make("DeleteJobQueue", jobQueue="old")
    make.fake.batch.add_compute_environment("old", state="DISABLED")
    make("DeleteComputeEnvironment", computeEnvironment="old")
    make.fake.batch.add_service_environment("old", state="DISABLED")
    make("DeleteServiceEnvironment", serviceEnvironment="old")
    make("CreateSchedulingPolicy", name="old")
    make("DeleteSchedulingPolicy", arn=arn("scheduling-policy/old"))
    make("CreateConsumableResource", consumableResourceName="old")
    make("DeleteConsumableResource", consumableResource="old")
    make("CreateQuotaShare", quotaShareName="old", jobQueue="quota", **{**SHARE, "state": "DISABLED"})
    make("DeleteQuotaShare", quotaShareArn=arn("job-queue/quota/quota-share/old"))
    make.fake.tick(1)


def arn(resource: str) -> str:
    """An ARN of Batch in the world's own place."""
    return f"arn:aws:batch:us-east-1:123456789012:{resource}"


def good_requests(fake: fakebatch.World) -> dict[str, list[dict[str, Any]]]:
    """What has been called with success, by operation; what was created gets another name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for call in fake.calls:
        if call.error is None:
            request = dict(call.params)
            if call.operation.startswith("Create"):
                own = [name for name in request if name.lower().endswith("name")]
                request.update({name: f"{request[name]}-2" for name in own})
            found.setdefault(call.operation, []).append(request)
    return found


def names(fake: fakebatch.World) -> dict[str, list[str]]:
    """The texts that requests and answers have had, by the member that held them, each once."""
    found: dict[str, dict[str, None]] = {}
    for call in fake.calls:
        for member, text in texts("", [call.params, call.response]):
            found.setdefault(member, {})[text] = None
    return {member: list(values) for member, values in found.items()}


def texts(member: str, value: Any) -> Iterator[tuple[str, str]]:
    """(member, text) of every text in a value; in a list it is the list's member."""
    if isinstance(value, str):
        yield member, value
    elif isinstance(value, list):
        for each in value:
            yield from texts(member, each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from texts(name, each)
