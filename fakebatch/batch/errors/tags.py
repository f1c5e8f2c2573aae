"""What the tag operations refuse."""

from __future__ import annotations

from fakebatch.aws.tagging import TagFault

TAG_FAULTS = {
    # Source: Seqera's documentation (reference §14).
    TagFault.CHARACTERS: (
        "Tags can only contain letters, numbers, spaces, and the following special characters: "
        "_ . : / = + - @"
    ),
    # assumed
    TagFault.TOO_MANY: "Resource cannot have more than 50 tags",
    TagFault.KEY_LENGTH: "Tag keys must be between 1 and 128 characters",
    TagFault.VALUE_LENGTH: "Tag values must be less than or equal to 256 characters",
    TagFault.RESERVED: "Tag keys cannot start with aws:",
}

# assumed
TAG_REVISION = "Job definition ARN must include the revision"
TAG_CHILD = "Child jobs of array and multi-node parallel jobs cannot be tagged"
