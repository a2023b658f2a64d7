"""A declaration from a live database, and the proof that nothing of the database is lost in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.diff import diff
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.roles import without_strangers
from bootstrap.declaration.load import load_files
from bootstrap.declaration.writer import WriteSettings, render
from bootstrap.dialects.base import Dialect, Endpoint, Scope, Session, Unsupported
from bootstrap.problems import DeclarationError, Refused
from bootstrap.run.sentences import describe_all


def imported(session: Session, dialect: Dialect, scope: Scope) -> tuple[Catalog, dict[str, bytes]]:
    """What the database holds, and the files that declare it; nothing is written yet.

    Raises:
        Refused: the database holds something that cannot be declared; names each.
    """
    found = dialect.introspect(session, scope)
    if found.unsupported:
        lines = [f"  {_named(item)}" for item in found.unsupported]
        raise Refused("import refused: these cannot be declared yet; nothing was written\n" + "\n".join(lines))
    account = session.server.account or session_user(session, dialect)
    catalog = without_strangers(found.catalog, account)
    settings = WriteSettings(name=session.database, owner=account)
    return catalog, render(catalog, dialect.name, settings=settings)


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
        rebuilt = dialect.normalise(session, declared.catalog, locate=declared.locate, scratch=scratch)
    except DeclarationError as error:
        raise _lost(str(error).splitlines()) from error
    difference = diff(
        catalog,
        rebuilt,
        managed=lambda ref: ref.kind is not Kind.ROLE,
        everything=True,
        inline_indexes=dialect.rules.inline_indexes,
        follows_renames=dialect.rules.follows_renames,
    )
    if difference.changes:
        raise _lost(describe_all(difference.changes))


def _lost(lines: Sequence[str]) -> Refused:
    head = "import refused: built anew, the declaration would not give the same database; nothing was written"
    return Refused("\n".join([head, *(f"  {line}" for line in lines), "  please report this with the object's SQL"]))


def _named(item: Unsupported) -> str:
    return f"{item.what} {item.name}{': ' + item.reason if item.reason else ''}"


def session_user(session: Session, dialect: Dialect) -> str:
    """Who is logged in."""
    [(name,)] = session.query(f"SELECT {dialect.history_facts().user}")
    return str(name)
