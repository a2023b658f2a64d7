"""The history stands in the application's database: whoever may write rows there decides nothing."""

from __future__ import annotations

import pytest

from bootstrap.problems import Refused
from bootstrap.run.seal import COLUMNS
from bootstrap.service.history import history
from tests.mysql.home import Home

PASSWORD = "Aa1!aaaaaa"
SCHEMA = "tables: {{t: {{columns: {{id: int not null, n: int{more}}}, primary_key: [id]}}}}"
FILES = {
    "seeds/s.yaml": "seeds: {t: {mode: upsert, rows: [{id: 1, n: 1}, {id: 2, n: 2}]}}",
    "steps/0001_one.after.sql": "UPDATE t SET n = n + 10;",
}

# What an account of the application writes, and the table that is named then.
PLANTED = {
    "a drop": ("INSERT INTO db_bootstrap_managed VALUES ('x', 'table', '', '', 'by_hand', 1)", "managed"),
    "no drop": ("DELETE FROM db_bootstrap_managed", "managed"),
    "a step that is done": (
        "INSERT INTO db_bootstrap_steps (name, checksum, phase, state, run, changed_at)"
        " VALUES ('0002_two', 'x', 'after', 'done', 1, now())",
        "steps",
    ),
    "a step that is not done": ("DELETE FROM db_bootstrap_steps", "steps"),
    "another checksum": ("UPDATE db_bootstrap_steps SET checksum = 'x'", "steps"),
    "a proof of rows": ("UPDATE db_bootstrap_seeds SET proof = CONCAT(proof, '1')", "seeds"),
    "an environment": ("UPDATE db_bootstrap_facts SET value = 'prod' WHERE name = 'environment'", "facts"),
    "an evidence": ("INSERT INTO db_bootstrap_facts VALUES ('structure before step 0002_two:1', 'x')", "facts"),
    "a token": ("UPDATE db_bootstrap_runs SET ready_token = 'x'", "runs"),
    "a run": (
        "INSERT INTO db_bootstrap_runs (id, action, environment, outcome, started_at, db_user, backend)"
        " VALUES (99, 'apply', '', 'applied', now(), '', '')",
        "runs",
    ),
    "no run": ("DELETE FROM db_bootstrap_runs", "runs"),
}


def declared(home: Home, more: str = "", **files: str) -> Home:
    return home.declare(SCHEMA.format(more=more), **{**FILES, **files})


def test_rows_that_others_wrote_decide_nothing(home: Home) -> None:
    login = home.account()
    home.sql(f"CREATE USER {login} IDENTIFIED BY '{PASSWORD}'", "CREATE TABLE by_hand (id int)")
    home.sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {home.name}.* TO {login}")
    declared(home).apply("run_step")
    assert home.apply().outcome == "unchanged"
    tables = [f"db_bootstrap_{name}" for name in COLUMNS]
    for name in tables:
        home.sql(f"CREATE TABLE copy_of_{name} AS SELECT * FROM {name}")
    for what, (statement, table) in PLANTED.items():
        home.as_account(login, PASSWORD, f"USE {home.name}", statement)
        declared(home, ", m: int", **{"steps/0002_two.after.sql": "UPDATE t SET n = n + 100;"})
        for command in (home.plan, home.apply, home.verified):
            with pytest.raises(
                Refused, match=rf"`db_bootstrap_{table}` in {home.name} was changed by something"
            ) as error:
                command()
        assert home.sql("SELECT id, n FROM t ORDER BY id") == [(1, 1), (2, 2)], what
        assert history(home.request()).runs is not None  # what was recorded can be looked at all the same
        for name in tables:
            home.sql(f"DELETE FROM {name}", f"INSERT INTO {name} SELECT * FROM copy_of_{name}")
        assert declared(home).verified(), what
    # The statement that the refusal gives believes what is there.
    home.sql("INSERT INTO db_bootstrap_managed VALUES ('x', 'table', '', '', 'by_hand', 1)")
    declared(home, ", m: int")
    with pytest.raises(Refused) as error:
        home.plan()
    home.sql(str(error.value).split("then believe it: ")[1])
    assert any("by_hand" in statement.sql for statement in home.plan().plan.statements)


def test_a_history_without_a_seal_is_sealed_by_the_next_run(home: Home) -> None:
    declared(home).apply()
    home.sql("DROP TABLE db_bootstrap_seal")  # as an earlier version left it
    assert home.apply().outcome == "unchanged"
    declared(home, ", m: int").apply()
    home.sql("DELETE FROM db_bootstrap_steps")
    with pytest.raises(Refused, match="db_bootstrap_steps"):
        home.plan()
