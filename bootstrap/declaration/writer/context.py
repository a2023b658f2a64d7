"""What the writers of the object kinds share."""

from __future__ import annotations

from collections import Counter, defaultdict

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.code import Routine
from bootstrap.catalog.default_privileges import given_by_default
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import Table
from bootstrap.declaration.names import join_path, split_path
from bootstrap.declaration.parts import write_reference
from bootstrap.declaration.writer.emit import Plain
from bootstrap.declaration.writer.security import write_grants
from bootstrap.sql.lexer import MYSQL, SqlTextError


class Writing:
    """The catalog being written, arranged by what stands where."""

    def __init__(self, catalog: Catalog, engine: str, default_schema: str, account: str = "") -> None:
        """Arrange it; ``account`` owns what has no owner in the catalog."""
        self.catalog = catalog
        self.engine = engine
        self.default_schema = default_schema
        self._grants: dict[Ref | None, list[Grant]] = defaultdict(list)
        for grant in catalog.grants:
            self._grants[grant.on].append(grant)
        self._nothing: dict[Ref | None, set[str]] = defaultdict(set)  # roles that lack what default privileges give
        for grant in given_by_default(catalog, account):
            if all(other.grantee != grant.grantee for other in self._grants.get(grant.on, ())):
                self._nothing[grant.on].add(grant.grantee)
        self.partitions: dict[tuple[str, str], list[Table]] = defaultdict(list)
        self.overloads: Counter[tuple[Kind, str, str]] = Counter()
        for table in catalog.of(Table):
            if table.partition_of:
                self.partitions[table.partition_of.schema, table.partition_of.table].append(table)
        for routine in catalog.of(Routine):
            self.overloads[routine.kind, routine.schema, routine.name] += 1
        self.attached: dict[tuple[str, str], list[DatabaseObject]] = defaultdict(list)
        for ref in sorted(catalog.objects):
            if ref.table:
                item = catalog.objects[ref]
                schema = getattr(item, "table_schema", "") or ref.schema
                self.attached[schema, ref.table].append(item)
        self.written: set[Ref | None] = set()

    def key(self, schema: str, name: str) -> str:
        """A name as a key: without the default schema."""
        return join_path("" if schema == self.default_schema else schema, name)

    def reference(self, schema: str, table: str, columns: tuple[str, ...] = (), *, beside: str) -> str:
        """A table and columns as short forms write them; ``beside`` is the schema of the table that refers."""
        return write_reference(None if schema == beside else schema, table, columns, self.engine)

    def qualified(self, text: str) -> str:
        """A function or table that another object mentions: without the default schema where that reads back."""
        if self.engine == MYSQL:
            return text
        try:
            parts = split_path(text)
        except SqlTextError:
            return text
        plain = len(parts) == 2 and parts[0] == self.default_schema and '"' not in text  # noqa: PLR2004  # schema, name
        return parts[1] if plain else text

    def has_grants(self, on: Ref) -> bool:
        """Whether an object has grants of its own."""
        return on in self._grants or on in self._nothing

    def grants(self, on: Ref | None) -> dict[str, Plain]:
        """The ``grants:`` of an object, if it has any."""
        found = self.privileges(on)
        return {"grants": found} if found else {}

    def privileges(self, on: Ref | None) -> dict[str, Plain]:
        """The privileges on something, by role."""
        self.written.add(on)
        nothing: dict[str, Plain] = {grantee: [] for grantee in sorted(self._nothing.get(on, ()))}
        return write_grants(self._grants.get(on, []), self.engine) | nothing

    def left_over(self) -> list[Ref | None]:
        """Objects whose grants were not written, because they are not in the catalog."""
        return sorted((on for on in self._grants if on not in self.written), key=str)
