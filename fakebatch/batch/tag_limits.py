"""AWS's limits on tags, refused in Batch's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fakebatch.aws.tagging import find_fault
from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors import tags as errors


def check_tags(tags: Mapping[str, str], present: Iterable[str] = ()) -> None:
    """Hold tags that are to be added to those `present` against AWS's limits.

    Raises:
        ClientException: the first limit that is passed.
    """
    fault = find_fault(tags, present)
    if fault is not None:
        raise ClientException(errors.TAG_FAULTS[fault])
