"""What is dropped to be recreated is never missing: not for others while a run goes on, not after a failure."""

from __future__ import annotations

import contextlib
import threading
from contextlib import closing

import pytest

from bootstrap.problems import BootstrapError
from tests.postgresql.owner.conftest import Owned

GUARDED = """
tables:
  t:
    columns: {id: int not null, tenant: int, note: text}
    primary_key: [id]
    row_security: true
    checks: {t_tenant: tenant > 0}
    policies:
      allowed: {using: "true"}
      only_mine: {permissive: false, using: "tenant = current_setting('app.tenant')::int"}
    triggers: {stamp: {fires: before update of tenant, when: old.tenant is distinct from new.tenant, function: stamp}}
  child: {columns: {t: int, u: int}, foreign_keys: {child_t: {columns: [t], references: t}}}
  other: {columns: {id: int, u: int}}
functions:
  stamp(): {returns: trigger, language: plpgsql, body: "BEGIN NEW.note := 'seen'; RETURN NEW; END"}
  tenant_of(t bigint): {returns: bigint, language: sql, body: select t}
views:
  v: select id, tenant from t
  w: select tenant_of(tenant) as x from v
"""
BROKEN = GUARDED.replace(
    "other: {columns: {id: int, u: int}}", "other: {columns: {id: int, u: int}, unique: {o_u: [u]}}"
)
# What protects or shows the rows of a table: every line is there at every moment.
PICTURE = """
SELECT 'policy ' || polname FROM pg_policy
UNION ALL SELECT 'view ' || viewname FROM pg_views WHERE schemaname = 'public'
UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'constraint ' || conname FROM pg_constraint
  WHERE conrelid <> 0 AND connamespace = 'public'::regnamespace
UNION ALL SELECT 'rows of ' || relname FROM pg_class WHERE relrowsecurity
UNION ALL SELECT 'grant on ' || c.relname || ' to ' || a.grantee::regrole || ': ' || a.privilege_type
  FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'public'::regnamespace
UNION ALL SELECT 'function ' || p.proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'index ' || c.relname FROM pg_index i JOIN pg_class c ON c.oid = indexrelid
  WHERE c.relnamespace = 'public'::regnamespace AND indisvalid
"""


def picture(owned: Owned) -> set[str]:
    return {str(row[0]) for row in owned.rows(PICTURE)}


def prepared(owned: Owned, schema: str = GUARDED) -> set[str]:
    """Apply a declaration, fill it, and give somebody privileges that were never declared."""
    owned.apply(schema)
    owned.run(
        "INSERT INTO t VALUES (1, 5, 'a'), (2, 6, 'b')", "INSERT INTO child VALUES (1, 1)",
        "INSERT INTO other VALUES (1, 1), (2, 1)", "GRANT SELECT ON t, v, w TO pg_monitor",
    )  # fmt: skip
    return picture(owned)


CHANGES = {
    "the type of a column": ("tenant: int,", "tenant: bigint,"),
    "the result of a function": ("{returns: bigint, language: sql", "{returns: numeric, language: sql"),
    "a policy that takes something away": ("{permissive: false, using", "{permissive: false, command: select, using"),
    "a column of a view": ("select id, tenant from t", "select tenant, id from t"),
    "the partitions of a table": (
        "    row_security: true", "    partition_by: list (id)\n    partitions: {t1: default}\n    row_security: true",
    ),
    "the type of a referenced key": ("{id: int not null, tenant", "{id: numeric not null, tenant"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_failure_elsewhere_leaves_all_of_it(owned: Owned, name: str) -> None:
    before, old, new = prepared(owned), *CHANGES[name]
    assert old in BROKEN
    wanted = BROKEN.replace(old, new)
    if "referenced" in name:
        wanted = wanted.replace("{t: int, u: int}", "{t: numeric, u: int}")
    owned.problem(wanted, "all")
    assert before - picture(owned) == set()
    owned.run("UPDATE other SET u = id")
    owned.apply(wanted, "all")
    assert before - picture(owned) == set()
    assert owned.rows("SELECT * FROM t ORDER BY id") == [(1, 5, "a"), (2, 6, "b")]


@pytest.mark.parametrize("name", CHANGES)
def test_a_failure_within_leaves_all_of_it(owned: Owned, name: str) -> None:
    """A declared view that the server cannot create from the rows that are there is the last of the group."""
    old, new = CHANGES[name]
    before = prepared(owned)
    owned.run(
        "CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN"
        " IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE command_tag IN ('CREATE VIEW', 'CREATE POLICY'))"
        " THEN RAISE 'refused'; END IF; END$$"
    )
    with closing(owned.client()) as superuser, superuser.cursor() as cursor:
        cursor.execute("CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION refuse()")
        wanted = GUARDED.replace(old, new)
        if "referenced" in name:
            wanted = wanted.replace("{t: int, u: int}", "{t: numeric, u: int}")
        with contextlib.suppress(BootstrapError):  # where neither is recreated nothing is refused
            owned.apply(wanted, "all")
        assert before - picture(owned) == set()
        cursor.execute("DROP EVENT TRIGGER refuse")
    owned.apply(wanted, "all")
    assert before - picture(owned) == set()


def test_nobody_sees_the_database_without_it(owned: Owned) -> None:
    """An index that is built concurrently waits for a writer elsewhere; policies and views are there meanwhile."""
    before = prepared(owned)
    owned.run("UPDATE other SET u = id")
    old, new = CHANGES["the type of a column"]
    failures: list[BaseException] = []

    def work() -> None:
        try:
            owned.apply(BROKEN.replace(old, new), "all")
        except BaseException as error:  # noqa: BLE001  # the main thread raises it
            failures.append(error)

    with closing(owned.client()) as writer, writer.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO other VALUES (3, 3)")
        thread = threading.Thread(target=work)
        thread.start()
        seen, waits = 0, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()" \
            " AND query LIKE 'CREATE UNIQUE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'"  # fmt: skip
        while thread.is_alive() and not (seen := owned.value(waits)):
            assert before - picture(owned) == set()
        assert before - picture(owned) == set()
        cursor.execute("COMMIT")
        thread.join()
    assert not failures
    assert seen
    assert before - picture(owned) == set()


@pytest.mark.parametrize("kind", ["function", "procedure"])
def test_a_new_routine_is_never_open_to_everybody(owned: Owned, kind: str) -> None:
    routine = {
        "function": "functions: {reset(): {returns: int, language: sql, security: definer, body: select 1, GRANTS}}",
        "procedure": "procedures: {reset(): {language: sql, security: definer, body: select 1, GRANTS}}",
    }[kind].replace("GRANTS", "grants: {public: [revoke execute]}")
    owned.apply("tables: {t: {columns: {id: int, u: int}}}")
    owned.run("INSERT INTO t VALUES (1, 1), (2, 1)")
    owned.problem("tables: {t: {columns: {id: int, u: int}, unique: {t_u: [u]}}}\n" + routine)
    opened = owned.rows(
        "SELECT proname FROM pg_proc WHERE proname = 'reset' AND has_function_privilege('pg_monitor', oid, 'EXECUTE')"
    )
    assert opened == []


SWAPPED = {
    "a unique key": ("unique: {k: [a]}", "unique: {k: [b]}"),
    "a unique index": ("indexes: {k: {columns: [a], unique: true}}", "indexes: {k: {columns: [b], unique: true}}"),
    "a primary key": ("primary_key: {name: k, columns: [a]}", "primary_key: {name: k, columns: [b]}"),
    "a check": ("checks: {k: a > 0}", "checks: {k: b > 1}"),
    "a foreign key": (
        "foreign_keys: {k: {columns: [a], references: r}}", "foreign_keys: {k: {columns: [b], references: r}}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SWAPPED)
def test_a_key_stays_until_the_one_that_takes_its_place_is_proven(owned: Owned, name: str) -> None:
    schema = (
        "tables:\n  r: {columns: {id: int not null}, primary_key: [id]}\n  t: {columns: {a: int, b: int}, MEMBER}\n"
    )
    old, new = (schema.replace("MEMBER", part) for part in SWAPPED[name])
    if "primary" in name:
        old, new = (text.replace("{a: int, b: int}", "{a: int not null, b: int not null}") for text in (old, new))
    owned.apply(old)
    owned.run("INSERT INTO r VALUES (1), (2)", "INSERT INTO t VALUES (1, -1), (2, -1)")
    defined = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'k'" \
        if "index" not in name else "SELECT indexdef FROM pg_indexes WHERE indexname = 'k'"  # fmt: skip
    before = owned.rows(defined)
    owned.problem(new, "all")
    assert owned.rows(defined) == before
    owned.run("DELETE FROM t WHERE a = 1", "UPDATE t SET b = 2")
    owned.apply(new, "all")
    assert owned.rows(defined) not in ([], before)
    left = owned.rows("SELECT relname FROM pg_class WHERE relname LIKE '%db_bootstrap' AND relkind = 'i'")
    assert left == []
    assert owned.rows("SELECT conname FROM pg_constraint WHERE conname LIKE '%db_bootstrap' OR NOT convalidated") == []
