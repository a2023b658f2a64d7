"""What a function is for, in its own configuration: whoever may invoke it cannot make it do anything else.

The module writes it into the environment variable. Without the variable, an event says everything itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from bootstrap.problems import BootstrapError

VARIABLE = "DB_BOOTSTRAP_PINNED"

_SWITCHES = ("exact", "adopt_environment")
_CHANGING = ("apply", "contract", "rollback", "rebuild")


class _Bucket(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    bucket: str
    prefix: str


class Pins(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The configuration of a function.

    ``actions`` are all that it does. ``environment``, ``target`` and ``declaration_digest`` are the only ones; None:
    an event names its own. ``allow`` are the hazards that an apply may take, None: any. ``s3`` is where a declaration
    may come from, None: from the event only.
    """

    actions: tuple[str, ...]
    environment: str | None = None
    target: dict[str, Any] | None = None
    declaration_digest: str | None = None
    allow: tuple[str, ...] | None = None
    adopt_environment: bool = False
    exact: bool = False
    s3: _Bucket | None = None


def pinned(event: Mapping[str, Any], action: str, environ: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the event with what is pinned filled in.

    Raises:
        BootstrapError: the event asks for something else; or the configuration cannot be read.
    """
    text = environ.get(VARIABLE)
    if text is None:
        return event
    try:
        pins = msgspec.json.decode(text, type=Pins)
    except msgspec.DecodeError as error:
        raise BootstrapError(f"{VARIABLE} of this function cannot be read: {error}: apply the module again") from None
    if action not in pins.actions:
        raise _refusal("action", f"is {action}, and this function does {', '.join(pins.actions)} only")
    given = {name: getattr(pins, name) for name in ("environment", "target", "declaration_digest")}
    for name, value in given.items():
        if value is not None and event.get(name) not in (None, value):
            raise _refusal(name, "is another than the one that this function is for; leave it out")
    _check_more(event, action, pins)
    return {**event, **{name: value for name, value in given.items() if value is not None}}


def _check_more(event: Mapping[str, Any], action: str, pins: Pins) -> None:
    """Raise BootstrapError where the event takes liberties that are not pinned; what only reads may take any."""
    excess = sorted(set(event.get("allow") or ()) - set(pins.allow or ()))
    if action in _CHANGING and pins.allow is not None and excess:
        raise _refusal("allow", f"has {', '.join(excess)}, which this function may not take")
    for name in _SWITCHES:
        if action in _CHANGING and event.get(name) and not getattr(pins, name):
            raise _refusal(name, "is true, which this function may not do")
    place = (event.get("declaration") or {}).get("s3")
    if place is not None and not (
        pins.s3 and isinstance(place, Mapping)
        and (place.get("bucket"), place.get("prefix")) == (pins.s3.bucket, pins.s3.prefix)
    ):  # fmt: skip
        raise _refusal("declaration", "is in another place of S3 than this function reads")


def _refusal(name: str, why: str) -> BootstrapError:
    return BootstrapError(f"event: {name} {why}: change the module's variables and apply them")
