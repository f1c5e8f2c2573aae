"""What RegisterJobDefinition and SubmitJob refuse of multi-node jobs."""

from __future__ import annotations

# Where no other source stands beside a text it was measured on the real API (reference §9.4).

NUM_NODES = "Number of nodes must be between 1 and 1000."
RANGES_COUNT = "Maximum allowed size of node range properties is 5"
MAIN_NODE = "Main node index is out of range, must be less than numNodes."
MISSING_RANGES = "Node Range Properties target nodes have missing ranges"
TARGET_NODES = "targetNodes should contain only digits."
INSTANCE_TYPES = "Using instanceTypes with nodeRangeProperty is only allowed for ecsProperties jobs."
INSTANCE_TYPES_COUNT = "instanceTypes can have at most 1 element."  # assumed; the limit: model
MIXED_KINDS = "Node Range Properties can not mix Amazon ECS and Amazon EKS properties."  # assumed
# assumed; the rule: model, EksMetadata.namespace
NAMESPACES = "Kubernetes namespace must be the same in all node range properties."
NO_OPEN_RANGE = "Number of nodes can not be overridden without an open-ended node range."  # assumed
# assumed: no documentation speaks of it, and ParallelCluster's tool for Batch offers it as either or.
NODES_AND_ARRAY = "Array properties can not be used with multi-node parallel jobs."


def range_error(target_nodes: str) -> str:
    """A range that reaches beyond the last node."""
    return f"Node range error {target_nodes}. Node range should be smaller than number of nodes"


def range_order(target_nodes: str) -> str:
    """A range that ends before it begins. Source: assumed, after `range_error`."""
    return f"Node range error {target_nodes}. Node range should not end before it begins"


def container_required(target_nodes: str) -> str:
    """A range that doesn't say what its nodes run."""
    return f"Must specify container for node range {target_nodes}"


def two_kinds(first: str, second: str) -> str:
    """A range with two kinds of properties. Measured for ecsProperties and container, assumed for others."""
    return f"NodeRangeProperties can not use both {first} and {second} fields"


def other_targets(targets: str) -> str:
    """An override of nodes that are no range of the definition.

    Source: aws-parallelcluster pull request 964, metaflow pull request 1656.
    """
    return f"NodeOverride targets should match job definition. Non matching targets - {targets}"


def foreign_overrides(overrides: str, kind: str) -> str:
    """Overrides for another kind of job.

    Source: a public program quotes it for containerOverrides and ecsProperties; assumed for the others.
    """
    words = {"containerOverrides": "Container overrides", "nodeOverrides": "Node overrides"}
    return f"{words.get(overrides, overrides)} should not be set for {kind} jobs."
