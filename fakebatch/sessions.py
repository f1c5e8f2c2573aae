"""Botocore's sessions while a world is active: what they may miss, and what they must not keep."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from fakebatch.patching import wrap
from fakebatch.state import DUMMY_CREDENTIALS

# What a botocore session caches of the environment and the config files.
_CACHES = ("_auth_token", "_config", "_credentials", "_profile", "_profile_map")

_undo: list[Callable[[], None]] = []


def install() -> None:
    """Let sessions do without config files, and remember boto3's default session as it is."""
    if _undo:
        return
    from botocore.session import Session  # noqa: PLC0415 - the copy that is `botocore` now

    _undo.append(wrap(Session, "get_scoped_config", _without_profile))
    _undo.append(wrap(Session, "get_credentials", _not_keeping_ours))
    _undo.append(_default_session())


def uninstall() -> None:
    """Sessions are as they were, boto3's default one too."""
    while _undo:
        _undo.pop()()


def _without_profile(get_scoped_config: Callable[..., Any], _: Any, args: Any, kwargs: Any) -> Any:
    from botocore.exceptions import ProfileNotFound  # noqa: PLC0415 - as above

    try:
        return get_scoped_config(*args, **kwargs)
    except ProfileNotFound:
        if not _undo:
            raise
        # The file that would have it is out of sight; a session that names a profile does without.
        return {}


def _not_keeping_ours(get_credentials: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    found = get_credentials(*args, **kwargs)
    # A session that outlives the world would go on with credentials that we made up.
    if vars(found or object).get("access_key") == DUMMY_CREDENTIALS["aws_access_key_id"]:
        session._credentials = None  # noqa: SLF001 - its cache
    return found


def _default_session() -> Callable[[], None]:
    boto3: Any = sys.modules.get("boto3")
    default = None if boto3 is None else boto3.DEFAULT_SESSION
    caches: dict[str, Any] = {}
    if default is not None:
        core = vars(default._session)  # noqa: SLF001 - no public way to its caches
        caches = {name: core[name] for name in _CACHES if name in core}

    def undo() -> None:
        boto3: Any = sys.modules.get("boto3")
        if boto3 is not None:
            boto3.DEFAULT_SESSION = default
        if default is not None:
            vars(default._session).update(caches)  # noqa: SLF001 - as above

    return undo
