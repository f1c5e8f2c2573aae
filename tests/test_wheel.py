"""What the wheel holds and asks for. That it works once installed is checked by `nox -s wheel`."""

import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from hatchling.build import build_wheel

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)  # a build backend works on the current directory
        name = build_wheel(str(folder))
    with zipfile.ZipFile(folder / name) as archive:
        yield archive


def read(wheel: zipfile.ZipFile, name: str) -> str:
    path = next(path for path in wheel.namelist() if path.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode()


def metadata(wheel: zipfile.ZipFile) -> Message:
    return Parser().parsestr(read(wheel, "METADATA"))


def test_every_file_of_the_package_is_inside_and_nothing_else(wheel):
    package = (path for path in (ROOT / "fakebatch").rglob("*") if path.is_file())
    present = {path.relative_to(ROOT).as_posix() for path in package if "__pycache__" not in path.parts}
    assert {path for path in wheel.namelist() if ".dist-info/" not in path} == present


def test_type_checkers_are_told_to_look_inside(wheel):
    assert "fakebatch/py.typed" in wheel.namelist()


def test_pytest_finds_the_plugin(wheel):
    assert read(wheel, "entry_points.txt").strip() == "[pytest11]\nfakebatch = fakebatch.pytest_plugin"


def test_licence_is_inside(wheel):
    assert "Apache License" in read(wheel, "licenses/LICENSE")


def test_only_three_libraries_are_needed(wheel):
    required = metadata(wheel).get_all("Requires-Dist", [])
    assert sorted(name for name in required if "extra ==" not in name) == [
        "boto3>=1.40.61",
        "botocore>=1.40.61",
        "wrapt>=1.17",
    ]


def test_lower_bounds_are_the_versions_that_the_oldest_environment_has():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pins = [pin for pin in project["dependency-groups"]["oldest"] if isinstance(pin, str)]
    assert {bound.replace(">=", "==") for bound in project["project"]["dependencies"]} <= set(pins)
