"""Version 1 of the AWS command line, run inside the mock: a client of Batch that nobody here wrote.

It brings a botocore of its own. Imported first in a process, that copy is `botocore` for all of it; imported
after the real one, it works with the real one. Both are driven, each in a process of its own, because the
import can't be taken back.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import fakebatch

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("awscli") is None, reason="awscli isn't in this environment"
)

ACCOUNT = "123456789012"
SERVICE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ARN = f"arn:aws:batch:us-east-1:{ACCOUNT}:"
CREATED_AT = 1767225600000  # 2026-01-01T00:00:00Z

# Answers one JSON line with one JSON line. Commands run in this process; no socket gets out of it.
DRIVER = """
import contextlib, io, json, socket, sys
if sys.argv[1] == "boto3":
    import boto3
from awscli.clidriver import create_clidriver
import botocore
import fakebatch

def refuse(*_):
    raise AssertionError("a socket was opened")

socket.socket.connect = socket.socket.connect_ex = refuse
mock = fake = None

def aws(arguments):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = driver.main(arguments)
        except SystemExit as exit:
            code = exit.code
    return {"code": code, "out": out.getvalue(), "err": err.getvalue()}

print(json.dumps(botocore.__path__), flush=True)
for line in sys.stdin:
    kind, given = json.loads(line)
    if kind == "enter":
        mock = fakebatch.mock(**given)
        fake, driver, answer = mock.start(), create_clidriver(), None
    elif kind == "leave":
        answer = mock.stop()
    elif kind == "eval":
        answer = eval(given, {"fake": fake})
    else:
        answer = aws(given)
    print(json.dumps(answer), flush=True)
"""


class CommandLine:
    """A process with the command line loaded, and a world in it."""

    def __init__(self, first_import, home):
        root = str(Path(fakebatch.__file__).parents[1])
        self._process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, first_import],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=home,
            env={"HOME": str(home), "PATH": os.defpath, "PYTHONPATH": root},
        )
        self.botocore = self._read()

    def _read(self):
        line = self._process.stdout.readline()
        assert line, "the process has ended; its error is on stderr"
        return json.loads(line)

    def _ask(self, kind, given=None):
        self._process.stdin.write(json.dumps([kind, given]) + "\n")
        self._process.stdin.flush()
        return self._read()

    def enter(self, **options):
        self._ask("enter", {"start": "2026-01-01T00:00:00Z", **options})

    def leave(self):
        self._ask("leave")

    def eval(self, expression):
        """The value of an expression over `fake`, the world in the process."""
        return self._ask("eval", expression)

    def run(self, command, *arguments):
        """What `aws batch` does: exit code, stdout and stderr."""
        return self._ask("aws", ["batch", command, *arguments])

    def json(self, command, *arguments):
        """What `aws batch` prints where it succeeds, parsed; None where it prints nothing."""
        ran = self.run(command, *arguments)
        assert (ran["code"], ran["err"]) == (0, "")
        return json.loads(ran["out"]) if ran["out"] else None

    def close(self):
        with self._process:
            self._process.stdin.close()


@pytest.fixture(scope="module", params=["awscli", "boto3"])
def process(request, tmp_path_factory):
    """The command line with its own botocore, and with the one that is there already."""
    line = CommandLine(request.param, tmp_path_factory.mktemp("home"))
    line.imported_first = request.param
    yield line
    line.close()


@pytest.fixture
def cli(process):
    process.enter()
    process.eval("fake.batch.add_job_queue('q')")
    process.eval("fake.batch.add_job_definition('d')")
    yield process
    process.leave()


def submit(cli, name="j", *arguments):
    submitted = ("--job-name", name, "--job-queue", "q", "--job-definition", "d")
    return cli.json("submit-job", *submitted, *arguments)["jobId"]


def refusal(operation, text):
    message = f"An error occurred (ClientException) when calling the {operation} operation: {text}"
    return {"code": 255, "out": "", "err": f"\n{message}\n"}


def test_each_process_has_the_botocore_that_it_is_about(process):
    """Nothing is worth anything here if both have the same copy."""
    vendored = Path(process.botocore[0]).parent.name == "awscli"
    assert vendored is (process.imported_first == "awscli")


@pytest.mark.source("model")
def test_create_compute_environment_with_shorthand(cli):
    resources = "type=FARGATE,maxvCpus=4,subnets=subnet-1,subnet-2,securityGroupIds=sg-1"
    given = ("--compute-environment-name", "cheap", "--type", "MANAGED", "--compute-resources", resources)
    assert cli.json("create-compute-environment", *given) == {
        "computeEnvironmentName": "cheap",
        "computeEnvironmentArn": f"{ARN}compute-environment/cheap",
    }
    described = cli.json("describe-compute-environments", "--compute-environments", "cheap")
    (environment,) = described["computeEnvironments"]
    uuid, cluster = environment.pop("uuid"), environment.pop("ecsClusterArn")
    assert re.fullmatch(UUID, uuid)
    assert re.fullmatch(f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/AWSBatch-cheap-{UUID}", cluster)
    assert environment == {
        "computeEnvironmentName": "cheap",
        "computeEnvironmentArn": f"{ARN}compute-environment/cheap",
        "tags": {},
        "type": "MANAGED",
        "state": "ENABLED",
        "status": "VALID",
        "statusReason": "ComputeEnvironment Healthy",
        "serviceRole": SERVICE_ROLE,
        "computeResources": {
            "type": "FARGATE",
            "maxvCpus": 4,
            "subnets": ["subnet-1", "subnet-2"],
            "securityGroupIds": ["sg-1"],
        },
        "containerOrchestrationType": "ECS",
    }


@pytest.mark.source("model")
def test_create_job_queue_with_shorthand_and_with_json(cli):
    cli.eval("[fake.batch.add_compute_environment(name) for name in ('one', 'two')]")
    order = ("order=2,computeEnvironment=two", "order=1,computeEnvironment=one")
    common = ("--priority", "3", "--compute-environment-order")
    assert cli.json("create-job-queue", "--job-queue-name", "short", *common, *order) == {
        "jobQueueName": "short",
        "jobQueueArn": f"{ARN}job-queue/short",
    }
    as_json = json.dumps(
        [{"order": 2, "computeEnvironment": "two"}, {"order": 1, "computeEnvironment": "one"}]
    )
    cli.json("create-job-queue", "--job-queue-name", "long", *common, as_json, "--tags", "team=a,stage=b")
    queues = cli.json("describe-job-queues", "--job-queues", "short", "long")["jobQueues"]
    expected = {
        "state": "ENABLED",
        "status": "VALID",
        "statusReason": "JobQueue Healthy",
        "priority": 3,
        "computeEnvironmentOrder": [
            {"order": 1, "computeEnvironment": f"{ARN}compute-environment/one"},
            {"order": 2, "computeEnvironment": f"{ARN}compute-environment/two"},
        ],
        "jobQueueType": "ECS",
    }
    assert queues == [
        {"jobQueueName": "short", "jobQueueArn": f"{ARN}job-queue/short", "tags": {}, **expected},
        {
            "jobQueueName": "long",
            "jobQueueArn": f"{ARN}job-queue/long",
            "tags": {"team": "a", "stage": "b"},
            **expected,
        },
    ]


@pytest.mark.source("reference §9.3")
def test_register_job_definition_with_shorthand_and_with_json(cli):
    """The legacy members of shorthand; the same container as JSON with resourceRequirements."""
    named = ("--job-definition-name", "train", "--type", "container")
    shorthand = "image=busybox,vcpus=1,memory=128,command=echo,Ref::what"
    parameters = ("--parameters", "what=hello")
    registered = cli.json("register-job-definition", *named, "--container-properties", shorthand, *parameters)
    assert registered == {
        "jobDefinitionName": "train",
        "jobDefinitionArn": f"{ARN}job-definition/train:1",
        "revision": 1,
    }
    container = {
        "image": "busybox",
        "command": ["sleep", "10"],
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "128"}],
    }
    given = ("--container-properties", json.dumps(container), "--timeout", "attemptDurationSeconds=60")
    assert cli.json("register-job-definition", *named, *given)["revision"] == 2
    lists = {"environment": [], "mountPoints": [], "secrets": [], "ulimits": [], "volumes": []}
    shared = {
        "jobDefinitionName": "train",
        "status": "ACTIVE",
        "type": "container",
        "tags": {},
        "propagateTags": False,
        "platformCapabilities": [],
        "containerOrchestrationType": "ECS",
    }
    assert cli.json("describe-job-definitions", "--job-definition-name", "train") == {
        "jobDefinitions": [
            {
                "jobDefinitionArn": f"{ARN}job-definition/train:2",
                "revision": 2,
                "parameters": {},
                "timeout": {"attemptDurationSeconds": 60},
                "containerProperties": {**container, **lists},
                **shared,
            },
            {
                "jobDefinitionArn": f"{ARN}job-definition/train:1",
                "revision": 1,
                "parameters": {"what": "hello"},
                "containerProperties": {
                    "image": "busybox",
                    "vcpus": 1,
                    "memory": 128,
                    "command": ["echo", "Ref::what"],
                    "resourceRequirements": [],
                    **lists,
                },
                **shared,
            },
        ]
    }


@pytest.mark.source("reference §8")
def test_submit_job_with_shorthand(cli):
    overrides = "command=echo,hi,environment=[{name=A,value=1}]"
    options = ("--container-overrides", overrides, "--retry-strategy", "attempts=3", "--tags", "team=a")
    submitted = cli.json(
        "submit-job", "--job-name", "j", "--job-queue", "q", "--job-definition", "d", *options
    )
    job_id = submitted["jobId"]
    assert submitted == {"jobArn": f"{ARN}job/{job_id}", "jobName": "j", "jobId": job_id}
    assert cli.json("describe-jobs", "--jobs", job_id) == {
        "jobs": [
            {
                "jobArn": f"{ARN}job/{job_id}",
                "jobName": "j",
                "jobId": job_id,
                "jobQueue": f"{ARN}job-queue/q",
                "status": "SUBMITTED",
                "attempts": [],
                "createdAt": CREATED_AT,
                "retryStrategy": {"attempts": 3, "evaluateOnExit": []},
                "dependsOn": [],
                "jobDefinition": f"{ARN}job-definition/d:1",
                "parameters": {},
                "container": {
                    "image": "busybox",
                    "command": ["echo", "hi"],
                    "volumes": [],
                    "environment": [{"name": "A", "value": "1"}],
                    "mountPoints": [],
                    "ulimits": [],
                    "networkInterfaces": [],
                    "resourceRequirements": [
                        {"type": "VCPU", "value": "1"},
                        {"type": "MEMORY", "value": "2048"},
                    ],
                    "secrets": [],
                },
                "tags": {"team": "a"},
                "propagateTags": False,
                "platformCapabilities": [],
                "eksAttempts": [],
            }
        ]
    }


@pytest.mark.source("model")
def test_submit_job_with_json_from_skeleton(cli):
    """`--cli-input-json`, and the skeleton that the command line makes for it, which calls nothing."""
    skeleton = cli.json("submit-job", "--generate-cli-skeleton")
    request = {
        **dict.fromkeys(skeleton.keys() & {"jobName", "jobQueue", "jobDefinition"}, ""),
        "jobName": "grid",
        "jobQueue": "q",
        "jobDefinition": f"{ARN}job-definition/d:1",
        "arrayProperties": {"size": 2},
    }
    assert cli.eval("len(fake.calls)") == 0
    job_id = cli.json("submit-job", "--cli-input-json", json.dumps(request))["jobId"]
    cli.eval(f"fake.run_until('{job_id}')")
    listed = cli.json("list-jobs", "--array-job-id", job_id, "--job-status", "SUCCEEDED")
    assert [job["jobId"] for job in listed["jobSummaryList"]] == [f"{job_id}:1", f"{job_id}:0"]


@pytest.mark.source("reference §13")
@pytest.mark.needs("JobSummary.scheduledAt")
def test_list_jobs_with_status_and_with_filter(cli):
    first, second = submit(cli, "train-1"), submit(cli, "TRAIN-2")
    other = submit(cli, "other")
    cli.eval(f"fake.run_until('{other}')")
    summary = {
        "jobArn": f"{ARN}job/{other}",
        "jobId": other,
        "jobName": "other",
        "createdAt": CREATED_AT,
        "status": "SUCCEEDED",
        "statusReason": "Essential container in task exited",
        "scheduledAt": CREATED_AT + 5_000,
        "startedAt": CREATED_AT + 10_000,
        "stoppedAt": CREATED_AT + 70_000,
        "container": {"exitCode": 0},
        "capacityUsage": [{"capacityUnit": "VCPU", "quantity": 1.0}],
        "jobDefinition": f"{ARN}job-definition/d:1",
    }
    listed = cli.json("list-jobs", "--job-queue", "q", "--job-status", "SUCCEEDED")
    assert [job["jobId"] for job in listed["jobSummaryList"]] == [other, second, first]
    filtered = ("list-jobs", "--job-queue", "q", "--filters")
    assert cli.json(*filtered, "name=JOB_NAME,values=OTHER") == {"jobSummaryList": [summary]}
    trains = cli.json(
        *filtered, '[{"name": "JOB_NAME", "values": ["train-*"]}]', "--query", "jobSummaryList[].jobId"
    )
    assert trains == [second, first]
    # Without a status only the running ones are listed.
    assert cli.json("list-jobs", "--job-queue", "q") == {"jobSummaryList": []}


@pytest.mark.source("reference §13")
def test_list_jobs_page_by_page(cli):
    """The command line pages by itself; `--max-items` stops it, and its token goes on from there."""
    jobs = [submit(cli, f"j{number}") for number in range(5)][::-1]
    command = ("list-jobs", "--job-queue", "q", "--job-status", "SUBMITTED")

    def ids(listed):
        return [job["jobId"] for job in listed["jobSummaryList"]]

    assert ids(cli.json(*command, "--page-size", "2")) == jobs
    sizes = (
        "[(call.params.get('maxResults'), 'nextToken' in call.params) for call in fake.calls.to('ListJobs')]"
    )
    assert cli.eval(sizes) == [[2, False], [2, True], [2, True]]
    page = cli.json(*command, "--max-items", "2")
    assert ids(page) == jobs[:2]
    following = cli.json(*command, "--max-items", "2", "--starting-token", page["NextToken"])
    assert ids(following) == jobs[2:4]
    last = cli.json(*command, "--max-items", "2", "--starting-token", following["NextToken"])
    assert (ids(last), set(last)) == (jobs[4:], {"jobSummaryList"})
    # `--no-paginate` is one call and leaves the service's own token in its answer.
    one = cli.json(*command, "--no-paginate", "--max-results", "3")
    assert (ids(one), set(one)) == (jobs[:3], {"jobSummaryList", "nextToken"})


@pytest.mark.source("reference §1.3")
def test_describe_jobs_as_text_and_by_query(cli):
    job_id = submit(cli)
    cli.eval(f"fake.run_until('{job_id}')")
    asked = ("describe-jobs", "--jobs", job_id, "--query", "jobs[0].[status,container.exitCode,stoppedAt]")
    assert cli.run(*asked, "--output", "text") == {
        "code": 0,
        "out": f"SUCCEEDED\t0\t{CREATED_AT + 70_000}\n",
        "err": "",
    }
    assert cli.json("describe-jobs", "--jobs", "unknown") == {"jobs": []}


@pytest.mark.source("reference §7")
@pytest.mark.parametrize(
    ("command", "seconds", "shown"),
    [
        ("cancel-job", 2, ["FAILED", "enough"]),
        ("cancel-job", 20, ["RUNNING", None]),
        ("terminate-job", 2, ["FAILED", "enough"]),
        ("terminate-job", 20, ["FAILED", "enough"]),
    ],
)
def test_stopping_a_job_prints_nothing(cli, command, seconds, shown):
    job_id = submit(cli)
    cli.eval(f"fake.tick({seconds})")
    assert cli.run(command, "--job-id", job_id, "--reason", "enough") == {"code": 0, "out": "", "err": ""}
    cli.eval("fake.tick(1)")
    query = ("--query", "jobs[0].[status,statusReason]")
    assert cli.json("describe-jobs", "--jobs", job_id, *query) == shown


@pytest.mark.source("reference §14")
def test_tags(cli):
    named = ("--resource-arn", f"{ARN}job-queue/q")
    assert cli.run("tag-resource", *named, "--tags", "team=a,stage=b") == {"code": 0, "out": "", "err": ""}
    cli.run("tag-resource", *named, "--tags", '{"team": "c", "what for": "x/y"}')
    assert cli.json("list-tags-for-resource", *named) == {
        "tags": {"team": "c", "stage": "b", "what for": "x/y"}
    }
    assert cli.run("untag-resource", *named, "--tag-keys", "stage", "what for") == {
        "code": 0,
        "out": "",
        "err": "",
    }
    assert cli.json("list-tags-for-resource", *named) == {"tags": {"team": "c"}}


@pytest.mark.source("reference §17")
def test_refusal_is_on_stderr(cli):
    submitted = ("submit-job", "--job-name", "j", "--job-definition", "d", "--job-queue")
    assert cli.run(*submitted, "nope") == refusal("SubmitJob", "JobQueue nope not found.")


@pytest.mark.source("reference §17")
def test_wrapped_refusal_is_on_stderr_with_its_request_id(cli):
    given = ("--job-definition-name", "a.b", "--type", "container", "--container-properties", "image=busybox")
    ran = cli.run("register-job-definition", *given)
    # A call draws its RequestId; the log of calls has the same text.
    (text,) = cli.eval("[call.error['Message'] for call in fake.calls]")
    assert text.startswith(
        "Error executing request, Exception : Job definition name should match a valid pattern., RequestId: "
    )
    assert ran == refusal("RegisterJobDefinition", text)


@pytest.mark.source("model")
def test_what_the_command_line_refuses_itself_is_no_call(cli):
    ran = cli.run("submit-job", "--job-name", "j")
    assert (ran["code"] != 0, ran["out"]) == (True, "")
    assert "--job-queue" in ran["err"]
    assert cli.eval("len(fake.calls)") == 0


@pytest.mark.source("assumed: an injected fault is retried by the command line as by boto3")
def test_a_throttled_call_is_retried(cli):
    cli.eval("fake.inject('ListJobs', error='TooManyRequestsException')")
    assert cli.json("list-jobs", "--job-queue", "q") == {"jobSummaryList": []}


@pytest.mark.source("api §1: each account and region has its own state")
def test_region_option_is_another_place(cli):
    cli.eval("fake.at(region='eu-west-1').batch.add_job_queue('there')")
    query = ("--query", "jobQueues[].jobQueueArn")
    assert cli.json("describe-job-queues", *query) == [f"{ARN}job-queue/q"]
    assert cli.json("describe-job-queues", *query, "--region", "eu-west-1") == [
        f"arn:aws:batch:eu-west-1:{ACCOUNT}:job-queue/there"
    ]
