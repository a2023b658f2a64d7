"""Real schemas: imported, built elsewhere, and the dumps are equal; the import of the copy plans nothing."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from bootstrap.dialects.base import Scope
from bootstrap.dialects.registry import dialect_for
from tests.corpora.judge import Statements, Verdict, account_of, apply, declared, session_to
from tests.corpora.places import Place, seed_script
from tests.corpora.records import CORPORA, known_limits, real_schemas
from tests.corpora.rows import Rows, lost, read_table, structure

SCHEMAS = [(engine, path) for engine in ("postgresql", "mysql") for path in real_schemas(engine)]
LOADING = "triggers-off"

pytestmark = pytest.mark.skipif(not CORPORA.is_dir() and not os.environ.get("CI"), reason=f"no corpora in {CORPORA}")


@pytest.mark.parametrize(("engine", "path"), SCHEMAS, ids=[f"{engine}-{path.stem}" for engine, path in SCHEMAS])
def test_a_real_schema_is_imported_and_built_elsewhere(
    engine: str, path: Path, places: dict[str, Place], request: pytest.FixtureRequest
) -> None:
    known = known_limits().get(f"real/{engine}/{path.stem}")
    place, dialect = places[engine], dialect_for(engine)
    with place.database() as source, place.database() as copy:
        place.load(source, path.read_text(), LOADING)
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


@pytest.mark.parametrize(("engine", "path"), SCHEMAS, ids=[f"{engine}-{path.stem}" for engine, path in SCHEMAS])
def test_real_rows_stay_when_their_import_is_applied(engine: str, path: Path, places: dict[str, Place]) -> None:
    """With the real rows in: the import plans nothing for them, and a column more does not touch them."""
    seeds = seed_script(engine, path.stem)
    if not seeds.exists():
        pytest.skip("no rows for this schema")
    place, dialect = places[engine], dialect_for(engine)
    with place.database() as source:
        place.load(source, path.read_text(), LOADING)
        place.load(source, seeds.read_text(), LOADING)
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


def _content(connection: object, engine: str) -> Rows:
    """Every row of every table."""
    rows = Rows(tables=structure(connection, engine))
    for table, columns in rows.tables.items():
        rows.content[table] = read_table(connection, engine, table, columns)
    return rows
