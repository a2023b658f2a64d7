"""What bootstrap.yaml and an overlay set beside the structure: target, policy, scope."""

from __future__ import annotations

import re
from typing import Any

from bootstrap.declaration.convert.assembly import listed
from bootstrap.declaration.decode import Reading
from bootstrap.declaration.model import (
    Backup,
    Credentials,
    OnFailure,
    Policy,
    Position,
    Removed,
    Scope,
    Target,
    TerraformTarget,
    Tls,
)
from bootstrap.declaration.report import shown
from bootstrap.declaration.shapes.files import (
    CredentialsShape,
    LimitsShape,
    OverlayFile,
    ScopeShape,
    TargetShape,
    TlsShape,
)
from bootstrap.hazards import misspelt

_PORTS = {"postgresql": 5432, "mysql": 3306}
_DURATION = re.compile(r"(\d+)\s*(ms|s|min|h)\Z")
_OTHER_DURATION = re.compile(r"(\d+)\s*([a-z]*)\Z", re.IGNORECASE)
_OTHER_UNITS = {
    "m": "min", "mins": "min", "minute": "min", "minutes": "min", "s": "s", "sec": "s", "secs": "s", "second": "s",
    "seconds": "s", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "msec": "ms", "millis": "ms",
}  # fmt: skip
_UNITS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000}


def read_policy(*given: tuple[LimitsShape | None, Reading]) -> Policy:
    """Limits and permissions; the later of the given wins, key by key."""
    values: dict[str, Any] = {}
    for shape, reading in given:
        if shape is not None:
            values |= _limits(shape, reading)
    return Policy(**values)


def _limits(shape: LimitsShape, reading: Reading) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if shape.large_table_rows is not None:
        reading.problems.add(
            reading.position(shape, "large_table_rows"),
            "large_table_rows is replaced: what counts is how long a change blocks writes, not how many rows there are",
            "use max_block, a time: 1s is the default",
        )
    for key in ("online", "protected", "backup_days", "backup_limit_mb", "backfill_batch"):
        if getattr(shape, key) is not None:
            values[key] = getattr(shape, key)
    for key, kind in (("removed", Removed), ("on_failure", OnFailure), ("backup", Backup)):
        if getattr(shape, key) is not None:
            values[key] = kind(getattr(shape, key))
    if shape.allow is not None:
        values["allow"] = _allowed(shape, listed(shape.allow), reading)
    for key, target, unit in (
        ("max_block", "max_block_ms", 1),
        ("lock_timeout", "lock_timeout_ms", 1),
        ("statement_timeout", "statement_timeout_ms", 1),
        ("backfill_pause", "backfill_pause_ms", 1),
        ("deadline", "deadline_seconds", 1000),
    ):
        value = getattr(shape, key)
        if value is None:
            continue
        found = milliseconds(str(value))
        if found is None:
            reading.problems.add(
                reading.position(shape, key), f'{key}: "{shown(str(value))}" is not a time', time_remedy(str(value))
            )
            continue
        values[target] = max(0 if key == "max_block" else 1, found // unit)
    return values


def _allowed(shape: LimitsShape, permissions: tuple[str, ...], reading: Reading) -> tuple[str, ...]:
    for permission in permissions:
        wrong = misspelt(permission)
        if wrong is not None:
            what, remedy = wrong
            reading.problems.add(reading.position(shape, "allow"), f"allow names {shown(permission)}: {what}", remedy)
    return permissions


def milliseconds(text: str) -> int | None:
    """A time with its unit, ``500ms``; None where it is written otherwise."""
    match = _DURATION.match(text)
    return int(match[1]) * _UNITS[match[2]] if match else None


def time_remedy(text: str) -> str:
    """How to write a time that was written in another way."""
    match = _OTHER_DURATION.match(text.strip())
    meant = _OTHER_UNITS.get(match[2].lower() or "s", match[2].lower()) if match else ""
    if match and meant in _UNITS:
        return f"write {match[1]}{meant}; units are {', '.join(_UNITS)}"
    return f"write a whole number with its unit ({', '.join(_UNITS)}), as 10min"


def read_target(overlay: OverlayFile, reading: Reading, engine: str) -> Target | TerraformTarget | None:
    """The target of an overlay, if it names one."""
    return None if overlay.target is None else target_of(overlay.target, reading, engine)


def target_of(shape: TargetShape, reading: Reading, engine: str) -> Target | TerraformTarget:
    """The target that is written there; its problems are noted."""
    position = reading.position(shape)
    if shape.terraform is not None:
        if any(getattr(shape, key) is not None for key in ("host", "database", "username", "credentials")):
            reading.problems.add(position, "target has terraform and an endpoint", "keep one of the two")
        given = shape.terraform
        if given.workspace is True or given.workspace == "":
            remedy = "name the workspace, or false for a configuration without workspaces"
            reading.problems.add(reading.position(given), "target.terraform.workspace names no workspace", remedy)
        workspace = "" if isinstance(given.workspace, bool) else given.workspace
        return TerraformTarget(directory=given.directory, output=given.output, key=given.key, workspace=workspace)
    return _endpoint(shape, reading, position, engine)


def _endpoint(shape: TargetShape, reading: Reading, position: Position, engine: str) -> Target:
    for key in ("host", "database"):
        if not getattr(shape, key):
            reading.problems.add(position, f"target lacks {key}", f"add {key}:, or terraform: with the output")
    if shape.engine is not None and shape.engine != engine:
        where = reading.position(shape, "engine")
        reading.problems.add(where, f"target is {shape.engine}, the declaration {engine}", "make them agree")
    for key, most in (("port", 65535), ("connect_deadline_seconds", 3600)):
        value = getattr(shape, key)
        if value is not None and value > most:
            where = reading.position(shape, key)
            reading.problems.add(where, f"{key} is {value}", f"write a number up to {most}")
    tls = shape.tls or TlsShape()
    optional: dict[str, Any] = {}
    if shape.connect_deadline_seconds is not None:
        optional["connect_deadline_seconds"] = shape.connect_deadline_seconds
    return Target(
        engine=engine,
        host=shape.host or "",
        database=shape.database or "",
        username=shape.username or "",
        port=shape.port or _PORTS.get(engine, 0),
        region=shape.region,
        credentials=_credentials(shape.credentials, reading),
        tls=Tls(mode=tls.mode or "verify-full", ca_file=tls.ca_file),
        **optional,
    )


def _credentials(shape: CredentialsShape | None, reading: Reading) -> Credentials:
    if shape is None:
        return Credentials()
    kinds = ("secret_arn", "ssm_parameter", "iam", "environment")
    given = [(kind, getattr(shape, kind)) for kind in kinds if getattr(shape, kind)]
    if len(given) != 1:
        names = ", ".join(kind for kind, _ in given) or "none"
        reading.problems.add(
            reading.position(shape), f"credentials: {names} given", f"give exactly one of {', '.join(kinds)}"
        )
        return Credentials()
    [(kind, value)] = given
    return Credentials(kind=kind, value="" if kind == "iam" else str(value))


def read_scope(shape: ScopeShape | None) -> Scope:
    """What is managed."""
    if shape is None:
        return Scope()
    return Scope(schemas=listed(shape.schemas), tables=listed(shape.tables), ignore=listed(shape.ignore))
