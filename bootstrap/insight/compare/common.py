"""Catalogs of two environments made comparable: what must differ between them is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.diff import Difference, diff
from bootstrap.insight.compare.model import Side
from bootstrap.insight.snapshot.model import Snapshot
from bootstrap.plan.rules import Rules

_ACCOUNT = "(the account that applies)"


def catalog_difference(reference: Side, other: Side, rules: Rules) -> Difference:
    """The changes that would make the other environment's structure that of the reference, privileges included."""
    return diff(
        comparable(other.snapshot),
        comparable(reference.snapshot),
        managed=lambda _: True,
        everything=True,
        inline_indexes=rules.inline_indexes,
        follows_renames=rules.follows_renames,
    )


def comparable(snapshot: Snapshot) -> Catalog:
    """The structure with one name for the account that applies, which may be another one in each environment."""
    account, catalog = snapshot.account, snapshot.catalog

    def renamed(item: Any) -> Any:
        changed = {name: _ACCOUNT for name in ("owner", "definer", "grantee") if getattr(item, name, None) == account}
        return replace(item, **changed) if changed else item

    return replace(
        catalog,
        objects={ref: renamed(item) for ref, item in catalog.objects.items() if ref.name != account or ref.schema},
        grants=frozenset(map(renamed, catalog.grants)),
        default_privileges=frozenset(map(renamed, catalog.default_privileges)),
    )
