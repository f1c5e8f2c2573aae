"""Which nodes `targetNodes` means, and which range a node belongs to."""

import pytest

from fakebatch.batch.errors import ClientException
from fakebatch.batch.node_ranges import Targets, check_ranges, ranges_of_nodes, read_targets

DIGITS = "targetNodes should contain only digits."
MISSING = "Node Range Properties target nodes have missing ranges"


@pytest.mark.source("model: NodeRangeProperty.targetNodes, NodeOverrides.numNodes")
@pytest.mark.parametrize(
    ("text", "targets", "nodes"),
    [
        ("0:3", Targets(0, 3), [0, 1, 2, 3]),
        ("2:2", Targets(2, 2), [2]),
        (":3", Targets(0, 3), [0, 1, 2, 3]),
        ("4:", Targets(4, None), [4, 5]),
        (":", Targets(0, None), [0, 1, 2, 3, 4, 5]),
        ("5", Targets(5, 5), [5]),
        ("007", Targets(7, 7), [7]),
    ],
)
def test_syntaxes(text, targets, nodes):
    assert read_targets(text) == targets
    assert list(targets.within(6)) == nodes


@pytest.mark.source("reference §9.4")
@pytest.mark.parametrize("text", ["", "a", "0-3", "0:3:4", "-1", "-1:2", "0,1", " 0", "0: 3", "²"])
def test_what_is_no_range(text):
    with pytest.raises(ClientException) as caught:
        read_targets(text)
    assert str(caught.value) == DIGITS


@pytest.mark.source("reference §9.4")
@pytest.mark.parametrize(
    "targets", [["0:"], [":"], [":3"], ["0", "1", "2", "3"], ["0:3", "1:2"], ["2:", ":1"]]
)
def test_ranges_that_cover_all_nodes(targets):
    check_ranges(targets, 4)


def beyond(text):
    return f"Node range error {text}. Node range should be smaller than number of nodes"


@pytest.mark.source("reference §9.4; which node is too far: assumed for ranges that are open or single")
@pytest.mark.parametrize(
    ("targets", "text"),
    [
        ([], MISSING),
        (["0:2"], MISSING),
        (["1:"], MISSING),
        (["0:1", "3"], MISSING),
        (["0:4"], beyond("0:4")),
        (["0:5"], beyond("0:5")),
        (["0:", "4"], beyond("4")),
        (["0:", "4:"], beyond("4:")),
        (["0:", "5:4"], beyond("5:4")),
        (["0:", "x"], DIGITS),
    ],
)
def test_ranges_that_do_not_fit(targets, text):
    with pytest.raises(ClientException) as caught:
        check_ranges(targets, 4)
    assert str(caught.value) == text


@pytest.mark.source("assumed: the text, and that it is refused")
def test_a_range_that_ends_before_it_begins():
    with pytest.raises(ClientException) as caught:
        check_ranges(["0:", "3:1"], 4)
    assert str(caught.value) == "Node range error 3:1. Node range should not end before it begins"


def belonging(size, *targets):
    ranges = [{"targetNodes": text, "number": number} for number, text in enumerate(targets)]
    return [one["number"] for one in ranges_of_nodes({"numNodes": size, "nodeRangeProperties": ranges})]


@pytest.mark.source("model: NodeRangeProperty.targetNodes, nested ranges")
@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["0:"], [0, 0, 0, 0, 0, 0]),
        (["0:1", "2:"], [0, 0, 1, 1, 1, 1]),
        (["0:", "4:5"], [0, 0, 0, 0, 1, 1]),
        (["4:5", "0:"], [1, 1, 1, 1, 0, 0]),
        (["0:", "1:4", "2"], [0, 1, 2, 1, 1, 0]),
        (["2", "1:4", "0:"], [2, 1, 0, 1, 1, 2]),
    ],
)
def test_the_narrower_range_overrides(targets, expected):
    assert belonging(6, *targets) == expected


@pytest.mark.source("assumed: of ranges that are as narrow the later one")
def test_of_equally_narrow_ranges_the_later_one_overrides():
    assert belonging(4, "0:2", "1:3") == [0, 1, 1, 1]
    assert belonging(4, "1:3", "0:2") == [1, 1, 1, 0]
