"""Calls that go through botocore's sending and retrying, because a fault is waiting for them there."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from botocore.awsrequest import AWSResponse

from fakebatch.calls import Logged
from fakebatch.faults import Fault, exception_of
from fakebatch.router import Answer, Route, answer
from fakebatch.world import World

# The request on the wire can't be told from others of the same client but by something that it carries.
_HEADER = "x-fakebatch-call"
_pending: WeakValueDictionary[str, Pending] = WeakValueDictionary()


class Pending:
    """A call of which each attempt on the wire takes one fault, until they are used up."""

    def __init__(
        self,
        world: World,
        route: Route,
        params: Mapping[str, Any],
        place: tuple[str, str],
        faults: list[Fault],
    ) -> None:
        self._world = world
        self._route = route
        self._params = dict(params)
        self._place = place
        self._faults = faults
        self._token: str | None = None
        self._entry: Logged | None = None

    def ride_on(self, params: Any, context: Any) -> None:
        """Go along with a request, unsigned: there may be no credentials to sign it with."""
        key = str(id(self))
        params["headers"][_HEADER] = key
        context["auth_type"] = "none"
        # Lives as long as the call.
        context["fakebatch_pending"] = self
        self._token = context.get("fakebatch_token")
        _pending[key] = self

    def respond(self, request: Any, asynchronous: bool) -> Any:
        """The response to one attempt.

        Raises:
            Exception: of the fault's class, where it injects one.
        """
        url = request.url
        # Other libraries that answer before-send, such as moto, look for the address: it isn't theirs.
        request.url = "https://fakebatch.invalid/"
        world = self._world
        with world.lock:
            world.sync()
            self._take_back()
            fault = next((each for each in self._faults if each.times), None)
            if fault is None:
                answered = self._answer()
                return _response(
                    url, answered.status_code, answered.headers, json.dumps(answered.body), asynchronous
                )
            fault.times -= 1
            self._log(fault)
            if not isinstance(fault.error, str):
                raise exception_of(fault, url)
            headers = {
                "date": world.state.date_header(),
                "content-type": "application/json",
                "x-amzn-requestid": world.state.request_id(),
                "x-amzn-errortype": fault.code,
            }
            status = fault.status_for(self._route.error_statuses.get(fault.code))
            return _response(url, status, headers, fault.body(), asynchronous)

    def _answer(self) -> Answer:
        world = self._world
        return answer(world, world.state, self._route, self._params, self._place, unlogged=self._token)

    def _log(self, fault: Fault) -> None:
        # Whether botocore tries again isn't known here: the next attempt takes the entry back.
        request = {name: v for name, v in self._route.read(self._params).items() if name != self._token}
        error = (fault.code, fault.words)
        route, state = self._route, self._world.state
        body = json.dumps(request).encode()
        self._entry = (
            route.service,
            route.operation,
            body,
            None,
            error,
            state.sim.now_ns,
            *self._place,
        )
        state.log.append(self._entry)

    def _take_back(self) -> None:
        log = self._world.state.log
        for position in range(len(log) - 1, -1, -1):
            if log[position] is self._entry:
                del log[position]
                return


def pending_of(request: Any) -> Pending | None:
    """The pending call that a request on the wire belongs to."""
    key = request.headers.get(_HEADER)
    return None if key is None else _pending.get(key.decode() if isinstance(key, bytes) else key)


def is_asynchronous(client: Any) -> bool:
    """It is a client of aiobotocore."""
    module = sys.modules.get("aiobotocore.client")
    return module is not None and isinstance(client, module.AioBaseClient)


def _response(url: str, status: int, headers: dict[str, str], body: str | bytes, asynchronous: bool) -> Any:
    kind: Any = AWSResponse
    if asynchronous:
        kind = sys.modules["aiobotocore.awsrequest"].AioAWSResponse
    response = kind(url, status, headers, None)
    response._content = body.encode() if isinstance(body, str) else body  # noqa: SLF001 - there is no raw stream
    return response
