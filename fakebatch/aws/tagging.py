"""The limits that AWS puts on tags, whatever the service. How it words a refusal is the service's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum

MAX_TAGS = 50
MAX_KEY = 128
MAX_VALUE = 256

# Letters and digits of any alphabet, white space, and _ . : / = + - @.
_ALLOWED = re.compile(r"[\w\s.:/=+\-@]*")


class TagFault(Enum):
    """What is wrong with a set of tags."""

    TOO_MANY = "more than 50 tags on one resource"
    KEY_LENGTH = "a key that is not 1 to 128 characters long"
    VALUE_LENGTH = "a value of more than 256 characters"
    RESERVED = "a key that starts with aws:"
    CHARACTERS = "a character that tags cannot have"


def find_fault(new: Mapping[str, str], present: Iterable[str] = ()) -> TagFault | None:
    """The first fault of tags that are to be put on a resource, or None.

    Args:
        new: the tags.
        present: keys that the resource has already; a new tag with one of them replaces it.

    Source: reference §14. The order in which faults are found is assumed.
    """
    if len(new.keys() | set(present)) > MAX_TAGS:
        return TagFault.TOO_MANY
    for key, value in new.items():
        fault = _fault_of(key, value)
        if fault is not None:
            return fault
    return None


def _fault_of(key: str, value: str) -> TagFault | None:
    if not 1 <= len(key) <= MAX_KEY:
        return TagFault.KEY_LENGTH
    if len(value) > MAX_VALUE:
        return TagFault.VALUE_LENGTH
    if key.lower().startswith("aws:"):
        return TagFault.RESERVED
    if not _ALLOWED.fullmatch(key) or not _ALLOWED.fullmatch(value):
        return TagFault.CHARACTERS
    return None
