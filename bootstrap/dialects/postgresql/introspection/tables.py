"""Tables with their columns, constraints and indexes, from the rows of the catalog."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from bootstrap.catalog.columns import Column, Generated, GeneratedKind, Identity, SequenceOptions
from bootstrap.catalog.constraints import Check, Constraint, Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.options import Options
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import PartitionBy, PartitionOf, Table
from bootstrap.catalog.types import Sequence
from bootstrap.dialects.postgresql.introspection.reader import CatalogRow, Names, Rows
from bootstrap.dialects.postgresql.names import object_name, qualified, split_top_level, unwrapped

ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_MATCHES = {"s": "SIMPLE", "f": "FULL", "p": "PARTIAL"}
_STORAGE = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}
_COMPRESSION = {"p": "pglz", "l": "lz4"}
_STRATEGIES = {"r": "range", "l": "list", "h": "hash"}
_REPLICA_IDENTITY = {"d": "default", "n": "nothing", "f": "full", "i": "index"}
_CONSTRAINT_KINDS = {
    "p": Kind.PRIMARY_KEY, "u": Kind.UNIQUE, "c": Kind.CHECK, "x": Kind.EXCLUSION, "f": Kind.FOREIGN_KEY
}  # fmt: skip
LIMITS = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def pairs(options: list[str] | None) -> Options:
    """``{name=value}`` arrays of the catalog."""
    return Options((text.partition("=")[0], text.partition("=")[2]) for text in options or ())


class TableReader:
    """Puts the members of each relation together and remembers their identities."""

    def __init__(self, rows: Rows, names: Names) -> None:
        self._names = names
        self._relations = {row["id"]: row for row in rows["relations"]}
        self._columns = _grouped(rows["columns"], "relation")
        self._constraints = _grouped(rows["constraints"], "relation")
        self._indexes = _grouped(rows["indexes"], "relation")
        self._index_rows = {row["id"]: row for row in rows["indexes"]}
        self._sequences = rows["sequences"]
        self._column_rows = {(row["relation"], row["number"]): row for row in rows["columns"]}
        self._owned = {
            (row["relation"], row["number"]): row for row in rows["sequences"] if row["ownership"] == "i"
        } | {(row["relation"], row["number"]): row for row in rows["sequences"] if self._is_serial(row)}

    def _is_serial(self, row: CatalogRow) -> bool:
        """Whether column and sequence are exactly what ``serial`` would have made."""
        relation = self._relations.get(row["relation"])
        column = self._column_rows.get((row["relation"], row["number"]))
        if row["ownership"] != "a" or relation is None or column is None or row["comment"] is not None:
            return False
        name = object_name(relation["name"], column["name"], "seq")
        return bool(
            (row["schema"], row["name"]) == (relation["schema"], name)
            and row["type"] == column["type"]
            and column["default"] in _nextval_forms(row["schema"], name)
            and sequence_options(row, row["type"]) == SequenceOptions()
            and row["unlogged"] == relation["unlogged"]
            and column["required"]
        )

    def tables(self) -> Iterator[Table]:
        """All tables, with all that belongs to them."""
        for row in self._relations.values():
            if row["kind"] in "rp":
                yield self._table(row)

    def foreign(self) -> Iterator[Table]:
        """Foreign tables as tables of the same columns: what others can refer to of them."""
        for row in self._relations.values():
            if row["kind"] == "f":
                columns = (
                    Column(
                        name=column["name"], type=column["type"], nullable=not column["required"],
                        collation=column["collation"],
                    )
                    for column in self._columns[row["id"]]
                )  # fmt: skip
                yield Table(schema=row["schema"], name=row["name"], columns=tuple(columns))

    def sequences(self) -> Iterator[Sequence]:
        """Sequences that are objects of their own."""
        folded = {row["id"] for row in self._owned.values()}
        for row in self._sequences:
            ref = Ref(Kind.SEQUENCE, row["schema"], row["name"])
            if row["id"] in folded:
                column = self._names.find("pg_class", row["relation"], row["number"])
                self._names.put("pg_class", row["id"], column or ref)
                continue
            self._names.put("pg_class", row["id"], ref)
            yield Sequence(
                schema=row["schema"],
                name=row["name"],
                options=sequence_options(row, "bigint"),
                owned_by=self._owner_of(row),
                unlogged=row["unlogged"],
                comment=row["comment"],
                owner=row["owner"],
            )

    def sequences_of_columns(self) -> dict[int, Ref]:
        """The sequences that serial and identity columns made, by the server's number: named by their columns."""
        found = {}
        for key, row in self._owned.items():
            relation, column = self._relations.get(key[0]), self._column_rows.get(key)
            if relation is not None and column is not None:
                table = Ref(Kind.TABLE, relation["schema"], relation["name"])
                found[row["id"]] = table.child(Kind.SEQUENCE, column["name"])
        return found

    def _owner_of(self, row: CatalogRow) -> tuple[str, str, str] | None:
        relation = self._relations.get(row["relation"]) if row["ownership"] == "a" else None
        if relation is None:
            return None
        column = self._column_rows[row["relation"], row["number"]]
        return relation["schema"], relation["name"], column["name"]

    def _table(self, row: CatalogRow) -> Table:
        ref = Ref(Kind.TABLE, row["schema"], row["name"])
        self._names.put("pg_class", row["id"], ref)
        constraints = sorted(self._constraints_of(row["id"], ref), key=lambda item: item.name)
        keys = [item for item in constraints if isinstance(item, KeyConstraint)]
        parents = row["parents"] or []
        return Table(
            schema=row["schema"],
            name=row["name"],
            columns=tuple(self._column(column, row, ref) for column in self._columns[row["id"]]),
            primary_key=next((key for key in keys if key.kind is Kind.PRIMARY_KEY), None),
            uniques=tuple(key for key in keys if key.kind is Kind.UNIQUE),
            foreign_keys=tuple(item for item in constraints if isinstance(item, ForeignKey)),
            checks=tuple(item for item in constraints if isinstance(item, Check)),
            exclusions=tuple(item for item in constraints if isinstance(item, Exclusion)),
            indexes=self.indexes(row["id"], ref),
            options=Options((*pairs(row["options"]), *((f"toast.{k}", v) for k, v in pairs(row["toast_options"])))),
            comment=row["comment"],
            owner=row["owner"],
            unlogged=row["unlogged"],
            partition_by=_partition_by(row),
            partition_of=(
                PartitionOf(schema=parents[0][0], table=parents[0][1], bound=row["bound"])
                if row["is_partition"]
                else None
            ),
            inherits=() if row["is_partition"] else tuple(qualified(schema, name) for schema, name in parents),
            row_security=row["row_security"],
            force_row_security=row["force_row_security"],
            replica_identity=_REPLICA_IDENTITY[row["replica_identity"]],
            tablespace=row["tablespace"],
            access_method=row["access_method"],
            of_type=row["of_type"],
        )

    def _column(self, row: CatalogRow, relation: CatalogRow, table: Ref) -> Column:
        ref = table.child(Kind.COLUMN, row["name"])
        self._names.put_column(row["relation"], row["number"], ref)
        owned = self._owned.get((row["relation"], row["number"]))
        generated = None
        if row["generated"]:
            kind = GeneratedKind.STORED if row["generated"] == "s" else GeneratedKind.VIRTUAL
            generated = Generated(expression=row["default"], kind=kind)
        return Column(
            name=row["name"],
            type=row["type"],
            nullable=not row["required"],
            default=None if generated else row["default"],
            generated=generated,
            comment=row["comment"],
            collation=row["collation"],
            identity=_identity(row, owned, relation) if row["identity"] else None,
            serial=owned is not None and not row["identity"],
            storage=_STORAGE.get(row["storage"]),
            compression=_COMPRESSION.get(row["compression"]),
            statistics=None if row["statistics"] == -1 else row["statistics"],
            options=pairs(row["options"]),
            not_null_name=_not_null_name(row, relation),
            inherited=row["inherited"],
        )

    def _constraints_of(self, relation: int, table: Ref) -> Iterator[Constraint]:
        for row in self._constraints[relation]:
            ref = table.child(_CONSTRAINT_KINDS[row["kind"]], row["name"])
            self._names.put("pg_constraint", row["id"], ref)
            if row["kind"] == "f":
                if not row["has_parent"]:  # a partition's copy of its parent's foreign key has no life of its own
                    yield _foreign_key(row)
            elif row["kind"] == "c":
                yield check(row, child=row["inherited"] and not self._relations[relation]["is_partition"])
            else:
                self._names.put("pg_class", row["index"], ref)
                yield from self._backed(row, self._index_rows[row["index"]])

    def _backed(self, row: CatalogRow, index: CatalogRow) -> Iterator[Constraint]:
        common: dict[str, Any] = {
            "name": row["name"],
            "include": _included(index),
            "deferrable": row["deferrable"],
            "initially_deferred": row["deferred"],
            "options": pairs(index["options"]),
            "tablespace": index["tablespace"],
            "comment": row["comment"],
            "index_comment": index["comment"],
        }
        if row["kind"] == "x":
            elements = zip(_parts(index), row["operators"], strict=True)
            yield Exclusion(method=index["method"], elements=tuple(elements), where=index["predicate"], **common)
            return
        yield KeyConstraint(
            kind=_CONSTRAINT_KINDS[row["kind"]],
            columns=tuple(IndexPart(column=part.column) for part in _parts(index)),
            nulls_not_distinct=index["nulls_not_distinct"],
            clustered=index["clustered"],
            replica_identity=index["replica_identity"],
            parent=index["parent"],
            **common,
        )

    def indexes(self, relation: int, owner: Ref) -> tuple[Index, ...]:
        """The indexes of a table or materialized view that back no constraint."""
        found = []
        for row in self._indexes[relation]:
            if row["constraint"] is not None:
                continue
            self._names.put("pg_class", row["id"], owner.child(Kind.INDEX, row["name"]))
            found.append(
                Index(
                    name=row["name"],
                    parts=_parts(row),
                    unique=row["unique"],
                    method=row["method"],
                    where=row["predicate"],
                    include=_included(row),
                    nulls_not_distinct=row["nulls_not_distinct"],
                    options=pairs(row["options"]),
                    tablespace=row["tablespace"],
                    comment=row["comment"],
                    valid=row["valid"],
                    clustered=row["clustered"],
                    replica_identity=row["replica_identity"],
                    parent=row["parent"],
                )
            )
        return tuple(sorted(found, key=lambda index: index.name))


def _grouped(rows: list[CatalogRow], key: str) -> dict[int, list[CatalogRow]]:
    groups: dict[int, list[CatalogRow]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _nextval_forms(schema: str, name: str) -> set[str]:
    text = qualified(schema, name).replace("'", "''")
    return {f"nextval('{text}'::regclass)"}


def sequence_options(row: CatalogRow, default_type: str) -> SequenceOptions:
    """The options that differ from what CREATE SEQUENCE of that data type would choose."""
    limit = LIMITS[row["type"]]
    ascending = row["increment"] > 0
    minimum, maximum = (1, limit) if ascending else (-limit - 1, -1)
    start = row["minimum"] if ascending else row["maximum"]
    return SequenceOptions(
        data_type=None if row["type"] == default_type else row["type"],
        start=None if row["start"] == start else row["start"],
        increment=None if row["increment"] == 1 else row["increment"],
        minimum=None if row["minimum"] == minimum else row["minimum"],
        maximum=None if row["maximum"] == maximum else row["maximum"],
        cache=None if row["cache"] == 1 else row["cache"],
        cycle=row["cycle"],
    )


def _not_null_name(row: CatalogRow, relation: CatalogRow) -> str | None:
    usual = object_name(relation["name"], row["name"], "not_null")
    return None if row["not_null_name"] == usual else row["not_null_name"]


def _identity(row: CatalogRow, sequence: CatalogRow | None, relation: CatalogRow) -> Identity:
    if sequence is None:  # a partition's column: the sequence is its parent's
        return Identity(always=row["identity"] == "a")
    usual = object_name(relation["name"], row["name"], "seq")
    return Identity(
        always=row["identity"] == "a",
        options=sequence_options(sequence, row["type"]),
        sequence_name=None if sequence["name"] == usual else sequence["name"],
        comment=sequence["comment"],
    )


def _partition_by(row: CatalogRow) -> PartitionBy | None:
    if row["strategy"] is None:
        return None
    texts = split_top_level(row["partition_key"].partition("(")[2][:-1])
    keys = tuple(
        IndexPart(column=part["column"], collation=part["collation"], opclass=part["opclass"])
        if part["column"] is not None
        else IndexPart(expression=unwrapped(text))
        for part, text in zip(row["partition_parts"], texts, strict=True)
    )
    return PartitionBy(strategy=_STRATEGIES[row["strategy"]], keys=keys)


def _parts(row: CatalogRow) -> tuple[IndexPart, ...]:
    return tuple(_part(part) for part in row["parts"] if part["key"])


def _part(part: CatalogRow) -> IndexPart:
    descending = bool(part["option"] & 1)
    nulls_first = bool(part["option"] & 2)
    return IndexPart(
        column=part["column"],
        expression=unwrapped(part["expression"]) if part["column"] is None else None,
        descending=descending,
        nulls_first=None if nulls_first == descending else nulls_first,
        collation=part["collation"],
        opclass=part["opclass"],
        opclass_options=pairs(part["opclass_options"]),
        statistics=None if part["column"] is not None or part["statistics"] == -1 else part["statistics"],
    )


def _included(row: CatalogRow) -> tuple[str, ...]:
    return tuple(part["column"] for part in row["parts"] if not part["key"])


def check(row: CatalogRow, *, child: bool = False) -> Check:
    """A check constraint of a table or domain; ``child``: that a table which is no partition has from its parent."""
    return Check(
        name=row["name"],
        expression=row["expression"],
        # As long as the parent's is not valid, whether a child's copy is depends on which of the two came first.
        validated=row["validated"] or child,
        no_inherit=row["no_inherit"],
        enforced=row["enforced"],
        inherited=row["inherited"],
        comment=row["comment"],
    )


def _foreign_key(row: CatalogRow) -> ForeignKey:
    return ForeignKey(
        name=row["name"],
        columns=tuple(row["columns"]),
        ref_schema=row["ref_schema"],
        ref_table=row["ref_table"],
        ref_columns=tuple(row["ref_columns"]),
        on_update=ACTIONS[row["on_update"]],
        on_delete=ACTIONS[row["on_delete"]],
        on_delete_columns=tuple(row["delete_columns"] or ()),
        match=_MATCHES[row["match"]],
        deferrable=row["deferrable"],
        initially_deferred=row["deferred"],
        validated=row["validated"],
        enforced=row["enforced"],
        comment=row["comment"],
    )
