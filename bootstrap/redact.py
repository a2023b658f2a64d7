"""Secrets have no way out: whatever leaves the process goes through :func:`redact`.

The known secrets are kept for the whole process, not passed along: a secret must also be kept out of texts that are
written by code which has never heard of it, such as a driver's message in a traceback.
"""

from __future__ import annotations

import re
from functools import lru_cache

MASK = "***"
# A short password such as "app" also occurs inside of other words: it is hidden only where it stands alone.
_SHORT = 8

_known: set[str] = set()


def remember(secret: str | None) -> None:
    """Have this secret hidden from now on, in all the forms in which it may be written."""
    if secret:
        _known.add(secret)


def redact(text: str) -> str:
    """The text with every known secret replaced by ``***``."""
    pattern = _pattern(frozenset(_known))
    return pattern.sub(MASK, text) if pattern else text


@lru_cache(maxsize=4)
def _pattern(known: frozenset[str]) -> re.Pattern[str] | None:
    """What finds all forms of these secrets, the longest first."""
    forms = sorted({form for secret in known for form in _forms(secret)}, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(_expression, forms))) if forms else None


def _expression(form: str) -> str:
    alone = len(form) < _SHORT and form.isalnum()
    return rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9])" if alone else re.escape(form)


def _forms(secret: str) -> set[str]:
    """As it is; in URLs; in JSON; in SQL and Python literals; and in base64, alone or inside of something longer."""
    import json  # noqa: PLC0415  # only where there is a secret, as below
    from urllib.parse import quote, quote_plus  # noqa: PLC0415

    escaped = json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]
    sql = secret.replace("'", "''"), secret.replace("\\", "\\\\").replace("'", "\\'")
    urls = quote(secret), quote(secret, safe=""), quote_plus(secret)
    lower = {re.sub("%[0-9A-F]{2}", lambda match: match.group(0).lower(), url) for url in urls}
    return {secret, *escaped, *sql, *urls, *lower, *_base64_forms(secret.encode())}


def _base64_forms(secret: bytes) -> set[str]:
    """What base64 makes of it at each of the three places where a byte can stand, without the neighbours' bits."""
    import base64  # noqa: PLC0415  # as above

    forms = {base64.b64encode(secret).decode(), base64.urlsafe_b64encode(secret).decode()}
    for shift in range(3):
        start = -(-shift * 8 // 6)  # the first character that holds no bit of what stands before
        bits = (shift + len(secret)) * 8
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            core = encode(b"\0" * shift + secret).decode()[start : bits // 6]
            if len(core) >= _SHORT:
                forms.add(core)
    return forms
