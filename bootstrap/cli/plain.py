"""``db-bootstrap apply`` with arguments that need no library to be read.

To import the library takes as long as an apply that finds nothing to do. So the arguments that pipelines give are read
here; whatever is unknown, repeated or wrong here is left to the library, which reports it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

_VALUES = {"--dir": "directory", "--url": "url", "--format": "form", "--scratch-url": "scratch_url"}
_LISTS = {"--allow": "permissions"}
_FORMS = ("text", "json")


def plain_arguments(given: list[str]) -> dict[str, Any] | None:
    """The arguments of ``apply`` as the library gives them; None where the library is to read them."""
    found: dict[str, Any] = {}
    rest = iter(given)
    for word in rest:
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            name, value = "", word
        elif name not in _VALUES | _LISTS:
            return None
        elif not equals:
            value = next(rest, "")
        if not value or (value.startswith("-") and not equals):
            return None
        if name in _LISTS:
            found.setdefault(_LISTS[name], []).append(value)
            continue
        key = _VALUES[name] if name else "environment"
        if key in found:
            return None
        found[key] = value
    if found.get("form", "text") not in _FORMS or not {"environment", "url"} & found.keys():
        return None
    left_out = {"form": "text", "environment": None, "url": None, "scratch_url": None}
    converted = {"directory": Path(found.get("directory", ".")), "permissions": tuple(found.get("permissions", ()))}
    return {**left_out, **found, **converted}
