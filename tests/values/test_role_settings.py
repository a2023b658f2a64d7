"""Roles: their settings and ends are compared in the server's words; a role that is dropped lets go of everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.dialects.base import Scope
from bootstrap.problems import BootstrapError, Refused
from bootstrap.service.import_ import import_database
from tests.values.conftest import Home, values

_SETTINGS = [
    "login: true, set: {timezone: UTC}",
    "login: true, set: {SEARCH_PATH: \"''\", DateStyle: 'ISO,DMY', work_mem: 8MB}",
    "login: true, set: {search_path: 'App, \"$user\", public', application_name: 'a, b'}",
    'login: true, valid_until: "2031-01-01"',
    "valid_until: infinity",
    "valid_until: '2031-01-01 12:00:00+05'",
]


def test_settings_of_roles_converge(home: Home) -> None:
    names = [home.role() for _ in _SETTINGS]
    home.sql(*(f"DROP ROLE {name}" for name in names))
    lines = [f"  {name}: {{{facts}}}" for name, facts in zip(names, _SETTINGS, strict=True)]
    home.declare("roles:\n" + "\n".join(lines)).apply()
    assert home.plan().pending == ()
    assert home.verified()
    assert home.sql(f"SELECT rolconfig FROM pg_roles WHERE rolname = '{names[1]}'") == [
        (["DateStyle=ISO, DMY", 'search_path=""', "work_mem=8MB"],)
    ]
    home.sql(f"ALTER ROLE {names[0]} SET timezone = 'Europe/Berlin'")
    assert len(home.plan().pending) == 1


def test_a_dropped_login_is_a_hazard_and_lets_go_of_this_database(home: Home) -> None:
    name = home.role()
    home.sql(f"DROP ROLE {name}")
    head = "tables: {t: {columns: {id: integer}}}\n"
    home.declare(f"{head}roles: {{{name}: {{login: true}}}}").apply()
    home.sql(
        f"CREATE TABLE owned (id int); ALTER TABLE owned OWNER TO {name}; GRANT SELECT ON t TO {name};"
        f" INSERT INTO owned VALUES (7);"
        f" ALTER DEFAULT PRIVILEGES FOR ROLE {home.master} GRANT SELECT ON TABLES TO {name};"
        f" GRANT CONNECT ON DATABASE {home.name} TO {name}; ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
        f" CREATE POLICY p ON t TO {name}"
    )
    home.declare(head)
    with pytest.raises(Refused, match=rf"nobody can log in.*\n.*\n.*breaks_running_code:{name}"):
        home.apply()
    home.apply(f"breaks_running_code:{name}")
    assert home.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{name}'") == []
    assert home.sql("SELECT id, pg_get_userbyid(relowner) FROM owned, pg_class WHERE relname = 'owned'") == [
        (7, home.master)
    ]
    assert home.verified()


def test_what_a_dropped_role_owns_elsewhere_is_named(home: Home) -> None:
    name = home.role()
    home.sql(f"DROP ROLE {name}")
    home.declare(f"tables: {{t: {{columns: {{id: integer}}}}}}\nroles: {{{name}: {{}}}}").apply()
    elsewhere = f"{home.name}_other"
    home.server.create_database(elsewhere, owner=home.master)
    try:
        home.server.execute(f"CREATE SCHEMA x AUTHORIZATION {name}", elsewhere)
        home.declare("tables: {t: {columns: {id: integer}}}")
        with pytest.raises(BootstrapError, match=rf"1 object in database {elsewhere}"):
            home.apply()
        assert home.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{name}'") == [(1,)]
    finally:
        home.server.drop_database(elsewhere)
    home.apply()
    assert home.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{name}'") == []


@pytest.mark.parametrize("scope", [("app",), ("a*",), ()])
def test_a_part_of_a_database_without_public_is_imported(home: Home, tmp_path: Path, scope: tuple[str, ...]) -> None:
    home.as_master("CREATE SCHEMA app", "CREATE TABLE app.t (id int)")
    import_database(home.request(), tmp_path / "out", scope=Scope(schemas=scope, ignore=() if scope else ("public",)))
    home.files = {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes()
                  for path in (tmp_path / "out").rglob("*") if path.is_file()}  # fmt: skip
    assert home.plan(exact=True).pending == ()


def test_what_belongs_to_the_database_itself_is_named_by_an_import(home: Home, tmp_path: Path) -> None:
    role = home.role()
    home.sql(
        f"ALTER DATABASE {home.name} SET timezone = 'Europe/Berlin'",
        f"ALTER ROLE {role} IN DATABASE {home.name} SET app.secret = 'hidden'",
        f"COMMENT ON DATABASE {home.name} IS 'ours'",
        "CREATE TABLE t (id int)",
        "ALTER TABLE t OWNER TO values_master",
    )
    report = import_database(home.request(), tmp_path / "out")
    assert sorted(report.left_out) == [
        f"comment of the database {home.name}",
        "database setting TimeZone",
        f"setting of a role in this database {role}.app.secret",
    ]
    assert b"hidden" not in b"".join(path.read_bytes() for path in report.files)


def test_a_declaration_of_roles_only(home: Home) -> None:
    role = home.role()
    home.declare(f"roles: {{{role}: {{valid_until: infinity}}}}").apply()
    assert values(home.sql(f"SELECT rolvaliduntil IS NULL OR rolvaliduntil = 'infinity' FROM pg_roles"
                           f" WHERE rolname = '{role}'")) == [True]  # fmt: skip
    assert home.verified()
