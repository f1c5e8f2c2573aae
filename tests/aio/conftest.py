"""These tests are there only where what they test is: it pins a botocore, so it has its own environment."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [f"test_{name}.py" for name in ("aiobotocore", "aioboto3") if not find_spec(name)]
