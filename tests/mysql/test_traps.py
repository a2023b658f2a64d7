"""The traps of both vendors, each on a real server; what a change costs and what it warns of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.changes import AlterColumn
from bootstrap.catalog.code import Event, Routine, View
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import ForeignKey, KeyConstraint
from bootstrap.catalog.diff import diff
from bootstrap.catalog.indexes import IndexPart
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Table
from bootstrap.dialects.mysql.capabilities import identify
from bootstrap.dialects.mysql.dialect import DIALECT
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext, TableSize
from bootstrap.plan.statement import Statement
from bootstrap.problems import Refused
from demo.servers import MariaDBServer, MySQLServer
from tests.mysql.place import Place, open_place, table


def column(name: str, type_: str, **facts: object) -> Column:
    return Column(name=name, type=type_, **facts)  # type: ignore[arg-type]  # facts of a column


def declared(*columns: Column, **facts: object) -> Catalog:
    key = KeyConstraint(kind=Kind.PRIMARY_KEY, columns=(IndexPart(column="id"),))
    made = Table(name="t", columns=(column("id", "int", nullable=False), *columns), primary_key=key, **facts)  # type: ignore[arg-type]  # facts of a table
    return Catalog(objects={made.ref: made})


@pytest.mark.parametrize(
    "ddl",
    [
        "a varchar(9) DEFAULT 'x'", "a varchar(9) DEFAULT 'NULL'", "a varchar(9) DEFAULT NULL", "a int DEFAULT 5",
        "a timestamp NULL DEFAULT current_timestamp()", "a datetime(3) DEFAULT now(3)", "a decimal(5,2) DEFAULT 1.5",
        "a binary(3) DEFAULT 'a'", "a bool DEFAULT true", "a year DEFAULT 2020", "a int(7)", "a bit(3) DEFAULT b'1'",
        "a varchar(40) DEFAULT 'uuid()'", "a varchar(40) DEFAULT (uuid())", "a varchar(9) CHARACTER SET utf8",
    ],
)  # fmt: skip
def test_a_declaration_of_what_is_there_changes_nothing(place: Place, ddl: str) -> None:
    """Written by hand as SQL has it, over a table that the same words made."""
    place.load(f"CREATE TABLE t (id int PRIMARY KEY, {ddl})")
    name, _, rest = ddl.partition(" ")
    type_, word, default = rest.partition(" DEFAULT ")
    charset = type_.partition(" CHARACTER SET ")[2] or None
    made = column(name, type_.split(" CHARACTER")[0].removesuffix(" NULL"), charset=charset,
                  default=default if word and default != "NULL" else None)  # fmt: skip
    assert place.changes(place.normalised(declared(made))) == ()


def test_json_means_the_same_on_both_vendors(place: Place) -> None:
    place.load("CREATE TABLE t (id int PRIMARY KEY, j json)")
    assert place.catalog().table(table("t")).columns[1].type == "json"
    assert place.changes(place.normalised(declared(column("j", "json")))) == ()
    place.apply(place.normalised(declared(column("j", "longtext"))))
    place.load("INSERT INTO t VALUES (1, 'no json')")


def test_a_foreign_key_brings_its_index_and_is_no_difference(place: Place) -> None:
    place.load(
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE t (id int PRIMARY KEY, p_id int, FOREIGN KEY (p_id) REFERENCES p (id))",
    )
    key = ForeignKey(columns=("p_id",), ref_schema="", ref_table="p", ref_columns=("id",))
    wanted = declared(column("p_id", "int"), foreign_keys=(key,))
    parent = replace(declared().table(table("t")), name="p")
    wanted = replace(wanted, objects={**wanted.objects, parent.ref: parent})
    assert place.changes(place.normalised(wanted)) == ()


def test_columns_inherit_the_collation_of_their_table(place: Place) -> None:
    place.load(
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(9)) DEFAULT CHARSET latin1", "INSERT INTO t VALUES (1, 'ä')"
    )
    wanted = place.normalised(declared(column("a", "varchar(9)"), charset="utf8mb4"))
    place.apply(wanted)
    assert place.changes(wanted) == ()
    assert place.session.query("SELECT HEX(a), COLLATION(a) LIKE 'utf8mb4%%' FROM t") == [("C3A4", 1)]


def test_what_a_declaration_leaves_open_is_taken_from_the_database(place: Place) -> None:
    place.load(
        "CREATE TABLE t (id int PRIMARY KEY)",
        "SET sql_mode = 'ANSI_QUOTES'", "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1", "SET sql_mode = ''",
        "CREATE SQL SECURITY DEFINER VIEW v AS SELECT id FROM t",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
    )  # fmt: skip
    objects: list[DatabaseObject] = [
        declared().table(table("t")),
        Routine(kind=Kind.FUNCTION, name="f", returns="int", body="RETURN 1",
                attributes=(("deterministic", "deterministic"),)),
        View(name="v", definition="SELECT id FROM t"),
        Event(name="e", schedule="EVERY 1 DAY", enabled="disable", body="SELECT 1"),
    ]  # fmt: skip
    wanted = place.normalised(Catalog(objects={item.ref: item for item in objects}))
    assert place.changes(wanted) == ()


def test_a_routine_keeps_the_sql_mode_it_was_written_for(place: Place, other: Place) -> None:
    place.load(
        "SET sql_mode = 'PIPES_AS_CONCAT'", "CREATE FUNCTION f() RETURNS varchar(9) DETERMINISTIC RETURN 'a' || 'b'"
    )
    other.apply(place.catalog())
    assert other.session.query("SELECT f()") == [("ab",)]
    assert "STRICT_ALL_TABLES" in other.session.query("SELECT @@sql_mode")[0][0]


def test_a_renamed_column_keeps_everything(place: Place) -> None:
    place.load(
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(9) CHARACTER SET latin1 NOT NULL DEFAULT 'x' COMMENT 'c',"
        " KEY k (a))",
        "INSERT INTO t VALUES (1, 'kept')",
    )
    live = place.catalog().table(table("t"))
    columns = (live.columns[0], replace(live.columns[1], name="b", renamed_from="a"))
    index = replace(live.indexes[0], parts=(IndexPart(column="b"),))
    wanted = replace(live, columns=columns, indexes=(index,))
    place.apply(Catalog(objects={wanted.ref: wanted}))
    found = place.catalog().table(table("t"))
    assert replace(found.columns[1], name="a") == live.columns[1]
    assert found.indexes[0].parts[0].column == "b"
    assert place.session.query("SELECT b FROM t") == [("kept",)]


def test_a_column_that_differs_in_case_alone_is_renamed(place: Place) -> None:
    place.load("CREATE TABLE t (id int PRIMARY KEY, Name varchar(9))", "INSERT INTO t VALUES (1, 'kept')")
    wanted = place.normalised(declared(column("name", "varchar(9)")))
    place.apply(wanted)
    assert place.changes(wanted) == ()
    assert place.session.query("SELECT name FROM t") == [("kept",)]


def test_the_counter_moves_with_its_key_and_row_zero_stays(place: Place) -> None:
    place.load("CREATE TABLE t (id int PRIMARY KEY, a int)", "INSERT INTO t VALUES (0, 1), (5, 2)")
    before = place.catalog().table(table("t"))
    counting = replace(before, columns=(replace(before.columns[0], auto_increment=True), before.columns[1]))
    place.apply(Catalog(objects={counting.ref: counting}))
    assert place.session.query("SELECT id FROM t ORDER BY id") == [(0,), (5,)]
    place.load("INSERT INTO t (a) VALUES (3)")
    assert place.session.query("SELECT MAX(id) FROM t") == [(6,)]


def test_a_new_counting_column_replaces_the_primary_key(place: Place, other: Place) -> None:
    place.load("CREATE TABLE t (code varchar(9) PRIMARY KEY)", "INSERT INTO t VALUES ('a'), ('b')")
    other.load("CREATE TABLE t (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, code varchar(9) NOT NULL)")
    place.apply(other.catalog())
    assert place.changes(other.catalog()) == ()
    assert place.session.query("SELECT id, code FROM t ORDER BY id") == [(1, "a"), (2, "b")]


# what a change costs


def planned(place: Place, wanted: Catalog, rows: int) -> list[Statement]:
    return list(place.planned(wanted, sizes={table("t"): TableSize(rows, rows * 100)}).statements)


def test_a_copy_blocks_only_on_a_large_table_and_is_named(place: Place) -> None:
    place.load("CREATE TABLE t (id int PRIMARY KEY, a int)")
    wanted = place.normalised(declared(column("a", "bigint")))
    [small] = planned(place, wanted, 100)
    [large] = planned(place, wanted, 100_000_000)
    assert [(hazard.kind, hazard.blocking) for hazard in small.hazards] == [(HazardKind.TABLE_REWRITE, False)]
    assert [(hazard.kind, hazard.blocking) for hazard in large.hazards] == [(HazardKind.TABLE_REWRITE, True)]


def test_the_cheapest_algorithm_is_asked_for_and_a_large_table_is_never_copied_unasked(place: Place) -> None:
    place.load("CREATE TABLE t (id int PRIMARY KEY)")
    wanted = place.normalised(declared(column("a", "int")))
    [small] = planned(place, wanted, 100)
    [large] = planned(place, wanted, 100_000_000)
    assert small.sql.endswith("ALGORITHM=INSTANT")
    assert "ALGORITHM" not in small.fallbacks[-2]
    assert small.fallbacks[-1].endswith("ALGORITHM=COPY")
    assert all("ALGORITHM=" in sql and "=COPY" not in sql for sql in (large.sql, *large.fallbacks))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("varchar(20)", "varchar(10)"), ("bigint", "int"), ("int", "int unsigned"), ("int unsigned", "int"),
        ("enum('a','b')", "enum('a')"), ("decimal(10,2)", "decimal(10,1)"), ("datetime(6)", "datetime"),
        ("text", "tinytext"), ("varchar(9)", "int"), ("double", "float"), ("varchar(9)", "varchar(9) latin1"),
    ],
)  # fmt: skip
def test_what_may_lose_values_is_refused_until_allowed(place: Place, before: str, after: str) -> None:
    charset = "latin1" if after.endswith(" latin1") else None
    old, new = (
        declared(column("a", before, charset="utf8mb4" if charset else None)),
        declared(column("a", after.removesuffix(" latin1"), charset=charset)),
    )
    place.apply(place.normalised(old))
    statements = planned(place, place.normalised(new), 10)
    assert [hazard.permission for s in statements for hazard in s.hazards if hazard.blocking] == ["data_loss:t.a"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("varchar(10)", "varchar(20)"), ("int", "bigint"), ("enum('a')", "enum('a','b')"), ("int unsigned", "bigint"),
        ("decimal(8,2)", "decimal(10,2)"), ("datetime", "datetime(6)"), ("text", "longtext"), ("varchar(9)", "text"),
        ("int", "varchar(20)"), ("float", "double"), ("date", "datetime"),
    ],
)  # fmt: skip
def test_what_only_widens_is_not(place: Place, before: str, after: str) -> None:
    place.apply(place.normalised(declared(column("a", before))))
    statements = planned(place, place.normalised(declared(column("a", after))), 10)
    assert statements
    assert not [hazard for statement in statements for hazard in statement.hazards if hazard.blocking]


def test_where_a_table_is_stored_can_be_said_but_not_taken_back(place: Place) -> None:
    if place.vendor != "mysql":
        pytest.skip("an option of MySQL")
    stored = place.normalised(declared(options=(("storage", "DISK"), ("tablespace", "`innodb_file_per_table`"))))
    place.apply(place.normalised(declared()))
    place.apply(stored)
    assert place.changes(stored) == ()
    with pytest.raises(Refused, match="no way to take STORAGE back; declare it: storage: DISK"):
        planned(place, place.normalised(declared()), 10)


# what needs privileges that a master of RDS does not have


def test_binary_logging_is_said_before_anything_runs(place: Place) -> None:
    server = replace(place.session.server, capabilities=frozenset({"routines_refused_by_binary_log"}))
    context = RenderContext(server=server)
    routine = Routine(kind=Kind.FUNCTION, name="f", returns="int", body="RETURN 1")
    difference = diff(Catalog(), Catalog(objects={routine.ref: routine}), managed=lambda _: True)
    with pytest.raises(Refused, match="log_bin_trust_function_creators"):
        DIALECT.render(difference.changes[0], context)
    procedure = Routine(kind=Kind.PROCEDURE, name="p", body="SELECT 1")  # the server takes it of any account
    [change] = diff(Catalog(), Catalog(objects={procedure.ref: procedure}), managed=lambda _: True).changes
    assert DIALECT.render(change, context)


def test_a_foreign_definer_is_kept_where_that_is_permitted(place: Place, server: MariaDBServer | MySQLServer) -> None:
    view = View(name="v", definition="SELECT 1", definer="somebody@else")
    [change] = diff(Catalog(), Catalog(objects={view.ref: view}), managed=lambda _: True).changes
    with open_place(server.administrator.url(place.session.database)) as permitted:  # RDS's master is not
        [kept] = DIALECT.render(change, RenderContext(server=permitted.session.server))
    assert "DEFINER=`somebody`@`else`" in kept.sql
    poor = replace(place.session.server, capabilities=frozenset())
    [own] = DIALECT.render(change, RenderContext(server=poor))
    assert "DEFINER=CURRENT_USER" in own.sql
    assert [hazard.permission for hazard in own.hazards if hazard.blocking] == ["privilege_change:v"]


@pytest.mark.parametrize(
    ("text", "vendor", "version"),
    [
        ("8.0.36", "mysql", (8, 0, 36)), ("9.7.4-2", "mysql", (9, 7, 4)),
        ("10.11.19-MariaDB-log", "mariadb", (10, 11, 19)),
        ("5.5.5-10.6.12-MariaDB-1:10.6", "mariadb", (10, 6, 12)), ("8.0.mysql_aurora.3.04.1", "mysql", (8, 0, 0)),
    ],
)  # fmt: skip
def test_versions(text: str, vendor: str, version: tuple[int, ...]) -> None:
    found = identify(text)
    assert (found.vendor, found.version) == (vendor, version)


def test_alter_column_is_what_the_diff_calls_it(place: Place) -> None:
    place.load("CREATE TABLE t (id int PRIMARY KEY, a int)")
    [change] = place.changes(place.normalised(declared(column("a", "bigint"))))
    assert isinstance(change, AlterColumn)
