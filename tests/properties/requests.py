"""Requests, made from the installed botocore's input shapes: what botocore lets through, good and bad.

One generator serves every operation. It asks for nothing but choices, so that hypothesis can make them, and
make them smaller, or a plain random generator, ten times as fast. A request is made from nothing, or is a
good one with a few of its members changed; how many of its values make no sense is a choice too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from fakebatch.aws.pagination import encode_token

T = TypeVar("T")

# One in so many values makes no sense: none, few, many.
_WILDNESS = (0, 0, 12, 3)
_LONGEST_PLAIN_LIST = 3
_DEEPEST = 9
_OTHER = "arn:aws:batch:us-east-1:999999999999:"


class Choose(Protocol):
    """Picks one of several."""

    def __call__(self, options: Sequence[T], /) -> T: ...


# What no rule expects. Long ones are at and past the limits that the reference knows.
WILD_TEXTS = (
    "",
    " ",
    "-",
    ":",
    "/",
    "*",
    "a*b",
    "[a",
    "{}",
    "[]",
    "null",
    "0",
    "-1",
    "1",
    "1.5",
    "1e3",
    "1_0",
    " 1 ",
    "nan",
    "inf",
    "0x10",
    "0:0",
    "0:",
    ":9",
    "\u0663",  # a digit to int(), but not of the ASCII ones
    "\u00b2",  # a digit to isdigit(), none to int()
    "1" * 20,
    "1" * 5000,  # more digits than int() reads
    "9" * 400 + ".5",
    "\x00",
    "a\nb",
    "a\n",
    "\x1b[0m\x7f",
    "\u2028",
    "\u00e9\u65e5\u672c",
    "\U0001f600",
    "\ud800",  # half of a pair: JSON can say it, UTF-8 can't
    "a\udfff",
    "Ref::",
    "Ref::what Ref::what",
    "none:1",
    "d:0",
    "d:-1",
    "d:1:1",
    "d:\u0661",
    "d:" + "9" * 5000,
    "arn:",
    "arn:aws:batch",
    _OTHER,
    *(
        _OTHER + each
        for each in ("job-queue/q", "job-definition/d:1", "compute-environment/ec2", "job/x", "job-queue/")
    ),
    "arn:aws:batch:eu-west-1:123456789012:job-queue/q",
    "arn:aws:batch:us-east-1:123456789012:job-queue/nowhere",
    "arn:aws:batch:us-east-1:123456789012:job-definition/d",
    "arn:aws:batch:us-east-1:123456789012:job-definition/d:x",
    "arn:aws:batch:us-east-1:123456789012:/",
    "00000000-0000-4000-8000-000000000000",
    "00000000-0000-4000-8000-000000000000:0",
    "00000000-0000-4000-8000-000000000000#0",
    "a" * 128,
    "a" * 129,
    "a" * 255,
    "a" * 256,
    "a" * 257,
    "a" * 1025,
    "\u00e9" * 513,
    "a" * 30 * 1024,
    "[" * 20_000,  # deeper than a parser of JSON goes
    '{"ResourceConfig": []}',
    '{"ResourceConfig": {"InstanceType": "x", "InstanceCount": 1e400}}',
    '{"ResourceConfig": {"InstanceGroups": [{"InstanceType": "x"}, null]}}',
    encode_token("ListJobs", -1),
    encode_token("DescribeJobQueues", -1),
    encode_token("DescribeJobQueues", 10**30),
    encode_token("DescribeComputeEnvironments", 10**6),
    "RGVzY3JpYmVKb2JRdWV1ZXM6",
    "=",
    "\u00e9==",
)
WILD_INTEGERS = (
    *range(-1, 4),
    *(limit + step for limit in (20, 50, 60, 100, 1000, 1024, 9999, 604800) for step in (-1, 0, 1)),
    *(sign * 2**bits + step for sign in (-1, 1) for bits in (31, 32, 63, 64) for step in (-1, 0, 1)),
    10**30,
    -(10**400),
)
WILD_FLOATS = (-1.0, -0.0, 0.0, 1e-4, 1e-5, 5e-324, 999.9999, 1000.0, 1e308, float("inf"), float("nan"), 1, 10**300)
WILD_LENGTHS = (0, 1, 2, 10, 11, 20, 21, 50, 51, 100, 101, 500)

# What makes sense, by member. Names and ids are those that the world has shown.
PLAIN_TEXTS: dict[str, Sequence[str]] = {
    "jobName": ("good", "bad", "flaky", "hang", "stuck"),
    "image": ("busybox", "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1"),
    "version": ("$Latest", "$Default", "1"),
    "targetNodes": ("0:", ":1", "0:1", "1", "0"),
    "state": ("ENABLED", "DISABLED", "RUNNABLE"),
    "operation": ("SET", "ADD", "REMOVE"),
    "status": ("ACTIVE", "INACTIVE"),
    "condition": ("START", "COMPLETE", "SUCCESS", "HEALTHY"),
    "capacityUnit": ("NUM_INSTANCES", "ml.m5.large", "vCPU"),
    "resourceType": ("REPLENISHABLE", "NON_REPLENISHABLE"),
    "onExitCode": ("1", "13*", "0", "*"),
    "onReason": ("*", "OutOf*"),
    "onStatusReason": ("*", "Host EC2*"),
    "value": ("1", "2", "2048", "0.25", "4096", "512"),
    "reason": (
        "enough",
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    ),
    "values": ("*", "good", "g*", "1767225600000", "token", "a", "q"),
    "cpu": ("1", "500m", "0.25"),
    "memory": ("1024Mi", "2Gi"),
    "dnsPolicy": ("Default", "ClusterFirst", "ClusterFirstWithHostNet"),
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "platformVersion": ("LATEST", "1.4.0"),
    "operatingSystemFamily": ("LINUX", "WINDOWS_SERVER_2019_CORE"),
    "cpuArchitecture": ("X86_64", "ARM64"),
    "serviceRequestPayload": ("{}", '{"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1}}'),
    "what": ("hello",),
}
PLAIN_INTEGERS: dict[str, Sequence[int]] = {
    "attemptDurationSeconds": (60, 61, 3600),
    "maxTimeSeconds": (600, 86_400),
    "size": (2, 3, 5),
    "attempts": (1, 2, 10),
    "maxResults": (1, 2, 100),
    "sizeInGiB": (21, 100, 200),
    "numNodes": (2, 3),
    "mainNode": (0, 1),
    "bidPercentage": (20, 100),
    "sharedMemorySize": (64,),
    "memory": (128, 2048),
    "vcpus": (1, 2),
    "swappiness": (0, 60, 100),
}
# Request members whose values are names of a kind, by the members that have shown such names.
SAME_KIND: dict[str, Sequence[str]] = {
    "jobId": ("jobId",),
    "jobs": ("jobId", "jobId", "jobArn"),
    "arrayJobId": ("jobId",),
    "multiNodeJobId": ("jobId",),
    "jobQueue": ("jobQueueName", "jobQueueName", "jobQueueArn"),
    "jobQueues": ("jobQueueName", "jobQueueArn"),
    "jobDefinition": ("jobDefinition", "jobDefinitionName", "jobDefinitionArn"),
    "jobDefinitions": ("jobDefinition", "jobDefinitionArn"),
    "computeEnvironment": ("computeEnvironmentName", "computeEnvironmentArn"),
    "computeEnvironments": ("computeEnvironmentName", "computeEnvironmentArn"),
    "serviceEnvironment": ("serviceEnvironmentName", "serviceEnvironmentArn"),
    "serviceEnvironments": ("serviceEnvironmentName", "serviceEnvironmentArn"),
    "consumableResource": ("consumableResourceName", "consumableResourceArn"),
    "quotaShareArn": ("quotaShareArn",),
    "schedulingPolicyArn": ("schedulingPolicyArn",),
    "arn": ("arn",),
    "arns": ("arn",),
    "resourceArn": (
        "jobQueueArn",
        "jobArn",
        "jobDefinitionArn",
        "computeEnvironmentArn",
        "serviceEnvironmentArn",
        "consumableResourceArn",
        "quotaShareArn",
        "arn",
    ),
}


class Requests:
    """Makes requests.

    Args:
        good: requests that succeed, by operation.
        names: the texts that members of requests and answers have had.
    """

    def __init__(self, good: dict[str, list[dict[str, Any]]], names: dict[str, list[str]]) -> None:
        self._good = good
        self._names = names
        self._all_names = sorted({text for texts in names.values() for text in texts})

    def one(self, choose: Choose, model: Any) -> dict[str, Any]:
        """A request that botocore sends.

        Args:
            model: botocore's model of the operation.
        """
        shape = model.input_shape
        maker = _Maker(self, choose, choose(_WILDNESS))
        good = self._good.get(model.name)
        request: dict[str, Any]
        if good and choose((True, True, False)):
            request = maker.varied(shape, choose(good), "")
        else:
            request = maker.structure(shape)
        return request

    def texts(self, member: str) -> Sequence[str]:
        """What makes sense as the text of a member."""
        kinds = SAME_KIND.get(member)
        found = [text for kind in kinds or (member,) for text in self._names.get(kind, ())]
        new = ("new", "new-2") if member.lower().endswith("name") else ()
        return [*PLAIN_TEXTS.get(member, ()), *new, *found] or ("a", "web-1")

    def any_name(self, choose: Choose) -> str:
        """A text from any place."""
        return choose(self._all_names)


class _Maker:
    """Makes one request."""

    def __init__(self, requests: Requests, choose: Choose, wildness: int) -> None:
        self._requests = requests
        self._choose = choose
        self._wildness = wildness
        self._depth = 0
        self._may_be_long = True

    def value(self, shape: Any, member: str) -> Any:
        """Any value of a shape that botocore takes."""
        make: Callable[[Any, str], Any] = getattr(self, f"_{shape.type_name}")
        return make(shape, member)

    def structure(self, shape: Any) -> dict[str, Any]:
        """The required members, and some of the others."""
        self._depth += 1
        optional = [name for name in shape.members if name not in shape.required_members]
        # About three of the others, and the fewer the deeper.
        one_in = max(2, (len(optional) + 2) // 3, self._depth)
        chosen = [
            *shape.required_members,
            *(name for name in optional if self._depth < _DEEPEST and self._one_in(one_in)),
        ]
        made = {name: self._member(shape.members[name], name) for name in chosen}
        self._depth -= 1
        return made

    def varied(self, shape: Any, value: Any, member: str) -> Any:
        """A good value, here and there changed."""
        kind = shape.type_name
        if kind == "structure":
            return self._varied_structure(shape, value)
        if self._one_in(10):
            return self.value(shape, member)
        if kind == "list" and value:
            items = [self.varied(shape.member, item, member) for item in value]
            return [*items, self._choose(items)] if self._one_in(10) else items
        return value

    def _varied_structure(self, shape: Any, value: dict[str, Any]) -> dict[str, Any]:
        kept = {
            name: self.varied(shape.members[name], item, name)
            for name, item in value.items()
            if name in shape.members and (name in shape.required_members or not self._one_in(12))
        }
        if self._one_in(4):
            name = self._choose(list(shape.members))
            kept[name] = self._member(shape.members[name], name)
        return {name: self._in_address(shape.members[name], item) for name, item in kept.items()}

    def _member(self, shape: Any, name: str) -> Any:
        return self._in_address(shape, self.value(shape, name))

    def _in_address(self, shape: Any, value: Any) -> Any:
        """What travels in the address has to be UTF-8, and in the path not empty."""
        if "location" not in shape.serialization:
            return value
        if isinstance(value, list):
            return [self._in_address(shape, item) for item in value]
        return value.encode(errors="replace").decode() or "x"

    def _structure(self, shape: Any, _: str) -> dict[str, Any]:
        return self.structure(shape)

    def _list(self, shape: Any, member: str) -> list[Any]:
        least = shape.metadata.get("min", 0)
        if self._is_wild():
            length = max(self._wild_length(), least)
            few = [self.value(shape.member, member) for _ in range(min(length, 3))]
            return [few[number % 3] for number in range(length)]
        length = max(self._choose((0, 1, 1, 2, _LONGEST_PLAIN_LIST)), least)
        return [self.value(shape.member, member) for _ in range(length)]

    def _map(self, shape: Any, _: str) -> dict[str, Any]:
        if self._is_wild():
            length = self._wild_length()
            value = self.value(shape.value, "")
            return {f"key-{number}": value for number in range(length)}
        length = self._choose((0, 1, 2))
        keys = [self.value(shape.key, self._choose(("", "what", "cpu", "memory"))) for _ in range(length)]
        return {key: self.value(shape.value, key) for key in keys}

    def _string(self, shape: Any, member: str) -> str:
        least = shape.metadata.get("min", 0)
        if self._is_wild():
            text = self._choose((self._requests.any_name, _wild_text))(self._choose)
        elif shape.metadata.get("enum"):
            text = self._choose(shape.metadata["enum"])
        else:
            text = self._choose(self._requests.texts(member))
        return text.ljust(least, "x")

    def _integer(self, shape: Any, member: str) -> int:
        options = WILD_INTEGERS if self._is_wild() else PLAIN_INTEGERS.get(member, (1, 2, 5))
        return max(self._choose(options), shape.metadata.get("min", -(10**400)))

    _long = _integer

    def _float(self, _: Any, member: str) -> float:
        return self._choose(WILD_FLOATS if self._is_wild() else (1.0, 0.5, 2))

    _double = _float

    def _boolean(self, _: Any, member: str) -> bool:
        return self._choose((True, False))

    def _wild_length(self) -> int:
        """Long once in a request: lists of lists would take the time of the other requests."""
        length = self._choose(WILD_LENGTHS if self._may_be_long else WILD_LENGTHS[:3])
        self._may_be_long = self._may_be_long and length < 3
        return length

    def _is_wild(self) -> bool:
        return self._wildness > 0 and self._one_in(self._wildness)

    def _one_in(self, many: int) -> bool:
        # Smaller is False: what hypothesis makes smaller has fewer members and changes.
        return self._choose(range(many)) == many - 1


def _wild_text(choose: Choose) -> str:
    return choose(WILD_TEXTS)


def spelt(request: dict[str, Any]) -> str:
    """A request on one line, long texts and lists cut short."""
    text = re.sub(r"(.)\1{40,}", r"\1...\1", json.dumps(request))
    return text if len(text) < 2000 else f"{text[:1000]} ... {text[-500:]}"
