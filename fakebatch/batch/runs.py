"""What an attempt leaves behind: its task, host, log stream, and the variables of its container.

Identifiers are derived from the job's id and the attempt's number, or from an instance's, so that nobody has
to keep them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.aws.ids import derived_hex, derived_uuid
from fakebatch.batch.instances import Instance

if TYPE_CHECKING:
    from fakebatch.aws.place import Place
    from fakebatch.batch.state import Attempt, ComputeEnvironment, Job, Structure


def task_id(job: Job, attempt: Attempt) -> str:
    """The ECS task, 32 hexadecimal digits."""
    return derived_hex(f"task/{job.id}/{attempt.number}")


def task_arn(place: Place, job: Job, attempt: Attempt) -> str:
    """Assigned in STARTING."""
    return place.arn("ecs", f"task/{_cluster(attempt.environment)}/{task_id(job, attempt)}")


def container_instance_arn(place: Place, job: Job, attempt: Attempt) -> str | None:
    """The ECS container instance; None on Fargate, which has none."""
    if attempt.environment.is_fargate:
        return None
    # From the other end, so that it doesn't look like the instance's own id.
    return place.arn("ecs", f"container-instance/{_cluster(attempt.environment)}/{_host(job, attempt)[::-1]}")


def instance_id(job: Job, attempt: Attempt) -> str:
    """The EC2 instance that hosts the attempt."""
    return "i-" + _host(job, attempt)[:17]


def id_of(environment: ComputeEnvironment, instance: Instance) -> str:
    """The id of an EC2 instance of an environment."""
    return "i-" + host_of(environment, instance)[:17]


def host_of(environment: ComputeEnvironment, instance: Instance) -> str:
    """What the ids of an instance are made of."""
    return derived_hex(f"instance/{environment.arn}/{instance.number}")


def node_name(place: Place, job: Job, attempt: Attempt) -> str:
    """The node that hosts an attempt on EKS: the private DNS name of its instance.

    Source: recorded names, `ip-192-168-55-175.ec2.internal` in us-east-1 and
    `ip-10-0-81-102.us-west-2.compute.internal` elsewhere.
    """
    digits = derived_hex(f"node/{instance_id(job, attempt)}")
    domain = "ec2.internal" if place.region == "us-east-1" else f"{place.region}.compute.internal"
    return f"ip-10-0-{int(digits[0:2], 16)}-{int(digits[2:4], 16) % 254 + 1}.{domain}"


def node_uid(job: Job, attempt: Attempt) -> str:
    """What Kubernetes calls that node: a random UUID."""
    digits = derived_uuid(f"node/{instance_id(job, attempt)}")
    return f"{digits[:14]}4{digits[15:]}"


def log_stream_name(job: Job, attempt: Attempt, container: str | None = None) -> str:
    """`<first 200 characters of the definition's name>/default/<task id>`, assigned in RUNNING.

    That a container of several has its own name in place of `default` is assumed.
    """
    return f"{job.spec.definition.name[:200]}/{container or 'default'}/{task_id(job, attempt)}"


def network_interfaces(job: Job, attempt: Attempt) -> list[Structure]:
    """The task's interface on Fargate, and a node's; any other task is in its host's network and has none.

    Source: user guide, "Multi-node parallel jobs": nodes are in network mode awsvpc.
    """
    if not attempt.environment.is_fargate and not job.is_node:
        return []
    attachment = derived_uuid(f"attachment/{job.id}/{attempt.number}")
    return [{"attachmentId": attachment, "privateIpv4Address": _address(job, attempt)}]


def host_lost_reason(job: Job, attempt: Attempt) -> str:
    """The statusReason of an attempt whose host was taken away.

    Source: user guide and recorded jobs (reference §1.4); that plain Fargate speaks like FARGATE_SPOT is
    assumed.
    """
    if attempt.environment.is_fargate:
        return "Your Spot Task was interrupted."
    return f"Host EC2 (instance {instance_id(job, attempt)}) terminated."


def batch_environment(job: Job, attempt: Attempt | None) -> dict[str, str]:
    """The AWS_BATCH_* variables that Batch puts into the container. DescribeJobs doesn't show them.

    Source: user guide, "Job environment variables"; AWS_BATCH_JOB_ARRAY_SIZE is read by public programs.
    """
    variables = {"AWS_BATCH_JOB_ID": job.id, "AWS_BATCH_JQ_NAME": job.spec.queue.name}
    if attempt is not None:
        variables["AWS_BATCH_CE_NAME"] = attempt.environment.name
        variables["AWS_BATCH_JOB_ATTEMPT"] = str(attempt.number)
        if attempt.environment.orchestration == "EKS":
            variables["AWS_BATCH_JOB_KUBERNETES_NODE_UID"] = node_uid(job, attempt)
    if job.parent is not None and job.parent.array is not None:
        variables["AWS_BATCH_JOB_ARRAY_INDEX"] = str(job.index)
        variables["AWS_BATCH_JOB_ARRAY_SIZE"] = str(job.parent.array.size)
    if job.is_node:
        variables |= _node_environment(job)
    return variables


def _node_environment(node: Job) -> dict[str, str]:
    """What a node is told of the others. AWS_BATCH_JOB_ID is its own, with the index, as public scripts show.

    Source: user guide, "Job environment variables".
    """
    assert node.parent is not None
    assert node.parent.nodes is not None
    nodes = node.parent.nodes
    variables = {
        "AWS_BATCH_JOB_NUM_NODES": str(len(nodes.all)),
        "AWS_BATCH_JOB_NODE_INDEX": str(node.index),
        "AWS_BATCH_JOB_MAIN_NODE_INDEX": str(nodes.main.index),
    }
    attempt = nodes.main.last_attempt
    if node is not nodes.main and attempt is not None:
        variables["AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS"] = _address(nodes.main, attempt)
    return variables


def _address(job: Job, attempt: Attempt) -> str:
    digits = derived_hex(f"interface/{job.id}/{attempt.number}")
    return f"10.0.{int(digits[0:2], 16)}.{int(digits[2:4], 16) % 254 + 1}"


def _host(job: Job, attempt: Attempt) -> str:
    """The attempts on an instance share it; that each has a host of its own elsewhere is assumed."""
    if isinstance(attempt.host, Instance):
        return host_of(attempt.environment, attempt.host)
    return derived_hex(f"host/{job.id}/{attempt.number}")


def _cluster(environment: ComputeEnvironment) -> str:
    return environment.ecs_cluster_arn.rpartition("/")[2]
