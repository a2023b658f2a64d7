"""The one JSON shape of a target, from DB_BOOTSTRAP_TARGET, a Terraform output or a Lambda event."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from bootstrap.declaration.model import Credentials, Target, Tls
from bootstrap.problems import TargetError

TARGET_VARIABLE = "DB_BOOTSTRAP_TARGET"
PORTS = {"postgresql": 5432, "mysql": 3306}

_Text = Annotated[str, msgspec.Meta(min_length=1)]


# Terraform writes an attribute that is not set as null: null is as good as absent, everywhere.
class _Credentials(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    secret_arn: _Text | None = None
    ssm_parameter: _Text | None = None
    iam: bool | None = None
    environment: _Text | None = None


class _Tls(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    mode: Literal["verify-full", "verify-ca", "require", "disable"] | None = None
    ca_file: _Text | None = None


class _Target(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    engine: Literal["postgresql", "mysql"]
    host: _Text
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] | None = None
    database: _Text
    username: str | None = None  # a secret may bring it along
    region: _Text | None = None
    credentials: _Credentials | None = None
    tls: _Tls | None = None
    connect_deadline_seconds: Annotated[int, msgspec.Meta(ge=0, le=3600)] | None = None


def decode_target(text: str | bytes, origin: str) -> Target:
    """Read a target from JSON.

    Args:
        text: the JSON.
        origin: where it comes from, for messages: ``DB_BOOTSTRAP_TARGET``.

    Raises:
        TargetError: it is not of the shape that the documentation gives; the message never repeats its values.
    """
    try:
        return _target(msgspec.json.decode(text, type=_Target), origin)
    except msgspec.ValidationError as error:
        raise TargetError(_explain(origin, error)) from None
    except msgspec.DecodeError as error:
        raise TargetError(f"{origin} is not JSON: {error}") from None


def convert_target(value: Any, origin: str) -> Target:  # what json.loads gives
    """The same for JSON that has been decoded already.

    Raises:
        TargetError: as :func:`decode_target`.
    """
    try:
        return _target(msgspec.convert(value, _Target), origin)
    except msgspec.ValidationError as error:
        raise TargetError(_explain(origin, error)) from None


def target_data(target: Target) -> dict[str, Any]:
    """Return the JSON shape of a target: the inverse of :func:`convert_target`."""
    credentials = target.credentials
    return {
        "engine": target.engine,
        "host": target.host,
        "port": target.port,
        "database": target.database,
        "username": target.username,
        "region": target.region,
        "credentials": {credentials.kind: credentials.kind == "iam" or credentials.value},
        "tls": {"mode": target.tls.mode, "ca_file": target.tls.ca_file},
        "connect_deadline_seconds": target.connect_deadline_seconds,
    }


def _target(shape: _Target, origin: str) -> Target:
    tls = shape.tls or _Tls()
    optional: dict[str, int] = {}
    if shape.connect_deadline_seconds is not None:
        optional["connect_deadline_seconds"] = shape.connect_deadline_seconds
    return Target(
        engine=shape.engine,
        host=shape.host,
        port=shape.port or PORTS[shape.engine],
        database=shape.database,
        username=shape.username or "",
        region=shape.region,
        credentials=_credentials(shape.credentials, origin),
        tls=Tls(mode=tls.mode or "verify-full", ca_file=tls.ca_file),
        **optional,
    )


def _credentials(shape: _Credentials | None, origin: str) -> Credentials:
    if shape is None:
        return Credentials()
    given = {name: value for name, value in msgspec.structs.asdict(shape).items() if value}
    if len(given) != 1:
        names = ", ".join(given) or "none"
        raise TargetError(
            f"{origin}: credentials: {names} given: exactly one of secret_arn, ssm_parameter, iam: true, environment"
        )
    [(kind, value)] = given.items()
    return Credentials(kind=kind, value="" if kind == "iam" else str(value))


def _explain(origin: str, error: msgspec.ValidationError) -> str:
    """msgspec says "Expected `int`, got `str` - at `$.tls.mode`": the path first, without the dollar."""
    what, _, path = str(error).partition(" - at `$")
    place = path.rstrip("`").removeprefix(".")
    return f"{origin}: {place + ': ' if place else ''}{what}: see the target's shape in the documentation"
