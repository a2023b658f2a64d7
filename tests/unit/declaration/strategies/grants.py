"""Privileges."""

from __future__ import annotations

from hypothesis import strategies as st

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant
from tests.unit.declaration.strategies.engine import Engine
from tests.unit.declaration.strategies.texts import names


def grantable(ref: Ref) -> bool:
    return ref.kind in {
        Kind.TABLE,
        Kind.VIEW,
        Kind.MATERIALIZED_VIEW,
        Kind.SEQUENCE,
        Kind.FUNCTION,
        Kind.PROCEDURE,
        Kind.SCHEMA,
        Kind.ENUM,
        Kind.DOMAIN,
        Kind.AGGREGATE,
        Kind.COMPOSITE,
        Kind.RANGE,
    }


def grants_on(engine: Engine, targets: list[Ref | None]) -> st.SearchStrategy[Grant]:
    return st.builds(
        Grant,
        grantee=names,
        privilege=st.sampled_from(["SELECT", "UPDATE", "USAGE", "CREATE TEMPORARY TABLES"]),
        on=st.sampled_from(targets),
        column=st.sampled_from(["", "", "a", "odd name"]),
        grantable=st.booleans(),
        revoked=engine.only(st.booleans(), False),
    )


def default_privileges() -> st.SearchStrategy[DefaultPrivilege]:
    return st.builds(
        DefaultPrivilege,
        owner=names,
        schema=st.sampled_from(["", "app"]),
        grantee=names,
        grantable=st.booleans(),
        object_kind=st.sampled_from(["tables", "sequences", "functions", "types", "schemas", "large objects"]),
        privilege=st.sampled_from(["SELECT", "EXECUTE"]),
        revoked=st.booleans(),
    )
