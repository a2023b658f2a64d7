"""One command for many databases: what the servers say afterwards, of each, whatever happened to another."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cli.command import db_bootstrap, start, write
from tests.cli.databases import Database, eventually
from tests.cli.test_many_runs import holding, running
from tests.conftest import fresh_database, shared_server

SERVERS = {"postgresql": "postgresql", "mysql": "mariadb"}
SCHEMA = """
tables:
  contacts:
    columns: {id: int not null, note: "varchar(20)"}
    primary_key: [id]
"""
SEEDS = "seeds:\n  contacts: {rows: [{id: 1, note: one}]}\n"


@contextmanager
def databases(engine: str, number: int) -> Iterator[list[Database]]:
    """Empty databases of the session's server."""
    server = shared_server(SERVERS[engine])
    with ExitStack() as stack:
        urls = [stack.enter_context(fresh_database(server)) for _ in range(number)]
        yield [Database(server.as_master, urlsplit(url).path.removeprefix("/")) for url in urls]


def target(database: Database) -> dict[str, Any]:
    """The database as a target."""
    url = urlsplit(database.url)
    query = {name.replace("_", "-"): values[0] for name, values in parse_qs(url.query).items()}
    return {
        "host": url.hostname,
        "port": url.port,
        "database": database.name,
        "username": url.username,
        "credentials": {"environment": "SHOP_PASSWORD"},
        "tls": {"ca_file": query.get("sslrootcert") or query["ssl-ca"]},
    }


def targets_file(folder: Path, targets: dict[str, dict[str, Any]]) -> Path:
    path = folder / "targets.json"
    path.write_text(json.dumps(targets, indent=1), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "declaration"


def declared(folder: Path, engine: str) -> Path:
    return write(folder, engine, {"schema/c.yaml": SCHEMA, "seeds/c.yaml": SEEDS})


@pytest.mark.parametrize(("engine", "number"), [("postgresql", 20), ("mysql", 3)])
def test_one_that_is_broken_stops_no_other(engine: str, number: int, folder: Path, tmp_path: Path) -> None:
    declared(folder, engine)
    with databases(engine, number) as all_of_them:
        named = {f"shop-{place:02}": database for place, database in enumerate(all_of_them)}
        [(broken, untouched), (drifted, changed), *_] = named.items()
        changed.run("apply", "staging", "--dir", folder).ended(0)
        changed.sql("ALTER TABLE contacts DROP COLUMN note")
        secrets = {"SHOP_PASSWORD": untouched.server.login.password, "WRONG_PASSWORD": "wr0ng-and-never-printed"}
        listed = {name: target(database) for name, database in named.items()}
        listed[broken]["credentials"] = {"environment": "WRONG_PASSWORD"}
        file = targets_file(tmp_path, listed)
        arguments = ("production", "--dir", folder, "--targets", file)

        done = db_bootstrap("apply", *arguments, "--parallel", "3", variables=secrets).ended(1)
        assert untouched.tables() == []
        assert list(changed.columns("contacts")) == ["id"], "it is another environment's"
        for name in [*named][2:]:
            assert named[name].sql("SELECT id, note FROM contacts") == [(1, "one")], name
            assert named[name].outcomes() == ["applied"]
        *lines, total, first, second = done.out.splitlines()
        assert total == f"{number} targets: {number - 2} done, 1 refused, 1 failed"
        assert first.startswith(f"  {broken} failed (exit code 1): ")
        assert second.startswith(f"  {drifted} refused (exit code 3): ")
        assert {line.split(":")[0] for line in lines} == {*named} - {broken, drifted}
        assert f"{broken}: db-bootstrap: " in done.err
        assert "wr0ng" not in done.text

        targets_file(tmp_path, {name: listed[name] for name in [*named][:3]})
        found = db_bootstrap("verify", *arguments, "--adopt-environment", "--format", "json", variables=secrets)
        assert found.ended(1).data["exit_code"] == 1
        assert [entry["outcome"] for entry in found.data["targets"]] == ["failed", "differs", "done"]
        assert "note" in found.data["targets"][1]["reason"]
        db_bootstrap("apply", *arguments, "--adopt-environment", variables=secrets).ended(1)
        assert list(changed.columns("contacts")) == ["id", "note"]
        assert changed.outcomes() == ["applied", "applied"]


def test_one_that_hangs_or_is_killed_stops_no_other(folder: Path, tmp_path: Path) -> None:
    """Two at once: one hangs until its process is killed, and the others have their turn meanwhile."""
    write(declared(folder, "postgresql"), "postgresql", {"steps/0001_lock.sql": "LOCK TABLE contacts;\n"})
    with databases("postgresql", 3) as [first, *others]:
        first.sql("CREATE TABLE contacts (id int PRIMARY KEY, note varchar(20))")
        named = {"hangs": first, "second": others[0], "third": others[1]}
        file = targets_file(tmp_path, {name: target(database) for name, database in named.items()})
        arguments = ("production", "--dir", folder, "--targets", file, "--parallel", "2", "--allow", "all")
        variables = {"SHOP_PASSWORD": password(first)}
        with holding(first, "SELECT * FROM contacts FOR UPDATE"):
            run = start("apply", *arguments, "--format", "json", variables=variables)
            eventually(lambda: bool(running(first, "LOCK TABLE")), "the step waits")
            for database in others:
                eventually(lambda database=database: is_filled(database), "the others are done")  # type: ignore[misc]
            assert run.process.poll() is None
            os.kill(worker_of(run.process.pid, first), signal.SIGKILL)
            done = run.finish()
        entries = done.ended(1).data["targets"]
        assert [entry["outcome"] for entry in entries] == ["killed", "done", "done"]
        assert "SIGKILL" in entries[0]["reason"]
        db_bootstrap("apply", *arguments, variables=variables).ended(0)
        assert is_filled(first)


def test_a_target_that_takes_too_long_is_ended(folder: Path, tmp_path: Path) -> None:
    write(declared(folder, "postgresql"), "postgresql", {"steps/0001_sleep.sql": "SELECT pg_sleep(600);\n"})
    with databases("postgresql", 1) as [database]:
        file = targets_file(tmp_path, {"slow": target(database)})
        arguments = ("production", "--dir", folder, "--targets", file, "--time-limit", "4s")
        done = db_bootstrap("apply", *arguments, variables={"SHOP_PASSWORD": password(database)}).ended(1)
        assert "  slow timed out (exit code 1): took longer than 4 s" in done.out
        eventually(lambda: not running(database, "pg_sleep"), "the statement was cancelled")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_reaches_every_target(number: signal.Signals, folder: Path, tmp_path: Path) -> None:
    """Also the one that no program can pass on: the others notice that the first one is gone."""
    write(declared(folder, "postgresql"), "postgresql", {"steps/0001_sleep.sql": "SELECT pg_sleep(600);\n"})
    with databases("postgresql", 3) as [first, second, third]:
        named = {"first": first, "second": second, "third": third}
        file = targets_file(tmp_path, {name: target(database) for name, database in named.items()})
        run = start("apply", "production", "--dir", folder, "--targets", file, "--parallel", "2", "--format", "json",
                    variables={"SHOP_PASSWORD": password(first)})  # fmt: skip
        for database in (first, second):
            eventually(lambda database=database: bool(running(database, "pg_sleep")), "the step runs")  # type: ignore[misc]
        run.process.send_signal(number)
        done = run.finish()
        for database in (first, second):
            eventually(lambda database=database: not running(database, "pg_sleep"), "it was cancelled")  # type: ignore[misc]
            eventually(lambda database=database: database.outcomes() == ["interrupted"], "it is recorded")  # type: ignore[misc]
        assert third.tables() == []
        if number is not signal.SIGKILL:
            entries = done.ended(128 + number).data["targets"]
            assert [entry["outcome"] for entry in entries] == ["interrupted"] * 3
            assert entries[2]["reason"] == f"interrupted by {number.name} before this one was begun"


def is_filled(database: Database) -> bool:
    return database.tables() == ["contacts"] and database.sql("SELECT id, note FROM contacts") == [(1, "one")]


def password(database: Database) -> str:
    return database.server.login.password


def worker_of(parent: int, database: Database) -> int:
    """The process below the command that is connected to this database, found by its port."""
    ports = {
        int(port)
        for (port,) in database.sql("SELECT client_port FROM pg_stat_activity WHERE datname = current_database()")
        if port is not None
    }
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    table = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    sockets = {row.split()[9] for row in table if int(row.split()[1].rpartition(":")[2], 16) in ports}
    [found] = [
        int(child)
        for child in children
        if any(link in {f"socket:[{inode}]" for inode in sockets} for link in links(Path(f"/proc/{child}/fd")))
    ]
    return found


def links(folder: Path) -> list[str]:
    return [str(descriptor.readlink()) for descriptor in folder.iterdir() if descriptor.is_symlink()]


GOOD = "a: {host: h, database: d, username: u}\n"


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        (GOOD + "b: {host: h, databse: d}\n", 2, "did you mean database?"),
        (GOOD + "b: {host: H., database: d, port: 5432}\n", 2, "target b is the same database as target a"),
        (GOOD + "a: {host: h, database: e}\n", 2, "a"),
        (GOOD + "b: {host: h}\n", 2, "target lacks database"),
        (GOOD + "b: {host: h, database: e, port: 70000}\n", 2, "port is 70000"),
        (GOOD + "b: {host: h, database: e, engine: mysql}\n", 2, "target is mysql, the declaration postgresql"),
        (GOOD + "b: {host: h, database: e, password: hunter2}\n", 2, "no key password"),
        (GOOD + "b: {host: h, database: e, credentials: hunter2}\n", 2, "credentials is text: write a mapping"),
        (GOOD + "b: postgresql://u:hunter2@h/d\n", 2, "target b is no mapping"),
        (GOOD + "b: {host: h, database: e, credentials: {iam: true}, tls: {mode: disable}}\n", 2, "needs TLS"),
        (GOOD + "'b c': {host: h, database: e}\n", 2, "cannot be a target's name"),
        (GOOD + "b: {terraform: {directory: t, key: k}}\nc: {terraform: {directory: t, key: k}}\n", 3, "the same"),
        ('{"a": {"host": "h", "database": "d",\n "prot": 1}}', 2, "did you mean port?"),
        ("", 1, "no mapping of name → target"),
        ("- {host: h}\n", 1, "no mapping of name → target"),
        ("a: {host: h\n", 2, ""),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_told_before_anything_runs(
    content: str, place: int, said: str, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "targets.yaml"
    file.write_text(content, encoding="utf-8")
    message = db_bootstrap("apply", "production", "--dir", declared(folder, "postgresql"), "--targets", file).refused(1)
    assert message.startswith(f"{file}:{place}: "), message
    assert said in message
    assert "hunter2" not in message
    assert len(message.splitlines()) == 1, message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("apply", "production", "--url", "postgresql://h/d"), "--url names one database"),
        (("apply", "production", "--plan", "plan.json"), "--plan"),
        (("plan", "production", "--out", "plan.json"), "--out is of one database"),
        (("apply",), "no environment given"),
        (("verify", "production", "--parallel", "0"), "--parallel"),
        (("verify", "production", "--time-limit", "soon"), "--time-limit"),
    ],
)
def test_what_cannot_be_meant_for_many_is_refused(
    arguments: tuple[str, ...], said: str, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "targets.yaml"
    file.write_text(GOOD, encoding="utf-8")
    done = db_bootstrap(*arguments, "--dir", declared(folder, "postgresql"), "--targets", file).ended(1)
    assert said in done.err


def test_without_a_file_there_is_nothing_to_run_at_once(folder: Path) -> None:
    done = db_bootstrap("plan", "production", "--dir", declared(folder, "postgresql"), "--parallel", "2").ended(1)
    assert "--targets FILE" in done.err


def test_a_missing_file_is_named(folder: Path) -> None:
    message = db_bootstrap("plan", "x", "--dir", declared(folder, "postgresql"), "--targets", "/no/such/file").refused(
        1
    )
    assert message.startswith("/no/such/file: ")
