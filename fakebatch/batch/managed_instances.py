"""What a container may not be on Amazon ECS Managed Instances.

Source: user guide, "Job definitions on Amazon ECS Managed Instances"; model, EcsTaskProperties.
"""

from __future__ import annotations

from fakebatch.batch.errors import ecs_properties as errors
from fakebatch.batch.errors import refuse_if
from fakebatch.batch.errors.job_definitions import cpu_architecture
from fakebatch.batch.state import Structure

_REFUSED = {
    "networkConfiguration": "networkConfiguration",
    "ephemeralStorage": "ephemeralStorage",
    "fargatePlatformConfiguration": "platformVersion",
}


def check_on_managed_instances(container: Structure) -> None:
    """Refuse what only Fargate has, and other operating systems than Linux.

    Raises:
        ClientException: with Batch's text.
    """
    for member, spelling in _REFUSED.items():
        refuse_if(member in container, errors.not_on_managed_instances(spelling))
    platform = container.get("runtimePlatform", {})
    family = platform.get("operatingSystemFamily", "LINUX")
    architecture = platform.get("cpuArchitecture", "X86_64")
    refuse_if(family != "LINUX", errors.MANAGED_INSTANCES_FAMILY)
    refuse_if(architecture not in ("X86_64", "ARM64"), cpu_architecture(architecture))
