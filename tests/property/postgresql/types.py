"""Random types, sequences and schemas of PostgreSQL: what tables are made of."""

from __future__ import annotations

from tests.property.postgresql.draft import Draft

LABELS = ("a", "b", "c", "d e")


def types(pen: Draft) -> None:
    """Write what the columns of tables need, in a shape of its own each time."""
    pen.make("SCHEMA", "other", "CREATE SCHEMA other", "other schema", owned="SCHEMA")
    pen.make("EXTENSION", "citext", "CREATE EXTENSION citext")
    labels = pen.some(LABELS, least=1)
    pen.labels = labels = labels if "a" in labels else ["a", *labels]
    made = "CREATE TYPE kind AS ENUM (" + ", ".join(f"'{label}'" for label in labels) + ")"
    pen.make("TYPE", "kind", made, "enum", owned="TYPE")
    _domains(pen)
    pen.make("TYPE", "spot", f"CREATE TYPE spot AS (x integer, y {pen.one(('integer', 'text'))})", owned="TYPE")
    more = pen.one(("", ", city text"))
    pen.make("TYPE", "other.place", f"CREATE TYPE other.place AS (street text{more})")
    pen.make("TYPE", "span", "CREATE TYPE span AS RANGE (subtype = integer)")
    if pen.chance(6):
        pen.make("COLLATION", "other.plain", 'CREATE COLLATION other.plain FROM "C"', "user collation")
    if pen.chance(6):
        made = "CREATE TEXT SEARCH CONFIGURATION words (COPY = simple)"
        pen.make("TEXT SEARCH CONFIGURATION", "words", made, "text search configuration")


def _domains(pen: Draft) -> None:
    name, bound = pen.one(("positive", "small")), pen.one((100, 1000))
    made = f"CREATE DOMAIN measure AS integer{pen.one(('', ' DEFAULT 1'))} CONSTRAINT {name} CHECK (VALUE < {bound})"
    pen.make("DOMAIN", "measure", made, "domain", owned="DOMAIN")
    pen.things.append(("CONSTRAINT", f"{name} ON DOMAIN measure"))
    rule = pen.maybe(" CHECK (VALUE > 0)", of=2)
    pen.make("DOMAIN", "fine", f"CREATE DOMAIN fine AS measure{rule}", "domain over a domain", owned="DOMAIN")
    rule = pen.maybe(" CHECK (array_length(VALUE, 1) < 9)", of=2)
    pen.make("DOMAIN", "names", f"CREATE DOMAIN names AS text[]{rule}", "domain over an array")
    rule = pen.one((" NOT NULL DEFAULT 'a'", " DEFAULT 'a'", ""))
    pen.make("DOMAIN", "other.sort", f"CREATE DOMAIN other.sort AS kind{rule}", "domain over an enum")


def sequences(pen: Draft) -> None:
    """Write a sequence that belongs to nothing, or to a column of a table that has nothing to do with it."""
    if not pen.chance(3):
        return
    options = pen.maybe(" INCREMENT 5", "sequence options") + pen.maybe(" MAXVALUE 5000 CYCLE", "sequence options")
    made = f"CREATE SEQUENCE numbers{pen.one((' AS bigint', ' AS integer'))}{options}"
    pen.make("SEQUENCE", "numbers", made, "standalone sequence")
    mine = [table for table in pen.tables.values() if not table.schema]
    if mine and pen.chance(3):
        pen.write(f"ALTER SEQUENCE numbers OWNED BY {pen.one(mine).name}.code", "sequence of another column")
    else:
        pen.ownable.append(("SEQUENCE", "numbers"))
    if pen.tables and pen.chance(3):
        target = pen.one(tuple(pen.tables))
        pen.write(f"ALTER TABLE {target} ALTER COLUMN code SET DEFAULT nextval('numbers')", "default from a sequence")
