"""From a request on the wire to a service's function, and from its answer to botocore's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from marshal import dumps, loads
from typing import Any, NamedTuple
from urllib.parse import unquote

from fakebatch.aws.encoding import NOT_UNICODE, is_unicode
from fakebatch.aws.errors import ServiceError
from fakebatch.aws.operations import Operation
from fakebatch.aws.packing import VERSION, pack, unpack
from fakebatch.aws.shapes import Check, Rules, known_part, summary
from fakebatch.batch import operations as batch_operations
from fakebatch.batch.errors import ClientException
from fakebatch.errors import InternalError, UsageError
from fakebatch.state import State
from fakebatch.world import World

Structure = dict[str, Any]

_scan: Any = vars(json.JSONDecoder())["scan_once"]


class Table(NamedTuple):
    """What a service answers.

    Attributes:
        operations: its rows, by AWS's name of the operation.
        refusal: the error for a request that breaks the model's constraints.
        except_enums: enumerations that it reads in its own way.
    """

    operations: Mapping[str, Operation]
    refusal: type[ServiceError]
    except_enums: frozenset[str] = frozenset()


# Batch takes RETRY and EXIT in any case (reference §9), and words its own refusal of a capability (§9.4), of
# a strategy of quota shares (§12.4) and of a permission for a device (cdk-preflight).
TABLES: dict[str, Table] = {
    "batch": Table(
        batch_operations.OPERATIONS,
        ClientException,
        frozenset(
            {
                "RetryAction",
                "ServiceJobRetryAction",
                "DeviceCgroupPermission",
                "PlatformCapability",
                "QuotaShareIdleResourceAssignmentStrategy",
            }
        ),
    ),
    "drs": Table({}, ServiceError),
}


class Route:
    """One operation of a service's model, ready to read and check its requests.

    Attributes:
        read: from botocore's request dict to the members of the request.
        rows: of its service; looked into at each call, so that a test can put a row of its own there.
        check: what the model says of a request; None when it says nothing that botocore hasn't.
        error_statuses: HTTP status by modelled error code.
        output: the shape that replies are cut down to, where the model is older than what fakebatch answers.
        plain: the body is the whole request.
    """

    __slots__ = (
        "_input",
        "_rules",
        "check",
        "error_statuses",
        "operation",
        "output",
        "plain",
        "read",
        "rows",
        "service",
    )

    def __init__(self, service: str, model: Any, strict: bool) -> None:
        self.service = service
        self.rows = TABLES[service].operations
        self.operation: str = model.name
        self.error_statuses = {
            shape.metadata.get("error", {}).get("code") or shape.name: shape.metadata.get("error", {}).get(
                "httpStatusCode"
            )
            for shape in model.error_shapes
        }
        self._input = model.input_shape
        self._rules = Rules(strict, TABLES[service].except_enums)
        self.check: Check | None = None if self._input is None else self._rules.compile(self._input)
        self.read, self.plain = _reader(model)
        self.output = model.output_shape if _is_old(model.service_model) else None

    def refuse(self, request: Structure) -> None:
        """Say, as the service would, what the model has against a request that `check` doesn't pass.

        Raises:
            ServiceError: always.
        """
        raise TABLES[self.service].refusal(summary(self._rules.explain(self._input, request)))

    def refuse_text(self) -> None:
        """Say, as the service would, that the request has text which is none.

        Raises:
            ServiceError: always.
        """
        raise TABLES[self.service].refusal(NOT_UNICODE)


# The latest members, of those that an answer may have.
_LATEST_MEMBERS = {"batch": (("JobSummary", "scheduledAt"), ("ComputeResource", "managedInstancesProvider"))}


def _is_old(model: Any) -> bool:
    """Whether botocore's model of a service lacks members that fakebatch answers with."""
    latest = _LATEST_MEMBERS.get(model.service_name, ())
    return any(member not in model.shape_for(shape).members for shape, member in latest)


_routes: dict[tuple[str, str, bool], Route] = {}


def route_for(service: str, model: Any, strict: bool) -> Route:
    """The route of an operation model; compiled once in a process.

    Args:
        service: "batch" or "drs".
        model: botocore's operation model.
        strict: the client doesn't validate parameters.
    """
    key = (service, model.name, strict)
    found = _routes.get(key)
    if found is None:
        found = _routes[key] = Route(service, model, strict)
    return found


class Answer:
    """What goes back to the client; botocore takes it for the HTTP response.

    Attributes:
        status_code: of HTTP.
        headers: of HTTP, names in lower case.
        body: the members of the response, or {"message": ...}.
        error: the code of an error, or None.
    """

    __slots__ = ("body", "error", "headers", "status_code")

    def __init__(
        self, status_code: int, headers: dict[str, str], body: Structure, error: str | None = None
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.body = body
        self.error = error

    def parsed(self) -> Structure:
        """The body as botocore's parser returns it, metadata included."""
        body = self.body
        metadata = {
            "RequestId": self.headers["x-amzn-requestid"],
            "HTTPStatusCode": self.status_code,
            "HTTPHeaders": self.headers,
            "RetryAttempts": 0,
        }
        if self.error is None:
            body["ResponseMetadata"] = metadata
            return body
        # In the order of botocore's rest-json parser.
        text = body["message"]
        return {"Error": {"Message": text, "Code": self.error}, "ResponseMetadata": metadata, "message": text}


def answer(
    world: World,
    state: State,
    route: Route,
    params: Mapping[str, Any],
    place: tuple[str, str],
    *,
    unlogged: str | None = None,
) -> Answer:
    """Answer one call and log it. Hold the world's lock.

    Args:
        world: whose call it is.
        state: what `world.begin_call()` returned.
        route: of the operation.
        params: what botocore serialised: body, url_path, query_string.
        place: region and account id of the client.
        unlogged: a member that the caller hasn't given: a client token made up on the way.

    Raises:
        UsageError: fakebatch doesn't have the operation, or a member of the request.
        InternalError: the operation failed.
    """
    request_id = state.request_id()
    request = route.read(params)
    row = route.rows.get(route.operation)
    if row is None or not request.keys() <= row.members:
        raise UsageError(_not_understood(route, row, request))
    body = params["body"] or b"{}" if route.plain and unlogged is None else _logged(request, unlogged)
    headers = {
        "date": state.date_header(),
        "content-type": "application/json",
        "x-amzn-requestid": request_id,
    }
    service, operation, at_ns = route.service, route.operation, state.sim.now_ns
    region, account_id = place
    try:
        if not is_unicode(body):
            route.refuse_text()
        if route.check is not None and not route.check(request):
            route.refuse(request)
        response = row.function(world.service(service, region, account_id), request)
        packed = response if type(response) is bytes else dumps(response, VERSION)
        if route.output is not None:
            packed = pack(known_part(route.output, unpack(packed)))
    except ServiceError as error:
        text = _wrapped(error.message, request_id) if row.wraps or error.wraps else error.message
        failure = (error.code, text)
        state.log.append((service, operation, body, None, failure, at_ns, region, account_id))
        headers["x-amzn-errortype"] = error.code
        return Answer(error.status, headers, {"message": text}, error.code)
    except UsageError:
        raise
    except Exception as error:
        raise InternalError(_defect(route, request, error)) from error
    state.log.append((service, operation, body, packed, None, at_ns, region, account_id))
    state.sim.settle()
    return Answer(200, headers, loads(packed))  # noqa: S302 - our own bytes


def _logged(request: Structure, unlogged: str | None) -> bytes:
    return json.dumps({name: value for name, value in request.items() if name != unlogged}).encode()


def _wrapped(text: str, request_id: str) -> str:
    """As Batch's Register and Create operations word their refusals (reference §9.4)."""
    return f"Error executing request, Exception : {text}, RequestId: {request_id}"


def _defect(route: Route, request: Structure, error: Exception) -> str:
    return (
        f"{route.service}.{route.operation} failed with {type(error).__name__}: {error}. This is a defect of "
        f"fakebatch, please report it. The request was {request!r}."
    )


def _not_understood(route: Route, row: Operation | None, request: Structure) -> str:
    asked = f"{route.service}.{route.operation}"
    if row is not None:
        unknown, known = (", ".join(sorted(names)) for names in (request.keys() - row.members, row.members))
        return (
            f"{asked}: fakebatch doesn't act on {unknown}, and leaving it out could make a test pass for "
            f"the wrong reason. It understands {known}."
        )
    there = (
        f"Of {route.service} there are {', '.join(sorted(route.rows))}." if route.rows else "None of its are."
    )
    return f"{asked} isn't there yet. {there} Answer the call with botocore's Stubber, or leave it out."


def _reader(model: Any) -> tuple[Callable[[Mapping[str, Any]], Structure], bool]:
    """How to read requests of an operation, and whether their body is all of them."""
    members: dict[str, Any] = {} if model.input_shape is None else model.input_shape.members
    located = {
        name: member.serialization for name, member in members.items() if "location" in member.serialization
    }
    if located:
        return _Located(model.http["requestUri"], located, members).read, False
    return _body, True


def _body(params: Mapping[str, Any]) -> Structure:
    body = params["body"]
    if not body:
        return {}
    # What json.loads comes down to, without the guesses at encoding and white space: 1.2 µs instead of 2.1.
    request: Structure = _scan(body.decode(), 0)[0]
    return request


class _Located:
    """Reads requests of which some members travel in the address."""

    def __init__(self, template: str, located: Mapping[str, Any], members: Mapping[str, Any]) -> None:
        self._query = {
            name: (how.get("name", name), members[name].type_name)
            for name, how in located.items()
            if how["location"] == "querystring"
        }
        self._names = {
            how.get("name", name): name for name, how in located.items() if how["location"] == "uri"
        }
        parts = re.split(r"\{([^}]+)\}", template)
        self._path = re.compile(
            "".join(
                re.escape(part) if number % 2 == 0 else f"(?P<{part.rstrip('+')}>.+)"
                for number, part in enumerate(parts)
            )
        )

    def read(self, params: Mapping[str, Any]) -> Structure:
        request = _body(params)
        matched = self._path.fullmatch(params["url_path"])
        if matched is not None:
            request |= {self._names[name]: unquote(text) for name, text in matched.groupdict().items()}
        query = params["query_string"]
        for name, (wire_name, kind) in self._query.items():
            if wire_name in query:
                request[name] = _typed(query[wire_name], kind)
        return request


def _typed(value: Any, kind: str) -> Any:
    if kind == "list":
        return [value] if isinstance(value, str) else list(value)
    return int(value) if kind in ("integer", "long") else value
