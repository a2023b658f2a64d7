"""Every hop to a database on real servers: what is wrong is named at its hop, and nothing behind it looks green."""

from __future__ import annotations

import json
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bootstrap.findings import Check, State
from demo.servers import MariaDBServer, PostgresServer
from demo.servers.tls import CertificateAuthority
from tests.cli.command import Outcome, db_bootstrap, write
from tests.cli.conftest import SHOP
from tests.cli.databases import Database
from tests.conftest import fresh_database, shared_server

LONG = ("--timeout", "100")  # a machine may be slow
NOT_LOCAL = {"aws_identity", "instance", "security_groups", "route"}
PASSWORD = "Of-an-account-1"


def doctor(database: Database, folder: Path, url: str = "", *more: str, **variables: str) -> Outcome:
    """The command on a URL, as JSON."""
    arguments: list[str | Path] = [
        "doctor",
        "--dir",
        folder,
        "--url",
        url or database.url,
        "--format",
        "json",
        *(more or LONG),
    ]
    return db_bootstrap(*arguments, variables={**database.variables, **variables})


def states(outcome: Outcome) -> dict[str, str]:
    return {item["check"]: item["state"] for item in outcome.data["findings"]}


def finding(outcome: Outcome, check: str) -> Any:
    [found] = [item for item in outcome.data["findings"] if item["check"] == check]
    return found


def test_every_hop_of_a_database_that_works(database: Database, shop: Path) -> None:
    outcome = doctor(database, shop).ended(0)
    data, found = outcome.data, states(outcome)
    assert (data["format_version"], data["ok"], data["first_failure"]) == (1, True, None)
    assert list(found) == [check.value for check in Check], "each check once, in the order of the way"
    assert {name for name, state in found.items() if state == "skipped"} == NOT_LOCAL
    assert {name for name, state in found.items() if state == "unknown"} == {"storage"}, "never green"
    assert "localhost" in finding(outcome, "tls")["fact"]
    assert database.tables() == [], "nothing was changed"
    assert database.sql("SELECT count(*) FROM information_schema.schemata WHERE schema_name = 'db_bootstrap'") == [(0,)]


def test_text_is_a_line_a_check(database: Database, shop: Path) -> None:
    said = database.run("doctor", "--dir", shop, *LONG).ended(0).out.splitlines()
    assert [line.split()[1] for line in said[: len(Check)]] == [check.value for check in Check]
    assert said[len(Check) + 1].endswith("no check failed; unknown: storage")


@contextmanager
def silent_port() -> Iterator[int]:
    with socket.socket() as silent:  # bound, so that nobody else gets the port, and not listening
        silent.bind(("127.0.0.1", 0))
        yield silent.getsockname()[1]


@contextmanager
def talker(greeting: bytes) -> Iterator[int]:
    """A server that is no database."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(greeting)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def failing(outcome: Outcome, check: str, code: int, *words: str) -> None:
    """Expect that this check failed first, says these words, and has a remedy; what needs it is skipped."""
    found = outcome.ended(code)
    assert found.data["first_failure"] == check, found.out
    failed = finding(found, check)
    assert failed["remedy"], "a remedy"
    for word in words:
        assert word in failed["fact"] + failed["remedy"], failed
    for item in found.data["findings"]:
        if item["because"]:
            assert item["state"] in ("skipped", "unknown")
    assert states(found)["writer"] != "ok" or check not in ("dns", "tcp", "tls", "login", "pooler", "writer")


def test_a_port_where_nobody_listens(database: Database, shop: Path) -> None:
    with silent_port() as port:
        outcome = doctor(database, shop, f"{database.engine}://app@127.0.0.1:{port}/app")
    failing(outcome, "tcp", 5, "nothing listens", str(port))
    assert states(outcome)["tls"] == "skipped"


def test_a_name_that_does_not_resolve(database: Database, shop: Path) -> None:
    failing(doctor(database, shop, f"{database.engine}://app@nobody.invalid/app"), "dns", 5, "nobody.invalid")


def test_an_address_that_swallows_packets(database: Database, shop: Path) -> None:
    outcome = doctor(database, shop, f"{database.engine}://app@192.0.2.1/app", "--timeout", "1")
    failing(outcome, "tcp", 5, "192.0.2.1")


def test_a_server_of_another_kind(database: Database, shop: Path) -> None:
    with talker(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 99) as port:
        failing(doctor(database, shop, f"{database.engine}://app@127.0.0.1:{port}/app"), "tls", 5, "does not speak")


def test_a_certificate_authority_that_is_another(database: Database, shop: Path, tmp_path: Path) -> None:
    other = CertificateAuthority.create(tmp_path / "other").ca_file
    outcome = doctor(database, shop, DB_BOOTSTRAP_CA_FILE=str(other))
    failing(outcome, "tls", 5, "does not verify", "ca.pem", "tls.ca_file")
    failing(doctor(database, shop, database.url.split("?")[0]), "tls", 5, "does not verify", "RDS bundle")


@contextmanager
def relay(port: int) -> Iterator[int]:
    """What leads to a server under another address."""
    with socket.create_server(("127.0.0.2", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                other = socket.create_connection(("127.0.0.1", port))
                for one, two in ((connection, other), (other, connection)):
                    threading.Thread(target=carry, args=(one, two), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def carry(source: socket.socket, sink: socket.socket) -> None:
    try:
        while part := source.recv(65536):
            sink.sendall(part)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        sink.close()


def test_a_name_that_the_certificate_does_not_have(database: Database, shop: Path) -> None:
    port = urlsplit(database.url).port or 0
    with relay(port) as other:
        url = database.url.replace(f"localhost:{port}", f"127.0.0.2:{other}")
        failing(doctor(database, shop, url), "tls", 5, "127.0.0.2", "verify-ca")
        mode = "sslmode" if database.engine == "postgresql" else "ssl-mode"
        weaker = url.replace(f"{mode}=verify-full", f"{mode}=verify-ca")
        if weaker == url:
            weaker = f"{url}&{mode}=verify-ca"
        outcome = doctor(database, shop, weaker).ended(0)
        assert "not verified" in finding(outcome, "tls")["fact"]


def test_a_wrong_password(database: Database, shop: Path) -> None:
    outcome = doctor(database, shop, DB_BOOTSTRAP_PASSWORD="wr0ng-and-long-enough")
    failing(outcome, "login", 5, "refuses the login", "DB_BOOTSTRAP_PASSWORD")
    assert "wr0ng" not in outcome.text


def test_a_database_that_is_missing(database: Database, shop: Path) -> None:
    outcome = doctor(database, shop, database.url.replace(database.name, "nobody_made_it"))
    failing(outcome, "login", 5, "nobody_made_it")


def test_a_declaration_that_is_wrong(database: Database, shop: Path) -> None:
    """The way is looked at all the same."""
    (shop / "schema" / "orders.yaml").write_text("tables: {orders: {colums: {}}}\n")
    outcome = doctor(database, shop)
    assert outcome.ended(1).data["first_failure"] == "declaration"
    assert "colums" in finding(outcome, "declaration")["fact"]
    assert states(outcome)["writer"] == "ok"
    assert states(outcome)["privileges"] == "skipped"


def test_a_target_that_is_missing(tmp_path: Path) -> None:
    write(tmp_path, "postgresql", {**SHOP, "environments/staging.yaml": "policy: {}\n"})
    outcome = db_bootstrap("doctor", "staging", "--dir", tmp_path, "--format", "json").ended(1)
    assert outcome.data["first_failure"] == "target"
    assert set(states(outcome).values()) == {"ok", "failed", "skipped"}


def test_a_secret_in_a_variable_that_is_not_set(tmp_path: Path) -> None:
    write(tmp_path, "postgresql", {**SHOP, "environments/staging.yaml": "policy: {}\n"})
    target = {"engine": "postgresql", "host": "localhost", "database": "app", "username": "app",
              "credentials": {"environment": "APP_PASSWORD"}}  # fmt: skip
    with silent_port() as port:
        variables = {"DB_BOOTSTRAP_TARGET": json.dumps({**target, "port": port})}
        outcome = db_bootstrap("doctor", "staging", "--dir", tmp_path, "--format", "json", variables=variables).ended(5)
    found = states(outcome)
    assert (found["tcp"], found["credentials"]) == ("failed", "failed"), "both are looked at"
    assert "APP_PASSWORD" in finding(outcome, "credentials")["remedy"]


def test_a_database_whose_sessions_only_read(tmp_path: Path) -> None:
    server = shared_server("postgresql")
    with fresh_database(server) as url:
        database = Database(server.as_master, urlsplit(url).path.removeprefix("/"))
        database.sql(f"ALTER DATABASE {database.name} SET default_transaction_read_only = on")
        failing(doctor(database, write(tmp_path, "postgresql", SHOP)), "writer", 5, "read-only")


def test_a_reader_whose_settings_are_traps(tmp_path: Path) -> None:
    folder = write(tmp_path, "mysql", {"schema/notes.yaml": NOTES})
    with MariaDBServer.start(settings={"lower-case-table-names": "1", "max-allowed-packet": "64K"}) as server:
        server.create_database("app")
        database = Database(server, "app")
        outcome = doctor(database, folder)
        failing(outcome, "parameters", 4, "lower_case_table_names", "Notes", "max_allowed_packet")
        assert states(outcome)["writer"] == "ok"
        server.execute("SET GLOBAL read_only = ON")
        reader = doctor(database, folder).ended(5)
        assert reader.data["first_failure"] == "writer"
        assert "read_only" in finding(reader, "writer")["fact"]
        assert states(reader)["parameters"] == "failed", "it is looked at all the same"


@pytest.mark.parametrize("kind", ["postgresql", "mariadb", "mysql"])
def test_an_account_that_lacks_privileges(kind: str, tmp_path: Path) -> None:
    """It is told what to run; with exactly that it lacks nothing."""
    server, name = shared_server(kind), f"lacking_{uuid.uuid4().hex[:8]}"
    with fresh_database(server) as url:
        database = Database(server.as_master, urlsplit(url).path.removeprefix("/"))
        folder = write(tmp_path, database.engine, SHOP)
        if isinstance(server, PostgresServer):
            server.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
        else:
            server.execute(f"CREATE USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}'")
            server.execute(f"GRANT SELECT ON `{database.name}`.* TO '{name}'@'%'")
        try:
            theirs = server.url(database.name, username=name, password="x").replace(f"{name}:x@", f"{name}@")
            variables = {"DB_BOOTSTRAP_PASSWORD": PASSWORD}
            outcome = doctor(database, folder, theirs, **variables)
            failing(outcome, "privileges", 4, "CREATE")
            statements = finding(outcome, "privileges")["remedy"].partition("run: ")[2].split(";")
            for statement in filter(str.strip, statements):
                server.execute(statement, database.name)
            doctor(database, folder, theirs, **variables).ended(0)
            db_bootstrap("apply", "--dir", folder, "--url", theirs, variables=variables).ended(0)
        finally:
            if isinstance(server, PostgresServer):
                server.execute(f"DROP OWNED BY {name} CASCADE", database.name)
                server.execute(f"DROP ROLE {name}")
            else:
                server.execute(f"DROP USER '{name}'@'%'")


def test_states_are_a_closed_vocabulary() -> None:
    assert [state.value for state in State] == ["ok", "failed", "skipped", "unknown"]


CODE = """
    functions:
      one: {returns: int, body: "RETURN 1", deterministic: true}
    """
NOTES = "tables: {Notes: {columns: {id: int not null}, primary_key: [id]}}\n"


def test_a_parameter_group_that_refuses_functions(tmp_path: Path) -> None:
    server = shared_server("mysql")
    with fresh_database(server) as url:
        database = Database(server.as_master, urlsplit(url).path.removeprefix("/"))
        outcome = doctor(database, write(tmp_path, "mysql", {"schema/code.yaml": CODE}))
        failing(outcome, "parameters", 4, "log_bin_trust_function_creators", "1419")
        assert any("log_bin_trust_function_creators" in line for line in finding(outcome, "parameters")["terraform"])
