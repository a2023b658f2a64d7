"""What stands between us and the database: each obstacle has one message and its exit code, in good time."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.aws import local
from demo.aws.local import LocalAws
from tests.cli.command import Outcome, db_bootstrap, write
from tests.cli.databases import Database

SCHEMA = {"schema/t.yaml": "tables:\n  t:\n    columns: {id: int}\n"}
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:nobody-has-made-it"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    state = tmp_path_factory.mktemp("aws")
    yield local.start(state)
    local.stop(state)


def target(folder: Path, variables: dict[str, str], **values: object) -> Outcome:
    """`apply staging` with this target in DB_BOOTSTRAP_TARGET."""
    write(folder, "postgresql", {**SCHEMA, "environments/staging.yaml": "policy: {}\n"})
    whole = {"engine": "postgresql", "host": "127.0.0.1", "database": "app", "username": "app", **values}
    return db_bootstrap(
        "apply", "staging", "--dir", folder, variables={"DB_BOOTSTRAP_TARGET": json.dumps(whole), **variables}
    )


@pytest.mark.parametrize(
    ("host", "word"),
    [("nobody.invalid", "does not resolve"), ("127.0.0.1", "nothing listens"), ("192.0.2.1", "192.0.2.1")],
    ids=["name", "port", "address"],
)
def test_an_unreachable_host(tmp_path: Path, host: str, word: str) -> None:
    variables = {"DB_BOOTSTRAP_PASSWORD": "x", "DB_BOOTSTRAP_CONNECT_DEADLINE": "1"}
    with socket.socket() as silent:  # bound, so that nobody else gets the port, and not listening
        silent.bind(("127.0.0.1", 0))
        outcome = target(tmp_path, variables, host=host, port=silent.getsockname()[1], tls={"mode": "require"})
    message = outcome.ended(5).err.split("db-bootstrap: ", 1)[1]
    assert word in message
    assert message.count("\n") == 1, "one line"


def test_a_missing_secret(tmp_path: Path, aws: LocalAws) -> None:
    message = target(tmp_path, aws.environment, credentials={"secret_arn": SECRET}).refused(1)
    assert SECRET in message
    assert "does not exist" in message


def test_a_missing_parameter(tmp_path: Path, aws: LocalAws) -> None:
    message = target(tmp_path, aws.environment, credentials={"ssm_parameter": "/nobody/made/it"}).refused(1)
    assert "/nobody/made/it" in message
    assert "does not exist" in message


def test_a_missing_variable(tmp_path: Path) -> None:
    message = target(tmp_path, {}, credentials={"environment": "APP_PASSWORD"}).refused(1)
    assert "set APP_PASSWORD" in message


def test_a_wrong_password_fails_at_once(database: Database, shop: Path) -> None:
    outcome = database.run("apply", "--dir", shop, DB_BOOTSTRAP_PASSWORD="wr0ng-and-long-enough")
    message = outcome.refused(1)
    assert "refuses the login" in message
    assert "DB_BOOTSTRAP_PASSWORD" in message
    assert "wr0ng" not in message
    assert "waiting for" not in outcome.err, "no second attempt: it could lock the account"


def test_a_missing_database(database: Database, shop: Path) -> None:
    url = database.url.replace(database.name, "nobody_made_it")
    outcome = db_bootstrap("apply", "--dir", shop, "--url", url, variables=database.variables)
    message = outcome.refused(1)
    assert "nobody_made_it" in message
    assert "create database" in message


def test_a_certificate_of_somebody_else(database: Database, shop: Path) -> None:
    url = database.url.split("?")[0]  # the RDS bundle, which has not signed this server
    message = db_bootstrap("apply", "--dir", shop, "--url", url, variables=database.variables).refused(1)
    assert "certificate" in message
    assert "DB_BOOTSTRAP_CA_FILE" in message
    assert "waiting for" not in message, "no wait mends it"


def test_a_password_in_the_url_works_and_is_warned_about(database: Database, shop: Path) -> None:
    url = database.server.url(database.name)
    outcome = db_bootstrap("plan", "--dir", shop, "--url", url).ended(0)
    assert "DB_BOOTSTRAP_PASSWORD" in outcome.err
    assert database.server.login.password not in outcome.text
