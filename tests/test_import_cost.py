"""What importing fakebatch brings along, by the modules that are there afterwards; no clock is read.

Where it is installed, each start of pytest imports `fakebatch.pytest_plugin`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import fakebatch

# What costs: the SDK, patching, slow ones of the standard library, and the freezers that are followed.
HEAVY = [
    "aiobotocore",
    "asyncio",
    "awscli",
    "boto3",
    "botocore",
    "email",
    "freezegun",
    "http",
    "importlib.metadata",
    "jinja2",
    "moto",
    "rich",
    "s3transfer",
    "ssl",
    "time_machine",
    "unittest",
    "urllib3",
    "wrapt",
]
# pytest's own that a plugin could bring before they are wanted.
HEAVY_OF_PYTEST = ["_pytest.pytester", "_pytest.doctest", "pexpect", "hypothesis", "xdist"]


def imported_by(statement, *, before=""):
    """The modules that a statement adds in a fresh interpreter."""
    program = f"{before}\nimport json, sys\nknown = set(sys.modules)\n{statement}\n"
    program += "print(json.dumps(sorted(set(sys.modules) - known)))"
    root = str(Path(fakebatch.__file__).parents[1])
    # -I: neither the environment nor the user's site-packages add anything of theirs.
    ran = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {root!r})\n{program}"],
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


def heavy_in(modules, heavy):
    return [name for name in heavy if any(m == name or m.startswith(f"{name}.") for m in modules)]


@pytest.mark.source("api §7")
def test_the_package_imports_nothing_but_itself():
    assert [m for m in imported_by("import fakebatch") if not m.startswith("__")] == ["fakebatch"]


@pytest.mark.source("api §7")
def test_the_plugin_imports_no_more_than_pytest_has():
    """Beside pytest itself, which is there by then, only these two modules of ours."""
    found = imported_by("import fakebatch.pytest_plugin", before="import pytest, pathlib, typing")
    assert found == ["fakebatch", "fakebatch.pytest_plugin"]


@pytest.mark.source("api §7")
@pytest.mark.parametrize("module", ["fakebatch", "fakebatch.pytest_plugin"])
def test_nothing_heavy_comes_with(module):
    before = "import pytest" if module.endswith("plugin") else ""
    found = imported_by(f"import {module}", before=before)
    assert heavy_in(found, HEAVY + HEAVY_OF_PYTEST) == []


@pytest.mark.source("api §7")
def test_the_names_come_when_they_are_used():
    """Errors and durations don't bring botocore either; what patches it does."""
    light = imported_by("import fakebatch; fakebatch.UsageError, fakebatch.InternalError, fakebatch.Timing")
    assert heavy_in(light, ["boto3", "botocore", "wrapt"]) == []
    assert heavy_in(imported_by("import fakebatch; fakebatch.mock().start()"), ["botocore"]) == ["botocore"]


@pytest.mark.source("assumed: whoever only makes botocore clients needn't pay for boto3")
def test_entering_a_mock_does_not_import_boto3():
    assert heavy_in(imported_by("import fakebatch; fakebatch.mock().start()"), ["boto3"]) == []


@pytest.mark.source("api §7")
def test_a_pytest_run_that_does_not_use_it_imports_no_botocore(pytester, monkeypatch):
    pytester.makepyfile(
        """
        import sys

        def test_not_there():
            assert "fakebatch.pytest_plugin" in sys.modules
            assert {"boto3", "botocore", "wrapt", "fakebatch.world"} & set(sys.modules) == set()
        """
    )
    monkeypatch.setenv("PYTHONPATH", str(Path(fakebatch.__file__).parents[1]))
    loaded = ["-p", "fakebatch.pytest_plugin"] if not is_installed() else []
    result = pytester.runpytest_subprocess(*loaded, "-p", "no:randomly", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)


def is_installed():
    from importlib.metadata import entry_points

    return any(point.name == "fakebatch" for point in entry_points(group="pytest11"))
