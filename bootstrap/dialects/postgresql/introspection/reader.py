"""Run the catalog queries in one round trip, read what costs locks after them, and name what their rows point at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from bootstrap.catalog.ref import Ref
from bootstrap.dialects.postgresql.capabilities import catalog_columns
from bootstrap.dialects.postgresql.introspection.nesting import TWO_OF_A_KIND, choose_forms, is_nested
from bootstrap.dialects.postgresql.names import NAMESPACE
from bootstrap.dialects.postgresql.session import PostgresSession

CatalogRow: TypeAlias = dict[str, Any]
Rows: TypeAlias = Mapping[str, list[CatalogRow]]

QUERIES = (
    "schemas", "roles", "extensions", "types", "relations", "columns", "constraints", "indexes", "sequences",
    "routines", "triggers", "rules", "policies", "event_triggers", "statistics", "collations", "text_search",
    "operators", "publications", "published_tables", "dictionaries",
    "grants", "default_privileges", "unsupported", "dependencies", "names",
)  # fmt: skip

# What locks the relations that it mentions until the transaction ends: the query, the column in its rows that holds ''
# where there is a text to be read, and the text. Thousands of views read at once would fill the server's lock table.
_LOCKING_TEXTS = {"relations": "definition", "rules": "definition", "routines": "sql_body"}
_READ_TEXTS = """
SELECT kind, id::bigint, CASE kind WHEN 'relations' THEN rtrim(pg_get_viewdef(id, true), E'; \\n')
                                   WHEN 'rules' THEN pg_get_ruledef(id, true)
                                   WHEN 'routines' THEN pg_get_function_sqlbody(id) END,
       CASE kind WHEN 'relations' THEN
                   (SELECT rtrim(pg_get_viewdef(id), E'; \\n') FROM pg_rewrite w
                    WHERE w.ev_class = id AND w.rulename = '_RETURN' AND w.ev_action::text LIKE ANY (%s))
                 WHEN 'rules' THEN
                   (SELECT pg_get_ruledef(id) FROM pg_rewrite w
                    WHERE w.oid = id AND w.ev_action::text || w.ev_qual::text LIKE ANY (%s)) END
FROM unnest(%s::text[], %s::oid[]) AS wanted (kind, id)
"""
_TEXTS_AT_ONCE = 250


@cache
def _query(name: str, capabilities: frozenset[str]) -> str:
    text = Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
    given = {"namespace": NAMESPACE, "two_of_a_kind": ", ".join(f"'{pattern}'" for pattern in TWO_OF_A_KIND)}
    for placeholder, column in {**given, **catalog_columns(capabilities)}.items():
        text = text.replace("{" + placeholder + "}", column)
    return text


def read_rows(session: PostgresSession) -> Rows:
    """All rows of all catalog queries, from one snapshot.

    The search path is empty meanwhile, so that the server prints every name with its schema, except its own.
    """
    columns = ",\n".join(
        f"(SELECT coalesce(json_agg(q), '[]'::json) FROM (\n{_query(name, session.server.capabilities)}) q)"
        for name in QUERIES
    )
    with session.settings_for_reading():
        answer = session.query(f"SELECT {columns}")[0]
        rows = dict(zip(QUERIES, answer, strict=True))
        choose_forms(row for found in rows.values() for row in found)
        _read_texts(session, rows)
    return rows


def _read_texts(session: PostgresSession, rows: Rows) -> None:
    """Put the texts into the rows, some at a time; a savepoint gives the locks back, and one snapshot sees all."""
    command = "SAVEPOINT texts;"
    pending = [(kind, row) for kind, column in _LOCKING_TEXTS.items() for row in rows[kind] if row[column] == ""]
    for start in range(0, len(pending), _TEXTS_AT_ONCE):
        wanted = {(kind, row["id"]): row for kind, row in pending[start : start + _TEXTS_AT_ONCE]}
        kinds, identifiers = ([key[place] for key in wanted] for place in (0, 1))
        found = session.query(command + _READ_TEXTS, [TWO_OF_A_KIND, TWO_OF_A_KIND, kinds, identifiers])
        for kind, identifier, short, long in found:
            wanted[kind, identifier][_LOCKING_TEXTS[kind]] = long if long is not None and is_nested(long) else short
        command = "ROLLBACK TO SAVEPOINT texts;"


class Names:
    """From the server's object ids to identities."""

    def __init__(self, rows: Rows) -> None:
        self._refs: dict[tuple[str, int], Ref] = {}
        self._members: dict[tuple[int, int], Ref] = {}
        self._aliases = {
            (row["class"], row["id"]): (row["ref_class"], row["ref_id"], row["number"]) for row in rows["names"]
        }
        self._rows = rows

    def put(self, catalog: str, identifier: int, ref: Ref) -> None:
        """Remember the identity of an object."""
        self._refs[catalog, identifier] = ref

    def put_column(self, relation: int, number: int, ref: Ref) -> None:
        """Remember the identity of a column."""
        self._members[relation, number] = ref

    def find(self, catalog: str, identifier: int, number: int = 0) -> Ref | None:
        """The identity of an object or column; None for what is no part of the catalog."""
        if number and catalog == "pg_class" and (identifier, number) in self._members:
            return self._members[identifier, number]
        found = self._refs.get((catalog, identifier))
        if found is None and (catalog, identifier) in self._aliases:
            target, other, column = self._aliases[catalog, identifier]
            return self.find(target, other, column) if (target, other) != (catalog, identifier) else None
        return found
