"""A server with lower_case_table_names=1: the declared `Users` is `users` there, with rows and privileges."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from demo.servers import MariaDBServer, MySQLServer
from demo.servers.master import make_mysql_master
from tests.cli.command import Outcome, db_bootstrap, write

MASTER, PASSWORD = "rds_master", "Of-the-master-1"
GRANTEE = f"reader_{uuid.uuid4().hex[:8]}"
FILES = {
    "schema/a.yaml": f"""
        roles: {{"{GRANTEE}@%": {{attributes: {{locked: "true"}}}}}}
        tables:
          Users:
            columns: {{Id: int not null, Name: varchar(30), Added: int}}
            primary_key: [Id]
            indexes: {{ByName: [Name]}}
            grants: {{"{GRANTEE}@%": [select, "update(Name)"]}}
          UserOrders:
            columns: {{Id: int not null, UserId: int}}
            primary_key: [Id]
            foreign_keys: {{OrderUser: {{columns: [UserId], references: Users(Id)}}}}
            renamed_from: OldOrders
        views: {{AllUsers: SELECT Id FROM Users}}
        """,
    "seeds/u.yaml": """
        seeds:
          UserOrders: {mode: sync, rows: [{Id: 1, UserId: 2}]}
          Users: {mode: upsert, key: [Id], rows: [{Id: 1, Name: a}, {Id: 2, Name: b}]}
        """,
    "steps/0001_names.sql": "-- when: exists(Users.Name)\nUPDATE Users SET Added = 7;\n",
    "checks.yaml": "checks: {users: {query: SELECT COUNT(*) = 3 FROM Users}}\n",
}
BEFORE = (
    "CREATE TABLE Users (Id int PRIMARY KEY, Name varchar(20), KEY ByName (Name))",
    "INSERT INTO Users VALUES (2, 'old'), (3, 'theirs')",
    "CREATE TABLE OldOrders (Id int PRIMARY KEY, UserId int)",
    "INSERT INTO OldOrders VALUES (1, 3)",
)


@pytest.mark.parametrize("kind", [MariaDBServer, MySQLServer])
def test_names_rows_and_privileges(kind: type[MariaDBServer] | type[MySQLServer], tmp_path: Path) -> None:
    folder = write(tmp_path / "declaration", "mysql", FILES)
    with kind.start(settings={"lower-case-table-names": "1"}) as server:
        make_mysql_master(server, MASTER, PASSWORD)
        server.execute("CREATE DATABASE App")
        for statement in BEFORE:
            server.execute(statement, "app")
        url = server.url("App", username=MASTER, password="x").replace(":x@", "@")

        def run(action: str, *arguments: str | Path) -> Outcome:
            return db_bootstrap(action, "--url", url, *arguments, variables={"DB_BOOTSTRAP_PASSWORD": PASSWORD})

        run("apply", "--dir", folder, "--allow", "breaks_running_code", "--allow", "run_step:0001_names").ended(0)
        assert "unchanged" in run("apply", "--dir", folder).ended(0).text
        run("plan", "--dir", folder, "--detailed-exitcode").ended(0)
        run("plan", "--dir", folder, "--exact", "--detailed-exitcode").ended(0)
        run("verify", "--dir", folder).ended(0)
        assert server.execute("SELECT Id, Name, Added FROM users ORDER BY Id", "app") == [
            (1, "a", None),
            (2, "b", 7),
            (3, "theirs", 7),
        ]
        assert server.execute("SELECT Id, UserId FROM userorders", "app") == [(1, 2)]
        grants = " ".join(str(row[0]) for row in server.execute(f"SHOW GRANTS FOR '{GRANTEE}'@'%'"))
        assert "SELECT, UPDATE (`Name`) ON `app`.`users`" in grants
        run("import", "--out", tmp_path / "imported").ended(0)
