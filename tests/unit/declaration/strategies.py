"""Random catalogs of either engine, names and texts as nasty as the servers take them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.code import Event, EventTrigger, Policy, Routine, Rule, Trigger, View
from bootstrap.catalog.columns import Column, Generated, GeneratedKind, Identity, SequenceOptions
from bootstrap.catalog.constraints import Check, Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant, Role
from bootstrap.catalog.tables import MySqlPartition, MySqlPartitioning, PartitionBy, PartitionOf, Table
from bootstrap.catalog.types import (
    Attribute,
    Collation,
    CompositeType,
    Domain,
    EnumType,
    Extension,
    RangeType,
    Schema,
    Sequence,
    Statistics,
    TextSearchConfiguration,
)
from bootstrap.declaration.build.inherit import inherited_column

NASTY = [
    "no",
    "on",
    "null",
    "~",
    "012",
    "1e3",
    "12:30",
    "1.10",
    "true",
    "<<",
    "=",
    "- a",
    "a: b",
    "a #b",
    "#",
    "'",
    '"',
    "\\",
    "a\tb",
    "${x}",
    "$${x}",
    "$$",
    "$t${x}$t$",
    "${x}$$",
    "{a}",
    "[a]",
    "a,b",
    "é",
    "日本",
    "😀",
    "a.b",
    '"q"',
    "&a",
    "*a",
    "!t",
    "%d",
    "@",
    "`",
    "|",
    ">",
    "?",
    "-",
    ":",
    "a:",
    "select",
    "user",
    "2024-01-01",
    "a b",
    "a'b",
    "(x)",
    ".",
    "x(1)",
    "a desc",
    "A",
    "---",
    "...",
    "\u00a0x",
    "y",
    "x\u2028y",
    "a\x85b",
    "\ufeffz",
    " lead",
    "a\x7f",
    "with (",
]
# What a name may not be is told apart elsewhere: NUL, trailing spaces, too long.
_characters = st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"])
# MySQL takes no name with a character beyond U+FFFF.
names = st.one_of(
    st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True),
    st.sampled_from(NASTY),
    st.text(_characters, min_size=1, max_size=10).filter(lambda text: text.rstrip(" ") == text),
).filter(lambda text: all(character <= "\uffff" for character in text))
plain_names = st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True)
texts = st.one_of(st.sampled_from(NASTY), st.text(_characters, max_size=40))
comments = st.none() | texts.filter(bool)
# Bodies keep every character: leading and trailing lines, tabs, trailing spaces, carriage returns.
bodies = st.one_of(
    st.sampled_from(
        ["\nbegin\n  x := 1;\t\n end \n\n", "  indented\nless", "\n\n", "a\r\nb", "x\n ", " \n x", "\tt\n", "a\n\n\n"]
    ),
    st.lists(st.text(_characters, max_size=12), min_size=1, max_size=5).map("\n".join),
)
expressions = st.sampled_from(
    [
        "a > 0",
        "lower(a)",
        "(a + b) * 2",
        "a = 'x: y' -- #",
        "a ~ '^${x}$'",
        "a = $$it's$$",
        "x IS NOT NULL",
        "a::text = ANY (ARRAY['a'::text, 'b'::text])",
        "coalesce(a, ')')",
        'a = "odd, name"',
        "a\n  or b",
        "1",
        "true",
    ]
)
options = st.dictionaries(
    plain_names, st.sampled_from(["1", "on", "true", "off", "0.5", "x y", "01", "'q'"]), max_size=2
)
pairs = options.map(lambda found: tuple(sorted(found.items())))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The value, or None."""
    return st.none() | strategy


numbers = st.integers(-(2**63), 2**63 - 1)
sequence_options = st.builds(
    SequenceOptions,
    data_type=maybe(st.sampled_from(["smallint", "bigint"])),
    start=maybe(numbers),
    increment=maybe(numbers),
    minimum=maybe(numbers),
    maximum=maybe(numbers),
    cache=maybe(numbers),
    cycle=st.booleans(),
)


class Engine:
    """What differs between the engines for the strategies."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.postgresql = name == "postgresql"
        self.schemas = st.sampled_from(["public", "app", "odd.schema"]) if self.postgresql else st.just("")
        self.types = st.sampled_from(
            [
                "integer",
                "text",
                "character varying(20)",
                "numeric(10,2)",
                "timestamp(3) with time zone",
                "double precision",
                "text[]",
                'app."My Type"',
                "bit varying(5)",
                "interval year to month",
                '"char"',
                "serial",
                "bigserial",
            ]
            if self.postgresql
            else [
                "int",
                "int(10) unsigned zerofill",
                "varchar(20)",
                "enum('a','b, c','it''s')",
                "decimal(10,2)",
                "longtext",
                "datetime(3)",
                "set('x','y')",
                "bigint(20) unsigned",
                "geometry",
                "json",
                "bit(1)",
                "double precision",
            ]
        )
        self.defaults = st.sampled_from(
            [
                "0",
                "'x'::text",
                "now()",
                "NULL::character varying",
                "'it''s'::text",
                "-1",
                "1.10",
                "true",
                "ARRAY[]::text[]",
                "CURRENT_TIMESTAMP",
                "'a: b # c'::text",
                "(1 + 2)",
                "nextval('app.s'::regclass)",
                "'multi\nline'",
            ]
            if self.postgresql
            else [
                "0",
                "'x'",
                "current_timestamp(3)",
                "'it''s'",
                "b'0'",
                "(uuid())",
                "1.10",
                "'${x}'",
                "'a\\\\b'",
                "''",
                "nextval(`s`)",
            ]
        )
        self.owners = maybe(names) if self.postgresql else st.none()

    def only(self, strategy: st.SearchStrategy[Any], otherwise: Any) -> st.SearchStrategy[Any]:
        """A fact of PostgreSQL."""
        return strategy if self.postgresql else st.just(otherwise)

    def mysql(self, strategy: st.SearchStrategy[Any], otherwise: Any) -> st.SearchStrategy[Any]:
        """A fact of MySQL."""
        return st.just(otherwise) if self.postgresql else strategy


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
        uniques=_sorted(draw(st.lists(_uniques(engine, column_names, unique), max_size=2))),
        foreign_keys=_sorted(draw(st.lists(_foreign_keys(engine, column_names, unique), max_size=2))),
        checks=_sorted(draw(st.lists(_checks(engine, unique), max_size=2))),
        exclusions=_sorted(draw(engine.only(st.lists(_exclusions(engine, column_names, unique), max_size=1), []))),
        indexes=_sorted(draw(st.lists(indexes(engine, column_names, unique), max_size=2))),
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


def _sorted(items: list[Any]) -> tuple[Any, ...]:
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
        index_comment=engine.mysql(comments, None),
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


def _checks(engine: Engine, unique: Any) -> st.SearchStrategy[Check]:
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
        subpartitions=st.sampled_from([(), ("s0", "no")]),
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
        owners.append(draw(_views(engine, draw(engine.schemas), draw(unique), unique)))
    made += owners
    for owner in owners:
        if isinstance(owner, View) and not engine.postgresql:
            continue
        made += draw(st.lists(_attached(engine, owner, unique), max_size=2))
        if isinstance(owner, Table) and owner.partition_by:
            made += draw(st.lists(_partitions(owner, unique), max_size=2))
    made += draw(st.lists(_others(engine, unique), max_size=6))
    objects = {item.ref: item for item in made}
    grants = draw(st.frozensets(_grants(engine, [None, *(ref for ref in objects if _grantable(ref))]), max_size=5))
    defaults = draw(engine.only(st.frozensets(_default_privileges(), max_size=3), frozenset()))
    return Catalog(objects=objects, grants=grants, default_privileges=defaults)


def _grantable(ref: Ref) -> bool:
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


def _grants(engine: Engine, targets: list[Ref | None]) -> st.SearchStrategy[Grant]:
    return st.builds(
        Grant,
        grantee=names,
        privilege=st.sampled_from(["SELECT", "UPDATE", "USAGE", "CREATE TEMPORARY TABLES"]),
        on=st.sampled_from(targets),
        column=st.sampled_from(["", "", "a", "odd name"]),
        grantable=st.booleans(),
        revoked=engine.only(st.booleans(), False),
    )


def _default_privileges() -> st.SearchStrategy[DefaultPrivilege]:
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


@st.composite
def _partitions(draw: st.DrawFn, parent: Table, unique: Any) -> Table:
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


@st.composite
def _views(draw: st.DrawFn, engine: Engine, schema: str, name: str, unique: Any) -> View:
    stored = engine.postgresql and draw(st.booleans())
    column_names = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    return View(
        schema=schema,
        name=name,
        definition=draw(
            st.sampled_from(["SELECT 1", " SELECT a,\n    b\n   FROM t", "select ';'", "SELECT '${x}'::text"])
        ).strip(),
        columns=draw(st.sampled_from([(), tuple(column_names)])),
        materialized=stored,
        with_data=draw(st.booleans()) if stored else True,
        options=draw(engine.only(pairs, ())),
        check_option=None if stored else draw(maybe(st.sampled_from(["local", "cascaded"]))),
        indexes=_sorted(draw(st.lists(indexes(engine, column_names, unique), max_size=2))) if stored else (),
        column_comments=draw(engine.only(st.just(()) | texts.filter(bool).map(lambda t: (("a", t),)), ())),
        comment=draw(engine.only(comments, None)),
        owner=draw(engine.owners),
        algorithm=draw(engine.mysql(maybe(st.just("merge")), None)),
        definer=draw(engine.mysql(maybe(st.just("app@%")), None)),
        sql_security=draw(engine.mysql(maybe(st.just("invoker")), None)),
    )


def _attached(engine: Engine, owner: Table | View, unique: Any) -> st.SearchStrategy[DatabaseObject]:
    event = st.sampled_from(
        ["insert", "update", "delete", 'update of a, "b or c"'] if engine.postgresql else ["insert", "update"]
    )
    common = {"schema": st.just(owner.schema), "table": st.just(owner.name), "name": unique}
    if not engine.postgresql:
        return st.builds(
            Trigger,
            **common,
            timing=st.sampled_from(["before", "after"]),
            events=event.map(lambda e: (e,)),
            body=bodies,
            definer=maybe(st.just("a@b")),
            sql_mode=maybe(st.just("STRICT_ALL_TABLES")),
            order=st.integers(1, 3),
        )
    trigger = st.builds(
        Trigger,
        **common,
        timing=st.sampled_from(["before", "after", "instead of"]),
        comment=comments,
        events=st.lists(event, min_size=1, max_size=2, unique=True).map(tuple),
        level=st.sampled_from(["row", "statement"]),
        when=maybe(expressions),
        function=st.sampled_from(["public.touch", 'app."Odd"', 'public."a.b"']),
        arguments=st.lists(texts, max_size=2).map(tuple),
        constraint=st.booleans(),
        deferrable=st.booleans(),
        from_table=maybe(st.just("public.other")),
        old_table=maybe(names),
        enabled=st.sampled_from(["origin", "disabled", "replica", "always"]),
    )
    rule = st.builds(Rule, **common, definition=st.just("ON INSERT TO t DO INSTEAD NOTHING"), comment=comments)
    found: list[st.SearchStrategy[DatabaseObject]] = [rule]
    if not (isinstance(owner, View) and owner.materialized):
        found.append(trigger)
    if isinstance(owner, Table):
        found += [
            st.builds(
                Policy,
                **common,
                command=st.sampled_from(["all", "select"]),
                permissive=st.booleans(),
                roles=st.lists(names.filter(lambda n: n.lower() != "public"), max_size=2, unique=True)
                .map(sorted)
                .map(tuple),
                using=maybe(expressions),
                check=maybe(expressions),
                comment=comments,
            ),
            st.builds(
                Statistics,
                **common,
                kinds=st.sampled_from([(), ("mcv", "ndistinct")]),
                comment=comments,
                expressions=st.just(("a", "(b + 1)")),
                target=maybe(st.integers(0, 9)),
                owner=engine.owners,
            ),
        ]
    return st.one_of(found)


def _others(engine: Engine, unique: Any) -> st.SearchStrategy[DatabaseObject]:
    if not engine.postgresql:
        body = {"definer": maybe(st.just("a@b")), "sql_mode": maybe(st.just("")), "comment": comments, "body": bodies}
        attributes = st.sampled_from(
            [(), (("deterministic", "deterministic"),), (("data access", "reads sql data"), ("x y", "z"))]
        )
        return st.one_of(
            st.builds(
                Routine,
                **body,
                kind=st.just(Kind.FUNCTION),
                name=unique,
                arguments=st.just("a int, b enum('x')"),
                returns=st.just("int"),
                attributes=attributes,
            ),
            st.builds(Routine, **body, kind=st.just(Kind.PROCEDURE), name=unique, attributes=attributes),
            st.builds(
                Event,
                **body,
                name=unique,
                schedule=st.just("EVERY 1 DAY STARTS '2024-01-01'"),
                preserve=st.booleans(),
                enabled=st.sampled_from(["enable", "disable on slave"]),
                time_zone=maybe(st.just("SYSTEM")),
            ),
            st.builds(Sequence, name=unique, options=sequence_options, comment=comments),
            st.builds(Role, name=unique, attributes=st.sampled_from([(), (("plugin", "x"), ("require", "ssl"))])),
        )
    return _postgresql_others(engine, unique)


def _postgresql_others(engine: Engine, unique: Any) -> st.SearchStrategy[DatabaseObject]:
    common = {"schema": engine.schemas, "name": unique, "comment": comments, "owner": engine.owners}
    checks = st.lists(_checks(engine, unique), max_size=2).map(_sorted)
    routine = st.builds(
        Routine,
        **common,
        body=bodies,
        arguments=st.sampled_from(["", "a integer, b text DEFAULT 'x,y'::text", "integer"]),
        identity=st.sampled_from(["", "integer, text", "integer"]),
        language=st.sampled_from(["sql", "plpgsql"]),
        kind=st.sampled_from([Kind.FUNCTION, Kind.PROCEDURE]),
        returns=maybe(st.just("SETOF integer")),
        atomic=st.booleans(),
        attributes=st.sampled_from(
            [
                (),
                (
                    ("cost", "5"),
                    ("set search_path", '"$user", public'),
                    ("strict", "true"),
                    ("volatility", "immutable"),
                ),
                (("odd thing", "true"), ("parallel", "x")),
            ]
        ),
    )
    aggregate = st.builds(
        Routine,
        **common,
        kind=st.just(Kind.AGGREGATE),
        arguments=st.sampled_from(["*", "integer", "VARIADIC a text[]"]),
        identity=st.sampled_from(["", "integer", "text[]"]),
        language=st.just("internal"),
        returns=maybe(st.just("integer")),
        attributes=st.just((("FINALFUNC_EXTRA", ""), ("INITCOND", "'0'"), ("SFUNC", "int4pl"), ("STYPE", "integer"))),
    )
    return st.one_of(
        routine,
        aggregate,
        st.builds(Schema, name=unique, comment=comments, owner=engine.owners),
        st.builds(
            Extension,
            name=unique,
            schema=maybe(names),
            version=maybe(st.sampled_from(["1.10", "2", "no"])),
            comment=comments,
        ),
        st.builds(EnumType, **common, labels=st.lists(texts, max_size=4, unique=True).map(tuple)),
        st.builds(
            CompositeType,
            **common,
            attributes=st.lists(
                st.builds(Attribute, name=names, type=st.just("text"), collation=maybe(st.just("C")), comment=comments),
                max_size=3,
                unique_by=lambda item: item.name,
            ).map(tuple),
        ),
        st.builds(RangeType, **common, subtype=st.just("double precision"), options=pairs),
        st.builds(
            Domain,
            **common,
            type=st.sampled_from(["text", "numeric(5,2)"]),
            nullable=st.booleans(),
            default=maybe(engine.defaults),
            collation=maybe(st.just("C")),
            checks=checks,
        ),
        st.builds(
            Sequence,
            **common,
            options=sequence_options,
            unlogged=st.booleans(),
            owned_by=maybe(st.tuples(engine.schemas, names, names)),
        ),
        st.builds(Collation, **common, options=pairs),
        st.builds(
            TextSearchConfiguration,
            **common,
            parser=st.sampled_from(["default", "app.p"]),
            mappings=st.dictionaries(names, st.lists(names, min_size=1, max_size=2).map(tuple), max_size=2).map(
                lambda found: tuple(found.items())
            ),
        ),
        st.builds(
            EventTrigger,
            name=unique,
            event=st.just("sql_drop"),
            function=st.just("public.f"),
            comment=comments,
            tags=st.sampled_from([(), ("DROP TABLE", "no")]),
            owner=engine.owners,
        ),
        st.builds(
            Role,
            name=unique,
            comment=comments,
            member_of=st.lists(names, max_size=2, unique=True).map(sorted).map(tuple),
            attributes=st.sampled_from(
                [
                    (),
                    (("connection_limit", "5"), ("login", "true"), ("set a", "b"), ("x", "y")),
                    (("inherit", "false"),),
                ]
            ),
        ),
    )
