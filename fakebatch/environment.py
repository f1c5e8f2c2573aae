"""Environment variables while a world is active: boto3 finds credentials and a region, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping

from fakebatch.state import DUMMY_CREDENTIALS

_REGIONS = ("AWS_DEFAULT_REGION", "AWS_REGION")
_KEYS = {"AWS_ACCESS_KEY_ID": "aws_access_key_id", "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key"}
_TOKENS = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")

# No file, profile, metadata service or credential server is looked at.
_CLOSED: Mapping[str, str | None] = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_PROFILE": None,
    "AWS_DEFAULT_PROFILE": None,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": None,
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": None,
    "AWS_WEB_IDENTITY_TOKEN_FILE": None,
}


class Overlay:
    """What one world has changed in the environment, and how it was."""

    def __init__(self, region: str) -> None:
        self.set: dict[str, str | None] = {**_CLOSED, **dict.fromkeys(_REGIONS, region)}
        # Whoever has complete credentials in the environment keeps them: other services may need them.
        if not all(os.environ.get(name) for name in _KEYS):
            self.set.update({name: DUMMY_CREDENTIALS[key] for name, key in _KEYS.items()})
            self.set.update(dict.fromkeys(_TOKENS))
        self.saved = {name: os.environ.get(name) for name in self.set}
        _apply(self.set)
        _overlays.append(self)

    def remove(self) -> None:
        """Put back what was there; under a world entered later, let that one put it back."""
        position = _overlays.index(self)
        del _overlays[position]
        if position == len(_overlays):
            _apply(self.saved)
        else:
            _overlays[position].saved.update(self.saved)


_overlays: list[Overlay] = []


def region_of_user() -> str | None:
    """The region that the environment names, not counting what worlds have put there."""
    for name in _REGIONS:
        value = os.environ.get(name)
        for overlay in reversed(_overlays):
            if value != overlay.set[name]:
                break
            value = overlay.saved[name]
        if value:
            return value
    return None


def _apply(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
