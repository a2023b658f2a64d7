"""What is beside the tables, and what is attached to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.code import Event, EventTrigger, Policy, Routine, Rule, Trigger, View
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.replication import Publication
from bootstrap.catalog.security import Role
from bootstrap.catalog.tables import Table
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
    TextSearchDictionary,
)
from tests.unit.declaration.strategies.engine import Engine
from tests.unit.declaration.strategies.tables import by_name, checks_of, indexes
from tests.unit.declaration.strategies.texts import (
    bodies,
    comments,
    expressions,
    maybe,
    names,
    pairs,
    sequence_options,
    texts,
)


@st.composite
def views(draw: st.DrawFn, engine: Engine, schema: str, name: str, unique: Any) -> View:
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
        indexes=by_name(draw(st.lists(indexes(engine, column_names, unique), max_size=2))) if stored else (),
        column_comments=draw(engine.only(st.just(()) | texts.filter(bool).map(lambda t: (("a", t),)), ())),
        comment=draw(engine.only(comments, None)),
        owner=draw(engine.owners),
        algorithm=draw(engine.mysql(maybe(st.just("merge")), None)),
        definer=draw(engine.mysql(maybe(st.just("app@%")), None)),
        sql_security=draw(engine.mysql(maybe(st.just("invoker")), None)),
    )


def attached(engine: Engine, owner: Table | View, unique: Any) -> st.SearchStrategy[DatabaseObject]:
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


def others(engine: Engine, unique: Any) -> st.SearchStrategy[DatabaseObject]:
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


# Argument lists of a routine, and how the server prints their types.
_IDENTITIES = {
    "": "",
    "integer": "integer",
    "a integer, b text DEFAULT 'x,y'::text": "integer, text",
    "a varchar, OUT b integer": "character varying",
}


def _postgresql_others(engine: Engine, unique: Any) -> st.SearchStrategy[DatabaseObject]:
    common = {"schema": engine.schemas, "name": unique, "comment": comments, "owner": engine.owners}
    checks = st.lists(checks_of(engine, unique), max_size=2).map(by_name)
    routine = st.builds(
        Routine,
        **common,
        body=bodies,
        arguments=st.sampled_from(sorted(_IDENTITIES)),
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
    ).map(lambda routine: replace(routine, identity=_IDENTITIES[routine.arguments]))
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
        st.builds(TextSearchDictionary, **common, template=st.sampled_from(["simple", "app.t"]), options=pairs),
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
            Publication,
            name=unique,
            all_tables=st.booleans(),
            via_root=st.booleans(),
            operations=st.sampled_from([("insert",), ("update", "truncate"), ()]),
            comment=comments,
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
