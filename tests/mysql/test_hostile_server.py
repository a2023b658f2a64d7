"""A server whose variables are set against us: each changes what statements do, or what values mean."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from demo.servers import MariaDBServer, MySQLServer
from demo.servers.master import make_mysql_master
from tests.cli.command import Outcome, db_bootstrap, write

MASTER, PASSWORD = "rds_master", "Of-the-master-1"

# What every session of the server begins with, by SET GLOBAL; the first words say what it would do to us.
HOSTILE = {
    "foreign_key_checks": "0",
    "unique_checks": "0",
    "sql_safe_updates": "1",
    "sql_select_limit": "1",
    "max_join_size": "1",
    "sql_big_selects": "0",
    "sql_auto_is_null": "1",
    "completion_type": "'RELEASE'",
    "autocommit": "0",
    "transaction_isolation": "'READ-UNCOMMITTED'",
    "default_storage_engine": "'MyISAM'",
    "default_tmp_storage_engine": "'MyISAM'",
    "sql_quote_show_create": "0",
    "group_concat_max_len": "4",
    "lock_wait_timeout": "1",
    "innodb_default_row_format": "'COMPACT'",
    "character_set_server": "'ascii'",
    "collation_connection": "'latin1_bin'",
    "character_set_client": "'latin1'",
    "character_set_results": "'latin1'",
    "time_zone": "'+09:00'",
    "sql_mode": "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,NO_ZERO_DATE,NO_ZERO_IN_DATE,ONLY_FULL_GROUP_BY'",
    # MySQL
    "max_execution_time": "1",
    "old_alter_table": "1",
    "sql_require_primary_key": "1",
    "show_gipk_in_create_table_and_information_schema": "0",
    # MariaDB
    "tx_isolation": "'READ-UNCOMMITTED'",
    "check_constraint_checks": "0",
    "alter_algorithm": "'INSTANT'",
    "sql_if_exists": "1",
    "innodb_force_primary_key": "1",
    "system_versioning_alter_history": "'KEEP'",
    "system_versioning_asof": "'2001-01-01 00:00:00'",
}
# For the test's own look at it.
FREE = "sql_select_limit = 1000, sql_safe_updates = 0, sql_big_selects = 1"
ENDLESS = {"mariadb": "", "mysql": ", max_execution_time = 0"}
FILES = {
    "schema/t.yaml": """
        tables:
          u:
            columns: {id: int not null}
            primary_key: [id]
          t:
            columns:
              id: int not null
              parent_id: int
              u_id: int
              created: timestamp not null
              seen: datetime
              added: {type: datetime, default: current_timestamp, nullable: false}
              fixed: {type: timestamp, default: "'2024-01-01 00:00:00'", nullable: false}
              note: {type: varchar(40), charset: utf8mb4}
            primary_key: [id]
            checks: {positive: id > 0}
            foreign_keys:
              t_parent: {columns: [parent_id], references: t(id)}
              t_u: {columns: [u_id], references: u(id)}
        views:
          v: SELECT id, 'a\\\\b' AS quoted FROM t
    """,
    "seeds/t.yaml": """
        seeds:
          u:
            mode: sync
            rows: [{id: 1}, {id: 2}, {id: 3}]
          t:
            mode: sync
            rows:
              - {id: 1, parent_id: 2, u_id: 1, created: "2024-06-01 12:00:00", seen: {sql: now()}, note: "ü😀"}
              - {id: 2, u_id: 3, created: "2024-06-01 12:00:00", seen: {sql: now()}, note: "a\\\\b", parent_id: null}
    """,
    "steps/0001_count.sql": "UPDATE t SET id = id;\n",  # t is there before: no baseline
}
BEFORE = (
    "CREATE TABLE t (id int PRIMARY KEY, created datetime NOT NULL, seen timestamp NULL) ENGINE=InnoDB"
    " ROW_FORMAT=DYNAMIC CHARACTER SET latin1",
    "INSERT INTO t VALUES (1, '2024-06-01 12:00:00', '2024-06-01 12:00:00'), (9, '2024-06-01 12:00:00', NULL)",
)


@pytest.mark.parametrize("kind", [MariaDBServer, MySQLServer])
def test_values_and_statements_mean_what_they_mean(
    kind: type[MariaDBServer] | type[MySQLServer], tmp_path: Path
) -> None:
    """On a server of its own, as an account like RDS's master."""
    declaration = write(tmp_path / "declaration", "mysql", FILES)
    with kind.start(settings={"log-bin": "binlog", "server-id": "7"}) as server:
        make_mysql_master(server, MASTER, PASSWORD)
        url = server.url("app", username=MASTER, password="x").replace(":x@", "@")
        server.execute("CREATE DATABASE app CHARACTER SET latin1")
        for name, value in HOSTILE.items():
            with contextlib.suppress(Exception):  # one that this vendor does not have
                server.execute(f"SET GLOBAL {name} = {value}")
        server.execute("SET GLOBAL init_connect = 'SET autocommit = 0, sql_safe_updates = 1, sql_select_limit = 2'")
        with server.connect("app") as plain, plain.cursor() as cursor:
            cursor.execute(f"SET foreign_key_checks = 1, {FREE}{ENDLESS[server.flavour]}")
            for statement in BEFORE:
                cursor.execute(statement)
            plain.commit()

        def run(action: str, *arguments: str | Path) -> Outcome:
            variables = {"DB_BOOTSTRAP_PASSWORD": PASSWORD}
            return db_bootstrap(action, "--url", url, *arguments, variables=variables)

        permissions = [f"--allow={name}" for name in ("data_loss:t.created", "validation_may_fail", "run_step")]
        allowed = ["--dir", str(declaration), *permissions]
        run("plan", *allowed).ended(0)
        run("apply", *allowed).ended(0)
        assert "nothing to do" in run("plan", "--dir", declaration).ended(0).text
        run("verify", "--dir", declaration).ended(0)
        assert "1    " in run("history", "--dir", declaration).ended(0).text
        run("import", "--out", tmp_path / "imported").ended(0)
        with server.connect("app") as plain, plain.cursor() as cursor:
            cursor.execute(f"SET {FREE}{ENDLESS[server.flavour]}")
            cursor.execute("SELECT id, parent_id, CAST(created AS char), note, CAST(fixed AS char) FROM t ORDER BY id")
            assert list(cursor.fetchall()) == [
                (1, 2, "2024-06-01 12:00:00", "ü😀", "2024-01-01 00:00:00"),
                (2, None, "2024-06-01 12:00:00", "a\\b", "2024-01-01 00:00:00"),
            ]
            cursor.execute("SELECT COUNT(*) FROM t WHERE seen BETWEEN NOW() - INTERVAL 1 HOUR AND NOW()")
            assert cursor.fetchall() == ((2,),)
            cursor.execute("SELECT name, state, error FROM db_bootstrap_steps")
            assert list(cursor.fetchall()) == [("0001_count", "done", "")], "the step was not run"
            cursor.execute("SELECT DISTINCT engine FROM information_schema.tables WHERE table_schema = 'app'"
                           " AND table_type = 'BASE TABLE'")  # fmt: skip
            assert cursor.fetchall() == (("InnoDB",),)


def test_a_session_that_is_not_written_to_the_binary_log_is_refused(tmp_path: Path) -> None:
    declaration = write(tmp_path, "mysql", {"schema/t.yaml": "tables: {t: {columns: {id: int not null}}}"})
    with MariaDBServer.start(settings={"log-bin": "binlog", "server-id": "7"}) as server:
        server.create_database("app")
        server.execute("CREATE USER low@'%' IDENTIFIED BY 'Low-1'")
        server.execute("GRANT ALL ON *.* TO low@'%'")
        server.execute("REVOKE SUPER, CONNECTION ADMIN ON *.* FROM low@'%'")
        server.execute("SET GLOBAL init_connect = 'SET sql_log_bin = 0'")
        url = server.url("app", username="low", password="x").replace(":x@", "@")
        said = db_bootstrap("apply", "--url", url, "--dir", declaration, variables={"DB_BOOTSTRAP_PASSWORD": "Low-1"})
        assert "sql_log_bin is off" in said.refused(5)
        server.execute("CREATE DATABASE other")
        server.execute("SET GLOBAL init_connect = 'USE other'")
        said = db_bootstrap("apply", "--url", url, "--dir", declaration, variables={"DB_BOOTSTRAP_PASSWORD": "Low-1"})
        assert "is in database other and not in app" in said.text
        assert said.code != 0
