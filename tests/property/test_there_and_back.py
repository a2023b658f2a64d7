"""Random schema X to random schema Y and back by `rollback`, with rows, on real servers.

The structure is X again. A value that is gone or different was announced when it went, and could not be kept: every
other one is there, because Y held it or because the backup did.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings

from bootstrap.dialects.base import Scope
from bootstrap.dialects.registry import dialect_for
from bootstrap.hazards import HazardKind
from bootstrap.problems import Refused
from bootstrap.service.rollback import rollback
from bootstrap.service.work import Request
from tests.corpora import picture
from tests.corpora.judge import account_of, declared, refuses_rows, session_to
from tests.corpora.losses import losses
from tests.corpora.places import NotLoadedError, Place
from tests.corpora.product import carry_out
from tests.corpora.rows import fill, structure
from tests.corpora.samples import Care
from tests.property.drawing import Script
from tests.property.test_pairs import QUIET, place_of, strategy

FEW = {"postgresql": 5, "mariadb": 5, "mysql": 3}
POLICY = "policy: {backup: table}\n"


@pytest.mark.parametrize("server_name", list(FEW))
def test_back_from_any_other_schema(server_name: str, request: pytest.FixtureRequest) -> None:
    wanted = request.config.getoption("--pairs", default=0)
    engine = "postgresql" if server_name.startswith("postgresql") else "mysql"
    schemas = strategy(server_name)
    ends: dict[str, int] = {}
    with place_of(server_name) as place:

        @settings(
            max_examples=wanted or FEW[server_name],
            derandomize=not wanted,
            database=None,
            deadline=None,
            suppress_health_check=QUIET,
            phases=(Phase.generate,),
            print_blob=True,
        )
        @given(before=schemas, after=schemas)
        def returns(before: Script, after: Script) -> None:
            try:
                end = there_and_back(place, engine, before.sql, after.sql)
            except NotLoadedError:  # as in the pairs: what the master may not make
                end = there_and_back(place.administrator, engine, before.sql, after.sql)
            ends[end] = ends.get(end, 0) + 1

        returns()
    assert ends.get("back", 0), ends


def there_and_back(place: Place, engine: str, before: str, after: str) -> str:
    """Apply both, then roll the second back; what became of it, where it was not refused by name on the way."""
    dialect = dialect_for(engine)
    with contextlib.ExitStack() as stack:
        folders = []
        for sql in (before, after):
            database = stack.enter_context(place.database())
            place.load(database, sql)
            with session_to(dialect, place, database) as session:
                found, account = dialect.introspect(session, Scope()), account_of(session, dialect)
            folder = stack.enter_context(declared(dialect, found, account))
            assert not hasattr(folder, "outcome"), folder
            manifest = folder / "bootstrap.yaml"
            manifest.write_text(manifest.read_text() + POLICY)
            folders.append(folder)
        current = stack.enter_context(place.database())
        place.load(current, before)
        with contextlib.closing(place.connect(current)) as connection:
            fill(connection, place.engine, structure(connection, engine), Care.TELLING)
        first = Request(directory=folders[0], url=place.url(current), exact=True, environ={})
        carry_out(first, set())
        dumped, pictured = place.dump(current), _picture(place, current)
        allowed: set[str] = set()
        second = replace(first, directory=folders[1])
        try:
            carry_out(second, allowed)
        except Exception as error:
            if isinstance(error, Refused) or refuses_rows(error):
                return "not there"
            raise
        try:
            rollback(replace(second, permissions=("all",)))
        except Refused as error:
            return f"refused: {str(error).splitlines()[0][:80]}"
        assert place.dump(current) == dumped, f"--- from\n{before}\n--- to\n{after}"
        unkept = {permission.partition(":")[2] for permission in allowed if permission.startswith(HazardKind.NO_BACKUP)}
        names = {permission.partition(":")[2] for permission in allowed}
        for loss in losses(pictured, _picture(place, current)):
            if "the counter" in loss.what:  # a sequence comes back at its start: the rollback says so
                continue
            assert loss.names & names, f"{loss.what} was not announced\n--- from\n{before}\n--- to\n{after}"
            gone = "is gone" in loss.what or "became None" in loss.what
            assert not gone or loss.names & unkept, f"{loss.what}, though kept\n--- from\n{before}\n--- to\n{after}"
    return "back"


def _picture(place: Place, database: str) -> picture.Picture:
    with contextlib.closing(place.connect(database)) as connection:
        return picture.take(connection, place.engine)
