"""What the checks know."""

from __future__ import annotations

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.declaration.convert.assembly import Assembly
from bootstrap.declaration.convert.inherit import parents_of
from bootstrap.declaration.model import Position


class Context:
    """The catalog, and where everything was written."""

    def __init__(self, catalog: Catalog, assembly: Assembly) -> None:
        self.catalog = catalog
        self.engine = assembly.engine
        self._problems = assembly.problems
        self._sources = assembly.sources
        self._default_schema = assembly.default_schema

    def problem(self, ref: Ref, what: str, remedy: str) -> None:
        """Note a problem where the object, or the table that it belongs to, was declared."""
        position = self._sources.get(ref) or (self._sources.get(ref.owner) if ref.owner else None)
        if position is None and ref.owner:
            views = (Ref(kind, ref.schema, ref.table) for kind in (Kind.VIEW, Kind.MATERIALIZED_VIEW))
            position = next((self._sources[view] for view in views if view in self._sources), None)
        self._problems.add(position or Position("bootstrap.yaml", 1), what, remedy)

    def shown(self, ref: Ref) -> str:
        """A table's name as a person wrote it."""
        return ref.name if ref.schema == self._default_schema else f"{ref.schema}.{ref.name}"

    def is_complete(self, table: Table) -> bool:
        """Whether all columns of a table are known: not where they come from something that is not declared."""
        if table.of_type is not None:
            return False
        tables = [self.catalog.objects.get(parent) for parent in parents_of(table)]
        return all(isinstance(item, Table) and self.is_complete(item) for item in tables if item is not table)
