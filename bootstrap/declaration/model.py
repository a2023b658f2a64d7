"""What a declaration says, once it has been read: the types that the rest of the package works with.

They are made by :func:`bootstrap.declaration.load.load` (a directory) and
:func:`bootstrap.declaration.load.load_files` (in memory); :func:`bootstrap.declaration.load.manifest` gives only the
part that costs nothing: what to connect to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bootstrap.catalog.ref import Kind

if TYPE_CHECKING:
    from bootstrap.catalog.catalog import Catalog
    from bootstrap.catalog.ref import Ref
    from bootstrap.declaration.inputs import Inputs
    from bootstrap.sql.conditions import Condition
    from bootstrap.sql.split import ScriptStatement

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Position(NamedTuple):
    """Where something was declared: the path relative to the declaration's directory, and the line from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class TextPosition:
    """Where a text of several lines begins. Only a literal one has the same lines as the file."""

    file: str
    first_line: int
    literal: bool

    def line(self, number: int) -> Position:
        """Where a line of the text, counted from 1, is written; as near as can be told."""
        return Position(self.file, self.first_line + (number - 1 if self.literal else 0))


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the password comes from. ``kind`` is secret_arn, ssm_parameter, iam or environment; ``value`` is the ARN,
    the parameter's name, "" for iam, or the name of the environment variable. Never the password itself.
    """

    kind: str = "environment"
    value: str = "DB_BOOTSTRAP_PASSWORD"


@dataclass(frozen=True, slots=True)
class Tls:
    """How the server proves who it is: verify-full (default), verify-ca, require, disable."""

    mode: str = "verify-full"
    ca_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One database to bring into line, as an overlay, Terraform, DB_BOOTSTRAP_TARGET or a Lambda event names it."""

    engine: str
    host: str
    database: str
    username: str
    port: int  # 5432 or 3306 where none is given
    region: str | None = None
    credentials: Credentials = Credentials()
    tls: Tls = Tls()
    connect_deadline_seconds: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class TerraformTarget:
    """A target that is read from Terraform's outputs: ``output`` is a map, ``key`` picks this database's entry.

    ``directory`` is relative to the declaration's directory. ``workspace`` None is the environment's, "" whichever is
    selected.
    """

    directory: str
    output: str = "db_bootstrap_targets"
    key: str
    workspace: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the database is managed; same meaning as ``bootstrap.dialects.base.Scope``. All empty: no scope
    was declared, and what is declared is what is managed.
    """

    schemas: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Removed(StrEnum):
    """What becomes of that which was declared before and is not any more."""

    DROP = "drop"  # behind the gate
    KEEP = "keep"  # until db-bootstrap contract


class OnFailure(StrEnum):
    """What becomes of the changes of a run that fails."""

    KEEP = "keep"  # the next run goes on from there
    ROLLBACK = "rollback"


class Backup(StrEnum):
    """How values are kept that a plan loses."""

    NONE = "none"
    TABLE = "table"  # in tables of the history
    RDS_SNAPSHOT = "rds_snapshot"  # of the whole instance or cluster


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits and permissions of an environment. ``allow`` are permissions as ``--allow`` takes them. None is the
    product's default. ``deadline_seconds`` bounds a whole run.
    """

    max_block_ms: int | None = None
    lock_timeout_ms: int | None = None
    statement_timeout_ms: int | None = None
    deadline_seconds: int | None = None
    backfill_batch: int | None = None
    backfill_pause_ms: int | None = None
    online: bool = True
    removed: Removed = Removed.DROP
    on_failure: OnFailure = OnFailure.KEEP
    protected: bool | None = None  # None: by the environment's name
    backup: Backup = Backup.NONE
    backup_days: int = 30
    backup_limit_mb: int = 1024
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What bootstrap.yaml and the overlay say. ``files`` are all files that are read for this environment."""

    name: str
    engine: str  # postgresql, mysql
    environment: str | None
    environments: tuple[str, ...]  # all that have an overlay
    default_schema: str  # "" on MySQL
    target: Target | TerraformTarget | None = None
    variables: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    policy: Policy = Policy()
    scope: Scope = Scope()
    files: tuple[str, ...] = ()
    given_name: str = ""  # as bootstrap.yaml says it; "" where ``name`` is the folder's


class SeedMode(StrEnum):
    """What a seed does with rows that are there already."""

    INSERT = "insert"  # never touch a row that exists
    UPSERT = "upsert"
    SYNC = "sync"  # also delete the rows that are not declared
    ONCE = "once"  # only into an empty table


class SqlExpression(str):
    """A value of a row that is SQL, such as ``{sql: now()}``, and not text."""

    __slots__ = ()


class SeedRow(NamedTuple):
    """One row: values in the order of the seed's columns, and where it is written. None is NULL; a str is text as the
    server parses it for the column's type, unless it is an SqlExpression.
    """

    values: tuple[str | None, ...]
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """Rows of one table with the same columns. ``rows()`` reads them each time it is called, streaming large files;
    they have been validated. ``key`` is never empty except for mode once. Several seeds may fill one table (rows that
    leave out different columns), then never with mode sync or once. ``expressions`` are the columns in which a value is
    an SqlExpression, ``computed`` those of them in which every value is one.
    """

    table: Ref
    columns: tuple[str, ...]
    key: tuple[str, ...]
    mode: SeedMode
    rows: Callable[[], Iterator[SeedRow]]
    expressions: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    delete_limit: int | None = None  # sync: so many rows may be deleted unasked; None is the product's default
    digest: str = ""  # of the rows and of how they are brought in
    position: Position


class Phase(StrEnum):
    """When a step runs: before or after the structural change."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """That a step's statement runs in ranges of a column, with so many rows each and a pause between them."""

    size: int
    key: str  # the column as SQL writes it
    pause_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A versioned step, in the order of their numbers. ``checksum`` is of the file as written (line endings aside), so
    that it is the same in every environment. ``transactional`` False: some statement refuses to run in a transaction.
    Where a condition of ``when`` does not hold, the step is not run. ``replaces`` are beginnings of checksums that the
    file had before: where one of them was applied, the step is done.
    """

    number: int
    name: str  # the file's name without its ending: 0001_backfill
    phase: Phase
    statements: tuple[ScriptStatement, ...]
    checksum: str
    transactional: bool = True
    description: str = ""
    when: tuple[Condition, ...] = ()
    replaces: tuple[str, ...] = ()
    batch: Batch | None = None
    file: str


class Expectation(StrEnum):
    """What a check's answer must be."""

    TRUE = "true"  # one row, one column, and it is true (MySQL: not zero)
    EMPTY = "empty"  # no row
    ROWS = "rows"  # at least one row; with a value: exactly so many
    VALUE = "value"  # one row, one column, equal to the value as text (both as numbers where both are)
    AT_LEAST = "at_least"  # one row, one column, a number that is at least the value
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCheck:
    """A named assertion that must hold after every run."""

    name: str
    query: str
    expect: Expectation = Expectation.TRUE
    value: str | None = None  # of value, at_least, at_most, and optionally rows; VALUE with None expects NULL
    message: str = ""  # what it means when it fails
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A whole declaration for one environment. ``catalog`` keeps its texts as written."""

    manifest: Manifest
    catalog: Catalog
    sources: Mapping[Ref, Position]
    bodies: Mapping[Ref, TextPosition] = field(default_factory=dict)  # of routines
    seeds: tuple[Seed, ...] = ()
    steps: tuple[Step, ...] = ()
    checks: tuple[DeclaredCheck, ...] = ()
    structure_digest: str = ""
    contents_digest: str = ""
    inputs: Inputs | None = None  # the files that it was read from

    @property
    def engine(self) -> str:
        """postgresql or mysql."""
        return self.manifest.engine

    @property
    def environment(self) -> str | None:
        """The overlay's name, None for the base declaration."""
        return self.manifest.environment

    @property
    def roles(self) -> tuple[str, ...]:
        """The names of the roles that are declared."""
        return tuple(sorted(ref.name for ref in self.catalog.objects if ref.kind is Kind.ROLE))

    @property
    def keeps_removed(self) -> bool:
        """Whether what is declared no longer stays in the database."""
        return self.manifest.policy.removed is Removed.KEEP

    @property
    def digest(self) -> str:
        """The digest of all that is declared, see :mod:`bootstrap.declaration.meaning`."""
        return f"{self.structure_digest}.{self.contents_digest}"

    def locate(self, ref: Ref, body_line: int = 0) -> str:
        """Where an object, or the table that it belongs to, was declared, as ``file:line``; "" for what is not.

        With ``body_line`` it is that line of a routine's body, counted from 1.
        """
        if body_line and ref in self.bodies:
            return str(self.bodies[ref].line(body_line))
        found = self.sources.get(ref) or (self.sources.get(ref.owner) if ref.owner else None)
        return str(found) if found else ""


Files: TypeAlias = Mapping[str, bytes]
"""A declaration in memory: path relative to its directory → content."""
