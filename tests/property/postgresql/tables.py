"""Random PostgreSQL tables with their constraints and the foreign keys between them."""

from __future__ import annotations

from tests.property.postgresql.columns import columns, generated, key_column
from tests.property.postgresql.draft import Draft, Table

TABLES = ("orders", "items", '"Mixed"', "other.log", "spare.box")


def tables(pen: Draft) -> None:
    """Write some tables, and the schema that is there only with its table."""
    for name in pen.some(TABLES, least=1, most=4):
        if name.startswith("spare."):
            pen.make("SCHEMA", "spare", "CREATE SCHEMA spare", "schema that comes with its table", owned="SCHEMA")
        pen.tables[name] = _table(pen, name)


def _table(pen: Draft, name: str) -> Table:
    table = Table(name)
    lines = [key_column(pen, table), *columns(pen, table), "code integer NOT NULL DEFAULT 1", *generated(pen)]
    key = pen.one(("id", "id", "id, code"))
    pen.note(*(("composite primary key",) if "," in key else ()))
    named = pen.maybe(f"CONSTRAINT {table.plain}_key ", "named primary key", of=5)
    table.key = f"{table.plain}_key" if named else '"' + name.rpartition(".")[2].strip('"') + '_pkey"'
    lines.append(f"{named}PRIMARY KEY ({key})")
    lines += _uniques(pen, table, wide_key="," in key) + _checks(pen, table) + _exclusions(pen, table)
    pen.note(*(("mixed-case table",) if '"' in name else ()))
    options = pen.maybe(" WITH (fillfactor = 70)", "reloptions", of=5)
    made = f"CREATE TABLE {name} (\n  " + ",\n  ".join(lines) + f"\n){options}"
    pen.make("TABLE", name, made, owned="TABLE")
    pen.things += [("COLUMN", f"{name}.{column}") for column in (*table.columns, "code")]
    pen.things.append(("CONSTRAINT", f"{table.key} ON {name}"))
    return table


def _uniques(pen: Draft, table: Table, *, wide_key: bool) -> list[str]:
    made = []
    # What foreign keys can point to, whatever the primary key is.
    if wide_key or pen.chance(3):
        distinct = ""
        if pen.version >= 15:
            distinct = pen.maybe("NULLS NOT DISTINCT ", "NULLS NOT DISTINCT")
        # A key of the same columns would take this name over.
        named = pen.one(("", f"CONSTRAINT {table.plain}_by_id ", f"CONSTRAINT {table.plain}_only_id "))
        named = named if wide_key or distinct else ""
        made.append(f"{named}UNIQUE {distinct}(id)")
        pen.note("unique constraint")
    if pen.chance(2):
        made.append("UNIQUE (id, code)")
        made[-1] += pen.maybe(f" INCLUDE ({next(iter(table.columns))})", "INCLUDE", of=3)
        made[-1] += pen.maybe(pen.one((" DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED")), "deferrable unique", of=4)
        pen.note("unique constraint")
    return made


def _checks(pen: Draft, table: Table) -> list[str]:
    made = []
    if pen.chance(2):
        rule = pen.one(("> 0", "< 1000", "BETWEEN 0 AND 99", "IN (1, 2)"))
        made.append(f"CONSTRAINT {pen.one(('code_range', 'range_of_code'))} CHECK (code {rule})")
        made[-1] += pen.maybe(" NO INHERIT", "NO INHERIT", of=5)
    if "title" in table.columns and pen.chance(3):
        made.append("CHECK (title IN (" + pen.one(("'x'", "'x', 'y'", "'', '1', '2'")) + "))")
    if "amount" in table.columns and pen.chance(3):
        made.append("CHECK (amount >= 0)")
    if pen.chance(6):
        made.append("CHECK (allowed(code))")
        pen.note("function in a check")
    if table.columns.get("state") in ("kind", "text") and pen.chance(4):
        made.append(f"CONSTRAINT known_state CHECK (state <> '{pen.labels[-1]}')")
        pen.note("check of an enum")
    if pen.version >= 18 and pen.chance(5):
        made.append("CONSTRAINT wished CHECK (code <> 7) NOT ENFORCED")
        pen.note("not enforced")
    pen.note(*(("check",) if made else ()))
    return made


def _exclusions(pen: Draft, table: Table) -> list[str]:
    made = []
    if pen.chance(8):
        made.append("EXCLUDE USING hash (id WITH =)")
    if "during" in table.columns and pen.chance(3):
        where = pen.one(("", " WHERE (code > 0)"))
        made.append(f"CONSTRAINT {table.plain}_no_overlap EXCLUDE USING gist (during WITH &&){where}")
        made[-1] += pen.maybe(" DEFERRABLE INITIALLY DEFERRED", of=4)
        pen.note("exclusion with GiST")
    pen.note(*(("exclusion",) if made else ()))
    return made


def foreign_keys(pen: Draft) -> None:
    """Write foreign keys between the tables, each with a column and an index of its own."""
    for table in pen.tables.values():
        for target in pen.some(tuple(pen.tables.values()), most=2):
            _foreign_key(pen, table, target)


def _foreign_key(pen: Draft, table: Table, target: Table) -> None:
    column = "ref_" + target.name.replace('"', "").replace(".", "_").lower()
    pair = pen.chance(4)
    pen.note("foreign key", *(("self FK",) if target is table else ()), *(("composite FK",) if pair else ()))
    action, *features = pen.one(
        (
            ("",),
            (" ON DELETE CASCADE", "FK cascade"),
            (f" ON DELETE SET NULL ({column})" if pair and pen.version >= 15 else " ON DELETE SET NULL", "FK SET NULL"),
            (" ON UPDATE CASCADE ON DELETE RESTRICT", "ON UPDATE"),
        )
    )
    action += pen.maybe(pen.one((" DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED")), "deferrable")
    if pen.version >= 18 and pen.chance(8):
        action += " NOT ENFORCED"
    else:
        action += pen.maybe(" NOT VALID", "NOT VALID", of=6)
    pen.note(*features)
    pen.write(f"ALTER TABLE {table.name} ADD COLUMN {column} bigint")
    # The unique index that the reference needs has a name of its own, so that it is there whatever was drawn.
    columns = "id, code" if pair else "id"
    unique = f"{target.plain}_target_{'pair' if pair else 'id'}"
    pen.write(f"CREATE UNIQUE INDEX IF NOT EXISTS {unique} ON {target.name} ({columns})", "unique index")
    reference = f"FOREIGN KEY ({column}{', code' if pair else ''}) REFERENCES {target.name} ({columns}){action}"
    name = pen.one((f"to_{target.plain}", f"to_{target.plain}", f"points_to_{target.plain}"))
    pen.write(f"ALTER TABLE {table.name} ADD CONSTRAINT {name} {reference}")
    pen.things.append(("CONSTRAINT", f"{name} ON {table.name}"))
