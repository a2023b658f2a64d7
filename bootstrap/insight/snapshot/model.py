"""A snapshot: everything that two environments are compared by, without secrets and without values of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Ref
from bootstrap.plan.context import Policy, TableSize
from bootstrap.plan.server import Server
from bootstrap.run.records import Outcome

FORMAT_VERSION = 1


class StepProgress(StrEnum):
    """What an environment knows of a step: a closed vocabulary of the JSON form."""

    APPLIED = "applied"
    NOT_APPLIED = "not_applied"  # declared, and never started
    STARTED = "started"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the connection was lost while it ran


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One recorded run. ``declaration`` is the digest of what it applied, ``fingerprint`` that of the structure that it
    left.
    """

    id: int
    action: str
    outcome: Outcome
    started_at: datetime
    finished_at: datetime | None = None
    by: str = ""
    git_revision: str = ""
    tool_version: str = ""
    declaration: str = ""
    fingerprint: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One versioned step, declared or recorded. ``checksum`` is that of what was applied, else of what is declared."""

    name: str
    progress: StepProgress
    checksum: str
    declared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedKeys:
    """Keys of the first rows of each kind, each as ``id = 1``."""

    missing: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRecord:
    """The declared rows of one table, and how many of them the table lacks or has otherwise.

    ``undeclared`` rows count where the seed deletes them. ``comparable`` is false where columns of the seed are
    missing. ``keys`` are there on request only.
    """

    table: str
    digest: str  # of what is declared
    missing: int = 0
    different: int = 0
    undeclared: int = 0
    unchanged: int = 0
    comparable: bool = True
    keys: SeedKeys | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPolicy:
    """What decides whether a plan passes the gate here: limits, allowed hazards, and whether what is declared no longer
    is kept.
    """

    limits: Policy = field(default_factory=Policy)
    allow: tuple[str, ...] = ()
    keeps_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One environment at one moment.

    Attributes:
        server: its version and abilities, and the account that read it, which owns what it creates.
        structure: the digest of the declared structure; "" where the declaration is not known.
        sizes: the server's estimate of each table, by name.
        declared: the identities that its declaration has; None where no declaration was at hand.
        managed: those that a run has declared.
    """

    environment: str
    declaration: str
    engine: str
    target: str
    taken_at: datetime
    tool_version: str
    server: Server
    settings: dict[str, str]
    fingerprint: str
    structure: str
    last_run: RunRecord | None
    proven_run: RunRecord | None
    steps: tuple[StepRecord, ...]
    seeds: tuple[SeedRecord, ...]
    sizes: dict[str, TableSize]
    policy: PlanPolicy
    catalog: Catalog
    managed: frozenset[Ref]
    declared: frozenset[Ref] | None

    @property
    def account(self) -> str:
        """Who read it."""
        return self.server.account

    @property
    def drifted(self) -> bool:
        """Whether the structure is no longer what the last run left."""
        return self.proven_run is not None and self.proven_run.fingerprint != self.fingerprint
