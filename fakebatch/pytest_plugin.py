"""What pytest finds by itself: the fixture and marker `fakebatch`, its options, and the timelines of tests.

Every pytest start imports this module where fakebatch is installed, so it brings nothing along: botocore
and the rest of fakebatch come with the first test that uses the fixture.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fakebatch.report.folder import ReportFolder
    from fakebatch.world import World

_MARKER = "fakebatch(**options): run with the fixture `fakebatch`, made with these keywords of mock()."
_SECTION = "fakebatch timeline"
# Lines of a timeline that a failure shows; where more happened, the middle is left out.
_LINES_SHOWN = 200

# The attribute by which a test's report tells of its page, also from a worker of pytest-xdist.
_PAGE = "fakebatch_page"

_world: pytest.StashKey[World] = pytest.StashKey()
_reports: pytest.StashKey[Reports] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options on the command line, and those of the same name in the configuration file."""
    group = parser.getgroup("fakebatch", "AWS Batch and Elastic Disaster Recovery, faked")
    group.addoption("--fakebatch-region", metavar="REGION", help="region of clients that configure none")
    group.addoption("--fakebatch-seed", metavar="SEED", help="number that ids are derived from")
    group.addoption(
        "--fakebatch-report",
        metavar="DIR",
        help="write an HTML timeline of each test that used the fixture, and an index, into this folder",
    )
    parser.addini("fakebatch_region", "as --fakebatch-region")
    parser.addini("fakebatch_seed", "as --fakebatch-seed")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known; check the options; prepare the reports where they are asked for."""
    config.addinivalue_line("markers", _MARKER)
    seed = _option(config, "fakebatch_seed")
    if seed and not seed.lstrip("-").isdecimal():
        raise pytest.UsageError(f"fakebatch_seed is a whole number, not {seed!r}.")
    folder = config.getoption("fakebatch_report")
    if folder:
        config.stash[_reports] = reports = Reports(_folder(folder))
        if not hasattr(config, "workerinput"):
            config.pluginmanager.register(reports, "fakebatch-reports")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a marked test the fixture, also when it doesn't ask for it: else its calls would go to AWS."""
    for item in items:
        names: list[str] | None = getattr(item, "fixturenames", None)
        if names is not None and "fakebatch" not in names and item.get_closest_marker("fakebatch"):
            names.insert(0, "fakebatch")


@pytest.fixture
def fakebatch(request: pytest.FixtureRequest) -> Iterator[World]:
    """A fresh `fakebatch.World` that answers the calls of this test.

    `@pytest.mark.fakebatch(...)` on the test, its class or module gives it keywords of `fakebatch.mock()`.
    """
    from fakebatch.api import mock
    from fakebatch.errors import UsageError

    keywords = _keywords(request.node)
    entered, refusal = None, ""
    try:
        entered = mock(**keywords)
    except UsageError as error:
        refusal = str(error)
    if entered is None:  # out here, where pytest shows nothing but the message
        pytest.fail(f"@pytest.mark.fakebatch on {request.node.nodeid}: {refusal}", pytrace=False)
    with entered as world:
        request.node.stash[_world] = world
        yield world


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Show the timeline of a test that failed, in whichever phase; write its page where wanted."""
    outcome = yield
    world = item.stash.get(_world, None)
    if world is None:
        return
    report: pytest.TestReport = outcome.get_result()
    if report.failed:
        report.sections.append((_SECTION, world.timeline.text(limit=_LINES_SHOWN)))
    if report.when == "teardown":
        reports = item.config.stash.get(_reports, None)
        if reports is not None:
            setattr(report, _PAGE, reports.folder.write(item.nodeid, world.timeline))
        del item.stash[_world]  # items live as long as the session, worlds need not


class Reports:
    """The pages of a session's tests and their index.

    Under pytest-xdist the workers write the pages, and the controller, which hears of them by the tests'
    reports, writes the index.
    """

    def __init__(self, folder: ReportFolder) -> None:
        self.folder = folder
        self._outcomes: dict[str, str] = {}
        self._pages: dict[str, dict[str, str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a test went, and its page."""
        if report.when == "call" or report.outcome != "passed":
            known = self._outcomes.get(report.nodeid)
            self._outcomes[report.nodeid] = "failed" if known == "failed" else report.outcome
        page = getattr(report, _PAGE, None)
        if page is not None:
            self._pages[report.nodeid] = page

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the index, and say where."""
        rows = [
            {"test": test, "outcome": self._outcomes.get(test, "passed"), **self._pages[test]}
            for test in sorted(self._pages)
        ]
        index = self.folder.write_index(rows)
        count = f"{len(rows)} timeline{'s' * (len(rows) != 1)}"
        terminalreporter.write_sep("-", f"fakebatch: {count}, index {index}")


def _folder(path: str) -> ReportFolder:
    from fakebatch.errors import UsageError
    from fakebatch.report.folder import ReportFolder

    try:
        return ReportFolder(path)
    except (UsageError, OSError) as error:
        raise pytest.UsageError(f"--fakebatch-report={path}: {error}") from None


def _keywords(node: pytest.Item) -> dict[str, Any]:
    """Keywords of mock(): of the closest marker, then of those further out, then of the options."""
    keywords: dict[str, Any] = {}
    region, seed = _option(node.config, "fakebatch_region"), _option(node.config, "fakebatch_seed")
    if region:
        keywords["region"] = region
    if seed:
        keywords["seed"] = int(seed)
    for marker in reversed(list(node.iter_markers("fakebatch"))):
        if marker.args:
            pytest.fail(
                f"@pytest.mark.fakebatch on {node.nodeid} takes keywords only, those of fakebatch.mock(); "
                f"it was given {', '.join(map(repr, marker.args))}.",
                pytrace=False,
            )
        keywords |= marker.kwargs
    return keywords


def _option(config: pytest.Config, name: str) -> str:
    """An option's text: the command line's, else the configuration file's, else nothing."""
    return str(config.getoption(name) or config.getini(name) or "")
