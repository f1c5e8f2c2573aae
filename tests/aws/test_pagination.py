"""Pages and their tokens."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest

from fakebatch.aws.pagination import BadToken, decode_token, encode_token, page


@pytest.mark.parametrize("position", [0, 1, 10**6])
def test_a_token_stands_for_its_position(position: int) -> None:
    assert decode_token("ListThings", encode_token("ListThings", position)) == position


@pytest.mark.source("reference §13: an empty token is the first page")
@pytest.mark.parametrize("token", [None, ""])
def test_no_token_is_the_first_page(token: str | None) -> None:
    assert decode_token("ListThings", token) is None


@pytest.mark.source("assumed: a token that the operation has not given out is refused, whatever it says")
@pytest.mark.parametrize(
    "token",
    [
        "x",
        "=",
        "\u00e9==",
        "\ud800",
        encode_token("ListOthers", 1),
        encode_token("ListThings", -1),
        encode_token("ListThings", 10**30),
        urlsafe_b64encode(b"ListThings:").decode(),
        urlsafe_b64encode(b"ListThings: 1").decode(),
        urlsafe_b64encode(b"ListThings:1_0").decode(),
        urlsafe_b64encode("ListThings:\u0663".encode()).decode(),
        urlsafe_b64encode(b"ListThings:" + b"9" * 5000).decode(),
    ],
)
def test_a_token_that_was_made_up(token: str) -> None:
    with pytest.raises(BadToken):
        decode_token("ListThings", token)


def test_a_page_tells_where_the_next_one_starts() -> None:
    items = [(4, "a"), (7, "b"), (9, "c")]
    assert page("ListThings", items, 2) == (["a", "b"], encode_token("ListThings", 9))
    assert page("ListThings", items, 3) == (["a", "b", "c"], None)
