"""Catalogs of two environments made comparable: what must differ between them is left out."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from typing import Any

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.diff import Difference, diff
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.roles import without_strangers
from bootstrap.insight.compare.model import Side
from bootstrap.insight.snapshot.model import Snapshot
from bootstrap.plan.rules import Rules

_ACCOUNT = "(the account that applies)"


def catalog_difference(reference: Side, other: Side, rules: Rules) -> Difference:
    """The changes that would make the other environment's structure that of the reference, privileges included."""
    roles = roles_of(reference.snapshot) | roles_of(other.snapshot)
    return diff(
        comparable(other.snapshot, roles),
        comparable(reference.snapshot, roles),
        managed=lambda _: True,
        everything=True,
        inline_indexes=rules.inline_indexes,
        follows_renames=rules.follows_renames,
    )


def roles_of(snapshot: Snapshot) -> frozenset[Ref]:
    """The roles that the database has to do with: a server's roles serve all its databases."""
    used = without_strangers(snapshot.catalog, snapshot.account).objects.keys() | (snapshot.declared or frozenset())
    return frozenset(ref for ref in used if ref.kind is Kind.ROLE and ref.name != snapshot.account)


def comparable(snapshot: Snapshot, roles: Set[Ref]) -> Catalog:
    """The structure with these roles only, and with one name for the account that applies.

    That account may be another one in each environment.
    """
    account, catalog = snapshot.account, snapshot.catalog

    def renamed(item: Any) -> Any:
        changed = {name: _ACCOUNT for name in ("owner", "definer", "grantee") if getattr(item, name, None) == account}
        return replace(item, **changed) if changed else item

    return replace(
        catalog,
        objects={
            ref: renamed(item) for ref, item in catalog.objects.items() if ref.kind is not Kind.ROLE or ref in roles
        },
        grants=frozenset(map(renamed, catalog.grants)),
        default_privileges=frozenset(map(renamed, catalog.default_privileges)),
    )
