"""What a container may be on Fargate, and what it may not be elsewhere.

Source: API reference, ContainerProperties and ResourceRequirement; the texts were measured. Which of two
broken rules is told first is assumed, but that platform comes before size was seen.
"""

from __future__ import annotations

from collections.abc import Collection

from fakebatch.aws.numbers import whole_number
from fakebatch.batch.errors import job_definitions as errors
from fakebatch.batch.errors import refuse_if
from fakebatch.batch.state import Structure

# vCPUs, and the MiB of memory that go with them. Source: API reference, ResourceRequirement.
SIZES: dict[float, Collection[int]] = {
    0.25: (512, 1024, 2048),
    0.5: range(1024, 4096 + 1, 1024),
    1: range(2048, 8192 + 1, 1024),
    2: range(4096, 16384 + 1, 1024),
    4: range(8192, 30720 + 1, 1024),
    8: range(16384, 61440 + 1, 4096),
    16: range(32768, 122880 + 1, 8192),
    32: (61440, 122880, 249856),
}
LOG_DRIVERS = ("awslogs", "splunk", "awsfirelens")
OPERATING_SYSTEMS = (
    "LINUX",
    "WINDOWS_SERVER_2019_CORE",
    "WINDOWS_SERVER_2019_FULL",
    "WINDOWS_SERVER_2022_CORE",
    "WINDOWS_SERVER_2022_FULL",
)
# In the order in which Batch names the first: maxSwap was seen before swappiness.
_LINUX_PARAMETERS = ("devices", "maxSwap", "swappiness", "sharedMemorySize", "tmpfs")
_EC2_REFUSES = {
    "fargatePlatformConfiguration": errors.FARGATE_CONFIGURATION_ON_EC2,
    "networkConfiguration": errors.NETWORK_ON_EC2,
    "runtimePlatform": errors.RUNTIME_PLATFORM_ON_EC2,
    "ephemeralStorage": errors.EPHEMERAL_STORAGE_ON_EC2,
}


def check_on_ec2(container: Structure) -> None:
    """Refuse what only Fargate has.

    Raises:
        ClientException: with Batch's text.
    """
    for member, text in _EC2_REFUSES.items():
        refuse_if(member in container, text)


def check_on_fargate(container: Structure) -> None:
    """Refuse what only EC2 has, and Fargate's own settings where they are wrong; not the size.

    Raises:
        ClientException: with Batch's text.
    """
    refuse_if(not container.get("executionRoleArn"), errors.EXECUTION_ROLE_ON_FARGATE)
    for legacy in ("vcpus", "memory"):
        refuse_if(legacy in container, errors.legacy_on_fargate(legacy))
    refuse_if(container.get("ulimits"), errors.ULIMITS_ON_FARGATE)
    refuse_if(container.get("privileged"), errors.PRIVILEGED_ON_FARGATE)
    _check_linux_parameters(container.get("linuxParameters", {}))
    _check_volumes(container)
    driver = container.get("logConfiguration", {}).get("logDriver")
    refuse_if(
        driver is not None and driver not in LOG_DRIVERS,
        errors.fargate_log_driver(str(driver)),
    )
    storage_gib = container.get("ephemeralStorage", {}).get("sizeInGiB")
    refuse_if(storage_gib is not None and not 21 <= storage_gib <= 200, errors.EPHEMERAL_STORAGE)
    _check_runtime_platform(container.get("runtimePlatform", {}))


def check_size(vcpus: float, memory_mib: int, *, windows: bool) -> None:
    """Refuse a pair that isn't in Fargate's table.

    Raises:
        ClientException: with Batch's text.
    """
    refuse_if(memory_mib not in SIZES.get(vcpus, ()), errors.fargate_size(vcpus, memory_mib))
    refuse_if(windows and vcpus < 1, errors.windows_vcpu_minimum(vcpus))


def is_windows(container: Structure) -> bool:
    """The container asks for one of the Windows families."""
    family = container.get("runtimePlatform", {}).get("operatingSystemFamily", "LINUX")
    return bool(family != "LINUX")


def _check_linux_parameters(parameters: Structure) -> None:
    for member in _LINUX_PARAMETERS:
        # An empty list is what Batch itself fills in, so it asks for nothing.
        refuse_if(parameters.get(member) not in (None, []), errors.fargate_linux_parameter(member))


def _check_volumes(container: Structure) -> None:
    version = container.get("fargatePlatformConfiguration", {}).get("platformVersion", "LATEST")
    for volume in container.get("volumes", ()):
        refuse_if(volume.get("host", {}).get("sourcePath"), errors.HOST_PATH_ON_FARGATE)
        is_too_old = "efsVolumeConfiguration" in volume and _is_before_1_4(version)
        refuse_if(is_too_old, errors.fargate_efs_version(version))


def _is_before_1_4(version: str) -> bool:
    """`LATEST`, and what is no version at all, counts as new."""
    major, minor = (whole_number(part) for part in f"{version}..".split(".")[:2])
    return major is not None and minor is not None and (major, minor) < (1, 4)


def _check_runtime_platform(platform: Structure) -> None:
    family = platform.get("operatingSystemFamily", "LINUX")
    architecture = platform.get("cpuArchitecture", "X86_64")
    refuse_if(family not in OPERATING_SYSTEMS, errors.operating_system(family))
    refuse_if(family != "LINUX" and architecture != "X86_64", errors.WINDOWS_ARCHITECTURE)
    refuse_if(architecture not in ("X86_64", "ARM64"), errors.cpu_architecture(architecture))
