"""Accounts and roles: what an import keeps of them, and that a member of a role has its privileges."""

from __future__ import annotations

import re

import pymysql
import pytest

from bootstrap.problems import DeclarationError, Refused
from demo.servers.master import MYSQL_PRIVILEGES
from tests.mysql.home import Home

PASSWORD = "Aa1!aaaaaa"
SCHEMA = """
    tables:
      t: {{columns: {{id: int not null}}, primary_key: [id], grants: {{{role}: [select]}}}}
    roles:
      {role}: {{}}
      {more}
      {login}@%: {{member_of: [{members}], password_secret: env:APP_PW{attributes}}}
    """
ENVIRON = {"APP_PW": PASSWORD}


def schema(role: str, login: str, members: str, more: str = "", attributes: str = "") -> str:
    return SCHEMA.format(role=role, login=login, members=members, more=more, attributes=attributes)


def test_a_member_of_a_role_has_its_privileges_when_it_logs_in(home: Home) -> None:
    role, login = home.account(), home.account()
    home.declare(schema(role, login, role)).apply(environ=ENVIRON)
    assert home.as_account(login, PASSWORD, f"SELECT * FROM {home.name}.t") == []
    assert home.verified()
    # Made by hand, or by an earlier version, without a default role: a difference.
    home.sql(f"SET DEFAULT ROLE NONE {'FOR' if home.vendor == 'mariadb' else 'TO'} '{login}'@'%'")
    assert not home.verified()
    home.apply()
    assert home.as_account(login, PASSWORD, f"SELECT * FROM {home.name}.t") == []
    home.declare(schema(role, login, role, attributes=", attributes: {default_role: none}")).apply()
    with pytest.raises(pymysql.MySQLError, match="denied"):
        home.as_account(login, PASSWORD, f"SELECT * FROM {home.name}.t")
    assert home.as_account(login, PASSWORD, f"SET ROLE {role}", f"SELECT * FROM {home.name}.t") == []
    assert home.verified()


def test_several_roles(home: Home) -> None:
    first, second, login = home.account(), home.account(), home.account()
    declared = home.declare(schema(first, login, f"{first}, {second}", f"{second}: {{}}"))
    if home.vendor == "mariadb":
        with pytest.raises(DeclarationError, match=f"role {login}@% is a member of 2 roles"):
            declared.plan()
        declared = home.declare(
            schema(first, login, f"{first}, {second}", f"{second}: {{}}", f", attributes: {{default_role: {first}}}")
        )
    declared.apply(environ=ENVIRON)
    assert home.as_account(login, PASSWORD, f"SELECT * FROM {home.name}.t") == []
    assert home.verified()


def test_an_import_keeps_what_an_account_is(home: Home) -> None:
    role, login, plain = home.account(), home.account(), home.account()
    mysql_only = " PASSWORD HISTORY 3 PASSWORD REUSE INTERVAL 9 DAY PASSWORD REQUIRE CURRENT FAILED_LOGIN_ATTEMPTS 4"
    home.sql(
        "CREATE TABLE t (id int PRIMARY KEY)", f"CREATE ROLE {role}",
        f"CREATE USER '{login}'@'%' IDENTIFIED BY '{PASSWORD}' REQUIRE ISSUER '/CN=x' SUBJECT '/C=it''s'"
        " WITH MAX_USER_CONNECTIONS 5 MAX_QUERIES_PER_HOUR 100 PASSWORD EXPIRE INTERVAL 90 DAY ACCOUNT LOCK"
        + (f"{mysql_only} PASSWORD_LOCK_TIME UNBOUNDED" if home.vendor == "mysql" else ""),
        f"CREATE USER '{plain}'@'%' IDENTIFIED BY '{PASSWORD}' PASSWORD EXPIRE NEVER",
        f"GRANT {role} TO '{login}'@'%' WITH ADMIN OPTION", f"GRANT SELECT ON t TO {role}",
        f"GRANT UPDATE ON t TO '{login}'@'%', '{plain}'@'%'",
    )  # fmt: skip
    hidden = ("password_last_changed", "authentication_string", "Password")

    def picture() -> list[object]:
        found: list[object] = []
        for name in (login, plain):
            columns = [row[0] for row in home.sql("SHOW COLUMNS FROM mysql.user") if row[0] not in hidden]
            found += home.sql(f"SELECT `{'`, `'.join(columns)}` FROM mysql.user WHERE user = '{name}'")
            found += [re.split(" IDENTIFIED| REQUIRE", row[0])[0] for row in home.sql(f"SHOW GRANTS FOR '{name}'@'%'")]
        return found

    before = picture()
    home.imported()
    home.sql(f"DROP USER '{login}'@'%', '{plain}'@'%'", f"DROP ROLE {role}")
    secrets = {f"{name.upper()}_PASSWORD": PASSWORD for name in (login, plain)}
    home.apply("all", environ=secrets)
    assert picture() == before
    assert home.verified()
    # Whatever is no longer declared is taken back.
    home.declare(f"tables: {{t: {{columns: {{id: int not null}}, primary_key: [id]}}}}\n"
                 f"roles: {{{login}@%: {{attributes: {{locked: true}}}}}}").apply("all")  # fmt: skip
    assert home.verified()
    assert home.sql(f"SELECT max_user_connections, max_questions, ssl_type FROM mysql.user WHERE user = '{login}'") == [
        (0, 0, "")
    ]


def test_an_unknown_attribute_is_refused(home: Home) -> None:
    home.declare("roles: {app@%: {attributes: {lock: true}}}")
    with pytest.raises(DeclarationError, match="unknown attribute lock of account app@%: did you mean locked"):
        home.plan()
    home.declare("roles: {app@%: {attributes: {locked: maybe}}}")
    with pytest.raises(DeclarationError, match="unknown value maybe"):
        home.plan()


def test_a_login_is_not_dropped_unasked(home: Home) -> None:
    login, role = home.account(), home.account()
    locked = "attributes: {locked: true}"
    schema = "tables: {t: {columns: {id: int not null}, primary_key: [id]}}"
    home.declare(f"{schema}\nroles: {{{login}@%: {{{locked}}}, {role}: {{}}}}").apply()
    home.sql(f"CREATE DEFINER = `{login}`@`%` SQL SECURITY INVOKER VIEW report AS SELECT id FROM t")
    home.declare(schema)
    if home.vendor == "mysql":
        with pytest.raises(Refused, match=f"role {login}@% is the definer of view report"):
            home.apply("all")
        home.sql("CREATE OR REPLACE VIEW report AS SELECT id FROM t")
    with pytest.raises(Refused) as error:
        home.apply()
    assert f"privilege_change:{login}@%" in str(error.value)
    assert f"privilege_change:{role}" not in str(error.value)
    assert ("view report cannot run" in str(error.value)) == (home.vendor == "mariadb")
    home.apply(f"privilege_change:{login}@%")
    assert home.sql(f"SELECT user FROM mysql.user WHERE user IN ('{login}', '{role}')") == []


CODE = {
    "procedure": "CREATE DEFINER = {0} PROCEDURE p() SELECT 1",
    "trigger": "CREATE DEFINER = {0} TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id + 1",
    "event": "CREATE DEFINER = {0} EVENT e ON SCHEDULE EVERY 1 YEAR DISABLE DO DELETE FROM t",
    "view": "CREATE DEFINER = {0} VIEW v AS SELECT id FROM t",
}
CHANGED = """
    tables:
      t:
        columns: {id: int not null}
        primary_key: [id]
        triggers: {g: {fires: before insert, body: SET NEW.id = NEW.id + 2}}
    procedures: {p: {body: SELECT 2}}
    events: {e: {schedule: EVERY 1 YEAR, enabled: disable, body: DELETE FROM t WHERE id = 2}}
    views: {v: SELECT id + 2 AS id FROM t}
    """


def test_nothing_is_lost_whose_definer_only_the_system_may_act_for(home: Home) -> None:
    """MySQL drops a routine of such an account, and does not let anybody without SYSTEM_USER make it again."""
    if home.vendor != "mysql":
        pytest.skip("MariaDB has no SYSTEM_USER")
    login, system = home.account(), home.account()
    home.sql(
        f"CREATE USER {login} IDENTIFIED BY 'Of-the-test-1'",
        f"GRANT {MYSQL_PRIVILEGES} ON *.* TO {login}",
        f"GRANT SET_ANY_DEFINER ON *.* TO {login}",
        f"CREATE USER {system} IDENTIFIED BY 'Of-the-system-1'",
        f"GRANT SYSTEM_USER ON *.* TO {system}",
        f"GRANT ALL ON `{home.name}`.* TO {system}",
        "CREATE TABLE t (id int NOT NULL PRIMARY KEY)",
        *(statement.format(system) for statement in CODE.values()),
    )
    code = {
        "procedure": f"SELECT routine_definition FROM information_schema.routines WHERE routine_schema = '{home.name}'",
        "trigger": "SELECT action_statement FROM information_schema.triggers"
        f" WHERE trigger_schema = '{home.name}' AND trigger_name = 'g'",
        "event": f"SELECT event_definition FROM information_schema.events WHERE event_schema = '{home.name}'",
        "view": f"SELECT view_definition FROM information_schema.views WHERE table_schema = '{home.name}'",
    }
    before = {kind: home.sql(query) for kind, query in code.items()}
    home.url = home.server.url(home.name, username=login, password="Of-the-test-1")
    home.declare(CHANGED)
    same_event = CHANGED.replace("DELETE FROM t WHERE id = 2", "DELETE FROM t")
    same_procedure = CHANGED.replace("SELECT 2", "SELECT 1")
    for declared, kind in ((same_procedure, "event e"), (same_event, "procedure p")):
        home.declare(declared)
        with pytest.raises(Refused, match=f"{kind}: its definer {system}@% has SYSTEM_USER"):
            home.apply("all")
    home.declare(same_event.replace("SELECT 2", "SELECT 1"))
    with pytest.raises(Refused) as error:
        home.apply()
    for name in ("t.g", "v"):
        assert f"'privilege_change:{name}'" in str(error.value)
    assert "grant SYSTEM_USER and SET_ANY_DEFINER" in str(error.value)
    assert {kind: home.sql(query) for kind, query in code.items()} == before
    home.apply("privilege_change")
    after = {kind: home.sql(query) for kind, query in code.items()}
    assert [kind for kind, rows in after.items() if rows and rows != before[kind]] == ["trigger", "view"]
    assert home.verified()
