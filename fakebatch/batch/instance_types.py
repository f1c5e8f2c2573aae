"""What the types of EC2 instances have room for, and what an environment's instanceTypes stand for.

A size `Nxlarge` has 4 N vCPUs, and within a family memory goes with the vCPUs: a family is its GiB a vCPU and
its sizes, and the few that break the rule are listed. Source: Amazon EC2 User Guide, "Instance types"; which
families Batch takes: the list in its own refusal of an unknown type (amazon-genomics-cli #209), which has no
burstable ones, and the families that came later. Memory is what EC2 says; the somewhat smaller amount that
the container agent leaves to jobs is not deducted (assumed).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

from fakebatch.errors import UsageError


class InstanceType(NamedTuple):
    """What one instance has room for."""

    name: str
    vcpus: int
    memory_mib: int
    gpus: int


# Families that share their sizes. A `*` stands for the letters c, m and r with 2, 4 and 8 GiB a vCPU.
_INTEL = "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge"
_GRAVITON = "medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge"
_SMALL = "large xlarge 2xlarge 4xlarge 8xlarge"
_GENERAL = (
    ("*5a *5ad m5 m5d m5dn m5n r5 r5b r5d r5dn r5n", _INTEL),
    ("*6i *6id *6in m6idn r6idn", _INTEL + " 32xlarge"),
    ("*6a", _INTEL + " 32xlarge 48xlarge"),
    ("*7i *8i", _INTEL + " 48xlarge"),
    ("*7a *8a", _GRAVITON + " 24xlarge 32xlarge 48xlarge"),
    ("*6g *6gd *7g *7gd c6gn c7gn", _GRAVITON),
    ("*8g *8gd", _GRAVITON + " 24xlarge 48xlarge"),
    ("*7i-flex *8i-flex", _SMALL + " 12xlarge 16xlarge"),
    ("c5 c5d", "large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge"),
    ("m4", "large xlarge 2xlarge 4xlarge 10xlarge 16xlarge"),
    ("m5zn", "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge"),
    ("r7iz", "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 32xlarge"),
)
_GIB_A_VCPU = {"c": 2.0, "m": 4.0, "r": 8.0}

# Family: GiB a vCPU, and sizes; `size/n` has n GPUs.
_FAMILIES: dict[str, tuple[float, str]] = {
    "a1": (2, "medium large xlarge 2xlarge 4xlarge"),
    "c3": (1.875, _SMALL),
    "c4": (1.875, "large xlarge 2xlarge 4xlarge 8xlarge"),
    "c5n": (2.625, "large xlarge 2xlarge 4xlarge 9xlarge 18xlarge"),
    "d2": (7.625, "xlarge 2xlarge 4xlarge 8xlarge"),
    "d3": (8, "xlarge 2xlarge 4xlarge 8xlarge"),
    "d3en": (4, "xlarge 2xlarge 4xlarge 6xlarge 8xlarge 12xlarge"),
    "dl1": (8, "24xlarge"),
    "f1": (15.25, "2xlarge 4xlarge 16xlarge"),
    "g2": (1.875, "2xlarge/1 8xlarge/4"),
    "g3": (7.625, "4xlarge/1 8xlarge/2 16xlarge/4"),
    "g3s": (7.625, "xlarge/1"),
    "g4ad": (4, "xlarge/1 2xlarge/1 4xlarge/1 8xlarge/2 16xlarge/4"),
    "g4dn": (4, "xlarge/1 2xlarge/1 4xlarge/1 8xlarge/1 12xlarge/4 16xlarge/1"),
    "g5": (4, "xlarge/1 2xlarge/1 4xlarge/1 8xlarge/1 12xlarge/4 16xlarge/1 24xlarge/4 48xlarge/8"),
    "g5g": (2, "xlarge/1 2xlarge/1 4xlarge/1 8xlarge/1 16xlarge/2"),
    "g6": (4, "xlarge/1 2xlarge/1 4xlarge/1 8xlarge/1 12xlarge/4 16xlarge/1 24xlarge/4 48xlarge/8"),
    "g6e": (8, "xlarge/1 2xlarge/1 4xlarge/1 8xlarge/1 12xlarge/4 16xlarge/1 24xlarge/4 48xlarge/8"),
    "gr6": (8, "4xlarge/1 8xlarge/1"),
    "h1": (4, "2xlarge 4xlarge 8xlarge 16xlarge"),
    "hpc6a": (4, "48xlarge"),
    "hpc6id": (16, "32xlarge"),
    "hpc7a": (4, "12xlarge 24xlarge 48xlarge 96xlarge"),
    "hpc7g": (2, "4xlarge 8xlarge 16xlarge"),
    "i2": (7.625, "xlarge 2xlarge 4xlarge 8xlarge"),
    "i3": (7.625, _SMALL + " 16xlarge"),
    "i3en": (8, "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 24xlarge"),
    "i4g": (8, _SMALL + " 16xlarge"),
    "i4i": (8, _INTEL + " 32xlarge"),
    "i7i": (8, _INTEL + " 48xlarge"),
    "i7ie": (8, "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 18xlarge 24xlarge 48xlarge"),
    "i8g": (8, _INTEL + " 48xlarge"),
    "im4gn": (4, _SMALL + " 16xlarge"),
    "inf1": (2, "xlarge 2xlarge 6xlarge 24xlarge"),
    "inf2": (4, "xlarge 8xlarge 24xlarge 48xlarge"),
    "is4gen": (6, "medium large xlarge 2xlarge 4xlarge 8xlarge"),
    "m3": (3.75, "medium large xlarge 2xlarge"),
    "p2": (15.25, "xlarge/1 8xlarge/8 16xlarge/16"),
    "p3": (7.625, "2xlarge/1 8xlarge/4 16xlarge/8"),
    "p3dn": (8, "24xlarge/8"),
    "p4d": (12, "24xlarge/8"),
    "p4de": (12, "24xlarge/8"),
    "p5": (2048 / 192, "4xlarge/1 48xlarge/8"),
    "p5e": (2048 / 192, "48xlarge/8"),
    "p5en": (2048 / 192, "48xlarge/8"),
    "p6-b200": (2048 / 192, "48xlarge/8"),
    "r3": (7.625, _SMALL),
    "r4": (7.625, _SMALL + " 16xlarge"),
    "trn1": (4, "2xlarge 32xlarge"),
    "trn1n": (4, "32xlarge"),
    "x1": (15.25, "16xlarge 32xlarge"),
    "x1e": (30.5, "xlarge 2xlarge 4xlarge 8xlarge 16xlarge 32xlarge"),
    "x2gd": (16, _GRAVITON),
    "x2idn": (16, "16xlarge 24xlarge 32xlarge"),
    "x2iedn": (32, "xlarge 2xlarge 4xlarge 8xlarge 16xlarge 24xlarge 32xlarge"),
    "x2iezn": (32, "2xlarge 4xlarge 6xlarge 8xlarge 12xlarge"),
    "z1d": (8, "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge"),
}
# vCPUs and GiB of those that break the rule of their family.
_IRREGULAR = {
    "c4.8xlarge": (36, 60.0),
    "c5n.9xlarge": (36, 96.0),
    "c5n.18xlarge": (72, 192.0),
    "d2.8xlarge": (36, 244.0),
    "hpc6a.48xlarge": (96, 384.0),
    "hpc6id.32xlarge": (64, 1024.0),
    "hpc7a.12xlarge": (24, 768.0),
    "hpc7a.24xlarge": (48, 768.0),
    "hpc7a.48xlarge": (96, 768.0),
    "hpc7a.96xlarge": (192, 768.0),
    "hpc7g.4xlarge": (16, 128.0),
    "hpc7g.8xlarge": (32, 128.0),
    "p2.16xlarge": (64, 732.0),
    "p5.4xlarge": (16, 256.0),
}
_SMALLEST = {"medium": 1, "large": 2}

# Source: model, ComputeResource.instanceTypes. `optimal` is today what default_x86_64 is; that within a
# bundle the first family which has the best size is taken is assumed.
_X86 = ("c6i", "m6i", "r6i", "c7i")
BUNDLES = {"optimal": _X86, "default_x86_64": _X86, "default_arm64": ("c6g", "m6g", "r6g", "c7g")}


def expand(names: Iterable[str], added: Mapping[str, InstanceType]) -> list[tuple[InstanceType, ...]]:
    """What each entry of instanceTypes stands for: a type, the types of a family, those of a bundle.

    A type that is listed by itself is left out of its family. Source: model, ComputeResource.

    Args:
        names: the entries.
        added: types of the test's author, by name.

    Raises:
        UsageError: there is no such entry.
    """
    entries = list(names)
    return [tuple(each for each in _found(name, added) if each.name not in entries or each.name == name)
            for name in entries]  # fmt: skip


def _found(name: str, added: Mapping[str, InstanceType]) -> tuple[InstanceType, ...]:
    if name in BUNDLES:
        return tuple(each for family in BUNDLES[name] for each in types_of(family))
    if name in added:
        return (added[name],)
    family, _, size = name.partition(".")
    own = tuple(each for each in added.values() if each.name.partition(".")[0] == family)
    if not size and (own or family in _families()):
        # The author's own replace those of the table.
        return (*(each for each in types_of(family) if each.name not in added), *own)
    for each in types_of(family):
        if each.name == name:
            return (each,)
    if size.startswith("metal") and family in _families():
        return (_metal(family, size),)
    raise UsageError(_unknown(name, added))


@cache
def types_of(family: str) -> tuple[InstanceType, ...]:
    """The types of a family, as listed; none of an unknown one. Metal is not in its family (user guide)."""
    gib, sizes = _families().get(family, (0, ""))
    return tuple(_type(family, size, gib) for size in sizes.split())


def _type(family: str, size_and_gpus: str, gib_a_vcpu: float) -> InstanceType:
    size, _, gpus = size_and_gpus.partition("/")
    name = f"{family}.{size}"
    vcpus = _SMALLEST.get(size) or 4 * int(size.removesuffix("xlarge") or 1)
    vcpus, gib = _IRREGULAR.get(name, (vcpus, vcpus * gib_a_vcpu))
    return InstanceType(name, vcpus, round(gib * 1024), int(gpus or 0))


def _metal(family: str, size: str) -> InstanceType:
    """The whole machine, which is as large as the largest size, unless the name says which (`metal-24xl`)."""
    name = f"{family}.{size.removeprefix('metal-')}arge"
    named = [each for each in types_of(family) if each.name == name]
    largest = named[0] if named else max(types_of(family), key=lambda each: each.vcpus)
    return largest._replace(name=f"{family}.{size}")


@cache
def _families() -> dict[str, tuple[float, str]]:
    families = dict(_FAMILIES)
    for names, sizes in _GENERAL:
        for name in names.split():
            for letter in "cmr" if name.startswith("*") else name[0]:
                families[letter + name[1:]] = (_GIB_A_VCPU[letter], sizes)
    return families


def _unknown(name: str, added: Mapping[str, InstanceType]) -> str:
    family = name.partition(".")[0]
    known = [each.name for each in types_of(family)]
    known += [*_families(), *BUNDLES, *added]
    near = get_close_matches(name, known, n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    example = name if "." in name else f"{name}.large"
    return (
        f"fakebatch doesn't know the instance type {name!r}, and so not what has room on it.{hint} "
        f"If there is one, add it first: fake.batch.add_instance_type({example!r}, vcpus=2, memory_mib=4096)."
    )
