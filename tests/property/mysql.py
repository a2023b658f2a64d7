"""Random schemas of MySQL and MariaDB: names from small pools, so that two of them have much in common."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.property.drawing import Pen, Script
from tests.property.mysql_code import code
from tests.property.mysql_columns import FAMILIES, OF_VENDOR, Drawn, columns
from tests.property.mysql_keys import indexes
from tests.property.mysql_partitions import partitioned
from tests.property.mysql_relations import foreign_keys
from tests.property.mysql_special import other_engine, overlapping, sequence, versioned

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
    |event comment|reordered columns|generated from a drawn column|index on a generated column|counts beside its key
    |check on a drawn column|FK to a text|narrow id|cyclic FKs|sub-partition options|other bounds|sql_mode of a function
    |sql_mode of a trigger|sql_mode of an event|view of views|table of MyISAM|key over three columns|prefixes in one key
    |role|user|grant option|grant on a table|grant on a column|grant on the database|grant on a routine
"""  # fmt: skip


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.replace("\n", "").split("|"))


def _types(flavour: str) -> frozenset[str]:
    families = {**FAMILIES, **OF_VENDOR[flavour]}
    return frozenset(Drawn("", type_).base for types in families.values() for type_, _ in types)


FEATURES = {
    "mariadb": _names(_BOTH) | _types("mariadb") | _names(
        "ignored index|sequence|sequence options|default from a sequence|system versioned|period of system time"
        "|history partitions|without system versioning|compressed column|page compression|versioned with keys"
        "|application period|without overlaps|aggregate function"
    ),
    "mysql": _names(_BOTH) | _types("mysql") | _names(
        "invisible index|functional index|SRID|FULLTEXT parser|not enforced|column format|column storage|key block size"
        "|unique functional index|multi-valued index|functional index over a drawn column"
    ),
}  # fmt: skip


@st.composite
def schemas(draw: st.DrawFn, flavour: str) -> Script:
    """One random schema of ``mariadb`` or ``mysql``."""
    pen = Pen(draw)
    if flavour == "mariadb":
        sequence(pen)
    tables = pen.some(TABLES, least=1)
    style = _style(pen)
    for name in tables:
        _table(pen, name, flavour, style)
    foreign_keys(pen, tables, id_type=style.id_type, tag_type=style.tag_type)
    if pen.chance(2):
        partitioned(pen, flavour)
    other_engine(pen, flavour)
    if flavour == "mariadb":
        versioned(pen)
        overlapping(pen)
    code(pen, tables, flavour)
    return pen.script


@dataclass(frozen=True)
class _Style:
    """What all tables of a schema have in common, so that foreign keys fit: the types of what they point to."""

    id_type: str
    tag_type: str


def _style(pen: Pen) -> _Style:
    id_type = pen.one(("bigint", "bigint", "int", "int unsigned"))
    pen.note(*(("narrow id",) if id_type != "bigint" else ()))
    tag_type = pen.one((
        "varchar(20) CHARACTER SET latin1", "varchar(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        "varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", "char(8) CHARACTER SET ascii",
    ))  # fmt: skip
    return _Style(id_type, tag_type)


def _table(pen: Pen, name: str, flavour: str, style: _Style) -> None:
    key = pen.one(("PRIMARY KEY (id)", "PRIMARY KEY (id, code)", ""))
    pen.note({"PRIMARY KEY (id, code)": "composite primary key", "": "no primary key"}.get(key, "AUTO_INCREMENT"))
    counts = " AUTO_INCREMENT" if key == "PRIMARY KEY (id)" and pen.chance(2) else ""
    pen.note(*(("AUTO_INCREMENT",) if counts else ()))
    lines = [f"id {style.id_type} NOT NULL{counts}", "code int NOT NULL DEFAULT 1"]
    drawn = columns(pen, flavour)
    lines += [definition for _, definition in drawn]
    # MySQL: what is computed reads no column behind it that is computed too, by a default or otherwise.
    lines += _generated(pen, [column for column, definition in drawn if "DEFAULT (" not in definition])
    lines += [f"tag {style.tag_type}", f"UNIQUE KEY {name}_tag (tag)"] if pen.chance(2) else []
    if not counts and pen.chance(6):
        pen.note("counts beside its key")
        lines += ["number bigint NOT NULL AUTO_INCREMENT", f"{pen.one(('KEY', 'UNIQUE KEY'))} {name}_number (number)"]
    if pen.chance(4):
        pen.note("reordered columns")
        lines.reverse()
    lines += [key] if key else []
    lines += _checks(pen, name, flavour, [column for column, _ in drawn])
    if key != "PRIMARY KEY (id)":  # MySQL wants a key on exactly what a foreign key points to
        lines.append(f"UNIQUE KEY {name}_id (id)")
    lines.append(f"UNIQUE KEY {name}_pair (id, code)")
    lines += indexes(pen, name, [column for column, _ in drawn], flavour)
    compressed = any("COMPRESSED" in column.type for column, _ in drawn)
    options = _options(pen, flavour, counts=bool(counts), pages=not compressed)
    pen.write(f"CREATE TABLE {name} (\n  " + ",\n  ".join(lines) + f"\n){options}")


# column → an expression over it that every type of its family has, and the type of the result
_OVER = {
    "amount": ("amount + {}", "double"), "title": ("length(rtrim(title)) + {}", "int"),
    "raw": ("length(raw) + {}", "int"), "since": ("since + {}", "int"), "mixed": ("length(mixed) + {}", "bigint"),
    "state": ("length(state) + {}", "int"), "day": ("year(day) + {}", "int"),
}  # fmt: skip


def _generated(pen: Pen, drawn: list[Drawn]) -> list[str]:
    lines = []
    if pen.chance(3):
        kind, feature = pen.one((("VIRTUAL", "virtual"), ("STORED", "stored")))
        pen.note(feature)
        lines.append(f"doubled bigint GENERATED ALWAYS AS (code * {pen.one((2, 3))}) {kind}")
        lines += ["KEY by_doubled (doubled)"] if pen.chance(3) else []
    sources = [column.name for column in drawn if column.name in _OVER and "COMPRESSED" not in column.type]
    if sources and pen.chance(3):
        expression, type_ = _OVER[pen.one(sources)]
        pen.note("generated from a drawn column")
        stored = pen.one(("VIRTUAL", "STORED"))
        lines.append(f"derived {type_} GENERATED ALWAYS AS ({expression.format(pen.one((0, 1)))}) {stored}")
        if pen.chance(3):
            pen.note("index on a generated column")
            lines.append("KEY by_derived (derived)")
    return lines


def _checks(pen: Pen, name: str, flavour: str, drawn: list[Drawn]) -> list[str]:
    lines = []
    sources = [column.name for column in drawn if column.name in _OVER]
    if sources and pen.chance(5):
        pen.note("check on a drawn column")
        lines.append(f"CONSTRAINT {name}_drawn CHECK ({_OVER[pen.one(sources)][0].format(pen.one((0, 1)))} < 99999)")
    if pen.chance(3):
        enforced = "" if flavour == "mariadb" else pen.maybe(" NOT ENFORCED", "not enforced", of=3)
        lines.append(f"CONSTRAINT {name}_code CHECK (code {pen.one(('> 0', '< 1000'))}){enforced}")
        pen.note("check")
    if pen.chance(6):
        lines.append(f"CHECK (code {pen.one(('<> 0', '<> 99'))})")
        pen.note("unnamed check")
    return lines


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
