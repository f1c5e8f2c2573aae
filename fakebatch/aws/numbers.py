"""Numbers that requests hold as texts: revisions, indices, positions."""

from __future__ import annotations

import re

# As many digits as any of them can need, and far from as many as int() takes a second for, or refuses.
_WHOLE = re.compile(r"[0-9]{1,18}")


def whole_number(text: str) -> int | None:
    """The number that ASCII digits spell, or None: int() takes signs, blanks and other digits too."""
    return int(text) if _WHOLE.fullmatch(text) else None
