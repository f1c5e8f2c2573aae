"""Pages and their opaque tokens."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from fakebatch.aws.numbers import whole_number

T = TypeVar("T")


class BadToken(ValueError):
    """A token that this operation has not given out."""


def encode_token(operation: str, position: int) -> str:
    """An opaque token for the page that starts at `position`."""
    return urlsafe_b64encode(f"{operation}:{position}".encode()).decode().rstrip("=")


def decode_token(operation: str, token: str | None) -> int | None:
    """The position that a token stands for; None for the first page.

    An empty token is the first page, as AWS has it.

    Raises:
        BadToken: it is not one of this operation's.
    """
    if not token:
        return None
    try:
        owner, _, position = urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().partition(":")
    except ValueError:
        raise BadToken(token) from None
    found = whole_number(position) if owner == operation else None
    if found is None:
        raise BadToken(token)
    return found


def page(operation: str, items: Iterable[tuple[int, T]], size: int) -> tuple[list[T], str | None]:
    """The first `size` items, and the token of the next page if there is one.

    Args:
        operation: whose token it is.
        items: (position, item) in listing order, already starting at the page's first.
        size: how many fit.
    """
    walk = iter(items)
    found = [item for _, item in islice(walk, size)]
    following = next(walk, None)
    return found, None if following is None else encode_token(operation, following[0])
