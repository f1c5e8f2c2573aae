"""The checks of the project, each in an environment of its own: `nox --list`."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nox
from nox.command import CommandFailed

ROOT = Path(__file__).parent
SUPPORTED = ("3.10", "3.11", "3.12", "3.13")
COVERAGE_DATA = ROOT / ".coverage_data"
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|venv"
nox.options.reuse_venv = "yes"
nox.options.error_on_external_run = True
nox.options.sessions = ["tests", "aio", "oldest", "coverage", "lint", "docs", "wheel"]


def runnable_pythons() -> list[str]:
    """The supported versions that this machine can run; puts those that are off the PATH on it, for nox.

    A name on the PATH is not enough: pyenv keeps a stub there for every version, which fails unless that
    version is the one in use. The real one is then where pyenv keeps it.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = []
    for version in SUPPORTED:
        name = f"python{version}"
        kept = [str(path) for path in pyenv.glob(f"versions/{version}.*/bin/{name}")]
        for python in [shutil.which(name), *kept]:
            if python is not None and runs(python, version):
                found.append(version)
                if shutil.which(name) != python:  # before the stub, which would win otherwise
                    os.environ["PATH"] = os.pathsep.join([str(Path(python).parent), os.environ["PATH"]])
                break
    return found


def runs(python: str, version: str) -> bool:
    """Whether the program starts, is of that version, and can make environments."""
    code = "import ensurepip, sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == version


def install(session: nox.Session, *requirements: str, group: str | None = None) -> None:
    """Install requirements and a dependency group, unless this environment has just these already.

    nox would run the installer each time; the stamp saves its seconds when nothing has changed.
    """
    wanted = [*requirements, *(nox.project.dependency_groups(PROJECT, group) if group else [])]
    metadata = (ROOT / "pyproject.toml").read_bytes()
    digest = hashlib.sha256(repr([wanted, metadata]).encode()).hexdigest()
    stamp = Path(session.virtualenv.location) / "installed"
    if stamp.exists() and stamp.read_text() == digest:
        return
    session.install(*wanted)
    stamp.write_text(digest)


def run_tests(session: nox.Session, *, measured: bool) -> None:
    """Run the suite, or what the command line names; `measured` leaves data for the session `coverage`."""
    if not measured:
        session.run("python", "-m", "pytest", *session.posargs)
        return
    data = COVERAGE_DATA / session.name
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    env = {"COVERAGE_FILE": str(data / "data")}
    session.run("python", "-m", "coverage", "run", "-m", "pytest", *session.posargs, env=env)


DEFAULT = "{}.{}".format(*sys.version_info)
PYTHONS = runnable_pythons()
# The oldest dependencies with the oldest Python: where a lower bound is wrong, it shows there.
OLDEST = PYTHONS[0]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The suite on every Python found, with the newest botocore; on the default Python under coverage."""
    install(session, "-e.", group="test")
    run_tests(session, measured=session.python == DEFAULT)


@nox.session
def aio(session: nox.Session) -> None:
    """The suite beside the newest aiobotocore, on the botocore that it pins."""
    install(session, "-e.", group="aio")
    run_tests(session, measured=True)


@nox.session(python=OLDEST)
def oldest(session: nox.Session) -> None:
    """The suite on the lower bounds of the dependencies, beside aioboto3."""
    install(session, "-e.", group="oldest")
    run_tests(session, measured=True)


@nox.session
def coverage(session: nox.Session) -> None:
    """Add up what `tests`, `aio` and `oldest` covered; fails below the bar set in pyproject.toml."""
    install(session, "coverage[toml]>=7.10")
    # `combine` looks in the folders for files that begin with the name of its own.
    env = {"COVERAGE_FILE": str(COVERAGE_DATA / "data")}
    session.run("coverage", "combine", "--keep", *map(str, sorted(COVERAGE_DATA.glob("*/"))), env=env)
    session.run("coverage", "html", "--directory=htmlcov", "--fail-under=0", "--quiet", env=env)
    session.run("coverage", "report", env=env)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, layers, dependencies, spelling. All of them are run, also after one has failed."""
    install(session, "-e.[pytest,report]", group="lint")
    checks = [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["basedpyright", "--pythonpath", f"{session.bin}/python"],  # else it takes .venv, which has less
        ["lint-imports"],
        ["deptry", "fakebatch"],
        ["codespell"],
    ]
    failed = []
    for check in checks:
        try:
            session.run(*check)
        except CommandFailed:
            failed.append(check[0])
    if failed:
        session.error(f"failed: {', '.join(failed)}")


@nox.session(name="format")
def format_(session: nox.Session) -> None:
    """Rewrite the files as the linter wants them, where it can."""
    install(session, "-e.[pytest,report]", group="lint")
    session.run("ruff", "check", "--fix", ".")
    session.run("ruff", "format", ".")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation afresh; a warning or an unknown reference is an error."""
    install(session, "-e.[pytest,report]", group="docs")
    shutil.rmtree(ROOT / "docs" / "_build", ignore_errors=True)
    session.run("sphinx-build", "-n", "-T", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, install it with nothing but its own dependencies, use it outside the checkout."""
    install(session, "hatchling>=1.27")
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
        built = next(Path(folder).glob("*.whl"))
        # By pip, whatever the backend of nox is: most will install with it, and every new venv has it.
        session.run("python", "-m", "venv", f"{folder}/empty")
        python = f"{folder}/empty/bin/python"
        session.run(python, "-m", "pip", "install", "--quiet", str(built), external=True)
        session.chdir(folder)
        session.run(python, "-I", str(ROOT / ".ci" / "use_installed.py"), str(ROOT), external=True)
        # The oldest pytest that the extra admits, which the suite itself is too new for.
        oldest_pytest = PROJECT["project"]["optional-dependencies"]["pytest"][0].replace(">=", "==")
        session.run(python, "-m", "pip", "install", "--quiet", oldest_pytest, external=True)
        shutil.copytree(ROOT / "conftest_examples" / "one_queue_for_all", "example")
        session.run(python, "-m", "pytest", "-W", "error", "example", external=True)
        session.chdir(ROOT)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure against the floor of the same run; figures of two machines don't compare."""
    install(session, "-e.", group="bench")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def requests(session: nox.Session) -> None:
    """Put very many requests, good and bad, to each operation of Batch, or to those that are named."""
    install(session, "-e.", group="test")
    session.run("python", "-m", "tests.properties.test_requests", *session.posargs)
