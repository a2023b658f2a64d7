"""Real schemas: imported, built elsewhere, and the dumps are equal; the import of the copy plans nothing."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.dialects.base import Scope
from bootstrap.dialects.registry import dialect_for
from bootstrap.service.apply import apply
from bootstrap.service.plan import plan
from bootstrap.service.work import Request
from tests.corpora import picture
from tests.corpora.judge import Verdict, account_of, declared, session_to
from tests.corpora.losses import unannounced
from tests.corpora.places import NotLoadedError, Place, seed_script
from tests.corpora.records import CORPORA, SERVERS, known_limits

LOADING = "triggers-off"

pytestmark = pytest.mark.skipif(not CORPORA.is_dir() and not os.environ.get("CI"), reason=f"no corpora in {CORPORA}")


def test_a_real_schema_is_imported_and_built_elsewhere(
    schema: tuple[str, Path], server: str, places: dict[str, Place]
) -> None:
    engine, path = schema
    known = known_limits().get(f"real/{engine}/{path.stem}")
    either(places[server], server, lambda place: imported_and_built(place, engine, path, known=bool(known)))


def imported_and_built(place: Place, engine: str, path: Path, *, known: bool) -> None:
    dialect = dialect_for(engine)
    with place.database() as source, place.database() as copy:
        place.load(source, path.read_text(), LOADING)
        expected = place.dump(source)
        with session_to(dialect, place, source) as session:
            found, account = dialect.introspect(session, Scope()), account_of(session, dialect)
        assert list(found.unsupported) == [] or known
        with declared(dialect, found, account) as folder:
            assert not isinstance(folder, Verdict), folder
            applied(place, source, folder)
            assert place.dump(source) == expected, "the import of a database changes something in it"
            applied(place, copy, folder)
            assert place.dump(copy) == expected


def test_real_rows_stay_when_their_import_is_applied(
    schema: tuple[str, Path], server: str, places: dict[str, Place]
) -> None:
    """With the real rows in: the import plans nothing for them, and a column more does not touch them."""
    engine, path = schema
    seeds = seed_script(engine, path.stem)
    if not seeds.exists():
        pytest.skip("no rows for this schema")
    either(places[server], server, lambda place: applied_with_rows(place, engine, path, seeds))


def applied_with_rows(place: Place, engine: str, path: Path, seeds: Path) -> None:
    dialect = dialect_for(engine)
    with place.database() as source:
        place.load(source, path.read_text(), LOADING)
        place.load(source, seeds.read_text(), LOADING)
        before = taken(place, source)
        assert before.count > 1000
        with session_to(dialect, place, source) as session:
            found, account = dialect.introspect(session, Scope()), account_of(session, dialect)
        with declared(dialect, found, account) as folder:
            assert not isinstance(folder, Verdict), folder
            applied(place, source, folder)
        assert unannounced(before, taken(place, source), ()) == []


def applied(place: Place, database: str, folder: Path) -> None:
    """Apply a declaration, for which nothing has to be allowed, and find nothing more to do."""
    request = Request(directory=folder, url=place.url(database), exact=True, environ={})
    apply(request)
    assert plan(request).pending == ()


def taken(place: Place, database: str) -> picture.Picture:
    """Every value of every table."""
    with contextlib.closing(place.connect(database)) as connection:
        return picture.take(connection, place.engine)


def either(place: Place, server: str, test: Callable[[Place], None]) -> None:
    """As the server's master, or as the superuser where nobody else may make what is in a schema.

    A script that a server beyond those of the corpora does not take is no test of it.
    """
    try:
        test(place)
    except NotLoadedError:
        try:
            test(place.administrator)
        except NotLoadedError as error:
            if server in SERVERS:
                raise
            pytest.skip(f"{server} does not load it: {error}")
