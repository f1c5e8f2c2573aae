"""Each folder or file of conftest_examples/ is run as a test suite of its own, and answers as expected."""

import shutil
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "conftest_examples"

# What pytest counts at the end of each; an example that isn't here has not been thought through yet.
OUTCOMES = {
    "array_jobs.py": {"passed": 3},
    "async_polling.py": {"passed": 1},
    "failures_and_retries.py": {"passed": 7},
    "module_level_client.py": {"passed": 4},
    "one_queue_for_all": {"passed": 3},
    "own_fixture": {"passed": 2},
    "provisioned.py": {"passed": 2},
    "pytest_fixture.py": {"passed": 3},
    "snapshots.py": {"passed": 1},
    "spot_reclaim.py": {"passed": 3},
    "unittest_class.py": {"passed": 2},
    "with_freezegun.py": {"passed": 3},
    "with_time_machine.py": {"passed": 2},
}


def examples() -> set[str]:
    found = (path for path in EXAMPLES.iterdir() if path.is_dir() or path.suffix == ".py")
    return {path.name for path in found if not path.name.startswith(("_", "."))}


def test_each_example_has_its_outcome_stated():
    assert examples() == set(OUTCOMES)
    assert OUTCOMES


@pytest.mark.parametrize(("name", "outcomes"), OUTCOMES.items(), ids=OUTCOMES)
def test_example_answers_as_stated(name, outcomes, pytester):
    source = EXAMPLES / name
    if source.is_dir():
        shutil.copytree(source, pytester.path, dirs_exist_ok=True)
    else:
        # Under a name that pytest collects, whatever the example is called.
        shutil.copy(source, pytester.path / f"test_{name}")
    result = pytester.runpytest_subprocess()
    counts = {what: count for what, count in result.parseoutcomes().items() if what != "warnings"}
    assert counts == outcomes, "\n".join(result.outlines)
