"""The page: what it shows, found by reading its HTML as a browser would."""

from html.parser import HTMLParser

import boto3
import pytest

import fakebatch


class Reader(HTMLParser):
    """Lanes with their bars, and the rows of the table."""

    def __init__(self):
        super().__init__()
        self.lanes, self.rows, self.scripts, self.stack = [], [], 0, []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        css = (attrs.get("class") or "").split()
        if tag not in {"meta", "input"}:
            self.stack.append(tag)
        if tag == "div" and "lane" in css:
            self.lanes.append({"kind": css[1], "text": "", "bars": []})
        if tag == "div" and "bar" in css:
            self.lanes[-1]["bars"].append((" ".join(css[1:]), attrs["data-tip"]))
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")
        for name, value in attrs.items():
            assert name not in {"src", "href"}, value

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        if self.stack and self.stack[-1] in {"b", "i"}:
            self.lanes[-1]["text"] += f" {data}"
        if "td" in self.stack:
            self.rows[-1][-1] += data


def read(timeline, path):
    timeline.html(path)
    reader = Reader()
    reader.feed(path.read_text("utf-8"))
    assert reader.stack == []
    return reader


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", seed=1, region="us-east-1") as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        yield world


def submit(name, **more):
    return boto3.client("batch").submit_job(jobName=name, jobQueue="q", jobDefinition="d", **more)["jobId"]


def test_a_job_is_a_lane_of_its_states_that_tell_more_on_hover(fake, tmp_path):
    fake.batch.when().fail(exit_code=3, after=20, reason="x")
    fake.run_until(submit("train"))
    calls, train = read(fake.timeline, tmp_path / "t.html").lanes
    assert (calls["kind"], [tip for _, tip in calls["bars"]]) == (
        "calls",
        ["0:00:00\nSubmitJob(jobName=train, jobQueue=q, jobDefinition=d)"],
    )
    assert (train["kind"], train["text"]) == ("job", " train FAILED")
    assert train["bars"] == [
        ("submitted", "SUBMITTED\n0:00:00 after the start\nfor 0:00:01"),
        ("runnable", "RUNNABLE\n0:00:01 after the start\nfor 0:00:04"),
        ("starting", "STARTING\n0:00:05 after the start\nfor 0:00:05\nattempt 1"),
        ("running", "RUNNING\n0:00:10 after the start\nfor 0:00:20"),
        (
            "failed end",
            "FAILED\n0:00:30 after the start\nattempt 1\nexit code 3\nEssential container in task exited\nx",
        ),
    ]


def test_what_lasts_says_so(fake, tmp_path):
    submit("train")
    fake.tick(3)
    lane = read(fake.timeline, tmp_path / "t.html").lanes[-1]
    assert lane["bars"][-1] == ("runnable", "RUNNABLE\n0:00:01 after the start\nfor 0:00:02, so far")


def test_the_table_is_the_story(fake, tmp_path):
    fake.run_until(submit("train"), "RUNNABLE")
    rows = read(fake.timeline, tmp_path / "t.html").rows
    assert [[cell.strip() for cell in row] for row in rows] == [
        [],
        ["0:00:00", "q-environment", "VALID", "compute environment"],
        ["0:00:00", "q", "VALID", "job queue"],
        ["0:00:00", "SubmitJob(jobName=train, jobQueue=q, jobDefinition=d)"],
        ["0:00:00", "train", "SUBMITTED", f"jobId {fake.batch.jobs()[0].id}"],
        ["0:00:01", "train", "SUBMITTED → RUNNABLE", ""],
    ]


def test_a_small_array_shows_each_child(fake, tmp_path):
    fake.run_until(submit("sweep", arrayProperties={"size": 3}))
    lanes = read(fake.timeline, tmp_path / "t.html").lanes
    assert [(lane["kind"], lane["text"]) for lane in lanes[1:]] == [
        ("job", " sweep SUCCEEDED"),
        ("child", " sweep:0 SUCCEEDED"),
        ("child", " sweep:1 SUCCEEDED"),
        ("child", " sweep:2 SUCCEEDED"),
    ]


def test_a_large_array_shows_counts_and_the_children_that_failed(fake, tmp_path):
    fake.batch.when(array_index=7).fail(after=30)
    fake.run_until(submit("sweep", arrayProperties={"size": 400}))
    lanes = read(fake.timeline, tmp_path / "t.html").lanes
    assert [(lane["kind"], lane["text"]) for lane in lanes[1:]] == [
        ("job", " sweep FAILED"),
        ("crowd", " 400 children 1 FAILED"),
        ("child", " sweep:7 FAILED"),
    ]
    assert lanes[2]["bars"][3:5] == [
        ("failed", "0:00:40\n399 RUNNING\n1 FAILED"),
        ("running", "0:00:40\n399 RUNNING\n1 FAILED"),
    ]


def test_a_few_nodes_are_shown_and_many_are_counted(fake, tmp_path):
    fake.batch.add_job_definition("d", type="multinode")
    few = submit("few")
    many = submit("many", nodeOverrides={"numNodes": 20})
    fake.tick(20)
    for job_id in (few, many):
        fake.batch.job(f"{job_id}#1").finish(1)
    lanes = read(fake.timeline, tmp_path / "t.html").lanes
    assert [(lane["kind"], lane["text"]) for lane in lanes[1:]] == [
        ("job", " few RUNNING"),
        ("child", " few#0 RUNNING"),
        ("child", " few#1 FAILED"),
        ("job", " many RUNNING"),
        ("crowd", " 20 nodes 1 FAILED"),
        ("child", " many#1 FAILED"),
    ]


def test_names_cannot_break_the_page(fake, tmp_path):
    fake.batch.when().fail(reason="<script>alert('x')</script> & \"quotes\"")
    fake.run_until(submit("train"))
    reader = read(fake.timeline, tmp_path / "t.html")
    assert "<script>alert('x')</script> & \"quotes\"" in reader.rows[-1][-1]
    assert (tmp_path / "t.html").read_text("utf-8").count("<script") == 1


def test_an_empty_world_has_a_page_too(tmp_path):
    with fakebatch.mock() as fake:
        reader = read(fake.timeline, tmp_path / "t.html")
    assert (reader.lanes, reader.rows) == ([], [])
    assert "Nothing has happened yet: no calls, no transitions." in (tmp_path / "t.html").read_text("utf-8")


@pytest.mark.parametrize("seconds", [0.5, 59, 3_600, 86_400 * 3, 86_400 * 900])
def test_the_axis_is_labelled_whatever_the_length(fake, tmp_path, seconds):
    fake.tick(seconds)
    submit("train")
    page = read(fake.timeline, tmp_path / "t.html") and (tmp_path / "t.html").read_text("utf-8")
    axis = page[page.index('class="axis"') : page.index('class="lane')]
    assert 1 <= axis.count("<span") <= 9
