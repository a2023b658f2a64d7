"""The use-case ``import``: a declaration from a live database, proven to lose nothing of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.diff import diff
from bootstrap.catalog.other_tools import tool_of
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.roles import without_strangers
from bootstrap.catalog.texts import with_live_texts
from bootstrap.declaration.load import load_files
from bootstrap.declaration.writer import WriteSettings, check_empty, render, save
from bootstrap.dialects.base import BodyError, Dialect, Endpoint, Scope, Session, Unsupported
from bootstrap.problems import DeclarationError, Refused
from bootstrap.run.sentences import describe_all
from bootstrap.service.comparison import normalised
from bootstrap.service.errors import readable_server_errors
from bootstrap.service.reports import ImportReport
from bootstrap.service.work import Request, open_connection, scratch_endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a database holds, the files that declare it, and what they leave out: ``other_tools`` are the history tables
    of other migration tools.
    """

    catalog: Catalog
    files: Mapping[str, bytes]
    left_out: tuple[str, ...] = ()
    other_tools: tuple[Ref, ...] = ()


def import_database(
    request: Request, out: Path, *, checked: bool = True, scope: Scope | None = None, leave_out: bool = False
) -> ImportReport:
    """Write a declaration of what the database holds. ``plan`` right after it is empty.

    Args:
        request: which database.
        out: a new or empty directory.
        checked: build the declaration in a scratch place first and compare: what would be lost is refused.
        scope: what to look at, instead of what the declaration's bootstrap.yaml says.
        leave_out: name what cannot be declared in a comment instead of refusing it.

    Raises:
        Refused: the database holds something that cannot be declared; names each. Nothing is written then.
    """
    check_empty(out)
    with open_connection(request) as (dialect, session, destination, declared), readable_server_errors():
        if checked:
            scratch = scratch_endpoint(request)
            found = import_checked(session, dialect, scope or declared, scratch, leave_out=leave_out)
        else:
            found = imported(session, dialect, scope or declared, leave_out=leave_out)
        paths = save(found.files, out)
        objects = sum(ref.kind is not Kind.SCHEMA for ref in found.catalog.objects)
        return ImportReport(
            target=destination.name,
            files=tuple(paths),
            objects=objects,
            left_out=found.left_out,
            other_tools=found.other_tools,
        )


def import_checked(
    session: Session, dialect: Dialect, scope: Scope, scratch: Endpoint | None, *, leave_out: bool = False
) -> Imported:
    """Declare what is in scope, and prove it: see :func:`imported` and :func:`check_import`.

    A routine whose body the server would not take today, though it is there, cannot be declared.
    """
    found = imported(session, dialect, scope, leave_out=leave_out)
    try:
        check_import(session, dialect, found.catalog, found.files, scratch)
    except BodyError as error:
        broken = {ref: f"the server refuses the body: {why}" for ref, why in error.routines.items()}
        found = imported(session, dialect, scope, leave_out=leave_out, broken=broken)
        check_import(session, dialect, found.catalog, found.files, scratch)
    return found


def imported(
    session: Session,
    dialect: Dialect,
    scope: Scope,
    *,
    leave_out: bool = False,
    broken: Mapping[Ref, str] = MappingProxyType({}),
) -> Imported:
    """Declare what is in scope; nothing is written yet.

    Args:
        session: to the database.
        dialect: of its engine.
        scope: what is looked at; the declaration says the same.
        leave_out: name what cannot be declared in a comment instead of refusing it.
        broken: objects that cannot be declared, with the reason.

    Raises:
        Refused: the database holds something that cannot be declared; names each.
    """
    found = dialect.introspect(session, scope)
    unsupported = (*found.unsupported, *(Unsupported(str(ref.kind), ref.path, why) for ref, why in broken.items()))
    left_out = tuple(_named(item) for item in unsupported)
    blocking = [_named(item) for item in unsupported if item.blocking]
    if blocking and not leave_out:
        head = "import refused: these cannot be declared yet; nothing was written"
        remedy = "  to import the rest, and have these named in a comment: --leave-out"
        raise Refused("\n".join([head, *(f"  {line}" for line in blocking), remedy]))
    account = session.server.account or session_user(session, dialect)
    others = {ref for ref in found.catalog.objects if tool_of(ref)}
    catalog = without_strangers(_without(found.catalog, {*broken, *others}), account)
    settings = WriteSettings(
        name=session.database, owner=account, schemas=scope.schemas, tables=scope.tables, ignore=scope.ignore
    )
    files = render(catalog, dialect.name, unsupported=unsupported, settings=settings)
    tables = tuple(sorted(ref for ref in others if ref.kind is Kind.TABLE))
    return Imported(catalog=catalog, files=files, left_out=left_out, other_tools=tables)


def check_import(
    session: Session, dialect: Dialect, catalog: Catalog, files: Mapping[str, bytes], scratch: Endpoint | None
) -> None:
    """Build the declaration in a scratch place and compare it with the database that it was made from.

    Raises:
        Refused: it would not give the same database; names what differs.
        StatementError: no scratch place can be had; says what to grant.
    """
    try:
        declared = load_files(files, None)
        rebuilt = normalised(session, dialect, declared.catalog, locate=declared.locate, scratch=scratch)
    except BodyError:
        raise
    except DeclarationError as error:
        raise _lost(str(error).splitlines()) from error
    difference = diff(
        catalog,
        with_live_texts(rebuilt, declared.catalog, catalog),
        managed=lambda ref: ref.kind is not Kind.ROLE,
        everything=True,
        inline_indexes=dialect.rules.inline_indexes,
        follows_renames=dialect.rules.follows_renames,
    )
    if difference.changes:
        raise _lost(describe_all(difference.changes))


def _without(catalog: Catalog, refs: Collection[Ref]) -> Catalog:
    """A catalog without some objects, and without privileges on them."""
    objects = {ref: item for ref, item in catalog.objects.items() if ref not in refs}
    return replace(catalog, objects=objects, grants=frozenset(one for one in catalog.grants if one.on not in refs))


def _lost(lines: Sequence[str]) -> Refused:
    head = "import refused: a database built from the declaration would differ from this one; nothing was written"
    return Refused("\n".join([head, *(f"  {line}" for line in lines), "  please report this with the object's SQL"]))


def _named(item: Unsupported) -> str:
    return f"{item.what} {item.name}{': ' + item.reason if item.reason else ''}"


def session_user(session: Session, dialect: Dialect) -> str:
    """Who is logged in."""
    [(name,)] = session.query(f"SELECT {dialect.history_facts().user}")
    return str(name)
