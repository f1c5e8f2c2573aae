"""Every message that Batch answers with, and where its wording comes from: one module a resource.

Batch models two errors for all of its operations: ClientException (400) and ServerException (500).
Register and Create operations wrap their text with the request id; `operations.py` says which do.
Sources are named beside each text; those marked `assumed` word what nobody has captured.
"""

from __future__ import annotations

from fakebatch.aws.errors import ServiceError


class ClientException(ServiceError):
    """The request is at fault: HTTP 400, also for what does not exist."""

    code = "ClientException"
    status = 400


class InvalidRequest(ClientException):
    """SubmitJob refuses a request for its form, before it looks anything up: then it wraps its text too.

    Source: answers to SubmitJob that were recorded with the frame (`errors/jobs.py` names them), and without
    it where a queue, a definition or a share was at fault.
    """

    wraps = True


def refuse_if(condition: object, text: str) -> None:
    """Answer with this text when the condition holds, so that a list of rules reads as one."""
    if condition:
        raise ClientException(text)
