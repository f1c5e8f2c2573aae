"""Pods in job definitions: what Batch refuses of them, and what it describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

import fakebatch
from fakebatch.batch.eks_properties import complete_pod

MEASURED = "recorded: cdk-preflight pf-batch-jd-eks"
SIZE = {"limits": {"cpu": "1", "memory": "1024Mi"}}
KEY_63 = "k" * 63
ANNOTATION_256 = "a" * 256


@pytest.fixture(scope="module")
def any_client() -> Any:
    """Made once: a client outlives the mock in which it was made."""
    with fakebatch.mock():
        return boto3.client("batch", region_name="us-east-1")


@pytest.fixture
def client(any_client: Any) -> Iterator[Any]:
    with fakebatch.mock():
        yield any_client


def container(**members: Any) -> dict[str, Any]:
    return {"image": "busybox", "resources": SIZE, **members}


def pod(**members: Any) -> dict[str, Any]:
    """The members of a request for EKS that Batch takes but for what is given."""
    return {"eksProperties": {"podProperties": {"containers": [container()], **members}}}


def on_nodes() -> dict[str, Any]:
    """The members of a request for two nodes that are such pods."""
    ranges = [{"targetNodes": "0:", **pod()}]
    return {
        "type": "multinode",
        "nodeProperties": {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": ranges},
    }


def one(**members: Any) -> dict[str, Any]:
    """The same with one container of these members."""
    return pod(containers=[container(**members)])


def resources(limits: dict[str, str] | None = None, requests: dict[str, str] | None = None) -> dict[str, Any]:
    given = {"limits": limits, "requests": requests}
    return one(resources={part: values for part, values in given.items() if values is not None})


def volume(**members: Any) -> dict[str, Any]:
    return pod(volumes=[{"name": "data", **members}])


def labels(**values: str) -> dict[str, Any]:
    return pod(metadata={"labels": values})


def annotations(**values: str) -> dict[str, Any]:
    return pod(metadata={"annotations": values})


def request_of(name: str, request: dict[str, Any], *more: Any, source: str, needs: str | None = None) -> Any:
    marks = [pytest.mark.source(source)]
    if needs is not None:
        marks.append(pytest.mark.needs(needs))
    return pytest.param(request, *more, id=name, marks=marks)


def refusal(
    name: str,
    request: dict[str, Any],
    text: str,
    source: str = "reference §9.4",
    needs: str | None = None,
) -> Any:
    return request_of(name, request, text, source=source, needs=needs)


SECCOMP = "EksContainerSecurityContext.seccompProfile"
CAPABILITIES = "EksContainerSecurityContext.capabilities"

REFUSALS = [
    # The request
    refusal(
        "tags of the task",
        {**pod(), "propagateTags": True},
        "Batch on EKS does not support tag propagation.",
        MEASURED,
    ),
    refusal(
        "a platform",
        {**pod(), "platformCapabilities": ["EC2"]},
        "Batch on EKS does not support platformCapabilities.",
        "assumed: the text; the rule is the model's",
    ),
    refusal(
        "tags of nodes",
        {**on_nodes(), "propagateTags": True},
        "Batch on EKS does not support tag propagation.",
        "assumed: nodes are refused it as single pods are",
    ),
    refusal(
        "a platform of nodes",
        {**on_nodes(), "platformCapabilities": ["EC2"]},
        "Batch on EKS does not support platformCapabilities.",
        "assumed: nodes are refused it as single pods are",
    ),
    refusal(
        "nodes too",
        {**pod(), "nodeProperties": {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": []}},
        "Cannot use both nodeProperties and eksProperties",
        MEASURED,
    ),
    refusal(
        "a container of ECS too",
        {**pod(), "containerProperties": {"image": "busybox"}},
        "Cannot use both ECS containerProperties and eksProperties",
    ),
    # The pod
    refusal("no pod", {"eksProperties": {}}, "Containers must be provided for Batch on EKS jobs."),
    refusal("no containers", pod(containers=[]), "Containers must be provided for Batch on EKS jobs."),
    refusal(
        "only init containers",
        {"eksProperties": {"podProperties": {"initContainers": [container()]}}},
        "Containers must be provided for Batch on EKS jobs.",
    ),
    *[
        refusal(
            f"eleven {member}",
            pod(**{member: [container(name=f"c{number}") for number in range(11)]}),
            f"Number of {member} must be between 1 and 10",
            "assumed: the text; the limit is the model's",
        )
        for member in ("containers", "initContainers")
    ],
    refusal("DNS policy", pod(dnsPolicy="None"), "Unsupported DNS policy value.", MEASURED),
    refusal(
        "pod's user",
        pod(securityContext={"runAsUser": -1}),
        "runAsUser must be between 0 and 2147483647.",
        "assumed: the text; the range is the model's",
        "EksPodProperties.securityContext",
    ),
    refusal(
        "pod's group of files",
        pod(securityContext={"fsGroup": 2**31}),
        "fsGroup must be between 0 and 2147483647.",
        "assumed: the text; the range is the model's",
        "EksPodProperties.securityContext",
    ),
    # Containers
    refusal(
        "image empty",
        one(image=""),
        "Image must be provided for Batch on EKS jobs.",
        "assumed: the text; that an image is required is the model's",
    ),
    refusal(
        "pull policy", one(imagePullPolicy="Sometimes"), "Unsupported image pull policy value.", MEASURED
    ),
    refusal(
        "a name twice",
        pod(containers=[container(name="main"), container(name="main")]),
        "The container name: main must be unique in multi-container job.",
        MEASURED,
    ),
    refusal(
        "a name before and beside",
        pod(initContainers=[container(name="main")], containers=[container(name="main")]),
        "The container name: main must be unique in multi-container job.",
        "assumed: names are unique in the whole pod, as in Kubernetes",
    ),
    refusal(
        "two without a name",
        pod(containers=[container(), container()]),
        "The container name: Default must be unique in multi-container job.",
        "assumed: two containers without a name have the same name",
    ),
    refusal(
        "variable without a name",
        one(env=[{"name": "", "value": "1"}]),
        "Environment variable name is required.",
        "assumed: the text is that of containers on ECS",
    ),
    refusal(
        "variable of Batch's",
        one(env=[{"name": "AWS_BATCH_X", "value": "1"}]),
        "Environment variables cannot start with AWS_BATCH.",
        "assumed: the text; the rule is the model's",
    ),
    refusal(
        "container's user",
        one(securityContext={"runAsUser": 2**31}),
        "runAsUser must be between 0 and 2147483647.",
        "assumed: the text; the range is the model's",
    ),
    refusal(
        "container's group",
        one(securityContext={"runAsGroup": -1}),
        "runAsGroup must be between 0 and 2147483647.",
        "assumed: the text; the range is the model's",
    ),
    refusal(
        "local profile without a path",
        one(securityContext={"seccompProfile": {"type": "Localhost"}}),
        "localhostProfile is required when the seccompProfile type is Localhost.",
        "assumed: the text; the rule is the model's",
        SECCOMP,
    ),
    refusal(
        "path without a local profile",
        one(securityContext={"seccompProfile": {"type": "Unconfined", "localhostProfile": "p.json"}}),
        "localhostProfile is only allowed when the seccompProfile type is Localhost.",
        "assumed: the text; the rule is the model's",
        SECCOMP,
    ),
    *[
        refusal(
            f"capability to {verb} with its prefix",
            one(securityContext={"capabilities": {verb: ["CHOWN", "CAP_KILL"]}}),
            "Linux capabilities must be specified without the CAP_ prefix.",
            "assumed: the text; the rule is the model's",
            CAPABILITIES,
        )
        for verb in ("add", "drop")
    ],
    # Resources
    refusal(
        "another resource",
        resources({"cpu": "1", "memory": "4Mi", "ephemeral-storage": "1Gi"}),
        "ephemeral-storage is not a supported type for resources.",
    ),
    refusal(
        "cpu in thousandths",
        resources({"cpu": "100m", "memory": "4Mi"}),
        "Value 100m for type cpu in resources is not valid. Provide a valid number and unit.",
    ),
    refusal(
        "cpu between quarters",
        resources({"cpu": "0.3", "memory": "4Mi"}),
        "Value 0.3 for type cpu in resources is not valid. Provide a valid number as input.",
        MEASURED,
    ),
    refusal(
        "no cpu at all",
        resources({"cpu": "0", "memory": "4Mi"}),
        "Value 0 for type cpu in resources is not valid. Provide a valid number as input.",
        "assumed: 0 is no number of CPUs",
    ),
    refusal(
        "memory in Gi",
        resources({"cpu": "1", "memory": "2Gi"}),
        "Value 2Gi for type memory is not valid.",
        MEASURED,
    ),
    refusal(
        "memory without a unit",
        resources({"cpu": "1", "memory": "1024"}),
        "Value 1024 for type memory is not valid.",
        "assumed: the text is that of a wrong unit; the rule is the model's",
    ),
    refusal(
        "memory of ten digits",
        resources({"cpu": "1", "memory": "1234567890Mi"}),
        "Value 1234567890Mi for type memory is not valid.",
        "assumed: what has more digits than a number of AWS's is none",
    ),
    refusal(
        "digits of another script",
        resources({"cpu": "\u0661", "memory": "4Mi"}),
        "Value \u0661 for type cpu in resources is not valid. Provide a valid number and unit.",
        "assumed: digits are ASCII",
    ),
    refusal(
        "memory of 3 Mi",
        resources({"cpu": "1", "memory": "3Mi"}),
        "Memory must be at least 4 Mib, got 3 Mib.",
        "assumed: the text is that of containers on ECS; the limit is the model's",
    ),
    refusal(
        "half a GPU",
        resources({"cpu": "1", "memory": "4Mi", "nvidia.com/gpu": "0.5"}),
        "Value 0.5 for type nvidia.com/gpu in resources is not valid. Provide a valid number as input.",
        MEASURED,
    ),
    *[
        refusal(f"no {lacking}", resources(given), "cpu and memory resources must be provided.", MEASURED)
        for lacking, given in {"memory": {"cpu": "1"}, "cpu": {"memory": "4Mi"}, "resources": {}}.items()
    ],
    refusal(
        "init container without resources",
        pod(initContainers=[{"name": "first", "image": "busybox"}]),
        "cpu and memory resources must be provided.",
        "assumed: those of init containers are required as well",
    ),
    refusal(
        "cpu requested above its limit",
        resources({"cpu": "1", "memory": "4Mi"}, {"cpu": "1.25"}),
        "cpu request must be <= to cpu limit if both are provided.",
    ),
    refusal(
        "memory requested below its limit",
        resources({"cpu": "1", "memory": "8Mi"}, {"memory": "4Mi"}),
        "memory request must be equal to memory limit if both are provided.",
        MEASURED,
    ),
    refusal(
        "GPUs requested below their limit",
        resources({"cpu": "1", "memory": "8Mi", "nvidia.com/gpu": "2"}, {"nvidia.com/gpu": "1"}),
        "gpu request must be equal to gpu limit if both are provided.",
        MEASURED,
    ),
    # Volumes
    refusal(
        "medium",
        volume(emptyDir={"medium": "Disk"}),
        "Invalid Volume mount. Allowed values - Memory or null.",
    ),
    refusal("size in Gi", volume(emptyDir={"sizeLimit": "1Gi"}), "Invalid empty dir size limit.", MEASURED),
    refusal(
        "volume of two kinds",
        volume(emptyDir={}, hostPath={"path": "/data"}),
        "When the volume parameter is specified, only one volume configuration type should be used.",
        "assumed: the text is that of volumes on ECS",
    ),
    refusal(
        "name of a volume",
        pod(volumes=[{"name": "Data"}]),
        "The volume name Data does not match a valid pattern.",
        "assumed: the text; the rule is the model's",
    ),
    refusal(
        "name of a secret",
        volume(secret={"secretName": "my_secret"}),
        "The secret name my_secret does not match a valid pattern.",
        "assumed: the text; the rule is the model's",
    ),
    refusal(
        "mount of another volume",
        {
            "eksProperties": {
                "podProperties": {
                    "containers": [container(volumeMounts=[{"name": "other", "mountPath": "/data"}])],
                    "volumes": [{"name": "data", "emptyDir": {}}],
                }
            }
        },
        "The volumeMounts name is required for eksProperties.",
        MEASURED,
    ),
    # Metadata
    refusal(
        "label's name",
        labels(**{"-team": "blue"}),
        "The name -team of the pod label key does not match a valid pattern.",
    ),
    refusal(
        "label's name too long",
        labels(**{KEY_63 + "k": "blue"}),
        f"The name {KEY_63}k of the pod label key does not match a valid pattern.",
        "assumed: length and characters are one rule",
    ),
    refusal(
        "label's name missing",
        labels(**{"example.com/": "blue"}),
        "The name  of the pod label key does not match a valid pattern.",
        "assumed: an empty name is answered as a wrong one is",
    ),
    refusal(
        "label's reserved prefix",
        labels(**{"kubernetes.io/team": "blue"}),
        "The prefix kubernetes.io of the pod label key cannot contain terms from the following "
        "[kubernetes.io, k8s.io, batch.amazonaws.com].",
        MEASURED,
    ),
    refusal(
        "label's prefix with a reserved one in it",
        labels(**{"app.kubernetes.io/name": "x"}),
        "The prefix app.kubernetes.io of the pod label key cannot contain terms from the following "
        "[kubernetes.io, k8s.io, batch.amazonaws.com].",
        "assumed: the text means containment",
    ),
    refusal(
        "label's prefix",
        labels(**{"example_com/team": "blue"}),
        "The prefix example_com of the pod label key does not match a valid pattern.",
        "assumed: the text; the rule is the model's",
    ),
    refusal(
        "label's value too long",
        labels(team=KEY_63 + "k"),
        f"The pod label value {KEY_63}k does not match a valid pattern.",
        MEASURED,
    ),
    refusal(
        "label's value",
        labels(team="blue green"),
        "The pod label value blue green does not match a valid pattern.",
        "assumed: characters are answered as length is",
    ),
    refusal(
        "annotation's reserved prefix",
        annotations(**{"batch.amazonaws.com/x": "1"}),
        "The prefix batch.amazonaws.com of the pod annotation key cannot contain terms from the following "
        "[kubernetes.io, k8s.io, batch.amazonaws.com].",
        MEASURED,
    ),
    refusal(
        "annotation's name",
        annotations(**{"a b": "1"}),
        "The name a b of the pod annotation key does not match a valid pattern.",
        "assumed: annotations are answered as labels are",
    ),
    refusal(
        "annotation too long",
        annotations(note=ANNOTATION_256),
        f"Metadata annotation value {ANNOTATION_256} cannot be longer than 255 characters.",
        MEASURED,
    ),
    refusal(
        "the default namespace",
        pod(metadata={"namespace": "default"}),
        "kubernetesNamespace cannot be the default Kubernetes namespace.",
    ),
    *[
        refusal(
            f"the namespace {name}",
            pod(metadata={"namespace": name}),
            "kubernetesNamespace cannot be a reserved Kubernetes system namespace.",
            source,
        )
        for name, source in {"kube-system": "reference §9.4", "kubeflow": "model"}.items()
    ],
    refusal(
        "namespace",
        pod(metadata={"namespace": "My_Jobs"}),
        "kubernetesNamespace must be a valid Kubernetes namespace.",
        "assumed: the text is that of compute environments",
    ),
    refusal(
        "namespace too long",
        pod(metadata={"namespace": "n" * 64}),
        "kubernetesNamespace must less than or equal to 63 characters long.",
        "assumed: the text is that of compute environments",
    ),
]


@pytest.mark.parametrize(("request_change", "text"), REFUSALS)
def test_a_pod_that_breaks_a_rule_is_refused(client, request_change, text):
    with pytest.raises(ClientError) as caught:
        client.register_job_definition(**{"jobDefinitionName": "work", "type": "container", **request_change})
    answer = caught.value.response
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert answer["Error"] == {
        "Code": "ClientException",
        "Message": f"Error executing request, Exception : {text}, RequestId: {request_id}",
    }
    assert client.describe_job_definitions()["jobDefinitions"] == []


def accepted(name: str, request: dict[str, Any], source: str = "model", needs: str | None = None) -> Any:
    return request_of(name, request, source=source, needs=needs)


@pytest.mark.parametrize(
    "request_change",
    [
        accepted("a container", pod()),
        accepted(
            "ten and ten",
            pod(
                initContainers=[container(name=f"first-{number}") for number in range(10)],
                containers=[container(name=f"c-{number}") for number in range(10)],
            ),
        ),
        accepted("requests only", resources(None, {"cpu": "0.25", "memory": "4Mi"})),
        accepted(
            "limits and requests",
            resources(
                {"cpu": "2.5", "memory": "4Mi", "nvidia.com/gpu": "1"},
                {"cpu": "0.25", "memory": "4Mi", "nvidia.com/gpu": "1"},
            ),
        ),
        accepted("cpu by one, memory by the other", resources({"memory": "4Mi"}, {"cpu": "1"})),
        accepted("tags that are not propagated", {**pod(), "propagateTags": False}, MEASURED),
        accepted("no platform", {**pod(), "platformCapabilities": []}, "assumed: none is none"),
        accepted("a volume in memory", volume(emptyDir={"medium": "Memory", "sizeLimit": "100Mi"}), MEASURED),
        accepted("a volume on disk", volume(emptyDir={"medium": ""})),
        accepted("a claim", volume(persistentVolumeClaim={"claimName": "claim", "readOnly": True})),
        accepted("a secret", volume(secret={"secretName": "a.secret", "optional": True})),
        accepted("the host's path", volume(hostPath={"path": "/data"})),
        accepted("labels", labels(**{"example.com/team": "a.b_c-d", KEY_63: KEY_63, "empty": ""})),
        accepted("an annotation", annotations(**{"example.com/note": ANNOTATION_256[1:]}), MEASURED),
        accepted("a namespace", pod(metadata={"namespace": "n" * 63})),
        accepted("users", one(securityContext={"runAsUser": 0, "runAsGroup": 2**31 - 1, "privileged": True})),
        accepted("DNS policy", pod(dnsPolicy="ClusterFirstWithHostNet")),
        accepted("pull policy", one(imagePullPolicy="Never")),
        accepted(
            "local profile",
            one(securityContext={"seccompProfile": {"type": "Localhost", "localhostProfile": "p.json"}}),
            needs=SECCOMP,
        ),
        accepted(
            "capabilities",
            one(securityContext={"capabilities": {"add": ["CHOWN"], "drop": ["ALL"]}}),
            needs=CAPABILITIES,
        ),
        accepted(
            "pod's security",
            pod(securityContext={"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}),
            needs="EksPodProperties.securityContext",
        ),
    ],
)
def test_a_pod_at_the_edge_of_a_rule_is_taken(client, request_change):
    answer = client.register_job_definition(jobDefinitionName="work", type="container", **request_change)
    assert answer["revision"] == 1


@pytest.mark.source("recorded: cdk-eks-blueprints, docs/teams/aws-batch-on-eks-team.md")
def test_lists_that_were_left_out_are_there_and_empty():
    given = {
        "hostNetwork": True,
        "containers": [{"image": "amazonlinux:2", "command": ["sleep", "60"], "resources": SIZE}],
    }
    assert complete_pod({"podProperties": given}, "EKS") == {
        "podProperties": {
            "hostNetwork": True,
            "containers": [
                {
                    "image": "amazonlinux:2",
                    "command": ["sleep", "60"],
                    "args": [],
                    "env": [],
                    "resources": SIZE,
                    "volumeMounts": [],
                }
            ],
            "volumes": [],
        }
    }


@pytest.mark.source("assumed: init containers are described as the others are")
def test_lists_of_init_containers_are_there_too():
    complete = complete_pod(pod(initContainers=[container(name="first", args=["x"])])["eksProperties"], "EKS")
    assert complete["podProperties"]["initContainers"] == [
        {**container(name="first"), "command": [], "args": ["x"], "env": [], "volumeMounts": []}
    ]


@pytest.mark.source("reference §9.3; that propagateTags isn't there is assumed of definitions")
def test_a_definition_of_a_pod_is_described(client):
    client.register_job_definition(
        jobDefinitionName="work", type="container", parameters={"n": "1"}, **one(args=["Ref::n"])
    )
    [definition] = client.describe_job_definitions()["jobDefinitions"]
    assert definition == {
        "jobDefinitionName": "work",
        "jobDefinitionArn": "arn:aws:batch:us-east-1:123456789012:job-definition/work:1",
        "revision": 1,
        "status": "ACTIVE",
        "type": "container",
        "parameters": {"n": "1"},
        "eksProperties": {
            "podProperties": {
                "containers": [
                    {**container(), "command": [], "args": ["Ref::n"], "env": [], "volumeMounts": []}
                ],
                "volumes": [],
            }
        },
        "tags": {},
        "platformCapabilities": [],
        "containerOrchestrationType": "EKS",
    }


# -- Set-up in one line


def set_up(client: Any, **members: Any) -> dict[str, Any]:
    """The pod of a definition that the test's author has made."""
    fakebatch.current().batch.add_job_definition("work", **members)
    [definition] = client.describe_job_definitions()["jobDefinitions"]
    return dict(definition["eksProperties"]["podProperties"])


@pytest.mark.source("api §4: defaults that AWS itself would accept")
def test_a_pod_of_which_nothing_is_said(client):
    assert set_up(client, eksProperties={}) == {
        "containers": [
            {
                "image": "busybox",
                "command": ["true"],
                "args": [],
                "env": [],
                "resources": {"limits": {"cpu": "1", "memory": "2048Mi"}},
                "volumeMounts": [],
            }
        ],
        "volumes": [],
    }


@pytest.mark.source("api §4: defaults that AWS itself would accept")
def test_a_pod_is_filled_up_with_what_it_lacks(client):
    properties = {
        "podProperties": {
            "containers": [
                {"name": "main", "image": "mine", "resources": {"requests": {"cpu": "0.5"}}},
                {"name": "log"},
            ],
            "initContainers": [{"name": "first", "resources": {"limits": {"memory": "8Mi"}}}],
        }
    }
    made = set_up(client, eksProperties=properties)
    sizes = {
        each["name"]: (each["image"], each["resources"])
        for each in [*made["containers"], *made["initContainers"]]
    }
    assert sizes == {
        "main": ("mine", {"requests": {"cpu": "0.5"}, "limits": {"memory": "2048Mi"}}),
        "log": ("busybox", {"limits": {"cpu": "1", "memory": "2048Mi"}}),
        "first": ("busybox", {"limits": {"cpu": "1", "memory": "8Mi"}}),
    }
