"""A random schema that nobody declared, and another one that is declared into it: what is not declared stays.

Either something of it stands in the way, is named, and nothing was changed; or the declaration holds, and all else is
as it was, with its rows. Then the declaration is emptied: what it held goes, and nothing else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.declaration.writer import WriteSettings, write
from bootstrap.dialects.base import Scope
from bootstrap.dialects.registry import dialect_for
from bootstrap.hazards import HazardKind
from bootstrap.problems import BootstrapError, Refused
from bootstrap.service.apply import apply
from bootstrap.service.plan import plan
from bootstrap.service.work import Request
from tests.corpora import picture
from tests.corpora.judge import account_of, refuses_rows, session_to
from tests.corpora.losses import unannounced
from tests.corpora.places import NotLoadedError, Place
from tests.corpora.product import asked_for
from tests.corpora.rows import fill, structure
from tests.property.drawing import Script
from tests.property.test_pairs import QUIET, place_of, strategy

FEW = {"postgresql": 6, "mariadb": 8, "mysql": 4}
MEMBERS = ("columns", "constraints", "indexes")


def read(place: Place, database: str) -> Catalog:
    """What there is, but for the roles, which belong to the whole server."""
    dialect = dialect_for(place.engine)
    with session_to(dialect, place, database) as session:
        found = dialect.introspect(session, Scope()).catalog
    return replace(found, objects={ref: item for ref, item in found.objects.items() if ref.kind is not Kind.ROLE})


def declare(place: Place, database: str, folder: Path) -> Catalog:
    """Write down what a database holds, as import does."""
    dialect = dialect_for(place.engine)
    with session_to(dialect, place, database) as session:
        account = account_of(session, dialect)
    catalog = read(place, database)
    write(catalog, place.engine, folder, settings=WriteSettings(owner=account))
    return catalog


def touched(before: Catalog, after: Catalog, declared: Catalog) -> Iterator[str]:
    """What nobody declared, and is not what it was. A table that is in a declared one follows that one."""
    for ref, item in before.objects.items():
        now = after.objects.get(ref)
        if ref in declared.objects:
            if isinstance(item, Table) and isinstance(now, Table):
                yield from _lost_members(item, now, declared.table(ref))
        elif now is None and not _gone_with(ref.owner, after, declared):
            yield f"{ref} is gone"
        elif now is not None and now != item and not (isinstance(item, Table) and (item.partition_of or item.inherits)):
            yield f"{ref} is another: {item} -> {now}"


def _lost_members(before: Table, after: Table, declared: Table) -> Iterator[str]:
    """A constraint that is the declared one in all but its name is that one, and called so from now on; a part of an
    index of the partitioned table above goes with that. The server prints expressions anew when a type changes.
    """
    for kind in MEMBERS:
        now, named = list(getattr(after, kind)), {member.name for member in getattr(declared, kind)}
        there = {member.name for member in now} | named
        for member in getattr(before, kind):
            alike = any(member == replace(other, name=member.name) for other in now)
            if member.name not in there and not alike and getattr(member, "parent", None) is None:
                yield f"{before.ref}: {member} is gone"


def _gone_with(owner: Ref | None, after: Catalog, declared: Catalog) -> bool:
    return owner is not None and owner in declared.objects and owner not in after.objects


@pytest.mark.parametrize("server_name", list(FEW))
def test_what_is_not_declared_stays(
    server_name: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wanted = request.config.getoption("--pairs", default=0)
    schemas = strategy(server_name)
    with place_of(server_name) as place:

        @settings(
            max_examples=wanted or FEW[server_name], derandomize=not wanted, database=None, deadline=None,
            suppress_health_check=QUIET, phases=(Phase.generate,), print_blob=True,
        )  # fmt: skip
        @given(theirs=schemas, ours=schemas)
        def stays(theirs: Script, ours: Script) -> None:
            fault = story(place, theirs.sql, ours.sql, tmp_path_factory.mktemp("declaration"))
            assert fault == "", f"{fault}\n--- theirs\n{theirs.sql}\n--- ours\n{ours.sql}"

        stays()


def story(place: Place, theirs: str, ours: str, folder: Path) -> str:
    """Declare a schema into a database that holds another; what went wrong, or nothing."""
    with place.database() as wanted, place.database() as live:
        try:
            place.load(wanted, ours)
            place.load(live, theirs)
        except NotLoadedError:
            return ""
        declared = declare(place, wanted, folder)
        with contextlib.closing(place.connect(live)) as connection:
            fill(connection, place.engine, structure(connection, place.engine))
        request = Request(directory=folder, url=place.url(live), environ={})
        done = applied(place, live, request, declared)
        if done is not None:
            return done
        if plan(request).pending:
            return "a second plan is not empty"
        for path in (folder / "schema").glob("*"):
            path.unlink()
        done = applied(place, live, request, declared)
        if done is not None:
            return done
        left = declared.objects.keys() & read(place, live).objects.keys()
        kept = {Kind.SCHEMA, Kind.EXTENSION}
        return next((f"{ref} is still there" for ref in sorted(left) if ref.kind not in kept), "")


def applied(place: Place, live: str, request: Request, declared: Catalog) -> str | None:
    """Apply, and look at what nobody declared. None: go on; nothing: the end, and all is well; else the fault."""
    before, rows, dump = read(place, live), taken(place, live), place.dump(live)
    try:
        named = asked_for(request)
        if any(permission.startswith(HazardKind.UNTRACKED_DEPENDENCY) for permission in named):
            return _untouched(place, live, rows, dump, str(named))
        if named:
            apply(replace(request, permissions=named))
    except Refused as refusal:
        if "was never declared" in str(refusal):  # in a way that no permission passes
            return _untouched(place, live, rows, dump, str(refusal))
        return f"not refused before: {refusal}"
    except BootstrapError as error:
        return "" if refuses_rows(error) else str(error)
    lost = unannounced(rows, taken(place, live), named)
    if lost:
        return f"lost in silence: {lost[0]}; allowed: {named}"
    return next(touched(before, read(place, live), declared), None)


def _untouched(place: Place, live: str, rows: picture.Picture, dump: list[str], refusal: str) -> str:
    same = place.dump(live) == dump and taken(place, live) == rows
    return "" if same else f"refused, and changed: {refusal}"


def taken(place: Place, database: str) -> picture.Picture:
    """Every value of every table."""
    with contextlib.closing(place.connect(database)) as connection:
        return picture.take(connection, place.engine)
