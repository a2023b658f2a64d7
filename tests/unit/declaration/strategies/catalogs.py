"""Random catalogs of either engine."""

from __future__ import annotations

from hypothesis import strategies as st

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.code import View
from bootstrap.catalog.tables import Table
from tests.unit.declaration.strategies.engine import Engine
from tests.unit.declaration.strategies.grants import default_privileges, grantable, grants_on
from tests.unit.declaration.strategies.objects import attached, others, views
from tests.unit.declaration.strategies.tables import partitions, tables
from tests.unit.declaration.strategies.texts import names


@st.composite
def catalogs(draw: st.DrawFn, engine_name: str) -> Catalog:
    """A whole catalog."""
    engine = Engine(engine_name)
    taken: set[str] = set()

    def fresh(text: str) -> str:
        name = text
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        return name

    unique = names.map(fresh)
    made: list[DatabaseObject] = []
    owners: list[Table | View] = []
    for _ in range(draw(st.integers(0, 3))):
        schema = draw(engine.schemas)
        owners.append(draw(tables(engine, schema, draw(unique), unique)))
    for _ in range(draw(st.integers(0, 2))):
        owners.append(draw(views(engine, draw(engine.schemas), draw(unique), unique)))
    made += owners
    for owner in owners:
        if isinstance(owner, View) and not engine.postgresql:
            continue
        made += draw(st.lists(attached(engine, owner, unique), max_size=2))
        if isinstance(owner, Table) and owner.partition_by:
            made += draw(st.lists(partitions(owner, unique), max_size=2))
    made += draw(st.lists(others(engine, unique), max_size=6))
    objects = {item.ref: item for item in made}
    grants = draw(st.frozensets(grants_on(engine, [None, *(ref for ref in objects if grantable(ref))]), max_size=5))
    defaults = draw(engine.only(st.frozensets(default_privileges(), max_size=3), frozenset()))
    return Catalog(objects=objects, grants=grants, default_privileges=defaults)
