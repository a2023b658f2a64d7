"""Operations, statements and hazards: what a plan is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from bootstrap.catalog.ref import without_members

if TYPE_CHECKING:  # what an unchanged database never needs
    from bootstrap.catalog.changes import Change
    from bootstrap.catalog.ref import Ref
    from bootstrap.hazards import HazardKind
    from bootstrap.plan.block import Block
    from bootstrap.plan.ranges import Ranges

# Stands in a statement for the password of its role, which is fetched when an apply is about to run it, not before.
PASSWORD = "'<password>'"  # noqa: S105  # none


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """One thing that can go wrong, with its safer way.

    ``blocking`` hazards refuse the plan (exit 3) unless allowed by name; the others are notes. Whether one blocks
    depends on the table's size and the policy: that is decided where the hazard is made, by the dialect. ``final``: the
    server would refuse the statement, so that to allow the hazard is no way out and not offered. ``block`` says who
    waits for the change, and for how long.
    """

    kind: HazardKind
    subject: Ref
    message: str
    advice: str = ""
    blocking: bool = False
    final: bool = False
    block: Block | None = None

    @property
    def permission(self) -> str:
        """What allows exactly this hazard: ``--allow data_loss:public.streams.status``."""
        return f"{self.kind}:{self.subject.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SQL statement with everything the executor must know to run it.

    ``transactional`` False must run alone, outside of a transaction. One that is ``apart`` has a transaction of its
    own, begun when what comes before it is committed. Statements with ``creates_only`` touch nothing that existed
    before this run: the transactions of several operations of them become one. Times are in milliseconds; None leaves
    the session's setting. ``display`` replaces the SQL in output and journal where it holds a secret.
    ``fallbacks`` are tried in turn when the server answers that the asked-for algorithm is not possible (MySQL
    ALGORITHM=INSTANT, then INPLACE): each is a whole statement of its own, in order of cost.
    ``session_settings`` are session variables for the time of this statement, name → SQL text of the value (the
    sql_mode that a routine was written for): run it inside of ``session.settings(statement.session_settings)``.
    ``reads`` are tables that the server reads by a query of its own meanwhile: no policy may hide rows of them.
    What is ``declared`` holds an expression of the declaration: it runs with the settings of a plain session.
    With ``ranges`` it is an UPDATE that runs in ranges of a key, each committed by itself.
    ``password_secret`` says where the password is kept that the SQL has :data:`PASSWORD` for; the subject is its role.
    """

    sql: str
    subject: Ref
    transactional: bool = True
    apart: bool = False
    creates_only: bool = False
    lock_timeout_ms: int | None = None
    statement_timeout_ms: int | None = None
    hazards: tuple[Hazard, ...] = ()
    display: str | None = None
    fallbacks: tuple[str, ...] = ()
    session_settings: tuple[tuple[str, str], ...] = ()
    password_secret: str | None = None
    reads: tuple[Ref, ...] = ()
    declared: bool = False
    ranges: Ranges | None = None

    @property
    def text(self) -> str:
        """The SQL as it may be shown and recorded."""
        return self.display if self.display is not None else self.sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What the plan does in one go: in one transaction, or by one statement that none can hold.

    The hazards are those of the changes that it stands for. They hold also where it has no statement, because another
    operation's statements carry it out. An ``atomic`` operation is done as a whole or not at all, however many locks
    its transaction takes; another one may be committed in parts.
    """

    subject: Ref
    hazards: tuple[Hazard, ...] = ()
    statements: tuple[Statement, ...] = ()
    atomic: bool = False


@dataclass(frozen=True, kw_only=True)  # no slots: what is derived is kept in the instance
class Plan:
    """Ordered operations, and the fingerprint of the catalog that they start from.

    ``differences`` are what a person would name; the operations also hold what must be rebuilt around them.
    ``unmanaged`` are objects of the database that were never declared: reported, never touched. ``keeps`` are the
    objects and members that were declared before and stay, as the policy says. ``backups`` say which values are
    copied before they are lost. ``notes`` are differences that are reported but not acted upon, such as the order of
    columns.
    """

    operations: tuple[Operation, ...] = ()
    differences: tuple[Change, ...] = ()
    fingerprint: str = ""
    unmanaged: tuple[Ref, ...] = ()
    keeps: frozenset[Ref] = frozenset()
    backups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def with_hazards(self, hazards: Iterable[Hazard]) -> Plan:
        """The plan with hazards of what is done after its statements: of rows that seeds delete."""
        rows = tuple(Operation(subject=hazard.subject, hazards=(hazard,)) for hazard in hazards)
        return replace(self, operations=(*self.operations, *rows))

    @cached_property
    def kept(self) -> tuple[Ref, ...]:
        """What stays though it is declared no longer; of a table that is kept whole no members."""
        return without_members(self.keeps)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """All statements, in the order of the operations."""
        return tuple(statement for operation in self.operations for statement in operation.statements)

    @cached_property
    def digest(self) -> str:
        """What tells whether two plans are the same: where they start from, and their statements."""
        parts = (self.fingerprint, *(statement.text for statement in self.statements))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @cached_property
    def hazards(self) -> tuple[Hazard, ...]:
        """All hazards, in the order of the operations, each once."""
        return tuple(dict.fromkeys(hazard for operation in self.operations for hazard in operation.hazards))
