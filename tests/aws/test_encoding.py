"""Text that can't be encoded, in bodies as botocore serialises them."""

import json

import pytest

from fakebatch.aws.encoding import is_unicode


@pytest.mark.source("json: ensure_ascii escapes every surrogate; whole pairs are text")
@pytest.mark.parametrize("text", ["", "plain", "ä€😀", "\\ud800", "\\😀", "\n"], ids=ascii)
def test_text(text):
    assert is_unicode(json.dumps({"a": [text], text: "b"}).encode())


@pytest.mark.source("json: ensure_ascii escapes every surrogate")
@pytest.mark.parametrize("code", ["d800", "dbff", "dc00", "dfff"])
@pytest.mark.parametrize(
    "where", ['{"a": "%s"}', '{"%s": "a"}', '{"a": [{"b": "x%sy"}]}', '"\\ud83d\\ude00%s"']
)
def test_half_a_pair_is_no_text(code, where):
    assert not is_unicode((where % f"\\u{code}").encode())


@pytest.mark.source("json: a high surrogate comes first")
def test_a_pair_the_wrong_way_round_is_no_text():
    assert not is_unicode(b'"\\ude00\\ud83d"')
