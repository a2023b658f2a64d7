"""What the history keeps of a run, and of each of its statements."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """How a run or a statement ended."""

    RUNNING = "running"
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    INCOMPLETE = "incomplete"  # out of time, or --additive-only has left something; the next run goes on
    INTERRUPTED = "interrupted"  # its process or connection was lost; found by the next run
    STARTED = "started"
    DONE = "done"
    UNKNOWN = "unknown"  # the connection was lost while it ran: only the catalog knows

    @classmethod
    def _missing_(cls, value: object) -> Outcome:  # noqa: ARG003  # whatever something else has written there
        return cls.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What is known of a run when it starts."""

    action: str  # apply, rollback, import
    environment: str
    os_user: str = ""
    principal: str = ""  # CI actor or ARN
    host: str = ""
    source: str = ""  # where it was started: a CI job's address
    git_revision: str = ""
    tool_version: str = ""
    declaration_digest: str = ""
    plan_digest: str = ""
    fingerprint_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """What is known of a run when it ends."""

    outcome: Outcome
    plan_digest: str | None = None
    fingerprint_after: str = ""
    ready_token: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as it was recorded; times are the server's, in UTC."""

    id: int
    action: str
    environment: str
    outcome: Outcome
    started_at: datetime
    finished_at: datetime | None
    db_user: str
    os_user: str
    principal: str
    host: str
    backend: str
    source: str
    git_revision: str
    tool_version: str
    declaration_digest: str
    plan_digest: str
    fingerprint_before: str
    fingerprint_after: str
    ready_token: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRecord:
    """One statement of a run as it was recorded."""

    seq: int
    subject: str
    sql_text: str
    sql_hash: str
    outcome: Outcome
    recorded_at: datetime | None = None
    duration_ms: int | None = None
    attempts: int = 1
    error: str = ""


def sql_hash(sql: str) -> str:
    """What tells whether two statements are the same, also where only a display text may be kept."""
    return hashlib.sha256(sql.encode()).hexdigest()


def printable(text: str) -> str:
    """One line that every terminal and database takes: what is no character becomes �, a control character a blank."""
    known = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(character if character.isprintable() else " " for character in known)
