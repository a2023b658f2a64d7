"""Tables with their columns, keys and indexes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bootstrap.catalog.columns import Column, Generated, GeneratedKind, Identity
from bootstrap.catalog.constraints import Check, Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import (
    MySqlPartition,
    MySqlPartitioning,
    MySqlSubpartition,
    PartitionBy,
    PartitionOf,
    Table,
)
from bootstrap.declaration.convert.inherit import inherited_column
from tests.unit.declaration.strategies.engine import Engine
from tests.unit.declaration.strategies.texts import (
    comments,
    expressions,
    maybe,
    names,
    pairs,
    plain_names,
    sequence_options,
)


@st.composite
def columns(draw: st.DrawFn, engine: Engine, name: str) -> Column:
    """One column."""
    kind = draw(engine.types)
    serial = kind.endswith("serial")
    source = "" if serial else draw(st.sampled_from(["", "", "default", "generated", "counter"]))
    identity = None
    if source == "counter" and engine.postgresql:
        identity = draw(
            st.builds(Identity, always=st.booleans(), options=sequence_options, sequence_name=maybe(plain_names))
        )
    counts = source == "counter" and not engine.postgresql
    generated = None
    if source == "generated":
        generated = Generated(expression=draw(expressions), kind=draw(st.sampled_from(GeneratedKind)))
    return Column(
        name=name,
        type=kind,
        nullable=False if serial or identity or counts else draw(st.booleans()),
        default=draw(engine.defaults) if source == "default" else None,
        generated=generated,
        comment=draw(comments),
        collation=draw(
            st.none() | st.sampled_from(["C", '"app"."x"', "en_US.utf8"] if engine.postgresql else ["utf8mb4_bin"])
        ),
        identity=identity,
        serial=serial,
        storage=draw(engine.only(maybe(st.sampled_from(["PLAIN", "EXTERNAL"])), None)),
        compression=draw(engine.only(maybe(st.sampled_from(["pglz", "lz4"])), None)),
        statistics=draw(engine.only(maybe(st.integers(0, 10_000)), None)),
        options=draw(st.just(()) | pairs),
        check=draw(engine.mysql(maybe(expressions), None)),
        on_update=draw(engine.mysql(maybe(st.just("current_timestamp(3)")), None)),
        invisible=draw(engine.mysql(st.booleans(), False)),
        srid=draw(engine.mysql(maybe(st.just(4326)), None)),
        without_system_versioning=draw(engine.mysql(st.booleans(), False)),
        auto_increment=counts,
    )


def parts(engine: Engine, column_names: list[str], *, plain: bool = False) -> st.SearchStrategy[tuple[IndexPart, ...]]:
    """Keys of an index over these columns, each column once."""
    by_column = st.builds(
        IndexPart,
        column=st.sampled_from(column_names),
        descending=st.just(False) if plain else st.booleans(),
        nulls_first=st.none() if plain else engine.only(st.none(), None),
        collation=st.none() if plain else engine.only(maybe(st.sampled_from(["C", '"app"."de"'])), None),
        opclass=st.none() if plain else engine.only(maybe(st.sampled_from(["text_ops", "public.gin_trgm_ops"])), None),
        opclass_options=st.just(()) if plain else engine.only(st.sampled_from([(), (("siglen", "32"),)]), ()),
        length=st.none() if plain else engine.mysql(maybe(st.integers(1, 100)), None),
    ).map(lambda part: replace(part, opclass_options=()) if part.opclass is None else part)
    by_expression = st.builds(IndexPart, expression=expressions, descending=st.booleans())
    elements = by_column if plain else st.one_of(by_column, by_column, by_expression)
    return st.lists(elements, min_size=1, max_size=3, unique_by=lambda part: part.column or part.expression).map(tuple)


@st.composite
def tables(draw: st.DrawFn, engine: Engine, schema: str, name: str, unique: st.SearchStrategy[str]) -> Table:
    """One table; ``unique`` gives names that no other object has."""
    column_names = draw(st.lists(names, min_size=1, max_size=5, unique_by=str.casefold))
    found = [draw(columns(engine, column)) for column in column_names]
    counters = [column for column in found if column.auto_increment]
    found = [replace(c, auto_increment=False) if c in counters[1:] else c for c in found]
    key = None
    if len(counters) > 0 or draw(st.booleans()):
        columns_of_key = (
            (IndexPart(column=counters[0].name),) if counters else draw(parts(engine, column_names, plain=True))
        )
        key = KeyConstraint(
            kind=Kind.PRIMARY_KEY,
            name=draw(st.just("") | unique) if engine.postgresql else "",
            columns=columns_of_key,
            comment=draw(engine.only(comments, None)),
            options=draw(engine.only(pairs, ())),
        )
        inside = {part.column for part in key.columns}
        found = [replace(column, nullable=False) if column.name in inside else column for column in found]
    return Table(
        schema=schema,
        name=name,
        columns=tuple(found),
        primary_key=key,
        uniques=by_name(draw(st.lists(_uniques(engine, column_names, unique), max_size=2))),
        foreign_keys=by_name(draw(st.lists(_foreign_keys(engine, column_names, unique), max_size=2))),
        checks=by_name(draw(st.lists(checks_of(engine, unique), max_size=2))),
        exclusions=by_name(draw(engine.only(st.lists(_exclusions(engine, column_names, unique), max_size=1), []))),
        indexes=by_name(draw(st.lists(indexes(engine, column_names, unique), max_size=2))),
        comment=draw(comments),
        owner=draw(engine.owners),
        options=draw(pairs),
        unlogged=draw(engine.only(st.booleans(), False)),
        row_security=draw(engine.only(st.booleans(), False)),
        force_row_security=draw(engine.only(st.booleans(), False)),
        replica_identity=draw(engine.only(st.sampled_from(["default", "full", "nothing"]), "default")),
        tablespace=draw(engine.only(maybe(names), None)),
        partition_by=draw(engine.only(maybe(_partition_bys(engine, column_names)), None)),
        partitioning=draw(engine.mysql(maybe(_partitionings()), None)),
        engine=draw(engine.mysql(maybe(st.just("MyISAM")), None)),
        collation=draw(engine.mysql(maybe(st.just("latin1_swedish_ci")), None)),
        system_versioned=draw(engine.mysql(st.booleans(), False)),
        renamed_from=draw(maybe(plain_names.map(lambda text: f"former_{text}"))),
    )


def by_name(items: list[Any]) -> tuple[Any, ...]:
    return tuple(sorted(items, key=lambda item: item.name))


def _uniques(engine: Engine, column_names: list[str], unique: Any) -> st.SearchStrategy[KeyConstraint]:
    return st.builds(
        KeyConstraint,
        kind=st.just(Kind.UNIQUE),
        name=unique,
        columns=parts(engine, column_names, plain=True),
        include=engine.only(st.sampled_from([(), (column_names[0],)]), ()),
        deferrable=engine.only(st.booleans(), False),
        nulls_not_distinct=engine.only(st.booleans(), False),
        index_comment=comments,
        visible=engine.mysql(st.booleans(), True),
        parent=engine.only(st.none(), None),
    )


def _foreign_keys(engine: Engine, column_names: list[str], unique: Any) -> st.SearchStrategy[ForeignKey]:
    # Referenced tables are not declared, so that only the writing is tried.
    actions = st.sampled_from(["NO ACTION", "CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT"])
    return st.builds(
        ForeignKey,
        name=unique,
        columns=st.sampled_from([(name,) for name in column_names]),
        ref_schema=engine.only(st.sampled_from(["public", "else where"]), ""),
        ref_table=names.map(lambda n: f"r {n}"),
        ref_columns=names.map(lambda name: (name,)),
        on_delete=actions,
        on_update=actions,
        match=st.sampled_from(["SIMPLE", "FULL"]),
        deferrable=engine.only(st.booleans(), False),
        validated=engine.only(st.booleans(), True),
        comment=engine.only(comments, None),
    )


def checks_of(engine: Engine, unique: Any) -> st.SearchStrategy[Check]:
    return st.builds(
        Check,
        name=unique,
        expression=expressions,
        enforced=st.booleans(),
        comment=engine.only(comments, None),
        validated=engine.only(st.booleans(), True),
        no_inherit=engine.only(st.booleans(), False),
    )


def _exclusions(engine: Engine, column_names: list[str], unique: Any) -> st.SearchStrategy[Exclusion]:
    return st.builds(
        Exclusion,
        name=unique,
        method=st.sampled_from(["gist", "btree"]),
        elements=parts(engine, column_names).map(lambda found: tuple((part, "&&") for part in found)),
        where=maybe(expressions),
        comment=comments,
    )


def indexes(engine: Engine, column_names: list[str], unique: Any) -> st.SearchStrategy[Index]:
    """One index."""
    return st.builds(
        Index,
        name=unique,
        parts=parts(engine, column_names),
        unique=st.booleans(),
        comment=comments,
        method=st.sampled_from(["btree", "hash"]),
        where=engine.only(maybe(expressions), None),
        options=pairs,
        visible=engine.mysql(st.booleans(), True),
        clustered=engine.only(st.booleans(), False),
        parser=engine.mysql(maybe(st.just("ngram")), None),
    )


def _partition_bys(engine: Engine, column_names: list[str]) -> st.SearchStrategy[PartitionBy]:
    return st.builds(
        PartitionBy, strategy=st.sampled_from(["range", "list", "hash"]), keys=parts(engine, column_names, plain=True)
    )


def _partitionings() -> st.SearchStrategy[MySqlPartitioning]:
    partition = st.builds(
        MySqlPartition,
        name=names,
        values=st.sampled_from(["", "LESS THAN (10)", "IN (1,'a')"]),
        options=pairs,
        subpartitions=st.lists(
            st.builds(MySqlSubpartition, name=st.sampled_from(["s0", "no"]), options=pairs), max_size=2
        ).map(tuple),
    )
    return st.builds(
        MySqlPartitioning,
        method=st.sampled_from(["range", "linear hash", "list columns"]),
        expression=st.just("`a`"),
        count=maybe(st.integers(1, 9)),
        sub_method=st.none(),
        partitions=st.lists(partition, max_size=2, unique_by=lambda item: item.name).map(tuple),
    )


@st.composite
def partitions(draw: st.DrawFn, parent: Table, unique: Any) -> Table:
    bare = Table(schema=parent.schema, name=draw(unique))
    bound = draw(st.sampled_from(["DEFAULT", "FOR VALUES IN (1)"]))
    child = replace(bare, partition_of=PartitionOf(schema=parent.schema, table=parent.name, bound=bound))
    inherited = tuple(inherited_column(column, parent, child) for column in parent.columns)
    order = draw(st.permutations(inherited)) if draw(st.booleans()) else inherited
    checks = tuple(replace(c, inherited=True, comment=None) for c in parent.checks if not c.no_inherit)
    return replace(
        child,
        columns=tuple(order),
        checks=checks if draw(st.booleans()) else (),
        owner=parent.owner,
        comment=draw(comments),
    )
