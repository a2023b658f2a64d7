"""What every engine must be able to do. The rest of the package knows only this."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from bootstrap.plan.engine import Engine
from bootstrap.problems import DeclarationError

if TYPE_CHECKING:  # what an unchanged database never needs
    import socket

    from bootstrap.catalog.catalog import Catalog
    from bootstrap.catalog.columns import Column
    from bootstrap.catalog.constraints import ForeignKey
    from bootstrap.catalog.ref import Kind, Ref
    from bootstrap.catalog.tables import Table
    from bootstrap.dialects.copies import Copies
    from bootstrap.dialects.foreign_sql import ForeignStatement
    from bootstrap.findings import Trap
    from bootstrap.plan.context import TableSize
    from bootstrap.plan.server import Server
    from bootstrap.problems import Problem

Row: TypeAlias = tuple[Any, ...]
RUN_LOCK = "db-bootstrap"  # the one lock of a database's runs; the dialects make it the database's own
IDLE_SECONDS = 900  # longer than we ever work between two statements of a session


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where and as whom to connect: a target whose secret has been fetched. Never printed; the password is left out of
    its repr.

    ``tls_mode`` is verify-full, verify-ca, require or disable. ``socket`` is a Unix socket: the directory for
    PostgreSQL, the file for MySQL. ``idle_seconds`` is how long the server keeps a session, with all its locks, that
    asks nothing: a client that froze must not hold them for ever. At ``deadline``, a time of ``time.monotonic()``, the
    connection is cut. ``renew`` fetches user and password again after a refusal, or None where they are still the same.
    """

    engine: str
    host: str = ""
    port: int = 0
    database: str = ""
    username: str = ""
    password: str | None = field(default=None, repr=False)
    socket: str | None = None
    tls_mode: str = "verify-full"
    ca_file: str | None = None
    iam: bool = False  # the password is an IAM token: MySQL sends it in clear text inside TLS
    connect_timeout_seconds: int = 10
    idle_seconds: int = IDLE_SECONDS
    deadline: float | None = None
    renew: Callable[[], tuple[str, str] | None] | None = field(default=None, repr=False, compare=False)


class ServerError(Exception):
    """The server refused a statement. ``code`` is the SQLSTATE (PostgreSQL) or the error number (MySQL) as text.

    The predicates are set by the dialect's ``errors.py``, the one place that knows the codes.
    """

    def __init__(  # one flag per answer that callers tell apart
        self,
        message: str,
        *,
        code: str = "",
        lock_timeout: bool = False,
        connection_lost: bool = False,
        login_refused: bool = False,
        missing_object: bool = False,
        permission_denied: bool = False,
        algorithm_not_supported: bool = False,
        retryable: bool = False,
        body_line: int = 0,
        outside_transaction: bool = False,
        cancelled: bool = False,
        constraint: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.lock_timeout = lock_timeout
        self.connection_lost = connection_lost
        self.login_refused = login_refused
        self.missing_object = missing_object
        self.permission_denied = permission_denied
        self.algorithm_not_supported = algorithm_not_supported
        self.retryable = retryable
        self.cancelled = cancelled
        self.outside_transaction = outside_transaction  # refused because a transaction is open
        self.constraint = constraint  # that is violated
        self.body_line = body_line  # of the routine whose body is wrong there, counted from 1; 0 where it is not known


class BodyError(DeclarationError):
    """The server refuses bodies of routines. ``routines`` has each with the server's words."""

    def __init__(
        self, problems: Sequence[Problem], *, routines: Mapping[Ref, str], lacking: Sequence[str] = ()
    ) -> None:
        super().__init__(problems, lacking=lacking)
        self.routines = dict(routines)


class Locate(Protocol):
    """Where a declared object is written, as "file:line"; "" for what is not declared."""

    def __call__(self, ref: Ref, body_line: int = 0) -> str:
        """The place of the object, or that of a line of a routine's body, counted from 1."""


class Session(Protocol):
    """One connection. Autocommit outside of ``transaction()``. Drivers' exceptions leave as ServerError."""

    server: Server
    database: str
    backend: str  # the number of this connection on the server

    def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> int:
        """Run one statement; ``%s`` marks a parameter only when parameters are given. Returns the rows affected."""

    def query(self, sql: str, parameters: Sequence[Any] | None = None) -> list[Row]:
        """Run one statement and return all rows."""

    def transaction(self, *, read_only: bool = False) -> AbstractContextManager[None]:
        """Commit at the end, roll back on any exception. ``read_only``: the server refuses what would change something,
        also what no rollback undoes.
        """

    def as_login_user(self) -> AbstractContextManager[None]:
        """Inside of a transaction, for the time of a block: the user who logged in, and names as our statements mean
        them, whatever role or search path was set.
        """

    def set_timeouts(self, *, lock_ms: int | None, statement_ms: int | None) -> None:
        """Set how long a statement may wait for locks and run; None is the session's own default again."""

    def settings(self, values: Sequence[tuple[str, str]]) -> AbstractContextManager[None]:
        """Session variables for the time of a block (name, SQL text of the value); as they were before afterwards."""

    def declared_sql(self) -> AbstractContextManager[None]:
        """The settings that declared SQL is written for, for the time of a block; afterwards the session has its own
        again, whatever that SQL has set."""

    def try_lock(self, name: str) -> bool:
        """Try once, without waiting, to take the session lock of that name."""

    def owns_lock(self, name: str) -> bool:
        """Whether this very session still holds the lock."""

    def lock_holder(self, name: str) -> str | None:
        """Who holds the lock, for a message: user, address, since when; None when nobody can be named."""

    def unlock(self, name: str) -> None:
        """Give the lock back."""

    def limit(self, endpoint: Endpoint) -> None:
        """Take over the limits in time of a run whose declaration was read after this session was opened."""

    def cancel(self) -> None:
        """Ask the server, over a connection of its own, to cancel the statement that runs here. From any thread."""

    def close(self) -> None:
        """End the connection; never raises."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of a database to read: empty means everything that is not the system's or our own.

    ``schemas`` and ``tables`` are names with ``*`` and ``?``; ``ignore`` wins over both.
    """

    schemas: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something in the database that the catalog cannot express."""

    what: str  # "foreign table", "operator class" …
    name: str
    reason: str = ""
    blocking: bool = True  # False: no import is refused because of it, it is only named


@dataclass(frozen=True, slots=True)
class Introspection:
    """A live catalog, and what could not be expressed in it.

    ``borrowable`` are tables that are no part of the catalog and that declared objects can refer to.
    """

    catalog: Catalog
    unsupported: tuple[Unsupported, ...] = ()
    borrowable: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedTable:
    """Rows of one table to be brought in. ``rows`` are in the order of ``columns``; None is NULL, str is text as the
    server parses it for the column's type, so that every type goes through unharmed. ``expressions`` are the columns
    in which a value may be an SqlExpression. A dry run also reads the keys of so many rows of each kind as ``named``
    says.
    """

    table: Ref
    columns: tuple[str, ...]
    key: tuple[str, ...]
    mode: str  # insert, upsert, sync, once
    rows: Iterable[tuple[str | None, ...]]
    expressions: frozenset[str] = frozenset()
    named: int = 0


@dataclass(frozen=True, slots=True)
class RowKeys:
    """Keys of the first rows that a seed would insert, update and delete, each as ``id = 1``."""

    inserted: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowLoss:
    """Rows of a table that go, or lose values, because a seed deletes rows.

    ``action`` is "" for the rows that the seed itself deletes, else that of the foreign key that passes the deletion
    on: CASCADE, SET NULL, SET DEFAULT. ``repeated``: some may be counted more than once.
    """

    table: Ref
    action: str
    rows: int
    of: int = 0  # the seed's own table: so many rows are there
    keys: tuple[str, ...] = ()  # the seed's own table: those of the first rows
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class SeedCounts:
    """What a seed did, or would do, as the server counted it; and what its deletions take."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    losses: tuple[RowLoss, ...] = field(default=(), compare=False)
    keys: RowKeys = field(default=RowKeys(), compare=False)


@dataclass(frozen=True, slots=True)
class HistoryFacts:
    """SQL expressions of the engine for what the history notes down about a run, and whether others may write to it."""

    now: str  # the server's time at this moment, as the history's columns keep it
    user: str  # who is logged in
    sealed: bool = False  # others may write rows to its tables, which are held to a seal therefore


class Dialect(Engine, Protocol):
    """One engine: what plans are made with, and what talks to its servers. Stateless: all state is the session's."""

    name: str
    transactional_ddl: bool  # whether structural changes can share a transaction, and be rolled back

    @property
    def copies(self) -> Copies:
        """Copies of values that a run loses, and the way back."""

    def connect(self, endpoint: Endpoint, *, application_name: str) -> Session:
        """Open one direct session with safe settings (keepalives, time-outs, verified TLS). Raises ServerError."""

    def introspect(self, session: Session, scope: Scope) -> Introspection:
        """Read the live catalog in a constant number of queries. Raises StatementError where the role may not see."""

    def fingerprint(self, session: Session, scope: Scope, roles: Iterable[str] = ()) -> str:
        """Digest of the live catalog, computed by the server in one round trip.

        Roles are the whole server's: it holds those named in ``roles`` and those that the database has to do with.
        """

    def server_settings(self, session: Session) -> Mapping[str, str]:
        """The settings of the server and the database that change what SQL means or who may connect, by name: those of
        a plain session, not of ours."""

    def normalise(
        self, session: Session, declared: Catalog, *, locate: Locate, scratch: Endpoint | None = None
    ) -> Catalog:
        """Build the declared objects in a scratch place on the same server and read them back.

        ``locate`` gives "file:line" of a declared object for messages. Raises DeclarationError or StatementError with
        the server's own words when an object cannot be made.
        """

    def structure_of(
        self, session: Session, statements: Sequence[ForeignStatement], beside: Catalog, scratch: Endpoint | None
    ) -> Catalog:
        """Run an application's SQL in a scratch database that holds the objects of ``beside``; read back everything.

        Raises DeclarationError for the first statement that the server refuses.
        """

    def password_for(self, session: Session, role: Ref, password: str) -> str:
        """The literal that a statement that creates the role has for its password: a verifier made here where the
        server takes one, so that neither the server nor its log ever sees the password; else the password, which such
        a server keeps out of its logs."""

    def table_sizes(self, session: Session, tables: Iterable[Ref]) -> Mapping[Ref, TableSize]:
        """Estimated rows and bytes of the tables."""

    def check_writable(self, session: Session) -> None:
        """Raise Unreachable where this is a reader or a replica in recovery."""

    def check_direct(self, session: Session) -> None:
        """Raise Pooled where a proxy hands the session's statements to different server processes."""

    def request_tls(self, connection: socket.socket) -> None:
        """Ask a server that was just connected to for TLS; the handshake is the caller's.

        Raises ServerError where it offers none, or where this is no server of the engine.
        """

    def clock(self, session: Session) -> float:
        """The server's time in seconds since 1970."""

    def traps(self, session: Session, declared: Catalog) -> Sequence[Trap]:
        """Settings of the server that make runs of this declaration fail, or could."""

    def lacking_rights(self, session: Session, declared: Catalog, *, scratch: bool) -> Sequence[str]:
        """Those of ``rights`` for an apply that this session's account does not have, as statements.

        ``scratch``: scratch databases are made on another server, so nothing is needed for them here.
        """

    def names_sql(self) -> str:
        """A query of what is there by name, as texts: ``column`` with schema, relation and column; ``relation`` with
        schema, relation and ""; ``routine`` with schema, name and "". The schema is "" where it is the database.
        """

    def is_leftover(self, ref: Ref, current: Catalog) -> bool:
        """Whether an object that nobody declares is a means of ours, which a run that was killed has left behind."""

    def check_trust(self, session: Session, *, writing: bool) -> None:
        """Raise Refused where what belongs to somebody else would steer a run, or run as this account: a history that
        is not ours, code that is called by whatever changes the structure."""

    def rights(self, database: str, account: str, declared: Catalog, *, command: str) -> Iterable[str]:
        """The statements that let an account run ``verify``, ``plan`` or ``apply`` on a database of that name."""

    def history_schema(self) -> Sequence[str]:
        """Idempotent statements that make or upgrade our own history tables."""

    def history_table(self, name: str) -> str:
        """The quoted name of one of our own tables."""

    def history_facts(self) -> HistoryFacts:
        """What the history's statements say in this engine's own words."""

    def read_sealed(self, session: Session, sql: str) -> tuple[list[Row], str | None]:
        """The rows of a query on our own tables, and the seal of the history: "" where there is none yet, None where
        others cannot write to the history. A table that is missing has no rows and no seal.
        """

    def write_seal(self, session: Session, text: str) -> None:
        """Replace the seal of the history."""

    def seal_statement(self, text: str) -> str:
        """The statement that replaces the seal, for a person to run."""

    def end_backend(self, session: Session, backend: str) -> bool:
        """End a lost connection of our own by its number, so that nothing it waits for is applied later."""

    def waits_for(self, session: Session, backend: str) -> list[str]:
        """Who holds what the statement of another connection waits for, as one line each; none where it does not wait.

        ``backend`` is the number of that connection.
        """

    def blockers(self, session: Session, subject: Ref) -> list[str]:
        """Who holds locks that a change of this object waits for, as one line each, as far as the role may see."""

    def transaction_is_full(self, session: Session) -> bool:
        """Whether the open transaction holds so many locks that more could starve the server's other sessions."""

    def references_deferred(
        self, session: Session, keys: Sequence[tuple[Ref, ForeignKey]]
    ) -> AbstractContextManager[None]:
        """Check foreign keys (of the tables named first) at the end of the block, for rows that refer to each other in
        a circle. Inside of a transaction that the caller opened."""

    def every_row(self, session: Session, tables: Sequence[Ref]) -> AbstractContextManager[None]:
        """See every row of these tables until the end of the block, whatever row security would hide; the server
        refuses where this account may not. Inside of a transaction that the caller opened."""

    def rows_digest(self, table: Ref, columns: Sequence[str]) -> str:
        """A scalar subquery: the number of the table's rows and a digest of these columns, whatever the rows' order."""

    def apply_seed(self, session: Session, seed: SeedTable, *, dry_run: bool) -> SeedCounts:
        """Bring rows in by bulk load and one set-based statement; with ``dry_run`` only count. Inside a transaction
        that the caller opened."""

    def holds_values(self, session: Session, table: Ref, column: Column | None, *, untouched: bool) -> bool:
        """Whether a table has rows (no ``column``), or an added column a value that is not what it was added with: its
        backfill or default. ``untouched``: only the server has filled the column. Outside of a transaction."""

    def fits(self, session: Session, table: Ref, column: Column, before: Column) -> bool:
        """Whether every value of a column stays the same where the column gets the type that it had ``before``."""

    def exists(self, session: Session, names: Sequence[str]) -> bool:
        """Whether a table or view of this name exists, as a plain session finds it, or a column: ``table``,
        ``table.column``; PostgreSQL: also ``schema.table`` and ``schema.table.column``."""

    def last_of_batch(self, session: Session, table: str, key: str, after: str | None, size: int) -> str | None:
        """The key of the last of the next ``size`` rows, as a literal; None where no row is left.

        ``table`` and ``key`` are SQL as a step writes them, ``after`` is a literal of this kind.
        """

    def refusal(self, session: Session, sql: str, *, names: bool) -> str:
        """What the server says against a statement of a step without running it; "" where nothing is known against it.
        ``names``: whether everything that the statement names must exist now."""

    def quote(self, name: str) -> str:
        """Quote one identifier."""

    def member_kinds(self) -> frozenset[Kind]:
        """Kinds that this engine has."""
