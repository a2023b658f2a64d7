"""The known name that a misspelt one most probably means."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like this one; None where no name is."""
    import difflib  # noqa: PLC0415  # only where a name is unknown

    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    close = close or [item for item in names if len(name) > 1 and item.lower().startswith(name.lower())]
    return close[0] if close else None
