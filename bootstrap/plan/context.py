"""What a plan may know of the server and the policy beside both catalogs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bootstrap.plan.way import Way

if TYPE_CHECKING:  # what an unchanged database never needs
    from bootstrap.catalog.catalog import Catalog
    from bootstrap.catalog.ref import Ref
    from bootstrap.plan.server import Server


def _nothing() -> Catalog:
    from bootstrap.catalog.catalog import Catalog  # noqa: PLC0415  # as above

    return Catalog()


@dataclass(frozen=True, slots=True)
class TableSize:
    """The server's own estimate of a table."""

    rows: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits: how long a change may block others, and how long statements may wait, in milliseconds."""

    max_block_ms: int = 1_000  # how long a change may let others wait
    lock_timeout_ms: int = 3_000
    statement_timeout_ms: int | None = None
    backfill_batch: int = 5_000  # rows of one range
    backfill_pause_ms: int = 0  # between two ranges
    online: bool = True  # build indexes concurrently, validate in a second step …


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderContext:
    """What a renderer may know beside the change itself."""

    server: Server
    current: Catalog = field(default_factory=_nothing)
    desired: Catalog = field(default_factory=_nothing)
    sizes: Mapping[Ref, TableSize] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    created: frozenset[Ref] = frozenset()  # tables created in this very plan: nothing there can be lost or be locked
    dropped: frozenset[Ref] = frozenset()  # objects and columns that this very plan drops
    way: Way = Way.ALONE  # how the group of the change is carried out
    partial: bool = False  # the catalogs hold a part of the database only: there may be child tables in the rest
    exact: bool = False  # everything is managed: also what the server's default privileges would give to new objects
