"""A row of a service's table of operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Function = Callable[[Any, dict[str, Any]], "dict[str, Any] | bytes"]


class Operation(NamedTuple):
    """How one operation is answered.

    Attributes:
        function: takes the service of the caller's place and the request, returns the response. The request
            is the function's own; the response is packed at once, so it may share structure with the state,
            or it is packed already.
        members: the request's top-level members that the function acts on; any other is refused.
        wraps: its ClientException reads `Error executing request, Exception : <text>, RequestId: <id>`.
    """

    function: Function
    members: frozenset[str]
    wraps: bool = False


def operation(function: Function, members: str, *, wraps: bool = False) -> Operation:
    """A row, its members given as lines of names."""
    return Operation(function, frozenset(members.split()), wraps)
