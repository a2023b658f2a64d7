"""Hazards of publications: what subscribers no longer get."""

from __future__ import annotations

from bootstrap.catalog.ref import Ref
from bootstrap.catalog.replication import Publication, PublishedTable
from bootstrap.dialects.postgresql.hazards.making import note
from bootstrap.hazards import HazardKind
from bootstrap.plan.statement import Hazard


def altered(before: Publication, after: Publication) -> list[Hazard]:
    """Return one hazard for each schema that is no longer published."""
    gone = (name for name in before.schemas if name not in after.schemas)
    return [_lost(after.ref, f"its subscribers no longer get the tables of {name}") for name in gone]


def dropped(item: Publication) -> list[Hazard]:
    """Return what the drop of a publication does to its subscriptions."""
    return [_lost(item.ref, "its subscriptions fail, also where a publication of that name is created again")]


def published_otherwise(after: PublishedTable) -> list[Hazard]:
    """Return what other columns or rows mean for subscribers."""
    return [_lost(after.ref, "its subscribers get other columns or rows from now on")]


def withdrawn(item: PublishedTable) -> list[Hazard]:
    """Return what a table that leaves a publication means for subscribers."""
    return [_lost(item.ref, "its subscribers no longer get its rows")]


def _lost(ref: Ref, what: str) -> Hazard:
    return note(HazardKind.BREAKS_RUNNING_CODE, ref, f"{ref}: {what}", "change the subscribers first")
