from __future__ import annotations

from bootstrap.catalog.roles import without_strangers
from bootstrap.catalog.security import Grant, Role
from tests.unit.building import catalog, table


def test_only_roles_that_the_database_names_stay_with_their_memberships() -> None:
    orders = table("orders", "id")
    found = catalog(
        orders,
        Role(name="writers", member_of=("everybody",)),
        Role(name="everybody"),
        Role(name="app", attributes=(("login", "true"),), member_of=("writers",)),
        Role(name="other_team"),
        Role(name="postgres", attributes=(("superuser", "true"),)),
        grants=[
            Grant(grantee="writers", privilege="INSERT", on=orders.ref),
            Grant(grantee="postgres", privilege="INSERT", on=orders.ref),
        ],
    )
    kept = without_strangers(found)
    assert [role.name for role in kept.of(Role)] == ["app", "everybody", "writers"]
    assert kept.table(orders.ref) == orders


def test_what_the_applying_account_is_a_member_of_is_of_other_databases_too() -> None:
    """PostgreSQL 16 makes whoever creates a role its member."""
    orders = table("orders", "id")
    found = catalog(
        orders,
        Role(name="master", member_of=("app", "of_another_database")),
        Role(name="app"),
        Role(name="of_another_database"),
        Role(name="reports", member_of=("app",)),
        grants=[
            Grant(grantee="master", privilege="INSERT", on=orders.ref),
            Grant(grantee="app", privilege="SELECT", on=orders.ref),
        ],
    )
    assert [role.name for role in without_strangers(found, "master").of(Role)] == ["app", "reports"]
