"""What DescribeComputeEnvironments and DescribeJobQueues share: by name, or all of them in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from fakebatch.aws.pagination import BadToken, decode_token, page
from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors import resources as errors

if TYPE_CHECKING:
    from fakebatch.batch.state import Structure

T = TypeVar("T")

_MOST = 100


def select(
    operation: str, member: str, request: Structure, table: Mapping[str, T], find: Callable[[str], T | None]
) -> tuple[list[T], str | None]:
    """The records that a Describe call asks for, and the token of the next page if there is one.

    Unknown names are dropped, and a list without names stands for all (reference §13). The order is not
    documented: that of the names, and otherwise that of creation, is assumed. A record that is deleted
    between two pages moves those behind it up by one (assumed).

    Args:
        operation: the operation's name.
        member: the request member that lists names and ARNs.
        request: of the operation.
        table: records in the order of creation.
        find: the record of a name or an ARN.

    Raises:
        ClientException: too many names, names together with maxResults, maxResults out of 1..100, or a
            token that this operation has not given out.
    """
    names = request.get(member, [])
    if not names:
        return _page(operation, request, table)
    if "maxResults" in request:
        raise ClientException(errors.names_and_max_results(member))
    if len(names) > _MOST:
        raise ClientException(errors.too_many_names(member))
    found = {id(record): record for record in map(find, names) if record is not None}
    return list(found.values()), None


def _page(operation: str, request: Structure, table: Mapping[str, T]) -> tuple[list[T], str | None]:
    size = request.get("maxResults", _MOST)
    if not 1 <= size <= _MOST:
        raise ClientException(errors.DESCRIBE_MAX_RESULTS)
    try:
        start = decode_token(operation, request.get("nextToken")) or 0
    except BadToken:
        raise ClientException(errors.DESCRIBE_NEXT_TOKEN) from None
    return page(operation, islice(enumerate(table.values()), start, None), size)
