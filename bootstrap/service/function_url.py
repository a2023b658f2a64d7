"""The answer of a function URL (or an HTTP API, payload version 2): the health check of one environment.

The declaration lies in the function, in the folder that DB_BOOTSTRAP_DECLARATION names. Session and answers are kept
between invocations, as long as Lambda keeps the process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bootstrap.problems import BootstrapError
from bootstrap.redact import redact
from bootstrap.service.pins import pinned
from bootstrap.service.work import Request, find_destination, read_declaration

DECLARATION_VARIABLE = "DB_BOOTSTRAP_DECLARATION"
ENVIRONMENT_VARIABLE = "DB_BOOTSTRAP_ENVIRONMENT"


def is_http(event: Any) -> bool:
    """Whether an event is an HTTP request, and not one that the module passes."""
    return isinstance(event, Mapping) and "action" not in event and "http" in (event.get("requestContext") or {})


def answer(event: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """The HTTP response: 200 or 503 with JSON, 403 where the function's configuration has no ``health``."""
    headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    scheme, _, token = headers.get("authorization", "").partition(" ")
    try:
        given = pinned({"action": "health"}, "health", environ)
    except BootstrapError as error:
        return _response(403, {"status": "refused", "reason": redact(str(error))})
    try:
        check = _health(
            environ.get(DECLARATION_VARIABLE, ""), given.get("environment") or environ.get(ENVIRONMENT_VARIABLE),
            json.dumps(given.get("target")),
        )  # fmt: skip
    except BootstrapError as error:
        print(redact(str(error)), flush=True)  # names are for the log only
        return _response(503, {"status": "unreachable", "reason": None})
    return _response(*check.answer(token.strip() if scheme.lower() == "bearer" else ""))


@cache
def _health(directory: str, environment: str | None, target: str) -> Any:
    from bootstrap.insight.health import Health  # noqa: PLC0415  # no other action needs it

    if not directory:
        raise BootstrapError(f"{DECLARATION_VARIABLE} is not set: name the declaration's folder in the function")
    request = Request(directory=Path(directory), environment=environment, target=json.loads(target))
    declaration = read_declaration(request)
    return Health.of(declaration, find_destination(request, declaration.manifest))


def _response(status: int, data: Mapping[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(data, ensure_ascii=False)}
