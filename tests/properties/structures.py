"""Structures that Batch accepts: what the populated world is made of."""

from __future__ import annotations

from typing import Any

TRAINING = "SAGEMAKER_TRAINING"
PAYLOAD = '{"TrainingJobName": "t", "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2}}'
ROLE = "arn:aws:iam::123456789012:role/r"
SIZE = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
NETWORK = {"subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]}
EC2 = {"maxvCpus": 16, "minvCpus": 0, "instanceTypes": ["m5.large"], "instanceRole": "r", **NETWORK}
FAIR = {
    "shareDecaySeconds": 60,
    "computeReservation": 5,
    "shareDistribution": [{"shareIdentifier": "a", "weightFactor": 1.5}, {"shareIdentifier": "b*"}],
}
CONTAINER: dict[str, Any] = {
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
FARGATE: dict[str, Any] = {
    "image": "busybox",
    "executionRoleArn": ROLE,
    "resourceRequirements": SIZE,
    "networkConfiguration": {"assignPublicIp": "ENABLED"},
    "fargatePlatformConfiguration": {"platformVersion": "LATEST"},
    "ephemeralStorage": {"sizeInGiB": 21},
    "runtimePlatform": {"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"},
}
TASK = {"containers": [{"name": "main", "image": "busybox", "resourceRequirements": SIZE, "essential": True}]}
POD = {
    "containers": [
        {
            "name": "main",
            "image": "busybox",
            "command": ["sleep"],
            "args": ["1"],
            "env": [{"name": "A", "value": "1"}],
            "resources": {
                "limits": {"cpu": "1", "memory": "1024Mi"},
                "requests": {"cpu": "1", "memory": "1024Mi"},
            },
            "securityContext": {"runAsUser": 1000, "runAsNonRoot": True},
        }
    ],
    "metadata": {"labels": {"team": "blue"}},
}
SHARE: dict[str, Any] = {
    "capacityLimits": [{"maxCapacity": 4, "capacityUnit": "ml.m5.large"}],
    "resourceSharingConfiguration": {"strategy": "LEND"},
    "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
}
