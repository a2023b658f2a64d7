"""The MySQL dialect: what ``bootstrap.dialects.base.Dialect`` asks for, put together. MariaDB is the same dialect: its
differences are capabilities of the server.

Most runs find an unchanged database and need the session, the history and the fingerprint only: what reads, builds and
renders structure, and what loads rows, is imported by the method that needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, cast

from bootstrap.catalog.ref import Kind
from bootstrap.dialects.mysql import history
from bootstrap.dialects.mysql import session as sessions
from bootstrap.dialects.mysql.fingerprint import fingerprint
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.dialects.mysql.text import quote
from bootstrap.dialects.mysql.writable import check_direct, check_writable

if TYPE_CHECKING:
    import socket

    from bootstrap.catalog.catalog import Catalog
    from bootstrap.catalog.columns import Column
    from bootstrap.catalog.constraints import ForeignKey
    from bootstrap.catalog.ref import Ref
    from bootstrap.dialects.base import (
        Endpoint,
        HistoryFacts,
        Introspection,
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

_KINDS = frozenset({
    Kind.ROLE, Kind.SEQUENCE, Kind.TABLE, Kind.COLUMN, Kind.PRIMARY_KEY, Kind.UNIQUE, Kind.CHECK, Kind.FOREIGN_KEY,
    Kind.INDEX, Kind.VIEW, Kind.FUNCTION, Kind.PROCEDURE, Kind.TRIGGER, Kind.EVENT,
})  # fmt: skip


class MySqlDialect:
    """Implements ``bootstrap.dialects.base.Dialect`` for MySQL and MariaDB."""

    name: str = "mysql"
    transactional_ddl: bool = False

    @cached_property
    def rules(self) -> Rules:
        """What changes mean here."""
        from bootstrap.dialects.mysql.rules import MySqlRules

        return MySqlRules()

    @property
    def copies(self) -> Copies:
        """Copies of values that a run loses, and the way back."""
        from bootstrap.dialects.mysql.copies import MySqlCopies

        return MySqlCopies()

    def connect(self, endpoint: Endpoint, *, application_name: str) -> Session:
        """Open one direct session. Raises ServerError."""
        return sessions.connect(endpoint, application_name=application_name)

    def introspect(self, session: Session, scope: Scope) -> Introspection:
        """Read the live catalog. Raises StatementError where the account may not see."""
        from bootstrap.dialects.mysql.introspect import introspect

        return introspect(cast(MySqlSession, session), scope)

    def fingerprint(self, session: Session, scope: Scope, roles: Iterable[str] = ()) -> str:  # noqa: ARG002  # the digest is of the whole database: more than asked is on the safe side
        """Digest of the live catalog, computed by the server in one round trip."""
        return fingerprint(cast(MySqlSession, session), roles)

    def server_settings(self, session: Session) -> Mapping[str, str]:
        """The settings that change what SQL means or who may connect."""
        from bootstrap.dialects.mysql.server_settings import server_settings

        return server_settings(session)

    def normalise(
        self, session: Session, declared: Catalog, *, locate: Callable[[Ref], str], scratch: Endpoint | None = None
    ) -> Catalog:
        """Build the declared objects in a scratch database and read them back."""
        from bootstrap.dialects.mysql.normalise import normalise

        return normalise(cast(MySqlSession, session), declared, locate=locate, scratch=scratch)

    def structure_of(
        self, session: Session, statements: Sequence[ForeignStatement], beside: Catalog, scratch: Endpoint | None
    ) -> Catalog:
        """Run an application's SQL in a scratch database and read back what it made."""
        from bootstrap.dialects.mysql.foreign_sql import structure_of

        return structure_of(cast(MySqlSession, session), statements, beside, scratch)

    def hazards(self, operation: PlannedOperation, context: RenderContext) -> list[Hazard]:
        """What can go wrong with one operation."""
        return [hazard for statement in self.render(operation, context) for hazard in statement.hazards]

    def render(self, operation: PlannedOperation, context: RenderContext) -> list[Statement]:
        """The statements that carry out one operation. Raises Refused for what cannot be done."""
        from bootstrap.dialects.mysql.old_definitions import tolerated
        from bootstrap.dialects.mysql.render import render

        return [tolerated(statement, context) for statement in render(operation, context)]

    def password_for(self, session: Session, role: Ref, password: str) -> str:  # noqa: ARG002  # as PostgreSQL needs it
        """The password itself: only the server may hash it, which keeps it out of its logs (MySQL manual, "Passwords
        and Logging")."""
        from bootstrap.dialects.mysql.text import literal  # only where a role is created

        return literal(password)

    def table_sizes(self, session: Session, tables: Iterable[Ref]) -> Mapping[Ref, TableSize]:
        """Estimated rows and bytes of the tables; 0 rows only where a table is empty for certain."""
        from bootstrap.dialects.mysql.sizes import table_sizes

        return table_sizes(cast(MySqlSession, session), tables)

    def check_writable(self, session: Session) -> None:
        """Raise Unreachable where this is a reader, a replica, or a proxy that shares connections."""
        check_writable(cast(MySqlSession, session))

    def check_direct(self, session: Session) -> None:
        """Raise Pooled where a proxy shares connections."""
        check_direct(cast(MySqlSession, session))

    def request_tls(self, connection: socket.socket) -> None:
        """Ask for TLS. Raises ServerError where the server offers none."""
        from bootstrap.dialects.mysql.tls import request_tls

        request_tls(connection)

    def clock(self, session: Session) -> float:
        """The server's time in seconds since 1970."""
        return float(session.query("SELECT UNIX_TIMESTAMP(SYSDATE(6))")[0][0])

    def traps(self, session: Session, declared: Catalog) -> Sequence[Trap]:
        """Settings of the server that make runs fail, or could."""
        from bootstrap.dialects.mysql.traps import traps

        return list(traps(cast(MySqlSession, session), declared))

    def lacking_rights(self, session: Session, declared: Catalog, *, scratch: bool) -> Sequence[str]:
        """The grants for an apply that the session's account does not have."""
        from bootstrap.dialects.mysql.rights import lacking_rights

        return lacking_rights(cast(MySqlSession, session), session.database, declared, scratch=scratch)

    def names_sql(self) -> str:
        """A query of the names of relations, columns and routines."""
        from bootstrap.dialects.mysql.present import NAMES

        return NAMES

    def is_leftover(self, ref: Ref, current: Catalog) -> bool:  # noqa: ARG002  # the name tells
        """Whether this is a CHECK constraint that is there only between two statements of ours."""
        from bootstrap.dialects.mysql.render.columns import LEFTOVER_CHECK

        return ref.kind is Kind.CHECK and ref.name.startswith(LEFTOVER_CHECK)

    def check_trust(self, session: Session, *, writing: bool) -> None:
        """Nothing to look at: triggers and routines run as whoever defined them."""

    def rights(self, database: str, account: str, declared: Catalog, *, command: str) -> Iterable[str]:
        """The statements that let an account run a command."""
        from bootstrap.dialects.mysql.rights import rights

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
        """The rows of a query on our own tables, and the seal of the history."""
        return history.read_sealed(cast(MySqlSession, session), sql)

    def write_seal(self, session: Session, text: str) -> None:
        """Replace the seal of the history."""
        session.execute(history.seal_statement(text))

    def seal_statement(self, text: str) -> str:
        """The statement that replaces the seal."""
        return history.seal_statement(text)

    def end_backend(self, session: Session, backend: str) -> bool:
        """End a lost connection of our own by its number."""
        return history.end_backend(cast(MySqlSession, session), backend)

    def waits_for(self, session: Session, backend: str) -> list[str]:
        """Who holds what the statement of another connection waits for."""
        from bootstrap.dialects.mysql.blockers import waits_for

        return waits_for(session, backend)

    def blockers(self, session: Session, subject: Ref) -> list[str]:
        """Who holds locks that a change of this object waits for."""
        from bootstrap.dialects.mysql.blockers import blockers

        return blockers(session, subject)

    def transaction_is_full(self, session: Session) -> bool:  # noqa: ARG002  # it holds no structural changes here
        """Whether the open transaction holds too many locks: each structural change ends its own here."""
        return False

    def references_deferred(
        self, session: Session, keys: Sequence[tuple[Ref, ForeignKey]]
    ) -> AbstractContextManager[None]:
        """Load rows that refer to each other in any order."""
        from bootstrap.dialects.mysql.seed_cycles import references_deferred

        return references_deferred(cast(MySqlSession, session), keys)

    def every_row(self, session: Session, tables: Sequence[Ref]) -> AbstractContextManager[None]:  # noqa: ARG002  # nothing hides rows here
        """Every row is seen in any case."""
        return nullcontext()

    def rows_digest(self, table: Ref, columns: Sequence[str]) -> str:
        """A scalar subquery: the number of the table's rows and a digest of these columns."""
        return history.rows_digest(quote(table.name), [quote(column) for column in columns])

    def apply_seed(self, session: Session, seed: SeedTable, *, dry_run: bool) -> SeedCounts:
        """Bring rows in by a staging table and one set-based statement."""
        from bootstrap.dialects.mysql.seeds import apply_seed

        return apply_seed(cast(MySqlSession, session), seed, dry_run=dry_run)

    def holds_values(self, session: Session, table: Ref, column: Column | None, *, untouched: bool) -> bool:
        """Whether a table or an added column holds values that nothing but its rows knows."""
        from bootstrap.dialects.mysql.written import holds_values  # only where a run is undone

        return holds_values(session, table, column, untouched=untouched)

    def fits(self, session: Session, table: Ref, column: Column, before: Column) -> bool:
        """Whether every value of a column stays the same where the column gets its earlier type."""
        from bootstrap.dialects.mysql.written import fits  # only where a run is undone

        return fits(session, table, column, before)

    def exists(self, session: Session, names: Sequence[str]) -> bool:
        """Whether a table, a view or a column exists in the session's database."""
        kind, conditions = ("columns", " AND column_name = %s") if len(names) > 1 else ("tables", "")
        where = f"table_schema = %s AND table_name = %s{conditions}"
        return bool(
            session.query(f"SELECT 1 FROM information_schema.{kind} WHERE {where} LIMIT 1", [session.database, *names])
        )

    def last_of_batch(self, session: Session, table: str, key: str, after: str | None, size: int) -> str | None:
        """The key of the last row of the next batch, as a literal of the column's own kind."""
        from bootstrap.dialects.mysql.text import any_literal  # only where a step runs in batches

        where = f" WHERE {key} > {after}" if after is not None else ""
        rows = session.query(
            f"SELECT b.k FROM (SELECT {key} AS k FROM {table}{where} ORDER BY {key} LIMIT {size}) b"
            " ORDER BY b.k DESC LIMIT 1"
        )
        return any_literal(rows[0][0]) if rows else None

    def refusal(self, session: Session, sql: str, *, names: bool) -> str:
        """What the server says against a statement, without running it."""
        from bootstrap.dialects.mysql.statement_check import refusal  # only where a step is pending

        return refusal(session, sql, names=names)

    def quote(self, name: str) -> str:
        """Quote one identifier."""
        return quote(name)

    def member_kinds(self) -> frozenset[Kind]:
        """Kinds that these engines have."""
        return _KINDS


DIALECT = MySqlDialect()
