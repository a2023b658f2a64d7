"""What a seed's deletions take, as hazards for the gate. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bootstrap.catalog.ref import Ref
from bootstrap.dialects.base import RowLoss
from bootstrap.hazards import HazardKind
from bootstrap.plan.statement import Hazard

_FREE_ROWS = 10
_DONE = {"CASCADE": "deletes", "SET NULL": "empties the foreign key of", "SET DEFAULT": "resets the foreign key of"}


def loss_hazards(losses: Sequence[RowLoss], limit: int | None) -> Iterator[Hazard]:
    """The hazards of deleting rows.

    Args:
        losses: the seed's own table first.
        limit: how many rows of its own a seed may delete unasked; None: one row in two, and ten at most.
    """
    if not losses:
        return
    own, *others = losses
    keys = "; ".join(own.keys) + ("; …" if own.rows > len(own.keys) else "")
    allowed = max(1, min(_FREE_ROWS, own.of // 2)) if limit is None else limit
    if own.rows > allowed:
        yield _hazard(
            own.table,
            f"mode sync deletes {own.rows} of {own.of} rows that are not declared"
            f" ({keys}); unasked it deletes at most {allowed}",
            "declare the rows that are to stay, or set delete_limit for this seed",
        )
    for loss in others:
        upto = "up to " if loss.repeated else ""
        yield _hazard(
            loss.table,
            f"deleting {_rows(own.rows)} of {own.table.path} {_DONE[loss.action]} {upto}{_rows(loss.rows)} of"
            f" {loss.table.path} (ON DELETE {loss.action})",
            f"declare the rows of {own.table.path} that are to stay, or let the rows of {loss.table.path} refer to"
            " another row first",
        )


def _hazard(subject: Ref, message: str, advice: str) -> Hazard:
    return Hazard(kind=HazardKind.DATA_LOSS, subject=subject, message=message, advice=advice, blocking=True)


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"
