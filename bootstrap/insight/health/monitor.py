"""A health check that an application keeps: one session, one look at a time, answers that are kept for some seconds."""

from __future__ import annotations

import hmac
import json
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from bootstrap.declaration.load import load
from bootstrap.declaration.model import Declaration
from bootstrap.dialects.base import ServerError, Session
from bootstrap.dialects.registry import dialect_for
from bootstrap.insight.health.look import Expected, look
from bootstrap.insight.health.report import HealthReport, Status
from bootstrap.problems import BootstrapError
from bootstrap.redact import redact
from bootstrap.target.connect import Destination, connect
from bootstrap.target.destination import destination_of

TOKEN_VARIABLE = "DB_BOOTSTRAP_HEALTH_TOKEN"  # noqa: S105  # the name of a variable
_APPLICATION_NAME = "db-bootstrap health"
_HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store"}
_Scope = MutableMapping[str, Any]


class Health:
    """Checks that a database has what its declaration needs.

    Args:
        directory: of the declaration.
        environment: whose overlay and target hold; None: the base declaration.
        url: the database, instead of the target.
        seeds: also count the rows of tables with seeds.
        cache_seconds: how long an answer is given again without asking the database.
        timeout: seconds that the database has to answer.
        token: whoever sends it as ``Authorization: Bearer …`` sees names; default: DB_BOOTSTRAP_HEALTH_TOKEN. Without
            one nobody does.
    """

    def __init__(
        self,
        directory: str | Path,
        environment: str | None = None,
        *,
        url: str | None = None,
        seeds: bool = False,
        cache_seconds: float = 5.0,
        timeout: float = 3.0,
        token: str | None = None,
    ) -> None:
        self.directory, self.environment, self.url = Path(directory), environment, url
        self.seeds, self.cache_seconds, self.timeout = seeds, cache_seconds, timeout
        self._token = token or os.environ.get(TOKEN_VARIABLE) or ""
        self._session: Session | None = None
        self._turn = threading.Lock()
        self._kept: tuple[float, HealthReport] | None = None

    @classmethod
    def of(cls, declaration: Declaration, destination: Destination, **options: Any) -> Health:
        """A health check of what has been read and resolved already."""
        found = cls(".", declaration.environment, **options)
        found.__dict__["_known"] = (declaration, destination)
        return found

    @cached_property
    def _known(self) -> tuple[Declaration, Destination]:
        declaration = load(self.directory, self.environment)
        return declaration, destination_of(declaration.manifest, os.environ, url=self.url, directory=self.directory)

    @cached_property
    def _expected(self) -> Expected:
        declaration, _ = self._known
        return Expected.of(declaration, dialect_for(declaration.engine))

    def check(self) -> HealthReport:
        """The report of the last seconds, else that of a new look. Never raises: what fails is the report's status."""
        with self._turn:
            if self._kept is None or time.monotonic() - self._kept[0] > self.cache_seconds:
                report = self._look()
                self._kept = (time.monotonic(), report)
            return self._kept[1]

    def answer(self, token: str = "") -> tuple[int, dict[str, Any]]:
        """The HTTP status and the JSON body for whoever sent this token."""
        report = self.check()
        return report.http_status, report.data(names=self.may_see_names(token))

    def may_see_names(self, token: str) -> bool:
        """Whether a token is the right one; false where none was set."""
        return bool(self._token) and hmac.compare_digest(self._token.encode(), token.encode())

    def close(self) -> None:
        """End the session."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _look(self) -> HealthReport:
        try:
            return self._ask()
        except (BootstrapError, ServerError) as error:
            self.close()
            return HealthReport(
                status=Status.UNREACHABLE, checked_at=datetime.now(UTC), environment=self.environment or "",
                reason=redact(str(error)),
            )  # fmt: skip

    def _ask(self) -> HealthReport:
        if self._session is not None:
            with suppress(ServerError):  # the connection may have been lost since: a new one tells
                return self._query(self._session)
            self.close()
        declaration, destination = self._known
        endpoint = replace(destination.endpoint, connect_timeout_seconds=max(2, round(self.timeout)))
        destination = replace(destination, endpoint=endpoint, deadline_seconds=min(1, destination.deadline_seconds))
        session = connect(dialect_for(declaration.engine), destination, application_name=_APPLICATION_NAME)
        self._session = session
        session.set_timeouts(lock_ms=round(self.timeout * 1000), statement_ms=round(self.timeout * 1000))
        return self._query(session)

    def _query(self, session: Session) -> HealthReport:
        return look(session, dialect_for(self._known[0].engine), self._expected, seeds=self.seeds)

    def wsgi(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """A WSGI application that answers GET and HEAD at whatever path it is mounted."""
        status, data = self.answer(_bearer(str(environ.get("HTTP_AUTHORIZATION", ""))))
        body = _body(data)
        start_response(f"{status} {'OK' if status == 200 else 'Service Unavailable'}",  # noqa: PLR2004  # HTTP's own
                       [*_HEADERS.items(), ("Content-Length", str(len(body)))])  # fmt: skip
        return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else body]

    async def asgi(
        self, scope: _Scope, receive: Callable[[], Awaitable[_Scope]], send: Callable[[_Scope], Awaitable[None]]
    ) -> None:
        """An ASGI application that answers GET and HEAD at whatever path it is mounted."""
        import asyncio  # noqa: PLC0415  # only where an event loop runs already

        if scope["type"] != "http":
            await _lifespan(receive, send)
            return
        headers = {bytes(name).lower(): bytes(value) for name, value in scope.get("headers", ())}
        token = _bearer(headers.get(b"authorization", b"").decode("latin-1"))
        status, data = await asyncio.to_thread(self.answer, token)
        body = _body(data)
        lines = {**_HEADERS, "Content-Length": str(len(body))}
        await send({"type": "http.response.start", "status": status,
                    "headers": [(name.lower().encode(), value.encode()) for name, value in lines.items()]})  # fmt: skip
        await send({"type": "http.response.body", "body": b"" if scope.get("method") == "HEAD" else body})


async def _lifespan(receive: Callable[[], Awaitable[_Scope]], send: Callable[[_Scope], Awaitable[None]]) -> None:
    """Where it runs as an application of its own the server announces start and end."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _body(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()
