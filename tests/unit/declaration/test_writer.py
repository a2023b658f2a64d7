"""The writer writes what a person would have written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.code import Routine, Trigger
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Schema
from bootstrap.declaration.load import load, load_files
from bootstrap.declaration.writer import WriteSettings, render, write
from bootstrap.declaration.writer.emit import Flow, document
from bootstrap.problems import BootstrapError, Refused


@dataclass(frozen=True)
class Left:
    """Something that was left out."""

    what: str
    name: str
    reason: str = ""


def catalog(*items: DatabaseObject, **facts: Any) -> Catalog:
    """A catalog of these objects."""
    return Catalog(objects={item.ref: item for item in items}, **facts)


CONTACTS = Table(
    name="contacts",
    columns=(
        Column(name="id", type="int(11)", nullable=False, auto_increment=True),
        Column(name="name", type="varchar(100)", nullable=False, charset="utf8mb4", collation="utf8mb4_general_ci"),
        Column(name="note", type="text", charset="latin1", collation="latin1_bin", comment="what: ever"),
        Column(name="created_at", type="timestamp", default="current_timestamp()"),
    ),
    primary_key=KeyConstraint(kind=Kind.PRIMARY_KEY, name="PRIMARY", columns=(IndexPart(column="id"),)),
    uniques=(KeyConstraint(kind=Kind.UNIQUE, name="contacts_name_key", columns=(IndexPart(column="name", length=9),)),),
    engine="InnoDB",
    charset="utf8mb4",
    collation="utf8mb4_general_ci",
)
ORDERS = Table(
    schema="app",
    name="orders",
    columns=(
        Column(name="id", type="bigint", nullable=False, serial=True, default="nextval('app.orders_id_seq'::regclass)"),
        Column(name="user_id", type="integer", nullable=False),
    ),
    primary_key=KeyConstraint(kind=Kind.PRIMARY_KEY, name="orders_pkey", columns=(IndexPart(column="id"),)),
    foreign_keys=(
        ForeignKey(
            name="orders_user_id_fkey",
            columns=("user_id",),
            ref_schema="public",
            ref_table="users",
            ref_columns=("id",),
            on_delete="CASCADE",
        ),
    ),
    indexes=(Index(name="orders_user", parts=(IndexPart(column="user_id", descending=True),), where="(user_id > 0)"),),
    owner="boss",
)


def test_no_default_of_mysql_is_spelled_out() -> None:
    settings = {"charset": "utf8mb4", "collation": "utf8mb4_general_ci"}
    files = render(catalog(CONTACTS, settings=settings), "mysql")
    assert files["schema/contacts.yaml"].decode() == (
        """tables:
  contacts:
    columns:
      id: int(11) auto_increment
      name: varchar(100) not null
      note: {type: text, comment: "what: ever", collation: latin1_bin}
      created_at: timestamp default current_timestamp()
    primary_key: [id]
    unique:
      contacts_name_key: [name(9)]
"""
    )


def test_no_default_of_postgresql_is_spelled_out() -> None:
    files = render(catalog(ORDERS, Schema(name="public", owner="pg_database_owner")), "postgresql")
    assert set(files) == {"bootstrap.yaml", "schema/app.orders.yaml"}
    assert files["schema/app.orders.yaml"].decode() == (
        """tables:
  app.orders:
    columns:
      id: bigserial
      user_id: integer not null
    primary_key: [id]
    foreign_keys:
      user_id: public.users(id) on delete cascade
    indexes:
      orders_user: {columns: [user_id desc], where: (user_id > 0)}
"""
    )


def test_owners_are_written_where_they_are_not_who_applies() -> None:
    files = render(catalog(ORDERS), "postgresql", settings=WriteSettings(owner="master"))
    assert "    owner: boss\n" in files["schema/app.orders.yaml"].decode()


def test_bodies_are_blocks_and_said_once_what_they_were_written_in() -> None:
    body = "BEGIN\n  SET @a = 1;\t\nEND"
    common = {"sql_mode": "ANSI", "charset": "utf8mb4", "collation": "utf8mb4_bin", "body": body}
    trigger = Trigger(table="contacts", name="touch", timing="before", events=("insert",), **common)  # type: ignore[arg-type]
    routine = Routine(kind=Kind.PROCEDURE, name="p", **(common | {"sql_mode": "ANSI"}))  # type: ignore[arg-type]
    found = catalog(CONTACTS, trigger, routine)
    files = render(found, "mysql")
    assert "  bodies: \n" not in files["schema/database.yaml"].decode()
    assert files["schema/database.yaml"].decode() == (
        "database:\n  bodies:\n    sql_mode: ANSI\n    charset: utf8mb4\n    collation: utf8mb4_bin\n"
    )
    assert "sql_mode" not in files["schema/procedures.yaml"].decode()
    assert "    body: |-\n      BEGIN\n        SET @a = 1;\t\n      END\n" in files["schema/procedures.yaml"].decode()
    again = load_files(files).catalog
    assert again.objects[trigger.ref] == trigger
    assert again.objects[routine.ref] == routine


@pytest.mark.parametrize("name", ["(x)", "x(1)", "x", "a.b(c)", '"x(1)"', "x(", ")"])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_brackets_in_the_name_of_a_routine_are_part_of_it(engine: str, name: str) -> None:
    routine = Routine(kind=Kind.PROCEDURE, schema="public" if engine == "postgresql" else "", name=name, body="x")
    assert load_files(render(catalog(routine), engine)).catalog.objects == {routine.ref: routine}


def test_file_names_are_safe_and_differ_also_without_case() -> None:
    names = ["views", "Views", "../x", "a/b", "ü", "", "con."]
    tables = [
        Table(schema="public", name=name or "z" * 200, columns=(Column(name="a", type="text"),)) for name in names
    ]
    files = set(render(catalog(*tables), "postgresql")) - {"bootstrap.yaml"}
    assert len({file.casefold() for file in files}) == len(names)
    assert all(file.startswith("schema/") and file.count("/") == 1 and ".." not in file for file in files)


def test_what_was_left_out_is_said() -> None:
    files = render(catalog(), "postgresql", unsupported=[Left("foreign table", "x\ny", "has no shape")])
    assert files["bootstrap.yaml"].decode() == (
        "# Left out, because it cannot be declared:\n#   foreign table x\\ny: has no shape\n"
        "version: 1\nengine: postgresql\n"
    )


@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_an_empty_database_gives_a_valid_declaration(engine: str, tmp_path: Path) -> None:
    write(catalog(), engine, tmp_path / "out", settings=WriteSettings(name="shop"))
    found = load(tmp_path / "out")
    assert (found.engine, found.manifest.name, dict(found.catalog.objects)) == (engine, "shop", {})


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(BootstrapError, match="is not empty"):
        write(catalog(ORDERS), "postgresql", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_what_has_no_place_is_refused_by_name() -> None:
    grant = Grant(grantee="a", privilege="SELECT", on=Ref(Kind.TABLE, "app", "elsewhere"))
    with pytest.raises(Refused, match=r"grants on table app\.elsewhere"):
        render(catalog(grants=frozenset({grant})), "postgresql")
    trigger = Trigger(schema="app", table="elsewhere", name="x", timing="after", events=("insert",), function="f")
    with pytest.raises(Refused, match=r"trigger app\.elsewhere\.x"):
        render(catalog(trigger), "postgresql")


def test_long_texts_are_folded_without_a_change() -> None:
    text = "select " + ", ".join(f"column_{i}" for i in range(40)) + " from t where a = 'x  y' order by 1"
    lines = document({"a": {"definition": text}}).splitlines()
    assert lines[1] == "  definition: >-"
    assert max(map(len, lines)) <= 110
    assert " ".join(line.strip() for line in lines[2:]) == text


def test_short_mappings_stand_on_one_line() -> None:
    assert document({"a": Flow({"b": "x", "c": ["y, z", "no"], "d": True, "e": 1})}) == (
        'a: {b: x, c: ["y, z", "no"], d: true, e: 1}\n'
    )
