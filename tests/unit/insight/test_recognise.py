"""Texts of errors as drivers, ORMs and tools print them, and the causes that they are recognised as."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bootstrap.insight.diagnose.causes import MEANINGS, Cause
from bootstrap.insight.diagnose.client_rules import CONNECTION, TOOLS
from bootstrap.insight.diagnose.recognise import recognise
from bootstrap.insight.diagnose.server_rules import MYSQL, POSTGRESQL
from tests.corpora.records import CORPORA
from tests.unit.insight.driver_texts import DRIVER_TEXTS

TEXTS = [
    ("missing_table", 'asyncpg.exceptions.UndefinedTableError: relation "nope" does not exist'),
    ("missing_table", "Error 1146 (42S02): Table 'appdb.nope' doesn't exist"),
    ("missing_table", "SQLSTATE[42S02]: Base table or view not found: 1146 Table 'appdb.nope' doesn't exist"),
    ("missing_table", 'pq: relation "nope" does not exist'),
    ("missing_table", 'ERROR: relation "nope" does not exist (SQLSTATE 42P01)'),
    (
        "missing_table",
        "(conn:5, no: 1146, SQLState: 42S02) Table 'appdb.nope' doesn't exist\nsql: SELECT * FROM nope - parameters:[]",
    ),
    ("missing_table", "java.sql.SQLSyntaxErrorException: Table 'appdb.nope' doesn't exist"),
    ("missing_table", '** (Postgrex.Error) ERROR 42P01 (undefined_table) relation "nope" does not exist'),
    (
        "missing_table",
        "Invalid `prisma.user.findMany()` invocation:\n\n\nThe table `public.User` does not exist in the current database.",
    ),
    ("missing_table", 'PG::UndefinedTable: ERROR:  relation "nope" does not exist\nLINE 1: SELECT * FROM nope\n'),
    ("missing_table", "ERREUR:  la relation « nope » n'existe pas (SQLSTATE 42P01)"),
    ("missing_table", '{"level":"error","err":{"code":"42P01","message":"relation \\"nope\\" does not exist"}}'),
    (
        "missing_table",
        'Failed query: select "id" from "nope"\nparams: \n    at NodePgPreparedQuery {\n  [cause]: error: relation "nope" does not exist',
    ),
    ("missing_table", "1146 (42S02): Table 'appdb.nope' doesn't exist"),
    ("missing_table", "ER_NO_SUCH_TABLE: Table 'appdb.nope' doesn't exist"),
    ("missing_column", "Unknown column 'a.nickname' in 'field list'"),
    ("missing_column", "column streams.live_started_at does not exist"),
    ("missing_column", "The column `User.nick` does not exist in the current database."),
    ("missing_column", "Hibernate: Schema-validation: missing column [nick] in table [users]"),
    ("network_refused", "dial tcp 127.0.0.1:1: connect: connection refused"),
    ("network_refused", "[Errno 111] Connect call failed ('127.0.0.1', 1)"),
    ("network_refused", "error connecting to server: Connection refused (os error 111)"),
    ("network_refused", "tcp connect (localhost:1): connection refused - :econnrefused"),
    ("network_refused", "SQLSTATE[HY000] [2002] Connection refused"),
    ("network_refused", "2003 (HY000): Can't connect to MySQL server on '127.0.0.1:1' (111)"),
    ("network_dns", "dial tcp: lookup db.absent.invalid on 10.0.0.2:53: no such host"),
    (
        "network_dns",
        "SQLSTATE[HY000] [2002] php_network_getaddresses: getaddrinfo for db.absent.invalid failed: Name or service not known",
    ),
    ("network_dns", "tcp connect (db.absent.invalid:5432): non-existing domain - :nxdomain"),
    ("network_dns", "java.net.UnknownHostException: db.absent.invalid"),
    ("network_dns", "2005 (HY000): Unknown MySQL server host 'db.absent.invalid' (-2)"),
    (
        "auth_user_missing",
        'failed to connect to `user=ghost database=appdb`: 127.0.0.1:5432 (127.0.0.1): server error: FATAL: role "ghost" does not exist (SQLSTATE 28000)',
    ),
    ("tls_not_offered", "pq: SSL is not enabled on the server"),
    ("tls_not_offered", 'PostgreSQL server at "127.0.0.1:5432" rejected SSL upgrade'),
    ("tls_not_offered", "error performing TLS handshake: server does not support TLS"),
    ("tls_not_offered", "2026 (HY000): SSL connection error: SSL is required but the server doesn't support it"),
    ("tls_not_offered", "tls error: server refused TLS connection"),
    ("unique_violation", "Duplicate entry 'relation \"x\" does not exist' for key 'PRIMARY'"),
    (
        "unique_violation",
        'duplicate key value violates unique constraint "a"\nDETAIL:  Key (n)=(column "x" does not exist) already exists.',
    ),
    (
        "unknown",
        'insert or update on table "x" violates foreign key constraint "y"\nDETAIL: Key (a)=(1) is not present in table "z".',
    ),
    ("unknown", "You have an error in your SQL syntax; check the manual"),
    ("unknown", 'ERROR: syntax error at or near "FORM"'),
    ("unknown", "current transaction is aborted, commands ignored until end of transaction block"),
    ("unknown", "server closed the connection unexpectedly"),
    ("unknown", ""),
    ("unknown", '{"a": [1,'),
    ("too_many_connections", "Error 1040: Too many connections"),
    ("too_many_connections", "QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00"),
    ("enum_value_missing", "Data truncation: Data truncated for column 'm' at row 1"),
    ("permission", "SELECT command denied to user 'app_user'@'localhost' for table 'secret'"),
    (
        "schema_changed_under_connection",
        "cached statement plan is invalid due to a database schema or configuration change",
    ),
    ("missing_function", "PROCEDURE appdb.compute_total does not exist"),
    ("missing_type_or_extension", 'type "ltree" does not exist at character 13'),
    ("read_only", "PG::ReadOnlySqlTransaction: ERROR:  cannot execute INSERT in a read-only transaction"),
    ("missing_schema_or_search_path", 'schema "nosuch" does not exist'),
    ("missing_unique_constraint", 'constraint "a_key" for table "a" does not exist'),
    ("pooler_prepared_statement", "unnamed prepared statement does not exist"),
    ("charset", "(conn=5) Incorrect string value: '\\xF0\\x9F\\x98\\x80' for column `appdb`.`moods`.`t` at row 1"),
    ("network_route", "dial tcp 10.0.31.22:5432: i/o timeout"),
    ("network_route", "connect ETIMEDOUT 10.0.0.1:5432"),
    ("tls_required", 'no pg_hba.conf entry for host "10.0.0.1", user "x", database "y", SSL off'),
    ("tls_required", "Connections using insecure transport are prohibited while --require_secure_transport=ON."),
]


def observed() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPORA / "errors.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(("cause", "text"), [*TEXTS, *DRIVER_TEXTS])
def test_the_cause_of_a_text(cause: str, text: str) -> None:
    assert recognise(text).cause == cause


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not here")
def test_every_observed_text_is_recognised() -> None:
    """A login that MySQL rejects may have several causes with one and the same text: all of them are named."""
    wrong = []
    for row in observed():
        found = recognise(row["text"])
        causes = {found.cause.value}
        if found.cause is Cause.AUTH_PASSWORD:
            causes |= {cause.value for cause in found.alternatives}
        if row["cause_class"] not in causes and str(row["code"]) != "1044":  # see the test of that code
            wrong.append((row["cause_class"], found.cause.value, row["text"]))
    assert not wrong


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not here")
def test_the_schema_is_never_blamed_wrongly() -> None:
    blamed = [
        row["text"] for row in observed() if row["schema_is_cause"] is False and recognise(row["text"]).meaning.schema
    ]
    missed = [
        row["text"]
        for row in observed()
        if row["schema_is_cause"] is True and not recognise(row["text"]).meaning.schema
    ]
    assert not blamed
    assert not missed


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not here")
def test_the_vocabulary_is_closed() -> None:
    assert {row["cause_class"] for row in observed()} | {"unknown"} == {cause.value for cause in Cause}
    assert set(MEANINGS) == set(Cause)


def test_an_account_without_the_database_lacks_a_privilege() -> None:
    """MySQL answers 1044 where the account may log in: the privilege is missing, whatever else is wrong."""
    found = recognise("(1044, \"Access denied for user 'app'@'%' to database 'shop'\")")
    assert (found.cause, found.database) == (Cause.PERMISSION, "shop")


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("Table 'tfplayground_prod.contacts' doesn't exist", "table", "contacts"),
        ("column streams.live_started_at does not exist", "column", "streams.live_started_at"),
        ('column "nick" does not exist\nLINE 1: SELECT nick FROM app.accounts\n               ^', "column", "app.accounts.nick"),
        ("Unknown column 'a.nick' in 'field list'", "column", "a.nick"),
        ("function compute_total(integer) does not exist", "function", "compute_total(integer)"),
        ('role "ghost" does not exist', "role", "ghost"),
        ('schema "nosuch" does not exist', "schema", "nosuch"),
        ('relation "public.vehicle_type" does not exist', "table", "vehicle_type"),
    ],
)  # fmt: skip
def test_what_is_concerned_is_named(text: str, kind: str, name: str) -> None:
    found = recognise(text)
    assert (found.kind, found.name) == (kind, name)


def test_the_needles_of_rules_are_lower_case() -> None:
    """The text is lowered before it is searched: another needle would never be found."""
    rules = (*TOOLS, *POSTGRESQL, *MYSQL, *CONNECTION)
    assert not [rule for rule in rules if rule.needle != rule.needle.lower()]
