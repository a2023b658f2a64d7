"""All changes of one table are one ALTER TABLE: what that makes possible, and what it costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.base import ServerError
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import Policy, TableSize
from bootstrap.plan.statement import Statement
from bootstrap.problems import DeclarationError
from demo.servers import MariaDBServer, MySQLServer
from tests.mysql.home import Home
from tests.mysql.place import Place, open_place, table

BOTH, MARIADB, MYSQL = ("mariadb", "mysql"), ("mariadb",), ("mysql",)

# vendors, name, what is there, what is wanted, how many statements
SHAPES = [
    (BOTH, "columns, keys and a check of a table that is copied",
     "CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(9), KEY k (b)); INSERT INTO t VALUES (1, 2, 'x')",
     "CREATE TABLE t (id int PRIMARY KEY, a bigint NOT NULL, c int, UNIQUE KEY u (a), CONSTRAINT ck CHECK (a > 0))", 1),
    (BOTH, "room for new columns in a row that is full",
     "CREATE TABLE t (id int PRIMARY KEY, a varchar(3900), b varchar(3900), c varchar(3900), d varchar(3900))"
     " CHARSET utf8mb4; INSERT INTO t VALUES (1, 'a', 'b', 'c', 'd')",
     "CREATE TABLE t (id int PRIMARY KEY, a text, b varchar(3900), c varchar(3900), d varchar(3900), e varchar(3000))"
     " CHARSET utf8mb4", 1),
    (BOTH, "a key that is too long for the type that its column has",
     "CREATE TABLE t (id int PRIMARY KEY, a varchar(700), KEY k (a)) CHARSET utf8mb4; INSERT INTO t VALUES (1, 'a')",
     "CREATE TABLE t (id int PRIMARY KEY, a varchar(3000), KEY k (a(600))) CHARSET utf8mb4", 1),
    (BOTH, "an INSTANT column apart from an index that is built",
     "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 2)",
     "CREATE TABLE t (id int PRIMARY KEY, a int, b int, KEY k (a))", 2),
    (BOTH, "another AUTO_INCREMENT column under another primary key",
     "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a int); INSERT INTO t VALUES (1, 2)",
     "CREATE TABLE t (id int, number int AUTO_INCREMENT PRIMARY KEY, a int)", 1),
    (MYSQL, "another primary key than the server's own",
     "SET SESSION sql_generate_invisible_primary_key = ON; CREATE TABLE t (a varchar(9));"
     " SET SESSION sql_generate_invisible_primary_key = OFF; INSERT INTO t VALUES ('x'), ('y')",
     "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a varchar(9))", 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("vendors", "current", "desired", "count"), [case[:1] + case[2:] for case in SHAPES], ids=[c[1] for c in SHAPES]
)
def test_how_many_statements(
    place: Place,
    other: Place,
    server: MariaDBServer | MySQLServer,
    vendors: tuple[str, ...],
    current: str,
    desired: str,
    count: int,
) -> None:
    if place.vendor not in vendors:
        pytest.skip("the other vendor's")
    # RDS's master may not set sql_generate_invisible_primary_key; the parameter group does.
    with open_place(server.administrator.url(place.session.database)) as administrator:
        administrator.load(*current.split(";"))
    other.load(*desired.split(";"))
    rows = place.session.query("SELECT COUNT(*) FROM t")
    statements = place.apply(other.catalog())
    assert place.changes(other.catalog()) == ()
    assert place.session.query("SELECT COUNT(*) FROM t") == rows
    assert len(statements) == count, [statement.sql for statement in statements]


# what uses the column: each is refused by MySQL when the column is renamed alone
USERS = [
    "CONSTRAINT ck CHECK ({0} <> '')",
    "g varchar(200) AS (concat({0}, 'x')) STORED, KEY (g)",
    "g varchar(200) AS (concat({0}, 'x')) VIRTUAL",
    "g varchar(200) DEFAULT (concat({0}, 'x'))",
    "KEY k ({0}(5)), CONSTRAINT one CHECK ({0} <> 'a'), CONSTRAINT two CHECK ({0} <> 'email')",
    "CONSTRAINT f FOREIGN KEY ({0}) REFERENCES p (id)",
]


@pytest.mark.parametrize("user", [*USERS, "KEY k ((lower({0})))", "PARTITIONS"])
def test_a_column_is_renamed_under_what_uses_it(place: Place, other: Place, user: str) -> None:
    if "((" in user and place.vendor != "mysql":
        pytest.skip("an index on an expression: only MySQL has them")

    def create(name: str) -> str:
        if user == "PARTITIONS":
            return (
                f"CREATE TABLE t (id int NOT NULL, {name} varchar(100) NOT NULL, PRIMARY KEY (id, {name}))"
                f" PARTITION BY RANGE COLUMNS ({name}) (PARTITION a VALUES LESS THAN ('m'),"
                " PARTITION b VALUES LESS THAN (MAXVALUE))"
            )
        return f"CREATE TABLE t (id int PRIMARY KEY, {name} varchar(100), {user.format(name)})"

    for each in (place, other):
        each.load("CREATE TABLE p (id varchar(100) PRIMARY KEY)", "INSERT INTO p VALUES ('kept')")
    place.load(create("email"), "INSERT INTO t (id, email) VALUES (1, 'kept')")
    other.load(create("mail"))
    wanted = other.catalog()
    live = wanted.table(table("t"))
    columns = tuple(replace(c, renamed_from="email") if c.name == "mail" else c for c in live.columns)
    desired = replace(wanted, objects={**wanted.objects, live.ref: replace(live, columns=columns)})
    statements = place.apply(desired)
    assert place.changes(desired) == ()
    assert place.session.query("SELECT mail FROM t") == [("kept",)]
    assert len(statements) == 1, [statement.sql for statement in statements]


def test_constraints_that_are_named_after_their_table_are_renamed_with_it(place: Place) -> None:
    place.load(
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE orders (id int PRIMARY KEY, p_id int, CHECK (id > 0), FOREIGN KEY (p_id) REFERENCES p (id))",
        "INSERT INTO p VALUES (1)", "INSERT INTO orders VALUES (1, 1)",
    )  # fmt: skip
    live = place.catalog()
    old = live.table(table("orders"))
    keys = (replace(old.foreign_keys[0], name="sales_ibfk_1"),)
    checks = tuple(replace(check, name=check.name.replace("orders", "sales")) for check in old.checks)
    new = replace(old, name="sales", renamed_from="orders", foreign_keys=keys, checks=checks)
    desired = Catalog(objects={**{r: o for r, o in live.objects.items() if r != old.ref}, new.ref: new})
    [statement] = place.apply(desired)
    assert statement.sql == "RENAME TABLE `orders` TO `sales`"
    assert place.changes(desired) == ()


def test_the_index_that_a_foreign_key_is_on_keeps_its_name(place: Place, other: Place) -> None:
    for each, action in ((place, ""), (other, " ON DELETE CASCADE")):
        each.load(
            "CREATE TABLE p (id int PRIMARY KEY)",
            f"CREATE TABLE c (id int PRIMARY KEY, p_id int, FOREIGN KEY fk (p_id) REFERENCES p (id){action})",
        )
    place.load("INSERT INTO p VALUES (1)", "INSERT INTO c VALUES (1, 1)")
    place.apply(other.catalog())
    assert place.changes(other.catalog()) == ()


def test_a_foreign_key_that_the_engine_does_not_keep_is_refused(place: Place) -> None:
    place.load("CREATE TABLE p (id int PRIMARY KEY)", "CREATE TABLE c (id int PRIMARY KEY, p_id int) ENGINE=MyISAM")
    live = place.catalog()
    key = ForeignKey(name="c_p", columns=("p_id",), ref_schema="", ref_table="p", ref_columns=("id",))
    child = replace(live.table(table("c")), foreign_keys=(key,))
    with pytest.raises(DeclarationError, match=r"MyISAM does not keep its foreign key \(c_p\)"):
        place.normalised(replace(live, objects={**live.objects, child.ref: child}))


def test_a_spatial_index_is_not_gone_when_values_have_another_srid(place: Place, other: Place) -> None:
    if place.vendor != "mysql":
        pytest.skip("columns have an SRID on MySQL only")
    shape = "CREATE TABLE t (id int PRIMARY KEY, p point NOT NULL{}, SPATIAL KEY sp (p))"
    place.load(shape.format(""), "INSERT INTO t VALUES (1, ST_GeomFromText('POINT(1 2)'))")
    other.load(shape.format(" SRID 4326"))
    with pytest.raises(ServerError, match="other_srid"):
        place.apply(other.catalog())
    assert [index.name for index in place.catalog().table(table("t")).indexes] == ["sp"]
    notes = [hazard for statement in place.plan(other.catalog()) for hazard in statement.hazards]
    assert HazardKind.VALIDATION_MAY_FAIL in {hazard.kind for hazard in notes}
    place.load("UPDATE t SET p = ST_SRID(p, 4326)")
    place.apply(other.catalog())
    assert place.changes(other.catalog()) == ()


# what it costs


def planned(place: Place, wanted: Catalog, *, rows: int, policy: Policy | None = None) -> list[Statement]:
    sizes = {Ref(Kind.TABLE, "", "t"): TableSize(rows, rows * 100)}
    return list(place.planned(wanted, sizes=sizes, policy=policy).statements)


@pytest.mark.parametrize("engine", ["InnoDB", "MyISAM"])
@pytest.mark.parametrize("change", ["a int", "a int, KEY k (id, a)", "a int DEFAULT 5, UNIQUE KEY u (a)"])
def test_a_large_table_is_changed_without_asking_for_it_online(
    place: Place, other: Place, engine: str, change: str
) -> None:
    place.load(f"CREATE TABLE t (id int PRIMARY KEY) ENGINE={engine}")
    other.load(f"CREATE TABLE t (id int PRIMARY KEY, {change}) ENGINE={engine}")
    for online in (False, True):
        statements = planned(place, other.catalog(), rows=5_000_000, policy=Policy(online=online))
        copies = [hazard for s in statements for hazard in s.hazards if hazard.kind is HazardKind.TABLE_REWRITE]
        assert bool(copies) == (engine == "MyISAM")
        assert all("ALGORITHM=" in sql for s in statements for sql in (s.sql, *s.fallbacks)) == (engine == "InnoDB")
    for statement in statements:
        place.run(statement)
    assert place.changes(other.catalog()) == ()


@pytest.mark.parametrize(
    "default",
    ["uuid()", "id + 1", "now()", "'x'", "5", "concat('a', 'b')", "rand()", "uuid_short()", "curdate()", "1 + 1",
     "now() + interval 1 day", "json_object('a', 1)", "unix_timestamp()"],
)  # fmt: skip
def test_a_copy_for_a_default_is_foreseen(place: Place, other: Place, default: str) -> None:
    """What the plan of a large table says is what the server says of it."""
    place.load("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)")
    text = default if default in ("now()", "'x'", "5") else f"({default})"
    type_ = "datetime" if default == "now()" else "varchar(50)"
    other.load(f"CREATE TABLE t (id int PRIMARY KEY, a {type_} DEFAULT {text})")
    added = planned(place, other.catalog(), rows=5_000_000)[0]
    foreseen = any(hazard.kind is HazardKind.TABLE_REWRITE and hazard.blocking for hazard in added.hazards)
    needed = False
    try:
        place.session.execute(f"{added.sql.partition(', ALGORITHM')[0]}, ALGORITHM=INSTANT")
    except ServerError as error:
        needed = error.algorithm_not_supported
    assert foreseen == needed


@pytest.mark.parametrize(
    "table",
    [
        "columns: {id: {type: bigint, auto_increment: true}, b: int not null}, primary_key: [id]",
        "columns: {id: {type: int, auto_increment: true}, b: int not null}, primary_key: [id, b]",
        "columns: {id: {type: bigint, auto_increment: true}, b: int not null}, primary_key: [b], unique: {ids: [id]}",
        "columns: {n: {type: int, auto_increment: true, renamed_from: id}, b: int not null}, primary_key: [n]",
        "columns: {id: {type: int, auto_increment: true}, b: bigint not null}, partition_by: hash(id) partitions 2,"
        " primary_key: [id]",
    ],
)
def test_numbers_are_not_given_twice(home: Home, table: str) -> None:
    """What AUTO_INCREMENT has given to rows that are gone is given to none of the next, whatever becomes of its key."""
    home.sql(
        "CREATE TABLE t (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, b int NOT NULL)",
        "INSERT INTO t VALUES (1, 1), (999, 2)",
        "DELETE FROM t WHERE id = 999",
    )
    home.declare(f"tables: {{t: {{{table}}}}}").apply("all", exact=True)
    assert home.verified()
    home.sql("INSERT INTO t (b) VALUES (3)")
    assert home.sql("SELECT * FROM t WHERE b = 3") == [(1000, 3)]
