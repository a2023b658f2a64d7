"""Random schemas of MySQL and MariaDB: names from small pools, so that two of them have much in common."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.property.drawing import Pen, Script
from tests.property.mysql_code import code
from tests.property.mysql_columns import FAMILIES, OF_VENDOR, Drawn, columns
from tests.property.mysql_partitions import partitioned

TABLES = ("orders", "items", "people", "audit")
_BOTH = """
    secondary index|unique index|composite primary key|no primary key|AUTO_INCREMENT|AUTO_INCREMENT option
    |table collation|foreign key|DEFAULT CURRENT_TIMESTAMP|column collation|FK cascade|column comment|prefix index
    |ON UPDATE CURRENT_TIMESTAMP|table comment|FK ON UPDATE|column charset|ROW_FORMAT|engine|view|procedure|function
    |fractional seconds|trigger|create options|FULLTEXT|partitioned|check|virtual|event|sub-partition|stored|DESC index
    |expression default|spatial index|invisible column|ZEROFILL|UNSIGNED|self FK|composite FK|unnamed FK|column check
    |unnamed check|index comment|index method|hash index|named sub-partition|partition comment|partitions by range
    |partitions by list|partitions by hash|partitions by key|partitions by range columns|partitions by list columns
    |partitions by linear hash|partitions by linear key|sub-partitions by hash|sub-partitions by key
    |sub-partitions by linear hash|sub-partitions by linear key|view algorithm|check option|view security|view columns
    |view of a view|join view|definer|routine security|routine comment|sql_mode of a routine|trigger order
    |trigger that follows|trigger that precedes|time zone of an event|one-time event|event that ends|event that is kept
    |event comment|role|user|grant option|grant on a table|grant on a column|grant on the database|grant on a routine
"""  # fmt: skip


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.replace("\n", "").split("|"))


def _types(flavour: str) -> frozenset[str]:
    families = {**FAMILIES, **OF_VENDOR[flavour]}
    return frozenset(Drawn("", type_).base for types in families.values() for type_, _ in types)


FEATURES = {
    "mariadb": _names(_BOTH) | _types("mariadb") | _names(
        "ignored index|sequence|sequence options|default from a sequence|system versioned|period of system time"
        "|history partitions|without system versioning|compressed column|page compression"
    ),
    "mysql": _names(_BOTH) | _types("mysql") | _names(
        "invisible index|functional index|SRID|FULLTEXT parser|not enforced|column format|column storage|key block size"
    ),
}  # fmt: skip


@st.composite
def schemas(draw: st.DrawFn, flavour: str) -> Script:
    """One random schema of ``mariadb`` or ``mysql``."""
    pen = Pen(draw)
    if flavour == "mariadb":
        _sequence(pen)
    tables = pen.some(TABLES, least=1)
    for name in tables:
        _table(pen, name, flavour)
    _foreign_keys(pen, tables)
    if pen.chance(2):
        partitioned(pen, flavour)
    _other_engine(pen, flavour)
    if flavour == "mariadb":
        _versioned(pen)
    code(pen, tables)
    return pen.script


def _table(pen: Pen, name: str, flavour: str) -> None:
    key = pen.one(("PRIMARY KEY (id)", "PRIMARY KEY (id, code)", ""))
    pen.note({"PRIMARY KEY (id, code)": "composite primary key", "": "no primary key"}.get(key, "AUTO_INCREMENT"))
    counts = " AUTO_INCREMENT" if key == "PRIMARY KEY (id)" and pen.chance(2) else ""
    pen.note(*(("AUTO_INCREMENT",) if counts else ()))
    lines = [f"id bigint NOT NULL{counts}", "code int NOT NULL DEFAULT 1"]
    drawn = columns(pen, flavour)
    lines += [definition for _, definition in drawn]
    lines += _generated(pen)
    lines += [key] if key else []
    lines += _checks(pen, name, flavour)
    if key != "PRIMARY KEY (id)":  # MySQL wants a key on exactly what a foreign key points to
        lines.append(f"UNIQUE KEY {name}_id (id)")
    lines.append(f"UNIQUE KEY {name}_pair (id, code)")
    lines += _indexes(pen, name, [column for column, _ in drawn], flavour)
    compressed = any("COMPRESSED" in column.type for column, _ in drawn)
    options = _options(pen, flavour, counts=bool(counts), pages=not compressed)
    pen.write(f"CREATE TABLE {name} (\n  " + ",\n  ".join(lines) + f"\n){options}")


def _generated(pen: Pen) -> list[str]:
    if not pen.chance(3):
        return []
    kind, feature = pen.one((("VIRTUAL", "virtual"), ("STORED", "stored")))
    pen.note(feature)
    lines = [f"doubled bigint GENERATED ALWAYS AS (code * {pen.one((2, 3))}) {kind}"]
    return [*lines, *(["KEY by_doubled (doubled)"] if pen.chance(3) else [])]


def _checks(pen: Pen, name: str, flavour: str) -> list[str]:
    lines = []
    if pen.chance(3):
        enforced = "" if flavour == "mariadb" else pen.maybe(" NOT ENFORCED", "not enforced", of=3)
        lines.append(f"CONSTRAINT {name}_code CHECK (code {pen.one(('> 0', '< 1000'))}){enforced}")
        pen.note("check")
    if pen.chance(6):
        lines.append(f"CHECK (code {pen.one(('<> 0', '<> 99'))})")
        pen.note("unnamed check")
    return lines


_NEVER_INDEXED = frozenset({"json", "vector"})
_BY_PREFIX = frozenset({"tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob"})
_FULLTEXT = frozenset({"varchar", "char", "text", "mediumtext", "longtext"})


def _indexes(pen: Pen, name: str, drawn: list[Drawn], flavour: str) -> list[str]:
    lines = []
    for column in drawn:
        if column.base in _NEVER_INDEXED or "COMPRESSED" in column.type or not pen.chance(3):
            continue
        kind, form, feature = pen.one(_forms(column))
        line = f"{kind} {name}_by_{column.name} {form}"
        pen.note(feature)
        if kind == "FULLTEXT KEY" and flavour == "mysql":
            line += pen.maybe(" WITH PARSER ngram", "FULLTEXT parser", of=3)
        if kind == "KEY":
            line += _index_options(pen, flavour, ordered="DESC" in form)
        lines.append(line)
    if flavour == "mysql" and pen.chance(5):
        lines.append(f"KEY {name}_functional (({pen.one(('code + 1', 'abs(code)'))}))")
        pen.note("functional index")
    return lines


def _forms(column: Drawn) -> list[tuple[str, str, str]]:
    name, base = column.name, column.base
    if column.name == "place":
        return [("SPATIAL KEY", f"({name})", "spatial index")]
    forms = [("FULLTEXT KEY", f"({name})", "FULLTEXT")] if base in _FULLTEXT else []
    if base in _BY_PREFIX or column.type.startswith("varchar(300)"):
        return [("KEY", f"({name}(10))", "prefix index"), ("UNIQUE KEY", f"({name}(7), id)", "prefix index"), *forms]
    forms += [("KEY", f"({name})", "secondary index"), ("UNIQUE KEY", f"({name}, id)", "unique index"),
              ("KEY", f"({name} DESC, code)", "DESC index")]  # fmt: skip
    return [*forms, ("KEY", f"({name}(5))", "prefix index")] if base in ("varchar", "varbinary") else forms


def _index_options(pen: Pen, flavour: str, *, ordered: bool) -> str:
    text = pen.maybe(f" USING {'BTREE' if ordered else pen.one(('BTREE', 'HASH'))}", "index method", of=5)
    if flavour == "mysql":
        text += pen.maybe(" KEY_BLOCK_SIZE=8", "key block size", of=6)
    text += pen.maybe(" COMMENT 'it''s'", "index comment", of=6)
    hidden = (" IGNORED", "ignored index") if flavour == "mariadb" else (" INVISIBLE", "invisible index")
    return text + pen.maybe(*hidden, of=6)


def _options(pen: Pen, flavour: str, *, counts: bool, pages: bool) -> str:
    text = pen.one(("", "", " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci", " DEFAULT CHARSET=latin1"))
    pen.note(*(("table collation",) if text else ()))
    text += pen.maybe(f" AUTO_INCREMENT={pen.one((100, 500))}", "AUTO_INCREMENT option") if counts else ""
    if pen.chance(5):
        text += pen.one((" ROW_FORMAT=DYNAMIC", " ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8", " ROW_FORMAT=COMPACT"))
        pen.note("ROW_FORMAT")
    elif flavour == "mariadb" and pages:
        text += pen.maybe(" PAGE_COMPRESSED=1", "page compression", of=8)
    if pen.chance(5):
        text += pen.one((" STATS_PERSISTENT=1", " STATS_PERSISTENT=0 STATS_AUTO_RECALC=1", " MAX_ROWS=1000"))
        pen.note("create options")
    return text + pen.maybe(" COMMENT='what it''s for'", "table comment", of=4)


def _foreign_keys(pen: Pen, tables: list[str]) -> None:
    for name in tables:
        for target in pen.some(tables, most=2):
            action = pen.one(("", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE"))
            # MySQL lets no action touch a column that a CHECK or a stored generated column reads.
            pair = not action and pen.chance(2)
            pen.note("foreign key", *(("self FK",) if name == target else ()), *(("composite FK",) if pair else ()))
            pen.note(
                *(("FK cascade",) if "DELETE CASCADE" in action else ()),
                *(("FK ON UPDATE",) if "UPDATE" in action else ()),
            )
            named = f"CONSTRAINT {name}_to_{target} "
            if pen.chance(4):
                named = ""
                pen.note("unnamed FK")
            source, wanted = (f"ref_{target}, code", "id, code") if pair else (f"ref_{target}", "id")
            pen.write(f"ALTER TABLE {name} ADD COLUMN ref_{target} bigint")
            pen.write(f"ALTER TABLE {name} ADD {named}FOREIGN KEY ({source}) REFERENCES {target} ({wanted}){action}")


def _other_engine(pen: Pen, flavour: str) -> None:
    if pen.chance(4):
        engines = (
            "InnoDB",
            "MyISAM CHECKSUM=1",
            "MEMORY",
            *(("Aria TRANSACTIONAL=0",) if flavour == "mariadb" else ()),
        )
        method = pen.maybe(" USING HASH", "hash index", of=2)
        pen.write(f"CREATE TABLE plain (a int NOT NULL, b varchar(9), KEY (a){method}) ENGINE={pen.one(engines)}",
                  "engine")  # fmt: skip


def _sequence(pen: Pen) -> None:
    if not pen.chance(3):
        return
    options = pen.one(("", " INCREMENT BY 5", " START WITH 10 MINVALUE 5 MAXVALUE 1000 CYCLE", " CACHE 10", " NOCACHE"))
    pen.write(f"CREATE SEQUENCE numbers{options}", "sequence", *(("sequence options",) if options else ()))
    if pen.chance(2):
        pen.write(
            "CREATE TABLE tickets (id bigint NOT NULL DEFAULT nextval(numbers), a int)", "default from a sequence"
        )


def _versioned(pen: Pen) -> None:
    if not pen.chance(3):
        return
    form = pen.one((
        ("a int", ""),
        ("a int", " WITH SYSTEM VERSIONING"),
        ("a int, b int WITHOUT SYSTEM VERSIONING", " WITH SYSTEM VERSIONING"),
        ("a int, since timestamp(6) GENERATED ALWAYS AS ROW START, until timestamp(6) GENERATED ALWAYS AS ROW END"
         ", PERIOD FOR SYSTEM_TIME (since, until)", " WITH SYSTEM VERSIONING"),
        ("a int", " WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME LIMIT 1000"
         " (PARTITION h0 HISTORY, PARTITION h1 HISTORY, PARTITION now CURRENT)"),
    ))  # fmt: skip
    columns_, options = form
    pen.write(f"CREATE TABLE versions ({columns_}){options}")
    pen.note(*(("system versioned",) if options else ()), *(("history partitions",) if "HISTORY" in options else ()),
             *(("period of system time",) if "PERIOD" in columns_ else ()),
             *(("without system versioning",) if "WITHOUT" in columns_ else ()))  # fmt: skip
