"""The properties of multi-node jobs: how many nodes there are, and what each range of them runs.

What a range runs is of one of the other kinds, and whatever is done with it is in their rows of the table.

Source: API reference, NodeProperties, NodeRangeProperty, NodeOverrides; the texts were measured (reference
§6, §9.4). Which of two broken rules is told first is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fakebatch.batch.consumable_resources import check_consumable_resources, override_consumable_resources
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import nodes as errors
from fakebatch.batch.node_ranges import check_ranges, ranges_of_nodes, read_targets
from fakebatch.batch.state import Needs
from fakebatch.errors import UsageError

if TYPE_CHECKING:
    from fakebatch.batch.kinds import Kind
    from fakebatch.batch.state import Structure

MAX_NODES = 1000
MAX_RANGES = 5

# The member of a range for each kind of properties, in the order in which refusals name two of them.
MEMBERS = {
    "ecsProperties": "ecsProperties",
    "eksProperties": "eksProperties",
    "containerProperties": "container",
}


def member_of(node_range: Structure) -> tuple[str, str]:
    """The kind of what a range runs, and the member that says it."""
    return next((kind, member) for kind, member in MEMBERS.items() if member in node_range)


class NodeKind:
    """What is done with nodeProperties.

    Args:
        kinds: the table of kinds, for what the ranges run.
    """

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds

    def check(self, properties: Structure, platform: str) -> None:
        """Refuse node properties that Batch would not take.

        Raises:
            ClientException: with Batch's text.
            UsageError: a range runs what fakebatch doesn't have yet.
        """
        size, ranges = properties["numNodes"], properties["nodeRangeProperties"]
        refuse_if(not 1 <= size <= MAX_NODES, errors.NUM_NODES)
        refuse_if(len(ranges) > MAX_RANGES, errors.RANGES_COUNT)
        refuse_if(not 0 <= properties["mainNode"] < size, errors.MAIN_NODE)
        check_ranges([one["targetNodes"] for one in ranges], size)
        for one in ranges:
            self._check_range(one, platform)
        orchestrations = {self._kinds[member_of(one)[0]].orchestration for one in ranges}
        refuse_if(len(orchestrations) > 1, errors.MIXED_KINDS)
        refuse_if(len({_namespace(one) for one in ranges}) > 1, errors.NAMESPACES)

    def complete(self, properties: Structure, platform: str) -> Structure:
        """A copy as Batch describes it, with the defaults of what each range runs."""
        ranges = [self._complete(one, platform) for one in properties["nodeRangeProperties"]]
        return {**properties, "nodeRangeProperties": ranges}

    def override(
        self, properties: Structure, overrides: Structure, parameters: dict[str, str], platform: str
    ) -> Structure:
        """The node properties of a job.

        Raises:
            ClientException: an override is refused, or a placeholder has no value.
        """
        size = {**properties, **overrides}["numNodes"]
        own = properties["nodeRangeProperties"]
        if "numNodes" in overrides:
            is_open = any(read_targets(one["targetNodes"]).last is None for one in own)
            refuse_if(not is_open, errors.NO_OPEN_RANGE)
        given = _by_range(own, overrides.get("nodePropertyOverrides", []), size)
        ranges = [self._override(one, its, parameters, platform) for one, its in zip(own, given, strict=True)]
        merged = {**properties, "numNodes": size, "nodeRangeProperties": ranges}
        if overrides:
            self.check(merged, platform)
        return merged

    def needs(self, properties: Structure) -> Needs:
        """What all nodes together reserve; they get their places at once, each on a host of its own."""
        each = [self.needs_of(one) for one in ranges_of_nodes(properties)]
        return Needs(
            sum(needs.vcpus for needs in each),
            sum(needs.memory_mib for needs in each),
            sum(needs.gpus for needs in each),
        )

    def needs_of(self, node_range: Structure) -> Needs:
        """What one node of a range reserves."""
        kind, member = member_of(node_range)
        return self._kinds[kind].needs(node_range[member])

    def orchestration(self, properties: Structure) -> str:
        """ECS or EKS, whatever the ranges run on."""
        return self._kinds[member_of(properties["nodeRangeProperties"][0])[0]].orchestration

    def _check_range(self, one: Structure, platform: str) -> None:
        given = [member for member in MEMBERS.values() if member in one]
        refuse_if(not given, errors.container_required(one["targetNodes"]))
        refuse_if(len(given) > 1, errors.two_kinds(*given[:2]) if len(given) > 1 else "")
        kind, member = member_of(one)
        if kind not in self._kinds:
            raise UsageError(
                f"A node range with {member}: fakebatch has no nodes of this kind yet; give it a container."
            )
        types = one.get("instanceTypes", ())
        refuse_if(types and kind != "ecsProperties", errors.INSTANCE_TYPES)
        refuse_if(len(types) > 1, errors.INSTANCE_TYPES_COUNT)
        check_consumable_resources(one.get("consumableResourceProperties"))
        self._kinds[kind].check(one[member], platform)

    def _complete(self, one: Structure, platform: str) -> Structure:
        kind, member = member_of(one)
        return {**one, member: self._kinds[kind].complete(one[member], platform)}

    def _override(
        self, one: Structure, given: list[Structure], parameters: dict[str, str], platform: str
    ) -> Structure:
        """A range with its overrides, one after the other, and its placeholders filled in."""
        kind, member = member_of(one)
        row = self._kinds[kind]
        merged = {**one, member: row.override(one[member], {}, parameters, platform)} if not given else one
        for override in given:
            for foreign in self._kinds.values():
                refuse_if(
                    foreign is not row and foreign.overrides in override,
                    errors.foreign_overrides(foreign.overrides, kind),
                )
            overrides = override.get(row.overrides, {})
            merged = {**merged, member: row.override(merged[member], overrides, parameters, platform)}
            if "instanceTypes" in override:
                merged["instanceTypes"] = override["instanceTypes"]
            _override_resources(merged, override.get("consumableResourcePropertiesOverride"))
        return merged


def total_resources(properties: Structure, of_the_job: Structure | None) -> Structure | None:
    """The consumable resources that all nodes together need, those that are named for the whole job included.

    That a multi-node job locks them all at once, and is described with the sums, is assumed.
    """
    wanted = [one.get("consumableResourceProperties") for one in ranges_of_nodes(properties)]
    if not any(wanted):
        return of_the_job
    sums: dict[str, int] = {}
    for each in filter(None, [of_the_job, *wanted]):
        for entry in each.get("consumableResourceList", ()):
            name = entry["consumableResource"]
            sums[name] = sums.get(name, 0) + entry["quantity"]
    return {
        "consumableResourceList": [
            {"consumableResource": name, "quantity": quantity} for name, quantity in sums.items()
        ]
    }


def _override_resources(merged: Structure, override: Structure | None) -> None:
    resources = override_consumable_resources(merged.get("consumableResourceProperties"), override)
    if resources is not None:
        merged["consumableResourceProperties"] = resources


def _by_range(own: list[Structure], given: list[Structure], size: int) -> list[list[Structure]]:
    """The overrides of each range of a definition, each of which must be for just its nodes.

    That `0` and `0:0` are the same nodes, and `0:` and `:3` of four, is assumed.

    Raises:
        ClientException: an override is for other nodes.
    """
    nodes = [read_targets(one["targetNodes"]).within(size) for one in own]
    found: list[list[Structure]] = [[] for _ in own]
    others = []
    for override in given:
        wanted = read_targets(override["targetNodes"]).within(size)
        if wanted in nodes:
            found[nodes.index(wanted)].append(override)
        else:
            others.append(override["targetNodes"])
    if others:
        raise ClientException(errors.other_targets(",".join(others)))
    return found


def _namespace(node_range: Structure) -> str | None:
    """The Kubernetes namespace of a range; all ranges have the same one. Source: model, EksMetadata."""
    metadata = node_range.get("eksProperties", {}).get("podProperties", {}).get("metadata", {})
    namespace: str | None = metadata.get("namespace")
    return namespace
