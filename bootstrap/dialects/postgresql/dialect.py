"""PostgreSQL as the rest of the package sees it.

Most runs find an unchanged database and need the session, the history and the fingerprint only: what reads, builds and
renders structure, and what loads rows, is imported by the method that needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bootstrap.catalog.ref import Kind
from bootstrap.dialects.postgresql import history, ownership
from bootstrap.dialects.postgresql.names import NAMESPACE, qualified, quote
from bootstrap.dialects.postgresql.session import PostgresSession, connect
from bootstrap.dialects.postgresql.writable import check_writable

if TYPE_CHECKING:
    import socket

    from bootstrap.catalog.catalog import Catalog
    from bootstrap.catalog.columns import Column
    from bootstrap.catalog.constraints import ForeignKey
    from bootstrap.catalog.ref import Ref
    from bootstrap.dialects.base import (
        Dialect,
        Endpoint,
        HistoryFacts,
        Introspection,
        Locate,
        Row,
        Scope,
        SeedCounts,
        SeedTable,
        Session,
    )
    from bootstrap.dialects.copies import Copies
    from bootstrap.dialects.foreign_sql import ForeignStatement
    from bootstrap.findings import Trap
    from bootstrap.plan.context import RenderContext, TableSize
    from bootstrap.plan.operations import PlannedOperation
    from bootstrap.plan.rules import Rules
    from bootstrap.plan.statement import Hazard, Statement


class PostgresDialect:
    """Implements ``bootstrap.dialects.base.Dialect``."""

    name: str = "postgresql"
    transactional_ddl: bool = True

    @cached_property
    def rules(self) -> Rules:
        """What changes mean here."""
        from bootstrap.dialects.postgresql.rules import PostgresRules

        return PostgresRules()

    @property
    def copies(self) -> Copies:
        """Copies of values that a run loses, and the way back."""
        from bootstrap.dialects.postgresql.copies import PostgresCopies

        return PostgresCopies()

    def connect(self, endpoint: Endpoint, *, application_name: str) -> PostgresSession:
        """Open one direct session with safe settings."""
        return connect(endpoint, application_name=application_name)

    def introspect(self, session: Session, scope: Scope) -> Introspection:
        """Read the live catalog in one round trip."""
        from bootstrap.dialects.postgresql.introspect import introspect

        return introspect(_own(session), scope)

    def fingerprint(self, session: Session, scope: Scope, roles: Iterable[str] = ()) -> str:  # noqa: ARG002  # the digest is of the whole database: more than asked is on the safe side
        """Digest of the live catalog, computed by the server in one round trip."""
        declared = sorted(roles)
        return str(session.query(_fingerprint_sql(), [declared, declared])[0][0])

    def server_settings(self, session: Session) -> Mapping[str, str]:
        """The settings that change what SQL means or who may connect."""
        from bootstrap.dialects.postgresql.server_settings import server_settings

        return server_settings(session)

    def normalise(
        self, session: Session, declared: Catalog, *, locate: Locate, scratch: Endpoint | None = None
    ) -> Catalog:
        """Build the declared objects in a scratch database and read them back."""
        from bootstrap.dialects.postgresql.normalise import normalise

        return normalise(_own(session), declared, locate=locate, scratch=scratch)

    def structure_of(
        self, session: Session, statements: Sequence[ForeignStatement], beside: Catalog, scratch: Endpoint | None
    ) -> Catalog:
        """Run an application's SQL in a scratch database and read back what it made."""
        from bootstrap.dialects.postgresql.foreign_sql import structure_of

        return structure_of(_own(session), statements, beside, scratch)

    def hazards(self, operation: PlannedOperation, context: RenderContext) -> list[Hazard]:
        """What can go wrong with one operation."""
        from bootstrap.dialects.postgresql.hazards import hazards_of

        return hazards_of(operation, context)

    def render(self, operation: PlannedOperation, context: RenderContext) -> list[Statement]:
        """The statements that carry out one operation."""
        from bootstrap.dialects.postgresql.render import render

        return render(operation, context)

    def password_for(self, session: Session, role: Ref, password: str) -> str:
        """A verifier of the kind that ``password_encryption`` names, as psql's ``\\password`` sends it."""
        from bootstrap.dialects.postgresql.names import literal  # only where a role is created

        return literal(_own(session).password_verifier(role.name, password)).strip()

    def table_sizes(self, session: Session, tables: Iterable[Ref]) -> Mapping[Ref, TableSize]:
        """Estimated rows and bytes of the tables."""
        from bootstrap.dialects.postgresql import sizes

        return sizes.table_sizes(session, tables)

    def check_writable(self, session: Session) -> None:
        """Raise Unreachable where this is a reader or a replica in recovery."""
        check_writable(_own(session))

    def check_direct(self, session: Session) -> None:
        """Nothing to look at: no session is opened through a transaction pooler."""

    def request_tls(self, connection: socket.socket) -> None:
        """Ask for TLS. Raises ServerError where the server offers none."""
        from bootstrap.dialects.postgresql.tls import request_tls

        request_tls(connection)

    def clock(self, session: Session) -> float:
        """The server's time in seconds since 1970."""
        return float(session.query("SELECT extract(epoch FROM clock_timestamp())")[0][0])

    def traps(self, session: Session, declared: Catalog) -> Sequence[Trap]:
        """Settings of the server that make runs fail, or could."""
        from bootstrap.dialects.postgresql.traps import traps

        return list(traps(session, declared))

    def lacking_rights(self, session: Session, declared: Catalog, *, scratch: bool) -> Sequence[str]:
        """The grants for an apply that the session's account does not have."""
        from bootstrap.dialects.postgresql.rights import lacking_rights

        return lacking_rights(session, session.database, declared, scratch=scratch)

    def names_sql(self) -> str:
        """A query of the names of relations, columns and routines."""
        from bootstrap.dialects.postgresql.present import NAMES

        return NAMES

    def is_leftover(self, ref: Ref, current: Catalog) -> bool:
        """Whether a run that was interrupted has left this behind: a check, an index, or what was built beside one."""
        from bootstrap.dialects.postgresql.leftovers import is_leftover
        from bootstrap.dialects.postgresql.render.type_values import is_aside

        return is_leftover(ref, current) or is_aside(ref)

    def check_trust(self, session: Session, *, writing: bool) -> None:
        """Raise Refused where the schema of our history is not ours, or an event trigger calls somebody else's code."""
        ownership.check_trust(session, writing=writing)

    def rights(self, database: str, account: str, declared: Catalog, *, command: str) -> Iterable[str]:
        """The statements that let an account run a command."""
        from bootstrap.dialects.postgresql.rights import rights

        return rights(database, account, declared, command=command)

    def history_schema(self) -> Sequence[str]:
        """Idempotent statements that make or upgrade our own history tables."""
        return history.history_schema()

    def history_table(self, name: str) -> str:
        """The quoted name of one of our own tables."""
        return history.history_table(name)

    def history_facts(self) -> HistoryFacts:
        """What the history's statements say in this engine's own words."""
        return history.FACTS

    def read_sealed(self, session: Session, sql: str) -> tuple[list[Row], str | None]:
        """The rows of a query; the schema of our history is ours, so it needs no seal."""
        return session.query(sql), None

    def write_seal(self, session: Session, text: str) -> None:
        """Nothing: the history needs no seal."""

    def seal_statement(self, text: str) -> str:  # noqa: ARG002  # the dialect's contract
        """Nothing: the history needs no seal."""
        return ""

    def end_backend(self, session: Session, backend: str) -> bool:
        """End a lost connection of our own by its number."""
        return history.end_backend(session, backend)

    def waits_for(self, session: Session, backend: str) -> list[str]:
        """Who holds what the statement of another connection waits for."""
        from bootstrap.dialects.postgresql import sizes

        return sizes.waits_for(session, backend)

    def blockers(self, session: Session, subject: Ref) -> list[str]:
        """Who holds locks that a change of this object waits for."""
        from bootstrap.dialects.postgresql import sizes

        return sizes.blockers(session, subject)

    def transaction_is_full(self, session: Session) -> bool:
        """Whether the open transaction holds so many locks that more could starve the server's other sessions."""
        from bootstrap.dialects.postgresql import sizes

        return sizes.transaction_is_full(session)

    @contextmanager
    def references_deferred(self, session: Session, keys: Sequence[tuple[Ref, ForeignKey]]) -> Iterator[None]:
        """Check foreign keys at the end of the block; they are as they were before afterwards."""
        fixed = [(table, key) for table, key in keys if not key.deferrable]
        for table, key in fixed:
            session.execute(f"{_alter(table, key)} DEFERRABLE INITIALLY DEFERRED")
        session.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        # An ALTER of a constraint is refused while checks of it are still to come.
        session.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, key in fixed:
            session.execute(f"{_alter(table, key)} NOT DEFERRABLE")

    def every_row(self, session: Session, tables: Sequence[Ref]) -> AbstractContextManager[None]:
        """See every row of these tables until the end of the block, whatever row security would hide."""
        from bootstrap.dialects.postgresql.every_row import every_row

        return every_row(session, [qualified(table.schema, table.name) for table in tables])

    def rows_digest(self, table: Ref, columns: Sequence[str]) -> str:
        """A scalar subquery: the number of the table's rows and a digest of these columns."""
        return history.rows_digest(qualified(table.schema, table.name), [quote(name) for name in columns])

    def apply_seed(self, session: Session, seed: SeedTable, *, dry_run: bool) -> SeedCounts:
        """Bring rows in by COPY and set-based statements; with ``dry_run`` only count."""
        from bootstrap.dialects.postgresql.seeds import apply_seed

        return apply_seed(_own(session), seed, dry_run=dry_run)

    def holds_values(self, session: Session, table: Ref, column: Column | None, *, untouched: bool) -> bool:
        """Whether a table or an added column holds values that nothing but its rows knows."""
        from bootstrap.dialects.postgresql.written import holds_values  # only where a run is undone

        return holds_values(session, table, column, untouched=untouched)

    def fits(self, session: Session, table: Ref, column: Column, before: Column) -> bool:
        """Whether every value of a column stays the same where the column gets its earlier type."""
        from bootstrap.dialects.postgresql.written import fits  # only where a run is undone

        return fits(session, table, column, before)

    def exists(self, session: Session, names: Sequence[str]) -> bool:
        """Whether a table, a view or a column exists."""
        from bootstrap.dialects.postgresql import existence

        return existence.exists(session, names)

    def last_of_batch(self, session: Session, table: str, key: str, after: str | None, size: int) -> str | None:
        """The key of the last row of the next batch."""
        from bootstrap.dialects.postgresql.batches import last_of_batch  # only where a step runs in batches

        return last_of_batch(session, table, key, after, size)

    def refusal(self, session: Session, sql: str, *, names: bool) -> str:
        """What the server says against a statement, without running it."""
        from bootstrap.dialects.postgresql.statement_check import refusal  # only where a step is pending

        return refusal(session, sql, names=names)

    def quote(self, name: str) -> str:
        """Quote one identifier."""
        return quote(name)

    def member_kinds(self) -> frozenset[Kind]:
        """Kinds that this engine has."""
        return frozenset(Kind) - {Kind.EVENT}


def _own(session: Session) -> PostgresSession:
    """The sessions of this dialect are all its own."""
    return cast(PostgresSession, session)


def _alter(table: Ref, key: ForeignKey) -> str:
    return f"ALTER TABLE {qualified(table.schema, table.name)} ALTER CONSTRAINT {quote(key.name)}"


@cache
def _fingerprint_sql() -> str:
    text = Path(__file__).with_name("fingerprint.sql").read_text(encoding="utf-8")
    return text.replace("{namespace}", NAMESPACE)


DIALECT: Dialect = PostgresDialect()
