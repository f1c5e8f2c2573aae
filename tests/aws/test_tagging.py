"""The limits on tags that AWS's services share."""

import pytest

from fakebatch.aws.tagging import TagFault, find_fault


@pytest.mark.source("reference §14")
@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        pytest.param("Stage", "Alpha", None, id="plain"),
        pytest.param("k" * 128, "v" * 256, None, id="longest"),
        pytest.param("Stage", "", None, id="empty value"),
        pytest.param("a b_c.d:e/f=g+h-i@j1", "a b_c.d:e/f=g+h-i@j1", None, id="every character"),
        pytest.param("Straße", "größer", None, id="letters of any alphabet"),
        pytest.param("", "v", TagFault.KEY_LENGTH, id="empty key"),
        pytest.param("k" * 129, "v", TagFault.KEY_LENGTH, id="key too long"),
        pytest.param("k", "v" * 257, TagFault.VALUE_LENGTH, id="value too long"),
        pytest.param("aws:batch", "v", TagFault.RESERVED, id="reserved"),
        pytest.param("AWS:batch", "v", TagFault.RESERVED, id="reserved, other case"),
        pytest.param("awsome", "v", None, id="only looks reserved"),
        pytest.param("a*b", "v", TagFault.CHARACTERS, id="character in a key"),
        pytest.param("a", "50%", TagFault.CHARACTERS, id="character in a value"),
    ],
)
def test_a_tag_has_limits(key, value, fault):
    assert find_fault({key: value}) is fault


@pytest.mark.source("reference §14")
def test_fifty_tags_are_the_most():
    assert find_fault({f"k{n}": "v" for n in range(50)}) is None
    assert find_fault({f"k{n}": "v" for n in range(51)}) is TagFault.TOO_MANY


@pytest.mark.source("reference §14")
def test_tags_that_are_there_count_and_replaced_ones_do_not():
    present = [f"k{n}" for n in range(50)]
    assert find_fault({"k0": "new"}, present) is None
    assert find_fault({"k50": "new"}, present) is TagFault.TOO_MANY
