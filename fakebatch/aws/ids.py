"""Identifiers: random ones from the seeded generator, derived ones from a name."""

from __future__ import annotations

from hashlib import md5
from random import Random

_VARIANT = "89ab"


class Ids:
    """Seeded identifiers: the same seed and the same calls give the same ids."""

    __slots__ = ("_random",)

    def __init__(self, seed: object) -> None:
        self._random = Random(repr(seed))

    def uuid4(self) -> str:
        """A random UUID, version 4, in lower case."""
        bits = self._random.getrandbits(128)
        digits = f"{bits:032x}"
        return (
            f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANT[bits & 3]}{digits[17:20]}-{digits[20:]}"
        )

    def hex(self, digits: int) -> str:
        """That many random hexadecimal digits."""
        return f"{self._random.getrandbits(digits * 4):0{digits}x}"


def derived_hex(name: str) -> str:
    """32 hexadecimal digits that depend on the name alone, so nobody has to keep them."""
    return md5(name.encode(), usedforsecurity=False).hexdigest()


def derived_uuid(name: str) -> str:
    """A name-based UUID, version 3, as AWS gives clusters and pods."""
    digits = derived_hex(name)
    variant = _VARIANT[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-3{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
