"""What inject() may be asked for, checked against the model."""

from __future__ import annotations

from difflib import get_close_matches

from fakebatch.errors import UsageError
from fakebatch.faults import Fault


def checked(fault: Fault) -> Fault:
    """The fault, if it can be.

    Raises:
        UsageError: no such service, operation, error or count.
    """
    _check_error(fault.error)
    counts: list[tuple[str, object, int]] = [("times", fault.times, 1), ("after", fault.after, 0)]
    for name, value, least in counts:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise UsageError(f"inject({name}={value!r}): give a whole number from {least} on.")
    if fault.status is not None and not 300 <= fault.status <= 599:
        raise UsageError(f"inject(status={fault.status!r}): an error's HTTP status lies from 300 to 599.")
    if fault.service not in ("batch", "drs"):
        raise UsageError(f"inject(service={fault.service!r}): only 'batch' and 'drs' are faked.")
    _check_operation(fault.service, fault.operation)
    return fault


def _check_error(error: object) -> None:
    if isinstance(error, str) and error:
        return
    if isinstance(error, type) and issubclass(error, Exception):
        if any(base.__name__ == "ClientError" for base in error.__mro__):
            raise UsageError(
                f"inject(error={error.__name__}): a ClientError is what botocore makes of an error code. "
                'Give the code, such as error="TooManyRequestsException".'
            )
        return
    raise UsageError(
        f'inject(error={error!r}): give an AWS error code, such as "TooManyRequestsException", or an '
        "exception class, such as botocore.exceptions.ConnectTimeoutError."
    )


def _check_operation(service: str, operation: str) -> None:
    from fakebatch.clients import operation_names  # noqa: PLC0415 - imports botocore

    known = operation_names(service)
    if operation in known:
        return
    bare = {name.lower(): name for name in known}
    near = get_close_matches(str(operation).replace("_", "").lower(), bare, n=3)
    hint = f" Did you mean {' or '.join(bare[name] for name in near)}?" if near else ""
    raise UsageError(f"inject({operation!r}): {service} has no such operation.{hint}")
