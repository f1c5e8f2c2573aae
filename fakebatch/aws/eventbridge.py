"""The envelope that EventBridge puts around what a service tells."""

from __future__ import annotations

from typing import Any

from fakebatch.aws.place import Place
from fakebatch.aws.timestamps import to_datetime


def envelope(  # noqa: PLR0917 - the members of an event, in AWS's order
    place: Place,
    event_id: str,
    detail_type: str,
    source: str,
    at_ns: int,
    resources: list[str],
    detail: dict[str, Any],
) -> dict[str, Any]:
    """An event as a target of EventBridge receives it; its time is cut to the second.

    Source: user guide, "AWS Batch events" (reference §16.1).
    """
    return {
        "version": "0",
        "id": event_id,
        "detail-type": detail_type,
        "source": source,
        "account": place.account_id,
        "time": f"{to_datetime(at_ns).isoformat()[:19]}Z",
        "region": place.region,
        "resources": resources,
        "detail": detail,
    }
