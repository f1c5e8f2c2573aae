"""Botocore's events in, replies out: which clients are listened to, and what they are told.

While a world is active, `BaseClient._make_api_call` and `BaseClient.__init__` (and aiobotocore's own
`_make_api_call`) look at each client once and register handlers on its emitter; leaving the last world takes
every handler off again. So clients are served whenever, wherever and by whomever they were made, and none
keeps anything. `__init__` is what serves an aiobotocore that is first imported inside the mock: no import
hook is needed, which could not be taken off again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any
from weakref import ref

from fakebatch import stack, wire
from fakebatch.buckets import waiting_virtually
from fakebatch.errors import UsageError
from fakebatch.faults import due
from fakebatch.patching import wrap
from fakebatch.router import TABLES, Route, answer, route_for
from fakebatch.world import World


class Attachment:
    """The handlers on one client's emitter, and its User-Agent, made once.

    botocore writes that header anew for each call, which is a third of the call's time; nothing is sent here.
    """

    __slots__ = (
        "_agents",
        "_asynchronous",
        "_handlers",
        "_placed",
        "_region",
        "_routes",
        "_service",
        "_strict",
        "client",
    )

    def __init__(self, client: Any, forget: Callable[[ref[Any]], None]) -> None:
        self.client = ref(client, forget)
        meta = client.meta
        self._service: str = meta.service_model.service_name
        self._region: str | None = meta.region_name
        # A client that doesn't validate has a bare serializer; its config doesn't tell.
        self._strict = not hasattr(client._serializer, "_param_validator")  # noqa: SLF001
        self._asynchronous = wire.is_asynchronous(client)
        self._routes: dict[str, Route] = {}
        self._placed: tuple[World | None, tuple[str, str]] = (None, ("", ""))
        self._handlers = list(self._events(meta.service_model))
        for event, handler in self._handlers:
            # Last, so that a Stubber or a handler of the user's own comes first.
            meta.events.register_last(event, handler)
        self._agents: Any = client._user_agent_creator if self._service in TABLES else None  # noqa: SLF001
        if self._agents is not None:
            agent = self._agents.to_string()
            self._agents.to_string = lambda: agent

    def detach(self) -> None:
        """Take the handlers off, and let the client write its User-Agent again."""
        client = self.client()
        if client is not None:
            if self._agents is not None:
                vars(self._agents).pop("to_string", None)
            for event, handler in self._handlers:
                client.meta.events.unregister(event, handler)

    def _events(self, model: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
        service = self._service
        if service not in TABLES:
            yield "before-call", self._before_other_call
            return
        yield f"before-call.{service}", self._before_call
        yield f"before-send.{service}", self._before_send
        for operation in _tokened_operations(service, model):
            yield f"before-parameter-build.{service}.{operation}", self._before_parameter_build

    def _before_call(self, model: Any, params: Any, request_signer: Any, context: Any, **_: Any) -> Any:
        """Answer the call; None leaves it to the network, or to `_before_send` where a fault is due."""
        worlds = stack.worlds
        if not worlds:
            return None
        world = worlds[-1]
        operation = model.name
        route = self._routes.get(operation)
        if route is None:
            route = self._routes[operation] = route_for(self._service, model, self._strict)
        placed, place = self._placed
        if placed is not world:
            place = self._place(world, request_signer)
        with world.lock:
            state = world.begin_call()
            if state.faults:
                faults = due(state.faults, self._service, operation)
                if faults:
                    wire.Pending(world, route, params, place, faults).ride_on(params, context)
                    return None
            found = answer(world, state, route, params, place, unlogged=context.get("fakebatch_token"))
        return found, found.parsed()

    def _place(self, world: World, request_signer: Any) -> tuple[str, str]:
        """Region and account of the client; kept where nothing but the world decides on them."""
        place = (self._region or world.region, _account_of(world, request_signer))
        if not world.options.accounts:
            self._placed = (world, place)
        return place

    def _before_send(self, request: Any, **_: Any) -> Any:
        """Let an attempt on the wire fail, or answer it."""
        pending = wire.pending_of(request)
        return None if pending is None else pending.respond(request, self._asynchronous)

    def _before_parameter_build(self, params: Any, model: Any, context: Any, **_: Any) -> None:
        """Fill in the client token that botocore would make up at random."""
        name = next(iter(model.idempotent_members))
        world = stack.innermost()
        if name not in params and world is not None:
            with world.lock:
                params[name] = world.state.request_id()
            context["fakebatch_token"] = name

    def _before_other_call(self, model: Any, **_: Any) -> None:
        """Refuse a call to a service that isn't faked, where the world blocks them."""
        world = stack.innermost()
        if world is not None and world.options.others == "block":
            raise UsageError(
                f"{self._service}.{model.name} isn't faked, and this world blocks other services "
                '(others="block"). Answer it with botocore\'s Stubber, or choose others="pass": moto or the '
                "network has it."
            )


_tokened: dict[str, list[str]] = {}


def _tokened_operations(service: str, model: Any) -> list[str]:
    """The operations of a service that have a client token; looked for once in a process."""
    if service not in _tokened:
        names = model.operation_names
        _tokened[service] = [name for name in names if model.operation_model(name).idempotent_members]
    return _tokened[service]


def _account_of(world: World, request_signer: Any) -> str:
    accounts = world.options.accounts
    if not accounts:
        return world.account_id
    # Only what static credentials hold: refreshable ones keep theirs in `_access_key`, and asking them may
    # go to the network.
    key = vars(getattr(request_signer, "_credentials", None) or object).get("access_key")
    return accounts.get(key, world.account_id) if isinstance(key, str) else world.account_id


_attached: dict[int, Attachment] = {}
_undo: dict[tuple[str, str], Callable[[], None]] = {}


def _noticing_call(call: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    """Around `_make_api_call`; aiobotocore's returns a coroutine, which is passed on."""
    if id(client) not in _attached:
        _notice(client)
    return call(*args, **kwargs)


def _noticing_new(init: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> None:
    init(*args, **kwargs)
    _notice(client)


# Module, class, method: what goes around it.
_METHODS = {
    ("botocore.client", "BaseClient", "__init__"): _noticing_new,
    ("botocore.client", "BaseClient", "_make_api_call"): _noticing_call,
    ("botocore.retries.bucket", "TokenBucket", "_sleep_amount"): waiting_virtually,
    ("aiobotocore.client", "AioBaseClient", "_make_api_call"): _noticing_call,
    ("aiobotocore.retries.bucket", "AsyncTokenBucket", "_sleep_amount"): waiting_virtually,
}


def install() -> None:
    """Start listening: to clients as they are made, and to those that exist as they call.

    Again it does what is new: aiobotocore may have been imported meanwhile.
    """
    for needed in ("botocore.client", "botocore.retries.bucket"):
        import_module(needed)  # of the copy that is `botocore` now
    for (module, owner, name), wrapper in _METHODS.items():
        if module in sys.modules and (owner, name) not in _undo:
            _undo[owner, name] = wrap(getattr(sys.modules[module], owner), name, wrapper)


def uninstall() -> None:
    """Stop listening, and leave no handler on any client."""
    while _undo:
        _undo.popitem()[1]()
    while _attached:
        _attached.popitem()[1].detach()


def _notice(client: Any) -> None:
    """Attach to a client of a faked service, or of any where a world blocks the others."""
    with stack.lock:
        known = client.meta.service_model.service_name in TABLES
        blocking = any(world.options.others == "block" for world in stack.worlds)
        if stack.worlds and id(client) not in _attached and (known or blocking):
            key = id(client)
            _attached[key] = Attachment(client, lambda _: _forget(key))
            if wire.is_asynchronous(client):
                install()


def _forget(key: int) -> None:
    _attached.pop(key, None)
