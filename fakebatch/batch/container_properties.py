"""A container on EC2 or Fargate: what Batch refuses of it, and what Batch adds to it.

Pure functions, for a job definition and for a job whose overrides have been merged in.
Source: API reference, ContainerProperties; the texts were measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fakebatch.batch import fargate
from fakebatch.batch.container_resources import check_requested, check_size
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import job_definitions as errors
from fakebatch.batch.linux_parameters import check_linux_parameters, complete_linux_parameters
from fakebatch.batch.managed_instances import check_on_managed_instances
from fakebatch.batch.state import Structure
from fakebatch.batch.volumes import check_volumes

MAX_IMAGE = 255
# Source: user guide, "Using the awslogs log driver"; the last two are Docker's for every driver, and that
# Batch takes them is assumed.
AWSLOGS_OPTIONS = frozenset(
    {
        "awslogs-create-group",
        "awslogs-datetime-format",
        "awslogs-group",
        "awslogs-multiline-pattern",
        "awslogs-region",
        "awslogs-stream-prefix",
        "max-buffer-size",
        "mode",
    }
)
# Lists that a description always has.
_LISTS = ("command", "environment", "mountPoints", "resourceRequirements", "secrets", "ulimits", "volumes")
# The pattern: nextflow discussion 2900. That it holds for user and group apart is assumed.
_USER = re.compile(r"[a-z0-9_][a-z0-9_-]{0,30}")


def check_container(container: Structure, platform: str) -> None:
    """Refuse a container that Batch would not take.

    Args:
        container: `containerProperties`, overrides already merged.
        platform: EC2, FARGATE or MANAGED_INSTANCES.

    Raises:
        ClientException: with Batch's text.
    """
    check_settings(container, platform)
    check_size([container], platform)


def check_settings(container: Structure, platform: str) -> None:
    """Refuse a container for anything but its size: in a task of several that is the task's.

    Raises:
        ClientException: with Batch's text.
    """
    image = container.get("image")
    refuse_if(not image, errors.CONTAINER_IMAGE_REQUIRED)
    refuse_if(image and len(image) > MAX_IMAGE, errors.CONTAINER_IMAGE_LENGTH)
    if platform == "FARGATE":
        fargate.check_on_fargate(container)
    elif platform == "MANAGED_INSTANCES":
        check_on_managed_instances(container)
    else:
        fargate.check_on_ec2(container)
    check_requested(container, platform)
    check_environment(container.get("environment", ()))
    _check_user(container.get("user"))
    _check_secrets(container)
    _check_log_options(container.get("logConfiguration", {}))
    check_volumes(container)
    check_linux_parameters(container.get("linuxParameters", {}))


def check_environment(environment: Iterable[Structure]) -> None:
    """Refuse variables without a name, and those that Batch keeps for itself.

    Raises:
        ClientException: with Batch's text.
    """
    for variable in environment:
        name = variable.get("name")
        if not name:
            raise ClientException(errors.ENVIRONMENT_NAME_REQUIRED)
        refuse_if(name.startswith("AWS_BATCH"), errors.ENVIRONMENT_RESERVED)


def complete_container(container: Structure, platform: str) -> Structure:
    """A copy as Batch describes it: empty lists are there, variables without a value are not.

    Source: Terraform's acceptance tests against AWS, and what its provider has to overlook when it
    compares a definition with AWS's answer. Documented defaults that it does not overlook (of EFS, network
    and runtime platform) are therefore not filled in.
    """
    complete = {**{member: [] for member in _LISTS}, **container}
    complete["environment"] = [variable for variable in complete["environment"] if variable.get("value")]
    if "linuxParameters" in container:
        complete["linuxParameters"] = complete_linux_parameters(container["linuxParameters"])
    if "logConfiguration" in container:
        complete["logConfiguration"] = {"options": {}, "secretOptions": [], **container["logConfiguration"]}
    if platform == "FARGATE":
        configuration = container.get("fargatePlatformConfiguration", {})
        complete["fargatePlatformConfiguration"] = {"platformVersion": "LATEST", **configuration}
    return complete


def _check_user(user: str | None) -> None:
    if user:
        parts = user.split(":", 1)
        refuse_if(not all(map(_USER.fullmatch, parts)), errors.container_user(user))


def _check_secrets(container: Structure) -> None:
    secrets = container.get("secrets") or container.get("logConfiguration", {}).get("secretOptions")
    refuse_if(secrets and not container.get("executionRoleArn"), errors.SECRETS_NEED_EXECUTION_ROLE)


def _check_log_options(configuration: Structure) -> None:
    if configuration.get("logDriver") == "awslogs":
        unknown = [option for option in configuration.get("options", {}) if option not in AWSLOGS_OPTIONS]
        # That several are told in one message, with commas, is assumed.
        refuse_if(unknown, errors.awslogs_options(", ".join(unknown)))
