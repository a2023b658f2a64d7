"""Objects whose body is SQL text: views, routines, triggers, rules, policies, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bootstrap.catalog.indexes import Index
from bootstrap.catalog.options import Options
from bootstrap.catalog.ref import Kind, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view or a materialized view. ``definition`` is the SELECT without a trailing semicolon."""

    schema: str = ""
    name: str
    definition: str
    columns: tuple[str, ...] = ()
    materialized: bool = False
    with_data: bool = True
    options: tuple[tuple[str, str], ...] = ()  # security_barrier, security_invoker, storage parameters
    check_option: str | None = None  # local, cascaded
    indexes: tuple[Index, ...] = ()
    column_comments: tuple[tuple[str, str], ...] = ()
    column_types: tuple[tuple[str, str], ...] = field(default=(), compare=False)  # name, type: filled by introspection
    column_defaults: tuple[tuple[str, str], ...] = ()  # PostgreSQL: ALTER VIEW … ALTER COLUMN … SET DEFAULT
    tablespace: str | None = None
    access_method: str | None = None
    comment: str | None = None
    owner: str | None = None
    # MySQL, MariaDB
    algorithm: str | None = None
    definer: str | None = None
    sql_security: str | None = None
    charset: str | None = None
    collation: str | None = None

    renamed_from: str | None = field(default=None, compare=False)

    @property
    def ref(self) -> Ref:
        """The identity of this view."""
        return Ref(Kind.MATERIALIZED_VIEW if self.materialized else Kind.VIEW, self.schema, self.name)


def routine_attributes(attributes: Mapping[str, str]) -> Options:
    """The attributes of a routine by their names, behind them its settings in the order in which they were given."""
    settings = [pair for pair in attributes.items() if pair[0].startswith("set ")]
    return Options([*sorted(pair for pair in attributes.items() if pair not in settings), *settings])


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """A function, procedure or aggregate.

    ``identity`` is the list of argument types that PostgreSQL tells overloads apart by ("" on MySQL, which has none).
    ``arguments`` is the whole argument list as SQL. ``attributes`` are the clauses between RETURNS and the body
    (volatility, strict, security, cost, set …), name → SQL text, in the order of :func:`routine_attributes`.
    """

    kind: Kind  # FUNCTION, PROCEDURE, AGGREGATE
    schema: str = ""
    name: str
    arguments: str = ""
    identity: str = ""
    returns: str | None = None
    language: str = "sql"
    body: str = ""
    atomic: bool = False  # the body is a BEGIN ATOMIC … END or RETURN that the server parsed
    attributes: tuple[tuple[str, str], ...] = ()
    comment: str | None = None
    owner: str | None = None
    # MySQL, MariaDB
    definer: str | None = None
    sql_mode: str | None = None
    charset: str | None = None
    collation: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of this routine; on PostgreSQL with its argument types."""
        name = f"{self.name}({self.identity})" if self.schema else self.name
        return Ref(self.kind, self.schema, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A trigger of a table or view."""

    schema: str = ""
    table: str
    name: str
    timing: str  # before, after, instead of
    events: tuple[str, ...]  # insert, update, "update of a, b", delete, truncate
    level: str = "row"  # row, statement
    when: str | None = None
    function: str | None = None  # PostgreSQL: qualified name
    arguments: tuple[str, ...] = ()
    constraint: bool = False
    deferrable: bool = False
    initially_deferred: bool = False
    from_table: str | None = None
    old_table: str | None = None  # REFERENCING OLD TABLE AS
    new_table: str | None = None
    enabled: str = "origin"  # origin, disabled, replica, always
    comment: str | None = None
    # MySQL, MariaDB
    body: str | None = None
    definer: str | None = None
    sql_mode: str | None = None
    charset: str | None = None
    collation: str | None = None
    order: int = 1  # place among the triggers of the same table, timing and event
    # The words before the body as they were first written, where they are not our own: dumps show them, nothing else
    # does, so that they are kept and never a difference.
    header: str | None = field(default=None, compare=False)

    @property
    def ref(self) -> Ref:
        """The identity of this trigger."""
        return Ref(Kind.TRIGGER, self.schema, self.name, self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rewrite rule of PostgreSQL; ``definition`` is the text behind ``AS``."""

    schema: str
    table: str
    name: str
    definition: str
    enabled: str = "origin"
    comment: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of this rule."""
        return Ref(Kind.RULE, self.schema, self.name, self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A row level security policy of PostgreSQL. Empty ``roles`` means PUBLIC."""

    schema: str
    table: str
    name: str
    command: str = "all"
    permissive: bool = True
    roles: tuple[str, ...] = ()
    using: str | None = None
    check: str | None = None
    comment: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of this policy."""
        return Ref(Kind.POLICY, self.schema, self.name, self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A scheduled event of MySQL or MariaDB; ``schedule`` is the text behind ON SCHEDULE."""

    name: str
    schedule: str
    body: str
    preserve: bool = False
    enabled: str = "enable"  # enable, disable, disable on slave
    definer: str | None = None
    sql_mode: str | None = None
    charset: str | None = None
    collation: str | None = None
    time_zone: str | None = None
    comment: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of this event."""
        return Ref(Kind.EVENT, "", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTrigger:
    """An event trigger of PostgreSQL."""

    name: str
    event: str
    function: str
    tags: tuple[str, ...] = ()
    enabled: str = "origin"
    comment: str | None = None
    owner: str | None = None

    @property
    def ref(self) -> Ref:
        """The identity of this event trigger."""
        return Ref(Kind.EVENT_TRIGGER, "", self.name)
