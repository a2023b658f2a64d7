"""Short and long forms of everything that is declared, and what is wrong with it."""

from __future__ import annotations

import pytest

from bootstrap.catalog.code import Routine
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import MySqlPartition, MySqlPartitioning, PartitionOf, Table
from bootstrap.declaration.parts import parse_part
from tests.unit.declaration.reading import TABLE, problems, read

ORDERS = Ref(Kind.TABLE, "public", "orders")


def orders(extra: str, engine: str = "postgresql") -> Table:
    """The table orders with some more lines."""
    schema = "public" if engine == "postgresql" else ""
    head = (
        "tables:\n  users: {columns: {id: int}, primary_key: [id]}\n  orders:\n    columns: {id: int, user_id: int}\n"
    )
    indented = "".join(f"    {line}\n" for line in extra.splitlines())
    return read(engine, schema__a_yaml=head + indented).catalog.table(Ref(Kind.TABLE, schema, "orders"))


@pytest.mark.parametrize(
    ("engine", "text", "part"),
    [
        ("postgresql", "a", IndexPart(column="a")),
        ("postgresql", "a desc", IndexPart(column="a", descending=True)),
        ("postgresql", "a desc nulls first", IndexPart(column="a", descending=True)),
        ("postgresql", "a nulls first", IndexPart(column="a", nulls_first=True)),
        ("postgresql", '"Odd name" text_pattern_ops', IndexPart(column="Odd name", opclass="text_pattern_ops")),
        ("postgresql", "lower(a) desc", IndexPart(expression="lower(a)", descending=True)),
        ("postgresql", "(a || b)", IndexPart(expression="a || b")),
        ("postgresql", 'a collate "C"', IndexPart(column="a", collation="C")),
        (
            "postgresql",
            "a gist_trgm_ops (siglen = 32)",
            IndexPart(column="a", opclass="gist_trgm_ops", opclass_options=(("siglen", "32"),)),
        ),
        ("mysql", "name(10)", IndexPart(column="name", length=10)),
        ("mysql", "(lower(name))", IndexPart(expression="lower(name)")),
        ("mysql", "`odd``name` desc", IndexPart(column="odd`name", descending=True)),
    ],
)
def test_keys_of_indexes(engine: str, text: str, part: IndexPart) -> None:
    assert parse_part(text, engine) == part


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (
            "foreign_keys: {user_id: users(id)}",
            ForeignKey(columns=("user_id",), ref_schema="public", ref_table="users", ref_columns=("id",)),
        ),
        (
            "foreign_keys: {user_id: users on delete set null}",
            ForeignKey(columns=("user_id",), ref_schema="public", ref_table="users", on_delete="SET NULL"),
        ),
        (
            "foreign_keys: {user_id: {references: users(id), on_update: cascade, deferrable: true}}",
            ForeignKey(
                columns=("user_id",),
                ref_schema="public",
                ref_table="users",
                ref_columns=("id",),
                on_update="CASCADE",
                deferrable=True,
            ),
        ),
        (
            "foreign_keys: {fk: {columns: user_id, references: users(id)}}",
            ForeignKey(name="fk", columns=("user_id",), ref_schema="public", ref_table="users", ref_columns=("id",)),
        ),
        (
            "foreign_keys: [{columns: [user_id], references: app.u(x)}]",
            ForeignKey(columns=("user_id",), ref_schema="app", ref_table="u", ref_columns=("x",)),
        ),
    ],
)
def test_foreign_keys(text: str, key: ForeignKey) -> None:
    assert orders(text).foreign_keys == (key,)


def test_indexes_by_name_or_as_a_list() -> None:
    assert orders("indexes: {i: [id, user_id desc]}").indexes == (
        Index(name="i", parts=(IndexPart(column="id"), IndexPart(column="user_id", descending=True))),
    )
    assert orders("indexes:\n  - {columns: [id], unique: true}").indexes == (
        Index(parts=(IndexPart(column="id"),), unique=True),
    )


def test_primary_key_columns_are_never_null() -> None:
    table = orders("primary_key: [id]")
    assert table.primary_key == KeyConstraint(kind=Kind.PRIMARY_KEY, columns=(IndexPart(column="id"),))
    assert table.column("id") == Column(name="id", type="int", nullable=False)


def test_defaults_are_sql_and_texts_can_be_said() -> None:
    content = "tables: {t: {columns: {a: {type: text, default: {text: it's}}, b: {type: int, default: 1.10}}}}"
    for engine, schema in (("postgresql", "public"), ("mysql", "")):
        table = read(engine, schema__a_yaml=content).catalog.table(Ref(Kind.TABLE, schema, "t"))
        assert [column.default for column in table.columns] == ["'it''s'", "1.10"]


def test_partitions_inherit_their_columns() -> None:
    found = read(
        schema__a_yaml="""
tables:
  events:
    columns: {id: bigserial, at: date not null}
    checks: {positive: id > 0}
    partition_by: range (at, (id + 1))
    partitions:
      events_2024: for values from ('2024-01-01') to ('2025-01-01')
      app.events_rest: default
"""
    ).catalog
    child = found.table(Ref(Kind.TABLE, "app", "events_rest"))
    assert child.partition_of == PartitionOf(schema="public", table="events", bound="default")
    assert [(column.name, column.type, column.inherited) for column in child.columns] == [
        ("id", "bigint", True), ("at", "date", True),
    ]  # fmt: skip
    assert [check.inherited for check in child.checks] == [True]


def test_mysql_partitions() -> None:
    table = orders("partition_by: range (id)\npartitions: {p0: less than (10), p1: less than maxvalue}", "mysql")
    assert table.partitioning == MySqlPartitioning(
        method="range",
        expression="id",
        partitions=(
            MySqlPartition(name="p0", values="less than (10)"),
            MySqlPartition(name="p1", values="less than maxvalue"),
        ),
    )
    assert orders("partition_by: key (id) partitions 4", "mysql").partitioning == MySqlPartitioning(
        method="key", expression="id", count=4
    )


def test_grants_of_columns_and_with_option() -> None:
    content = TABLE + "    grants: {app: [select, 'update (id, name) with grant option'], public: revoke select}\n"
    on = Ref(Kind.TABLE, "public", "t")
    assert read(schema__a_yaml=content).catalog.grants == {
        Grant(grantee="app", privilege="SELECT", on=on),
        Grant(grantee="app", privilege="UPDATE", on=on, column="id", grantable=True),
        Grant(grantee="app", privilege="UPDATE", on=on, column="name", grantable=True),
        Grant(grantee="public", privilege="SELECT", on=on, revoked=True),
    }


def test_routines_are_told_apart_by_their_types() -> None:
    content = """
functions:
  touch: {returns: trigger, body: begin end}
  add: {arguments: "a double precision, INOUT b app.kind default 'x', out c int, variadic text[]", body: x}
  add(text): {arguments: text, body: x}
"""
    refs = {ref.name for ref in read(schema__a_yaml=content).catalog.objects}
    assert refs == {"touch()", "add(double precision, app.kind, text[])", "add(text)"}


@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_the_brackets_of_a_routine_may_be_its_whole_argument_list(engine: str) -> None:
    content = "functions:\n  add(a integer, b integer): {returns: integer, body: return a + b}\n"
    (routine,) = read(engine, schema__a_yaml=content).catalog.objects.values()
    assert isinstance(routine, Routine)
    assert (routine.name, routine.arguments) == ("add", "a integer, b integer")
    assert routine.identity == ("integer, integer" if engine == "postgresql" else "")


def test_brackets_that_contradict_the_argument_list_are_refused() -> None:
    content = """
functions:
  add(integer): {arguments: "a integer, b integer", returns: integer, body: select a + b}
  touch(): {arguments: a integer, returns: integer, body: select a}
"""
    found = problems(schema__a_yaml=content)
    assert [problem.split(": ")[1] for problem in found] == ["function add(integer)", "function touch()"]
    assert all("the parentheses of the name and arguments differ" in problem for problem in found)


def test_the_brackets_behind_a_trigger_function_may_stand_or_not() -> None:
    fires = "fires: before update, function:"
    found = read(
        schema__a_yaml=TABLE + f"    triggers:\n      a: {{{fires} touch()}}\n      b: {{{fires} touch}}\n"
    ).catalog
    functions = {found.objects[Ref(Kind.TRIGGER, "public", name, "t")].function for name in "ab"}  # type: ignore[union-attr]  # triggers
    assert functions == {"public.touch"}


def test_where_things_were_declared() -> None:
    found = read(schema__a_yaml=TABLE + "    indexes:\n      i: [name]\n")
    table = Ref(Kind.TABLE, "public", "t")
    assert found.locate(table) == "schema/a.yaml:2"
    assert found.locate(table.child(Kind.COLUMN, "name")) == "schema/a.yaml:5"
    assert found.locate(table.child(Kind.INDEX, "i")) == "schema/a.yaml:8"
    assert found.locate(Ref(Kind.TRIGGER, "public", "x", "t")) == "schema/a.yaml:2"
    assert found.locate(Ref(Kind.ROLE, "", "x")) == ""


@pytest.mark.parametrize(
    ("engine", "content", "expected"),
    [
        (
            "postgresql",
            "tables: {t: {columns: {id: {type: int, auto_increment: true}}}}",
            "auto_increment does not exist on postgresql: write identity: by default, or the type bigserial",
        ),
        (
            "mysql",
            "tables: {t: {columns: {id: {type: int, identity: always}}}}",
            "identity does not exist on mysql: write auto_increment: true",
        ),
        ("mysql", "enums: {e: [a]}", "enums does not exist on mysql: write the type enum('a', 'b') at the column"),
        (
            "mysql",
            "tables: {a.t: {columns: {id: int}}}",
            "table a.t has a schema, which is the database itself on mysql",
        ),
        ("postgresql", "tables: {t: {}}", "table t has no columns: add columns:"),
        (
            "postgresql",
            TABLE + "    unique: {u: [nam]}",
            "unique constraint u: t has no column nam: did you mean name?",
        ),
        (
            "postgresql",
            TABLE + "    indexes: {i: [lower(x), zz]}",
            "index i: t has no column zz: its columns are id, name",
        ),
        ("postgresql", TABLE + "    foreign_keys: {x: t(id)}", "foreign key on x: t has no column x"),
        ("postgresql", TABLE + "    foreign_keys: {id: t(zz)}", "foreign key on id: t has no column zz"),
        ("postgresql", TABLE + "    foreign_keys: {id: t(name)}", "foreign key on id: name is not unique in t"),
        (
            "postgresql",
            TABLE + "    foreign_keys: {f: {columns: [id, name], references: t}}",
            "foreign key f has 2 columns",
        ),
        (
            "postgresql",
            TABLE + "    indexes: {x: [id]}\n    unique: {x: [name]}",
            "the name x of index is taken by unique",
        ),
        ("postgresql", TABLE + "views: {t: select 1}", "the name t of view is taken by table public.t"),
        ("postgresql", "tables: {" + "é" * 32 + ": {columns: {id: int}}}", "has 64 bytes, and postgresql would cut it"),
        ("mysql", "tables: {" + "é" * 65 + ": {columns: {id: int}}}", "has 65 characters"),
        ("mysql", "tables: {t: {columns: {id: int, ID: int}}}", "column ID differs from id only in case"),
        ("mysql", "tables: {t: {columns: {id: int}}, T: {columns: {id: int}}}", "table T differs from t only in case"),
        ("postgresql", 'tables: {"t ": {columns: {id: int}}}', "ends in a space"),
        ("mysql", "tables: {t: {columns: {id: int auto_increment}}}", "the auto_increment column id is in no key"),
        (
            "postgresql",
            "tables: {t: {columns: {a: text default new}}}",
            "the default of column a is new, which is no SQL",
        ),
        (
            "postgresql",
            "tables: {t: {columns: {a: {type: int, renamed_from: b}, b: int}}}",
            "renamed_from b, which is declared",
        ),
        (
            "postgresql",
            TABLE + "    triggers: {x: {fires: sometimes, function: f}}",
            "trigger x: expected before, after",
        ),
        ("postgresql", TABLE + "    triggers: {x: {fires: before insert}}", "trigger x has no function"),
        ("postgresql", TABLE + "    grants: {x: [42]}", "grants x is a number: 42"),
        ("postgresql", "enums: {e: [a, a]}", "enum e has the label a twice"),
        ("postgresql", "tables: {t: {columns: {a: {type: int default 1, default: 2}}}}", "column a says default twice"),
    ],
)
def test_mistakes(engine: str, content: str, expected: str) -> None:
    found = problems(engine, schema__a_yaml=content)
    assert any(expected in problem for problem in found), found


def test_the_same_object_twice() -> None:
    found = problems(schema__a_yaml=TABLE, schema__b_yaml=TABLE)
    assert found == ["schema/b.yaml:2: table public.t is declared twice (first in schema/a.yaml:2): remove one of them"]


def test_a_column_that_cannot_be_read_is_one_problem_however_often_it_is_named() -> None:
    content = """\
tables:
  t:
    columns:
      id: int
      a: {typ: text}
      b: varchar(
    primary_key: [id, b]
    indexes:
      i: [a]
"""
    rows = "seeds:\n  t:\n    key: [id, b]\n    rows:\n      - {id: 1, a: x, b: y}\n"
    found = problems(schema__a_yaml=content, seeds__a_yaml=rows)
    assert [problem.split(": ", 1)[0] for problem in found] == ["schema/a.yaml:5", "schema/a.yaml:5", "schema/a.yaml:6"]
