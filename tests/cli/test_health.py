"""Health of real databases: as a command, a library call, in three frameworks, and as a function URL's answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bootstrap.handler import handler
from bootstrap.insight.health import Health, Status
from tests.cli.command import db_bootstrap
from tests.cli.databases import Database

TOKEN = "a-token-for-those-who-may-see-names"  # of a test
LONG = ("--timeout", "100")
Monitor = Callable[..., Health]


@pytest.fixture
def monitor(database: Database, shop: Path, monkeypatch: pytest.MonkeyPatch) -> Monitor:
    """A health check of the test's database; no answer is kept unless the test says so."""
    for name, value in database.variables.items():
        monkeypatch.setenv(name, value)

    def make(**options: Any) -> Health:
        defaults = {"url": database.url, "timeout": 100.0, "cache_seconds": 0.0}
        return Health(shop, **{**defaults, **options})

    return make


def test_from_the_first_day_to_a_column_that_somebody_dropped(database: Database, shop: Path) -> None:
    def ask(code: int, *more: str) -> Any:
        return database.run("health", "--dir", shop, *LONG, *more).ended(code).data

    before = ask(4)
    assert (before["status"], before["last_run"]) == ("incomplete", None)
    assert before["missing"] == ["table or view customers", "table or view orders"] or before["missing"] == [
        "table or view public.customers",
        "table or view public.orders",
    ]
    database.run("apply", "--dir", shop).ended(0)
    after = ask(0, "--seeds")
    assert (after["status"], after["missing"], after["last_run"]["current"]) == ("healthy", [], True)
    assert after["fingerprint"]["expected"] == after["fingerprint"]["found"] != before["fingerprint"]["found"]
    assert [(item["declared"], item["found"]) for item in after["seeds"]] == [(2, 2)]
    database.sql("DELETE FROM customers WHERE id = 2", "ALTER TABLE orders DROP COLUMN note")
    worse = ask(4, "--seeds")
    assert [name.rpartition(".")[2] for name in worse["missing"]] == ["note"]
    assert worse["seeds_short"] == 1
    database.sql("DROP TABLE orders", "DROP TABLE customers")
    assert ask(4, "--seeds")["missing_count"] == 2


def test_a_database_that_is_away(shop: Path, database: Database) -> None:
    url = f"{database.engine}://nobody@127.0.0.1:1/app"
    outcome = db_bootstrap("health", "--dir", shop, "--url", url, variables=database.variables).ended(5)
    assert outcome.data["status"] == "unreachable"


def test_one_round_trip_names_for_a_token_and_answers_that_are_kept(
    database: Database, shop: Path, monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.run("apply", "--dir", shop).ended(0)
    check = monitor(token=TOKEN, seeds=True)
    assert check.check().status is Status.HEALTHY
    session: Any = check._session
    asked: list[str] = []
    query = session.query

    def counting(sql: str, *more: Any) -> Any:
        asked.append(sql)
        return query(sql, *more)

    monkeypatch.setattr(session, "query", counting)
    assert check.answer()[0] == 200
    assert len(asked) == 1, "one round trip"
    database.sql("ALTER TABLE orders DROP COLUMN note")
    status, data = check.answer()
    assert (status, data["missing"], data["missing_count"], data["seeds"]) == (503, None, 1, None)
    assert "note" not in json.dumps(data)
    assert "note" in json.dumps(check.answer(TOKEN)[1])
    assert check.answer("another")[1]["missing"] is None
    check.close()
    kept = monitor(cache_seconds=600.0)
    first = kept.check()
    database.sql("ALTER TABLE orders ADD COLUMN note varchar(200)")
    assert kept.check() is first, "the answer of the last seconds"
    kept.close()


def test_a_session_that_the_server_ended(database: Database, shop: Path, monitor: Monitor) -> None:
    database.run("apply", "--dir", shop).ended(0)
    check = monitor()
    assert check.check().status is Status.HEALTHY
    session: Any = check._session
    kill = "SELECT pg_terminate_backend({})" if database.engine == "postgresql" else "KILL {}"
    database.sql(kill.format(session.backend))
    end = time.monotonic() + 100
    while (report := check.check()).status is not Status.HEALTHY and time.monotonic() < end:
        time.sleep(0.1)
    assert report.status is Status.HEALTHY, "a new session"
    check.close()


def test_in_flask(monitor: Monitor) -> None:
    from flask import Flask  # noqa: PLC0415  # only this test needs it
    from werkzeug.middleware.dispatcher import DispatcherMiddleware  # noqa: PLC0415  # as above

    health, app = monitor(), Flask("app")
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/health/database": health.wsgi})  # type: ignore[method-assign]  # as Flask's manual does it
    answer = app.test_client().get("/health/database")
    assert answer.status_code == 503
    assert answer.get_json()["status"] == "incomplete"
    health.close()


def get(app: Any, path: str, token: str = "") -> tuple[int, Any]:
    """What an ASGI application answers, asked as a server would."""
    sent: list[Any] = []
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "headers": [(b"authorization", f"Bearer {token}".encode())], "http_version": "1.1",
        "scheme": "http", "server": ("localhost", 80), "client": ("localhost", 1), "asgi": {"version": "3.0"},
    }  # fmt: skip

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_in_fastapi(monitor: Monitor) -> None:
    from fastapi import FastAPI  # noqa: PLC0415  # only this test needs it
    from fastapi.responses import JSONResponse  # noqa: PLC0415  # as above

    health, app = monitor(token=TOKEN), FastAPI()
    app.add_api_route("/health/database", lambda: JSONResponse(*reversed(health.answer())))
    app.mount("/mounted", health.asgi)
    status, data = get(app, "/health/database", TOKEN)
    assert (status, data["status"], data["missing"]) == (503, "incomplete", None)
    status, data = get(app, "/mounted/", TOKEN)
    assert (status, data["missing_count"]) == (503, len(data["missing"]))
    health.close()


def test_in_django(monitor: Monitor) -> None:
    import django  # noqa: PLC0415  # only this test needs it
    from django.conf import settings  # noqa: PLC0415  # as above
    from django.http import JsonResponse  # noqa: PLC0415  # as above
    from django.test import RequestFactory  # noqa: PLC0415  # as above

    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"])
        django.setup()
    health = monitor()

    def database_health(_: Any) -> JsonResponse:
        status, data = health.answer()
        return JsonResponse(data, status=status)

    answer = database_health(RequestFactory().get("/health/database"))
    assert (answer.status_code, json.loads(answer.content)["status"]) == (503, "incomplete")
    health.close()


def test_the_answer_of_a_function_url(database: Database, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event = {"version": "2.0", "rawPath": "/", "headers": {}, "requestContext": {"http": {"method": "GET"}}}
    assert handler(event)["statusCode"] == 503, "without a declaration"
    database.run("apply", "--dir", shop).ended(0)
    login, ca = database.server.login, str(database.server.ca_file)
    target = {"engine": database.engine, "host": "localhost", "port": database.server.port, "database": database.name,
              "username": login.username, "credentials": {"environment": "APP_PASSWORD"}}  # fmt: skip
    for name, value in {
        "DB_BOOTSTRAP_DECLARATION": str(shop), "APP_PASSWORD": login.password, "DB_BOOTSTRAP_CA_FILE": ca,
        "DB_BOOTSTRAP_PINNED": json.dumps({"actions": ["health"], "target": target}),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    answer = handler(event)
    assert answer["statusCode"] == 200, answer
    assert json.loads(answer["body"])["status"] == "healthy"
    monkeypatch.setenv("DB_BOOTSTRAP_PINNED", json.dumps({"actions": ["apply"], "target": target}))
    assert handler(event)["statusCode"] == 403
