r"""Text that is none: half of a surrogate pair, such as "\ud800".

botocore's rest-json serializer writes it into a body as the escape \ud800 and sends it; in the address of a
request it is botocore itself that raises UnicodeEncodeError. What Batch makes of the escape is unknown: that
the request is refused before the service looks at anything else in it is assumed.
"""

from __future__ import annotations

import json

# The text is assumed.
NOT_UNICODE = "Request contains text that is not valid Unicode."

# A byte is looked for ten times as fast as a word, and most bodies have no escapes at all.
_BACKSLASH = ord("\\")
# What a half is escaped as; whole pairs are too, and so is a backslash of the text itself in front of `ud`.
_ESCAPE = b"\\ud"


def is_unicode(body: bytes) -> bool:
    """Whether all text of a body, as botocore serialised it, can be encoded."""
    if _BACKSLASH not in body or _ESCAPE not in body:
        return True
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
