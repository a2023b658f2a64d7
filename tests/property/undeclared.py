"""Things that nobody declared, on tables that somebody did: what the server says of them, however they are named."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import psycopg2
import pymysql

from tests.corpora.rows import Structure, qualified, quoted

ROLES = {"postgresql": "property_reader", "mysql": "property_reader@localhost"}
PREFIX = "extra_"

# What is made; {t} the table, {c} one of its columns, {n} a number, {role} somebody.
_POSTGRES = (
    "CREATE INDEX extra_index_{n} ON {t} ({c}); COMMENT ON INDEX {schema}extra_index_{n} IS 'extra'",
    "ALTER TABLE {t} ADD CONSTRAINT extra_check_{n} CHECK ({c} IS NULL OR {c} IS NOT NULL);"
    " COMMENT ON CONSTRAINT extra_check_{n} ON {t} IS 'extra'",
    "CREATE POLICY extra_policy_{n} ON {t} USING ({c} IS NULL); COMMENT ON POLICY extra_policy_{n} ON {t} IS 'extra';"
    " ALTER TABLE {t} ENABLE ROW LEVEL SECURITY; ALTER TABLE {t} FORCE ROW LEVEL SECURITY",
    "CREATE FUNCTION extra_function_{n}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    " CREATE TRIGGER extra_trigger_{n} BEFORE UPDATE OF {c} ON {t} FOR EACH ROW EXECUTE FUNCTION extra_function_{n}();"
    " COMMENT ON TRIGGER extra_trigger_{n} ON {t} IS 'extra'",
    "CREATE STATISTICS {schema}extra_statistics_{n} (ndistinct) ON {c}, ({c} IS NULL) FROM {t}",
    "ALTER TABLE {t} ADD COLUMN extra_column_{n} integer DEFAULT 7; COMMENT ON COLUMN {t}.extra_column_{n} IS 'extra'",
    "CREATE VIEW extra_view_{n} AS SELECT {c} FROM {t}; GRANT SELECT ON extra_view_{n} TO {role}",
    "CREATE MATERIALIZED VIEW extra_kept_{n} AS SELECT {c} FROM {t};"
    " CREATE INDEX extra_of_view_{n} ON extra_kept_{n} ({c})",
    "CREATE TABLE extra_child_{n} (extra_own text) INHERITS ({t})",
    "GRANT SELECT ({c}), REFERENCES ({c}) ON {t} TO {role}",
    "GRANT DELETE ON {t} TO {role}",
    "CREATE RULE extra_rule_{n} AS ON DELETE TO {t} WHERE old.{c} IS NULL DO INSTEAD NOTHING",
)
_MYSQL = (
    "CREATE INDEX extra_index_{n} ON {t} ({c}) COMMENT 'extra'",
    "ALTER TABLE {t} ADD CONSTRAINT extra_check_{n} CHECK ({c} IS NULL OR {c} IS NOT NULL)",
    "CREATE TRIGGER extra_trigger_{n} BEFORE UPDATE ON {t} FOR EACH ROW SET @extra = NEW.{c}",
    "ALTER TABLE {t} ADD COLUMN extra_column_{n} int DEFAULT 7 COMMENT 'extra'",
    "CREATE VIEW extra_view_{n} AS SELECT {c} FROM {t}",
    "GRANT SELECT ({c}), REFERENCES ({c}) ON {t} TO {role}",
    "GRANT DELETE ON {t} TO {role}",
)
FORMS = {"postgresql": _POSTGRES, "mysql": _MYSQL}

_SEEN = {
    "postgresql": """
SELECT 'index', t.oid::regclass::text, c.relname, obj_description(c.oid, 'pg_class'), i.indisvalid::text
FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_class t ON t.oid = i.indrelid
WHERE c.relname LIKE 'extra%'
UNION ALL SELECT 'check', conrelid::regclass::text, conname, obj_description(oid, 'pg_constraint'), convalidated::text
FROM pg_constraint WHERE conname LIKE 'extra%' AND contype = 'c'
UNION ALL SELECT 'policy', polrelid::regclass::text, polname, obj_description(oid, 'pg_policy'), polcmd::text
FROM pg_policy WHERE polname LIKE 'extra%'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, obj_description(oid, 'pg_trigger'), tgenabled::text
FROM pg_trigger WHERE tgname LIKE 'extra%'
UNION ALL SELECT 'statistics', stxrelid::regclass::text, stxname, '', stxkind::text
FROM pg_statistic_ext WHERE stxname LIKE 'extra%'
UNION ALL SELECT 'column', attrelid::regclass::text, attname, col_description(attrelid, attnum), atttypid::regtype::text
FROM pg_attribute WHERE attname LIKE 'extra%' AND attnum > 0 AND NOT attisdropped
  AND attrelid NOT IN (SELECT oid FROM pg_class WHERE relkind IN ('v', 'm', 'i'))
UNION ALL SELECT 'relation', '', oid::regclass::text, '', relkind::text || coalesce(relacl::text, '')
FROM pg_class WHERE relname LIKE 'extra%' AND relkind IN ('r', 'v', 'm')
UNION ALL SELECT 'rule', ev_class::regclass::text, rulename, '', ev_enabled::text
FROM pg_rewrite WHERE rulename LIKE 'extra%'
UNION ALL SELECT 'function', '', proname, '', '' FROM pg_proc WHERE proname LIKE 'extra%'
UNION ALL SELECT 'right', c.oid::regclass::text, '', a.privilege_type, ''
FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee = '{role}'::regrole AND a.privilege_type = 'DELETE'
UNION ALL SELECT 'right', c.oid::regclass::text, t.attname, a.privilege_type, ''
FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a
WHERE a.grantee = '{role}'::regrole AND a.privilege_type IN ('SELECT', 'REFERENCES')
""",
    "mysql": """
SELECT DISTINCT 'index', table_name, index_name, index_comment, column_name FROM information_schema.statistics
WHERE table_schema = database() AND index_name LIKE 'extra%'
UNION ALL SELECT 'check', table_name, constraint_name, '', '' FROM information_schema.table_constraints
WHERE table_schema = database() AND constraint_name LIKE 'extra%'
UNION ALL SELECT 'trigger', event_object_table, trigger_name, '', action_statement FROM information_schema.triggers
WHERE trigger_schema = database() AND trigger_name LIKE 'extra%'
UNION ALL SELECT 'column', table_name, column_name, column_comment, column_type FROM information_schema.columns
WHERE table_schema = database() AND column_name LIKE 'extra%' AND table_name NOT LIKE 'extra%'
UNION ALL SELECT 'view', '', table_name, '', '' FROM information_schema.views
WHERE table_schema = database() AND table_name LIKE 'extra%'
UNION ALL SELECT 'right', table_name, column_name, privilege_type, '' FROM information_schema.column_privileges
WHERE table_schema = database() AND privilege_type IN ('SELECT', 'REFERENCES') AND grantee LIKE '%property_reader%'
UNION ALL SELECT 'right', table_name, '', privilege_type, '' FROM information_schema.table_privileges
WHERE table_schema = database() AND privilege_type = 'DELETE' AND grantee LIKE '%property_reader%'
""",
}


@dataclass(frozen=True, order=True)
class Seen:
    """One thing as the server describes it."""

    kind: str
    table: str
    name: str
    comment: str | None
    state: str

    def announced(self, permissions: Collection[str]) -> bool:
        """Whether one of the hazards that were allowed names it, its table, or the column that it is of."""
        table, name = (part.replace('"', "") for part in (self.table, self.name))
        own = {name, table, f"{table}.{name}"}
        named = {permission.partition(":")[2] for permission in permissions}
        return bool(named & (own | {f"public.{part}" for part in own}))


def add(connection: Any, engine: str, tables: Structure, picks: Collection[tuple[int, int, int]]) -> list[str]:
    """Make some of these things; a pick is the number of a form, a table and a column. Returns what was made."""
    made = []
    names = sorted(tables)
    with connection.cursor() as cursor:
        for number, (form, table, column) in enumerate(picks):
            name = names[table % len(names)]
            columns = tables[name]
            statement = FORMS[engine][form % len(FORMS[engine])].format(
                t=qualified(engine, name), c=quoted(engine, columns[column % len(columns)].name), n=number,
                schema=f"{quoted(engine, name[0])}." if name[0] else "", role=ROLES[engine],
            )  # fmt: skip
            with contextlib.suppress(psycopg2.Error, pymysql.Error):  # not every type is fit for an index
                cursor.execute(statement)
                made.append(statement)
    return made


def seen(connection: Any, engine: str) -> set[Seen]:
    """What of them is there."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN[engine].replace("{role}", ROLES[engine]))
        return {Seen(*row) for row in cursor.fetchall()}
