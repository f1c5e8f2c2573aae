"""An error of AWS on its way to the code under test."""

from __future__ import annotations


class ServiceError(Exception):
    """What the service answers instead of a result; the router turns it into botocore's own exception.

    Attributes:
        code: the modelled name, as in `client.exceptions.<code>`.
        message: AWS's words.
        status: the HTTP status.
        wraps: the message goes out inside the service's frame around refusals, whatever the operation.
    """

    code = "ServiceError"
    status = 400
    wraps = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
