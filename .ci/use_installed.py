"""Uses the installed fakebatch the way a first script would; the checkout is only compared with.

`nox -s wheel` runs it in an environment that holds the wheel and its run-time dependencies, nothing else.
"""

import importlib
import importlib.metadata
import importlib.util
import sys
from pathlib import Path

import boto3

import fakebatch

EXTRAS = {"jinja2", "pytest", "rich"}


def main(checkout: Path) -> None:
    """Check what is installed, then put a job through its life."""
    package = Path(fakebatch.__file__).parent
    assert checkout not in package.parents, f"{package} is the checkout, not what was installed"
    assert not [name for name in EXTRAS if importlib.util.find_spec(name)], "an extra is installed"
    missing = files(checkout / "fakebatch") - files(package)
    assert not missing, f"not in the wheel: {sorted(missing)}"
    assert "py.typed" in files(package)
    imported = sum(is_importable(name) for name in modules(package))
    run_a_job()
    print(f"fakebatch {importlib.metadata.version('fakebatch')}: {imported} modules imported, a job ran")


def files(package: Path) -> set[str]:
    """Everything that the package consists of, as paths relative to it."""
    found = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(package).as_posix() for path in found}


def modules(package: Path) -> list[str]:
    """Dotted names of all modules, but not of the one that is a program."""
    paths = sorted(name.removesuffix(".py") for name in files(package) if name.endswith(".py"))
    names = ("fakebatch/" + path.removesuffix("__init__") for path in paths if path != "__main__")
    return [name.rstrip("/").replace("/", ".") for name in names]


def is_importable(name: str) -> bool:
    """Import a module; only a missing extra excuses one that fails."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        return False
    return True


def run_a_job() -> None:
    """Submit one job with plain boto3 and see it succeed."""
    with fakebatch.mock() as fake:
        fake.batch.add_job_queue("queue")
        fake.batch.add_job_definition("definition")
        batch = boto3.client("batch")
        job = batch.submit_job(jobName="job", jobQueue="queue", jobDefinition="definition")
        fake.run_until(job)
        described = batch.describe_jobs(jobs=[job["jobId"]])["jobs"][0]
    assert described["status"] == "SUCCEEDED", described


main(Path(sys.argv[1]))
