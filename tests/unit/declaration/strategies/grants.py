"""Privileges."""

from __future__ import annotations

from hypothesis import strategies as st

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant
from bootstrap.declaration.privileges import privileges_on
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
    return st.sampled_from(targets).flatmap(lambda on: _grants(engine, on))


def _grants(engine: Engine, on: Ref | None) -> st.SearchStrategy[Grant]:
    return st.builds(
        Grant,
        grantee=names,
        privilege=st.sampled_from(sorted(privileges_on(on.kind if on else None, engine.name))),
        on=st.just(on),
        column=st.sampled_from(["", "", "a", "odd name"]),
        grantable=st.booleans(),
        revoked=engine.only(st.booleans(), False),
    )


def default_privileges() -> st.SearchStrategy[DefaultPrivilege]:
    kinds = ["tables", "sequences", "functions", "types", "schemas", "large objects"]
    return st.sampled_from(kinds).flatmap(_default_privileges)


def _default_privileges(kind: str) -> st.SearchStrategy[DefaultPrivilege]:
    return st.builds(
        DefaultPrivilege,
        owner=names,
        schema=st.sampled_from(["", "app"]),
        grantee=names,
        grantable=st.booleans(),
        object_kind=st.just(kind),
        privilege=st.sampled_from(sorted(privileges_on(kind.replace(" ", "_"), "postgresql"))),
        revoked=st.booleans(),
    )
