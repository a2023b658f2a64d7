"""Random partitioned and inheriting tables of PostgreSQL."""

from __future__ import annotations

from tests.property.postgresql.draft import Draft

METHODS = (  # how, bounds; names of partitions sort before and behind their parent's
    ("RANGE (id)", "", ("FROM (0) TO (100)", "FROM (100) TO (200)")),
    ("LIST (code)", "a_", ("IN (1, 2)", "IN (3)")),
    ("HASH (id)", "z_", ("WITH (MODULUS 2, REMAINDER 0)", "WITH (MODULUS 2, REMAINDER 1)")),
    ("LIST (state)", "z_", ("IN ('a', 'c')", "IN ('b')")),
    (
        "RANGE (id, code)",
        "a_",
        ("FROM (0, MINVALUE) TO (100, MINVALUE)", "FROM (100, MINVALUE) TO (MAXVALUE, MAXVALUE)"),
    ),
)
STATES = "CREATE TYPE state AS ENUM ('a', 'b', 'c')"


def partitioned(pen: Draft) -> None:
    """Write a partitioned table and its partitions, some of them partitioned again."""
    pen.write("CREATE TABLE lone (id bigint PRIMARY KEY)")
    method, place, bounds = pen.one(METHODS)
    columns, key = "id bigint NOT NULL, code integer NOT NULL", "id, code"
    if "state" in method:
        pen.make("TYPE", "state", STATES, "partition key of an enum")
        columns, key = columns + ", state state NOT NULL", key + ", state"
    name = "events_" + method.lower().replace("(", "").replace(")", "").replace(", ", "_").replace(" ", "_")
    columns += pen.maybe(", note text", of=2)
    made = f"CREATE TABLE {name} ({columns}, PRIMARY KEY ({key})) PARTITION BY {method}"
    pen.make("TABLE", name, made, "partitioned table", owned="TABLE")
    _partitions(pen, name, place + name, columns, bounds)
    if pen.chance(3) and not method.startswith("HASH"):
        pen.make("TABLE", f"{name}_rest", f"CREATE TABLE {name}_rest PARTITION OF {name} DEFAULT", "default partition")
    _members(pen, name, key)


def _partitions(pen: Draft, name: str, place: str, columns: str, bounds: tuple[str, ...]) -> None:
    kept = bounds[: pen.one((2, 1))]
    for number, bound in enumerate(kept):
        part = f"{place}_{number}"
        if pen.chance(5):
            pen.write(f"CREATE TABLE {part} PARTITION OF {name} FOR VALUES {bound} PARTITION BY HASH (id)")
            pen.write(f"CREATE TABLE {part}_even PARTITION OF {part} FOR VALUES WITH (MODULUS 2, REMAINDER 0)")
            made = f"CREATE TABLE {part}_odd PARTITION OF {part} FOR VALUES WITH (MODULUS 2, REMAINDER 1)"
            pen.make("TABLE", f"{part}_odd", made, "sub-partitions")
        elif pen.version < 18 and pen.chance(5):  # from 18 on NOT NULL has names there, which docs/limits.md speaks of
            pen.write(f"CREATE TABLE {part} ({', '.join(reversed(columns.split(', ')))})")
            made = f"ALTER TABLE {name} ATTACH PARTITION {part} FOR VALUES {bound}"
            pen.make("TABLE", part, made, "partition with columns in another order")
        else:
            own = pen.maybe(" (code DEFAULT 2)", "partition with a default of its own", of=4)
            made = f"CREATE TABLE {part} PARTITION OF {name}{own} FOR VALUES {bound}"
            pen.make("TABLE", part, made, owned="TABLE")
    if pen.chance(3):
        made = f"ALTER TABLE {place}_0 ADD CONSTRAINT {place}_own UNIQUE (code, id)"
        pen.make("CONSTRAINT", f"{place}_own ON {place}_0", made, "unique constraint")
    if pen.chance(4):
        pen.write(f"ALTER TABLE {place}_0 ADD CONSTRAINT mine CHECK (code < 500)", "check of a partition")
    if pen.chance(4):
        pen.make("INDEX", f"{place}_mine", f"CREATE INDEX {place}_mine ON {place}_0 (code DESC)")
    if len(kept) == 1 and pen.chance(2):  # the other is there, but no partition
        pen.write(f"CREATE TABLE {place}_1 AS TABLE {name} WITH NO DATA")


def _members(pen: Draft, name: str, key: str) -> None:
    """What belongs to all partitions."""
    if pen.chance(2):
        unique = pen.maybe("UNIQUE ", "unique index", of=3)
        made = f"CREATE {unique}INDEX {name}_code ON {name} ({key if unique else 'code'})"
        pen.make("INDEX", f"{name}_code", made)
    if pen.chance(3):
        pen.write(f"ALTER TABLE {name} ADD COLUMN above bigint REFERENCES lone (id)", "foreign key")
    if pen.chance(4):
        pen.write("ALTER TABLE lone ADD COLUMN event bigint, ADD COLUMN code integer")
        pen.write(f"ALTER TABLE {name} ADD CONSTRAINT pointed_to UNIQUE ({key})")
        if key == "id, code":
            pen.write(
                f"ALTER TABLE lone ADD FOREIGN KEY (event, code) REFERENCES {name} (id, code)",
                "foreign key to a partitioned table",
            )
    if pen.chance(4):
        pen.write(f"ALTER TABLE {name} ADD CONSTRAINT for_all CHECK (code > {pen.one((0, -1))})", "check of partitions")
    if pen.chance(4):
        pen.write("CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$")
        made = f"CREATE TRIGGER noting AFTER INSERT ON {name} FOR EACH ROW EXECUTE FUNCTION noted()"
        pen.make("TRIGGER", f"noting ON {name}", made, "trigger")
    if pen.version >= 17 and pen.chance(3):
        pen.write(
            f"ALTER TABLE {name} ALTER id ADD GENERATED BY DEFAULT AS IDENTITY", "identity of a partitioned table"
        )


def inherited(pen: Draft) -> None:
    """Write tables that inherit."""
    extra = pen.maybe(", extra integer", of=2)
    check = pen.maybe(pen.one((", CHECK (id > 0)", ", CONSTRAINT up CHECK (id > 0) NO INHERIT")), of=2)
    pen.make("TABLE", "parent", f"CREATE TABLE parent (id bigint, name text{extra}{check})", "inheritance")
    more = pen.one(("age integer", "age bigint"))
    pen.make("TABLE", "child", f"CREATE TABLE child ({more}) INHERITS (parent)")
    if pen.chance(3):
        pen.write("CREATE TABLE other.grandchild (toy text) INHERITS (child)", "inheritance over two levels")
    if pen.chance(3):
        pen.write("CREATE TABLE uncle (id bigint, farm text)")
        pen.write("CREATE TABLE heir () INHERITS (parent, uncle)", "inheritance from two")
