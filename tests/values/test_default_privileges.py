"""Privileges of declared objects: the same in every database, whatever default privileges there were, and when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.declaration.load import load
from bootstrap.service.import_ import import_database
from tests.values.conftest import Home, homes

_ACLS = """
SELECT c.relname, coalesce((SELECT string_agg(privilege_type, ',' ORDER BY privilege_type)
  FROM aclexplode(c.relacl) e WHERE e.grantee = '{0}'::regrole), '') FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'S') ORDER BY 1
"""


@pytest.fixture
def other() -> Iterator[Home]:
    """A second database on the same server."""
    yield from homes("postgresql")


def _schema(home: Home, app: str, tables: str) -> str:
    return f"""
default_privileges:
  - {{owner: {home.master}, schema: public, tables: {{{app}: [select, insert]}}, sequences: {{{app}: [usage]}}}}
  - {{owner: {home.master}, functions: {{public: [revoke execute]}}}}
functions:
  f(): {{returns: integer, language: sql, body: select 1}}
tables:
  one: {{columns: {{id: {{type: integer, identity: always}}}}}}
{tables}"""


def test_two_databases_of_one_declaration_have_the_same_privileges(home: Home, other: Home) -> None:
    app, by_hand = home.role(), home.role()
    other.sql(
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {other.master} GRANT DELETE ON TABLES TO {by_hand}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {other.master} REVOKE USAGE ON TYPES FROM PUBLIC",
    )
    home.declare(_schema(home, app, "")).apply()
    home.declare(_schema(home, app, "  two: {columns: {id: integer}}")).apply()
    three = f"  three: {{columns: {{id: serial}}, grants: {{{app}: [select]}}}}\n  four: {{columns: {{id: integer}}}}"
    last = _schema(home, app, f"  two: {{columns: {{id: integer}}}}\n{three}\nviews: {{v: select 1 as x}}")
    for place in (home, other):
        place.declare(last).apply()
        assert place.verified()
        assert place.apply().outcome == "unchanged"
        assert dict(place.sql(_ACLS.format(app))) == {
            "one": "INSERT,SELECT", "one_id_seq": "USAGE", "two": "INSERT,SELECT", "three": "SELECT",
            "three_id_seq": "USAGE", "four": "INSERT,SELECT", "v": "INSERT,SELECT",
        }  # fmt: skip
        assert {acl for _, acl in place.sql(_ACLS.format(by_hand))} == {""}
        assert place.sql(f"SELECT has_function_privilege('{by_hand}', 'f()', 'execute')") == [(False,)]
    home.declare(_schema(home, app, f"  two: {{columns: {{id: integer}}, grants: {{{app}: []}}}}")).apply()
    assert ("two", "") in home.sql(_ACLS.format(app))


def test_an_import_says_what_an_older_table_lacks(home: Home, tmp_path: Path) -> None:
    app = home.role()
    home.as_master(
        "CREATE TABLE older (id serial)",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {app}",
        "CREATE TABLE younger (id integer)",
    )
    import_database(home.request(), tmp_path / "out")
    found = load(tmp_path / "out")
    home.files = {str(path.relative_to(tmp_path / "out")): path.read_bytes()
                  for path in (tmp_path / "out").rglob("*") if path.is_file()}  # fmt: skip
    assert {(str(on.name), role) for on, role in found.catalog.grantees if on} >= {("older", app), ("younger", app)}
    assert home.plan().pending == ()
    assert dict(home.sql(_ACLS.format(app))) == {"older": "", "older_id_seq": "", "younger": "SELECT"}
