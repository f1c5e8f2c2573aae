"""The Linux parameters of a container: devices, swap, tmpfs.

Source: API reference, LinuxParameters; the texts were measured.
"""

from __future__ import annotations

from fakebatch.batch.errors import job_definitions as errors
from fakebatch.batch.errors import refuse_if
from fakebatch.batch.state import Structure

PERMISSIONS = ("READ", "WRITE", "MKNOD")


def check_linux_parameters(parameters: Structure) -> None:
    """Refuse parameters that Docker would not take.

    Raises:
        ClientException: with Batch's text.
    """
    for device in parameters.get("devices", ()):
        for permission in device.get("permissions", ()):
            refuse_if(
                permission not in PERMISSIONS,
                errors.device_permission(permission, device["hostPath"]),
            )
    for tmpfs in parameters.get("tmpfs", ()):
        refuse_if(tmpfs["size"] < 1, errors.TMPFS_SIZE)
    _check_swap(parameters.get("maxSwap"), parameters.get("swappiness"))


def complete_linux_parameters(parameters: Structure) -> Structure:
    """The parameters as Batch describes them: lists that were left out are there, and empty.

    Source: what Terraform's provider has to overlook when it compares a definition with AWS's answer.
    """
    return {
        **parameters,
        "devices": [{"permissions": [], **device} for device in parameters.get("devices", ())],
        "tmpfs": [{"mountOptions": [], **tmpfs} for tmpfs in parameters.get("tmpfs", ())],
    }


def _check_swap(max_swap_mib: int | None, swappiness: int | None) -> None:
    if max_swap_mib is not None:
        # The documentation promises 60 as the default; the service asks for a value all the same, and before
        # it looks at maxSwap (cdk-preflight jd-linux-max-swap-negative).
        refuse_if(swappiness is None, errors.SWAPPINESS_REQUIRED)
        refuse_if(max_swap_mib < 0, errors.swap_size(max_swap_mib))
    if swappiness is not None:
        refuse_if(not 0 <= swappiness <= 100, errors.swappiness(swappiness))
