"""Copies of a world's state: pickled, except for what is the test author's own."""

from __future__ import annotations

import pickle
from collections import OrderedDict, defaultdict, deque
from io import BytesIO
from random import Random
from types import MethodType
from typing import Any

# What a copy copies, besides fakebatch's own records. Anything else (functions, mocks, objects that a rule's
# function is bound to) stays the object it is, so that lambdas work and a test can still look at its mock.
_CONTAINERS = {dict, list, tuple, set, frozenset, bytearray, deque, defaultdict, OrderedDict, Random}
_VALUES = {str, int, float, bool, bytes, type(None)}


class Snapshot:
    """A state that can be come back to as often as wanted. Opaque: give it to `restore()`."""

    __slots__ = ("_kept", "_packed")

    def __init__(self, state: object) -> None:
        packed = BytesIO()
        pickler = _Pickler(packed)
        pickler.dump(state)
        self._packed = packed.getvalue()
        self._kept = pickler.kept

    def copy_state(self) -> Any:
        """A fresh copy of the state, sharing nothing with the snapshot but what is the author's own."""
        return _Unpickler(BytesIO(self._packed), self._kept).load()


class _Pickler(pickle.Pickler):
    def __init__(self, file: BytesIO) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self.kept: list[object] = []
        self._indices: dict[int, int] = {}
        self._copied = {**dict.fromkeys(_CONTAINERS | _VALUES, True), type: False}

    def persistent_id(self, obj: Any) -> int | None:
        kind = type(obj)
        copied = self._copied.get(kind)
        if copied is None:
            copied = self._copied[kind] = kind is MethodType or _ours(kind)
        if copied and (kind is not MethodType or _ours(type(obj.__self__))):
            return None
        index = self._indices.get(id(obj))
        if index is None:
            index = self._indices[id(obj)] = len(self.kept)
            self.kept.append(obj)
        return index


def _ours(kind: type) -> bool:
    """A class of fakebatch's records; a few of its others belong to the world, not to its state."""
    return kind.__module__.split(".", 1)[0] == "fakebatch" and not getattr(kind, "outlives_snapshots", False)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BytesIO, kept: list[object]) -> None:
        super().__init__(file)
        self._kept = kept

    def persistent_load(self, pid: Any) -> object:
        return self._kept[pid]
