"""The volumes of a container: one kind each, and what an EFS file system asks for.

Source: API reference, Volume and EFSVolumeConfiguration; the texts were measured. S3 Files volumes are
checked for their role only.
"""

from __future__ import annotations

import re

from fakebatch.batch.errors import job_definitions as errors
from fakebatch.batch.errors import refuse_if
from fakebatch.batch.state import Structure

MAX_PORT = 65_535

_KINDS = ("host", "efsVolumeConfiguration", "s3filesVolumeConfiguration")
# That everything behind the prefix is taken is assumed: only `my-file-system` was seen refused.
_FILE_SYSTEM_ID = re.compile(r"fs-[0-9A-Za-z]+")


def check_volumes(container: Structure) -> None:
    """Refuse volumes that Batch would not take.

    Raises:
        ClientException: with Batch's text.
    """
    for volume in container.get("volumes", ()):
        # An empty `host` only says that Docker chooses the path; that it counts for nothing is assumed.
        refuse_if(sum(bool(volume.get(kind)) for kind in _KINDS) > 1, errors.ONE_VOLUME_TYPE)
        if "efsVolumeConfiguration" in volume:
            _check_efs(volume["efsVolumeConfiguration"])
        without_role = "s3filesVolumeConfiguration" in volume and not container.get("jobRoleArn")
        refuse_if(without_role, errors.S3FILES_NEEDS_JOB_ROLE)


def _check_efs(configuration: Structure) -> None:
    file_system = configuration["fileSystemId"]
    refuse_if(not _FILE_SYSTEM_ID.fullmatch(file_system), errors.file_system_id(file_system))
    authorization = configuration.get("authorizationConfig", {})
    encrypted = configuration.get("transitEncryption") == "ENABLED"
    if authorization.get("accessPointId"):
        refuse_if(
            configuration.get("rootDirectory", "/") not in ("", "/"),
            errors.EFS_ROOT_DIRECTORY,
        )
        refuse_if(not encrypted, errors.EFS_ACCESS_POINT_ENCRYPTION)
    refuse_if(authorization.get("iam") == "ENABLED" and not encrypted, errors.EFS_IAM_ENCRYPTION)
    refuse_if(not 0 <= configuration.get("transitEncryptionPort", 0) <= MAX_PORT, errors.EFS_PORT)
