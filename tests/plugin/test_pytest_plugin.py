"""The plugin in pytest runs of its own: fixture, marker, options, failure section, reports."""

import re

import pytest

SUBMIT = """
import boto3

def submit(name="job"):
    batch = boto3.client("batch")
    return batch.submit_job(jobName=name, jobQueue="q", jobDefinition="d")["jobId"]
"""
START = '"2026-01-01T00:00:00Z"'


@pytest.fixture(autouse=True)
def code_under_test(pytester, monkeypatch):
    pytester.makepyfile(program=SUBMIT)
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def start(pytester, *arguments):
    """Run pytest with no other plugins than named: each costs every run its import."""
    return pytester.runpytest_subprocess("-p", "fakebatch.pytest_plugin", *arguments)


def run(pytester, source, *arguments, **outcomes):
    pytester.makepyfile(test_it=source)
    result = start(pytester, *arguments)
    counts = {what: count for what, count in result.parseoutcomes().items() if what != "warnings"}
    assert counts == outcomes, "\n".join(result.outlines)
    return result


def complaint(result):
    """The last line that went to stderr."""
    return [line for line in result.errlines if line][-1]


def section(result, title):
    """The lines below a heading such as `--- title ---`."""
    lines = result.outlines
    begin = next(place for place, line in enumerate(lines) if f" {title} " in line and line.startswith("-"))
    rest = lines[begin + 1 :]
    end = next(place for place, line in enumerate(rest) if re.match("[-=_]{3,}", line))
    return rest[:end]


# Fixture and marker


def test_pytest_finds_it_by_itself(pytester, monkeypatch):
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    pytester.makepyfile("def test_it(fakebatch): pass")
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_fixture_is_a_fresh_world_for_each_test(pytester):
    source = """
import pytest
from program import submit

@pytest.mark.parametrize("number", [1, 2])
def test_fresh(fakebatch, number):
    assert type(fakebatch).__name__ == "World"
    assert fakebatch.batch.jobs() == []
    fakebatch.batch.add_job_queue("q")
    fakebatch.batch.add_job_definition("d")
    submit()
    assert [job.name for job in fakebatch.batch.jobs()] == ["job"]
"""
    run(pytester, source, passed=2)


def test_nothing_stays_patched_after_a_test(pytester):
    source = """
import time
import fakebatch as package
import pytest

def test_inside(fakebatch):
    assert package.current() is fakebatch
    before = fakebatch.now
    time.sleep(3600)
    assert (fakebatch.now - before).total_seconds() == 3600

def test_outside():
    before = time.monotonic()
    time.sleep(0.01)
    assert time.monotonic() - before >= 0.01
    with pytest.raises(package.UsageError):
        package.current()
"""
    run(pytester, source, passed=2)


def test_marker_gives_the_keywords_of_mock_and_the_closest_wins(pytester):
    source = """
import pytest

pytestmark = pytest.mark.fakebatch(region="eu-west-1", account_id="111111111111")

@pytest.mark.fakebatch(start="2026-01-01T00:00:00Z")
class TestClass:
    @pytest.mark.fakebatch(region="eu-north-1")
    def test_method(self, fakebatch):
        assert fakebatch.region == "eu-north-1"
        assert fakebatch.account_id == "111111111111"
        assert fakebatch.now.isoformat() == "2026-01-01T00:00:00+00:00"

def test_function(fakebatch):
    assert fakebatch.region == "eu-west-1"
"""
    run(pytester, source, passed=2)


def test_marker_alone_brings_the_fixture(pytester):
    source = """
import pytest
from program import submit

@pytest.mark.fakebatch(provision=True)
def test_marked():
    submit()
"""
    run(pytester, source, passed=1)


def test_marker_is_known_to_strict_markers_and_told_by_pytest(pytester):
    source = """
import pytest

@pytest.mark.fakebatch(seed=1)
def test_marked():
    pass
"""
    run(pytester, source, "--strict-markers", passed=1)
    told = start(pytester, "--markers").outlines
    assert (
        "@pytest.mark.fakebatch(**options): run with the fixture `fakebatch`, "
        "made with these keywords of mock()."
    ) in told


def test_unknown_keyword_is_an_error_of_the_test_that_says_what_there_is(pytester):
    source = """
import pytest

@pytest.mark.fakebatch(sed=7)
def test_marked(fakebatch):
    pass
"""
    result = run(pytester, source, errors=1)
    begin = next(
        place for place, line in enumerate(result.outlines) if "ERROR at setup of test_marked" in line
    )
    assert result.outlines[begin + 1] == (
        "@pytest.mark.fakebatch on test_it.py::test_marked: mock() has no option 'sed'. Did you mean seed? "
        "It knows start, clock, sleep, auto_tick, seed, region, account_id, accounts, timing, "
        "provision, others, logs."
    )
    assert result.outlines[begin + 2].startswith("===")


def test_positional_argument_of_the_marker_is_an_error_that_says_so(pytester):
    source = """
import pytest

@pytest.mark.fakebatch("eu-west-1")
def test_marked(fakebatch):
    pass
"""
    result = run(pytester, source, errors=1)
    assert (
        "@pytest.mark.fakebatch on test_it.py::test_marked takes keywords only, those of fakebatch.mock(); "
        "it was given 'eu-west-1'."
    ) in result.outlines


def test_another_fixture_can_build_on_it(pytester):
    pytester.makeconftest("""
import pytest

@pytest.fixture
def fakebatch(fakebatch):
    fakebatch.batch.add_job_queue("q")
    fakebatch.batch.add_job_definition("d")
    return fakebatch
""")
    run(pytester, "from program import submit\n\ndef test_it(fakebatch):\n    submit()\n", passed=1)


# Options

SHOWS = """
def test_shows(fakebatch):
    print("region", fakebatch.region, "seed", fakebatch.options.seed)
"""


@pytest.mark.parametrize(
    ("ini", "arguments", "shown"),
    [
        ("", [], "region us-east-1 seed 0"),
        ("fakebatch_region = eu-west-1\nfakebatch_seed = 7", [], "region eu-west-1 seed 7"),
        ("", ["--fakebatch-region=eu-west-2", "--fakebatch-seed", "8"], "region eu-west-2 seed 8"),
        ("fakebatch_region = eu-west-1", ["--fakebatch-region=eu-west-2"], "region eu-west-2 seed 0"),
    ],
    ids=["default", "ini", "command-line", "command-line-wins"],
)
def test_region_and_seed_come_from_the_options(pytester, ini, arguments, shown):
    pytester.makeini(f"[pytest]\n{ini}\n")
    result = run(pytester, SHOWS, "-rP", *arguments, passed=1)
    assert shown in result.outlines


def test_marker_goes_before_the_options(pytester):
    source = "import pytest\npytestmark = pytest.mark.fakebatch(region='sa-east-1', seed=9)\n" + SHOWS
    result = run(pytester, source, "-rP", "--fakebatch-region=eu-west-2", "--fakebatch-seed=8", passed=1)
    assert "region sa-east-1 seed 9" in result.outlines


def test_seed_that_is_no_number_ends_the_run(pytester):
    result = start(pytester, "--fakebatch-seed=seven")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert complaint(result) == "ERROR: fakebatch_seed is a whole number, not 'seven'."


# The section of a failure

FAILS = """
import pytest
from program import submit

@pytest.mark.fakebatch(provision=True, start="2026-01-01T00:00:00Z")
def test_fails(fakebatch):
    fakebatch.run_until(submit())
    assert False

def test_fails_without():
    assert False
"""
TOLD = """\
1 job, 7 transitions, 1 call; from 2026-01-01T00:00:00Z on, 0:01:10 long

0:00:00    q-environment  VALID                 compute environment
0:00:00    q              VALID                 job queue
0:00:00  SubmitJob(jobName=job, jobQueue=q, jobDefinition=d)
0:00:00    job            SUBMITTED             jobId 41a801a8-e81d-462b-94a6-61b85c97bf45
0:00:01    job            SUBMITTED → RUNNABLE
0:00:05    job            RUNNABLE → STARTING   attempt 1
0:00:10    job            STARTING → RUNNING
0:01:10    job            RUNNING → SUCCEEDED   attempt 1, exit code 0: Essential container in task exited
"""


@pytest.mark.parametrize("arguments", [[], ["-p", "xdist", "-n2"]], ids=["alone", "xdist"])
def test_failure_shows_the_timeline(pytester, arguments):
    result = run(pytester, FAILS, *arguments, failed=2)
    assert section(result, "fakebatch timeline") == TOLD.splitlines()
    assert str(result.stdout).count("fakebatch timeline") == 1


def test_failing_set_up_and_tear_down_show_it_too(pytester):
    source = """
import pytest

@pytest.fixture
def before(fakebatch):
    raise RuntimeError

@pytest.fixture
def after(fakebatch):
    yield
    raise RuntimeError

def test_before(before): pass
def test_after(after): pass
"""
    result = run(pytester, source, passed=1, errors=2)
    assert str(result.stdout).count("- fakebatch timeline -") == 2


def test_passing_test_shows_nothing(pytester):
    result = run(pytester, "def test_it(fakebatch): pass", "-rP", passed=1)
    assert "timeline" not in str(result.stdout)


def test_long_timeline_is_shortened(pytester):
    source = """
import pytest
from program import submit

@pytest.mark.fakebatch(provision=True)
def test_fails(fakebatch):
    for number in range(60):
        fakebatch.run_until(submit(f"job-{number}"))
    assert False
"""
    lines = section(run(pytester, source, failed=1), "fakebatch timeline")
    # A heading, a blank, 200 lines and the one that says what is missing: 60 jobs have 6 lines each, and q 2.
    assert len(lines) == 203
    assert lines[52] == "... 162 lines left out; timeline.text() has them all ..."


# Reports


def pages(folder):
    return sorted(re.sub("-[0-9a-f]{8}[.]html$", "", path.name) for path in folder.iterdir())


@pytest.mark.parametrize("arguments", [[], ["-p", "xdist", "-n2"]], ids=["alone", "xdist"])
def test_report_is_a_page_for_each_test_that_used_the_fixture_and_an_index(pytester, arguments):
    source = (
        FAILS
        + """
@pytest.mark.parametrize("which", ["a/b", "c d"])
def test_passes(fakebatch, which): pass

def test_skips(fakebatch):
    pytest.skip()
"""
    )
    result = run(pytester, source, "--fakebatch-report=out/pages", *arguments, passed=2, failed=2, skipped=1)
    folder = pytester.path / "out" / "pages"
    assert pages(folder) == [
        "index.html",
        "test_it.py-test_fails",
        "test_it.py-test_passes-a-b",
        "test_it.py-test_passes-c-d",
        "test_it.py-test_skips",
    ]
    assert f" fakebatch: 4 timelines, index {folder / 'index.html'} " in str(result.stdout)
    index = (folder / "index.html").read_text("utf-8")
    row = re.compile(
        r'<td class="outcome \w+">(\w+)</td><td><a href="([^"]+)">([^<]+)</a></td><td class="told">(.*)</td>'
    )
    found = row.findall(index)
    assert [(outcome, test, told) for outcome, _, test, told in found] == [
        ("failed", "test_it.py::test_fails", "1 job, 7 transitions, 1 call"),
        ("passed", "test_it.py::test_passes[a/b]", "0 jobs, 0 transitions, 0 calls"),
        ("passed", "test_it.py::test_passes[c d]", "0 jobs, 0 transitions, 0 calls"),
        ("skipped", "test_it.py::test_skips", "0 jobs, 0 transitions, 0 calls"),
    ]
    assert "<p>4 tests, 1 failed, 2 passed, 1 skipped</p>" in index
    for _, page, test, _ in found:
        assert f"<title>{test}</title>" in (folder / page).read_text("utf-8")


def test_report_of_a_run_without_the_fixture_is_an_empty_index(pytester):
    run(pytester, "def test_it(): pass", "--fakebatch-report=out", passed=1)
    assert pages(pytester.path / "out") == ["index.html"]
    assert "<p>0 tests</p>" in (pytester.path / "out" / "index.html").read_text("utf-8")


def test_report_into_a_file_ends_the_run(pytester):
    pytester.path.joinpath("taken").write_text("")
    result = start(pytester, "--fakebatch-report=taken")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert complaint(result).startswith("ERROR: --fakebatch-report=taken: [Errno 17] File exists: ")


def test_report_without_jinja2_ends_the_run(pytester):
    pytester.makeconftest("import sys\nsys.modules['jinja2'] = None")
    result = start(pytester, "--fakebatch-report=out")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert complaint(result) == (
        "ERROR: --fakebatch-report=out: HTML reports are written with jinja2, which is not installed: "
        "pip install 'fakebatch[report]'. text() and trace() do without."
    )


# Other ways to write tests


def test_unittest_class_can_use_it(pytester):
    source = """
import unittest
import pytest
from program import submit

@pytest.mark.usefixtures("fakebatch")
@pytest.mark.fakebatch(provision=True, start="2026-01-01T00:00:00Z")
class JobTest(unittest.TestCase):
    def setUp(self):
        self.job_id = submit()

    def test_submits(self):
        self.assertEqual(len(self.job_id), 36)

    def test_fails(self):
        self.fail("no")
"""
    result = run(pytester, source, passed=1, failed=1)
    assert re.sub(" +", " ", section(result, "fakebatch timeline")[-1]) == (
        "0:00:00 job SUBMITTED jobId 41a801a8-e81d-462b-94a6-61b85c97bf45"
    )


def test_asyncio_tests_can_use_it(pytester):
    source = """
import asyncio
import pytest
from program import submit

@pytest.mark.asyncio
@pytest.mark.fakebatch(provision=True)
async def test_waits(fakebatch):
    job = fakebatch.batch.job(submit())
    while job.status != "SUCCEEDED":
        await asyncio.sleep(60)
    assert fakebatch.calls.to("SubmitJob")
"""
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n")
    run(pytester, source, "-p", "pytest_asyncio.plugin", passed=1)


def test_anyio_tests_can_use_it(pytester):
    pytest.importorskip("anyio")
    source = """
import anyio
import pytest
from program import submit

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.anyio
@pytest.mark.fakebatch(provision=True)
async def test_waits(fakebatch):
    job = fakebatch.batch.job(submit())
    while job.status != "SUCCEEDED":
        await anyio.sleep(60)
"""
    run(pytester, source, "-p", "anyio", passed=1)


# What it costs where it is not used

HEAVY = ("boto3", "botocore", "wrapt", "aiobotocore", "freezegun", "time_machine", "jinja2", "rich")


def test_installed_but_unused_it_imports_nothing_heavy(pytester):
    source = f"""
import sys

def test_modules():
    assert "fakebatch.pytest_plugin" in sys.modules
    assert [name for name in sys.modules if name.startswith("fakebatch")] == [
        "fakebatch", "fakebatch.pytest_plugin"
    ]
    assert not set({HEAVY!r}) & set(sys.modules)
"""
    pytester.makepyfile(test_it=source)
    assert start(pytester).parseoutcomes() == {"passed": 1}
