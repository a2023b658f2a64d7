"""Real schemas: imported, built elsewhere, and the dumps are equal; the import of the copy plans nothing."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from bootstrap.dialects.base import Scope
from bootstrap.dialects.registry import dialect_for
from tests.corpora.judge import Statements, Verdict, account_of, apply, declared, session_to
from tests.corpora.places import NotLoadedError, Place, seed_script
from tests.corpora.records import CORPORA, SERVERS, known_limits
from tests.corpora.rows import Rows, lost, read_table, structure

LOADING = "triggers-off"

pytestmark = pytest.mark.skipif(not CORPORA.is_dir() and not os.environ.get("CI"), reason=f"no corpora in {CORPORA}")


def test_a_real_schema_is_imported_and_built_elsewhere(
    schema: tuple[str, Path], server: str, places: dict[str, Place], request: pytest.FixtureRequest
) -> None:
    engine, path = schema
    known = known_limits().get(f"real/{engine}/{path.stem}")
    place, dialect = places[server], dialect_for(engine)
    with place.database() as source, place.database() as copy:
        load(place, source, path.read_text(), server)
        expected = place.dump(source)
        with session_to(dialect, place, source) as session:
            found, account = dialect.introspect(session, Scope()), account_of(session, dialect)
        assert list(found.unsupported) == [] or known
        with declared(
            dialect, found, account, direct=request.config.getoption("--corpora-direct", default=False)
        ) as goal:
            assert not isinstance(goal, Verdict), goal
            assert apply(place, source, goal, Statements()) == [], "the import of a database plans something for it"
            assert place.dump(source) == expected
            assert apply(place, copy, goal, Statements()) == []
            assert place.dump(copy) == expected


def test_real_rows_stay_when_their_import_is_applied(
    schema: tuple[str, Path], server: str, places: dict[str, Place]
) -> None:
    """With the real rows in: the import plans nothing for them, and a column more does not touch them."""
    engine, path = schema
    seeds = seed_script(engine, path.stem)
    if not seeds.exists():
        pytest.skip("no rows for this schema")
    place, dialect = places[server], dialect_for(engine)
    with place.database() as source:
        load(place, source, path.read_text(), server)
        load(place, source, seeds.read_text(), server)
        with contextlib.closing(place.connect(source)) as connection:
            before = _content(connection, engine)
        assert before.count > 1000
        with session_to(dialect, place, source) as session:
            found, account = dialect.introspect(session, Scope()), account_of(session, dialect)
        with declared(dialect, found, account) as goal:
            assert not isinstance(goal, Verdict), goal
            assert apply(place, source, goal, Statements()) == []
        with contextlib.closing(place.connect(source)) as connection:
            assert lost(connection, engine, before) == []


def load(place: Place, database: str, script: str, server: str) -> None:
    """Load a script; one that a server beyond those of the corpora does not take is no test of it."""
    try:
        place.load(database, script, LOADING)
    except NotLoadedError as error:
        if server in SERVERS:
            raise
        pytest.skip(f"{server} does not load it: {error}")


def _content(connection: object, engine: str) -> Rows:
    """Every row of every table."""
    rows = Rows(tables=structure(connection, engine))
    for table, columns in rows.tables.items():
        rows.content[table] = read_table(connection, engine, table, columns)
    return rows
