"""Random schemas of MySQL and MariaDB: names from small pools, so that two of them have much in common."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.property.drawing import Pen, Script

TABLES = ("orders", "items", "people", "audit")
# column → its types, each with the defaults it may have: a change of type stays within what a server converts
FAMILIES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "amount": (("int", ("0", "'7'")), ("bigint", ("0",)), ("int unsigned", ("1",)), ("decimal(10,2)", ("0.50",))),
    "title": (("varchar(20)", ("'x'", "'NULL'", "''")), ("varchar(300)", ("'it''s'",)), ("text", ()), ("longtext", ())),
    "made_at": (
        ("datetime", ("CURRENT_TIMESTAMP",)),
        ("timestamp NULL", ()),
        ("datetime(3)", ("CURRENT_TIMESTAMP(3)",)),
    ),
    "payload": (("json", ()), ("longtext", ())),
    "state": (("enum('1','2')", ("'1'",)), ("enum('1','2','c')", ("'2'",)), ("varchar(9)", ("'1'",))),
    "marks": (("set('1','2')", ("'1'",)), ("set('1','2','3')", ())),
    "ratio": (("float", ("1.5",)), ("double", ("2",))),
    "raw": (("varbinary(20)", ()), ("blob", ())),
    "flag": (("tinyint(1)", ("0", "1")), ("bit(1)", ("b'0'",))),
    "day": (("date", ("'2020-01-01'",)), ("year", ())),
    "place": (("point NOT NULL", ()),),
    "padded": (("int(6) unsigned zerofill", ("0",)), ("int unsigned", ("0",))),
    "token": (("char(36)", ("(uuid())",)), ("char(40)", ())),
}
TYPE_FEATURES = {
    "int unsigned": "UNSIGNED", "longtext": "LONGTEXT/JSON", "json": "JSON", "datetime(3)": "fractional seconds",
    "int(6) unsigned zerofill": "ZEROFILL",
}  # fmt: skip
PREFIX_FEATURES = {"enum": "ENUM", "set": "SET", "point": "spatial"}

FEATURES = frozenset(
    """
    secondary index|unique index|composite primary key|AUTO_INCREMENT|table collation|UNSIGNED|foreign key|LONGTEXT/JSON
    |ENUM|DEFAULT CURRENT_TIMESTAMP|column collation|FK cascade|column comment|prefix index|ON UPDATE CURRENT_TIMESTAMP
    |table comment|FK ON UPDATE|column charset|ROW_FORMAT|non-InnoDB engine|view|procedure|function|fractional seconds
    |trigger|create options|FULLTEXT|SET|partitioned|check|virtual|JSON|event|sub-partition|stored|DESC index
    |expression default|spatial|invisible|ZEROFILL|self FK|composite FK
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
MARIADB_ONLY = frozenset({"ignored index", "sequence", "system versioned"})
MYSQL_ONLY = frozenset({"invisible index", "functional index"})


@st.composite
def schemas(draw: st.DrawFn, flavour: str) -> Script:
    """One random schema of ``mariadb`` or ``mysql``."""
    pen = Pen(draw)
    tables = {name: _table(pen, name, flavour) for name in pen.some(TABLES, least=1)}
    _foreign_keys(pen, [name for name, columns in tables.items() if columns])
    if pen.chance(3):
        _partitioned(pen)
    if pen.chance(5):
        pen.write("CREATE TABLE plain (a int NOT NULL, b varchar(9)) ENGINE=MyISAM", "non-InnoDB engine")
    if flavour == "mariadb" and pen.chance(4):
        pen.write(f"CREATE SEQUENCE numbers INCREMENT BY {pen.one((1, 5))}", "sequence")
    if flavour == "mariadb" and pen.chance(5):
        pen.write("CREATE TABLE versions (a int) WITH SYSTEM VERSIONING", "system versioned")
    _code(pen, next(iter(tables)))
    return pen.script


def _table(pen: Pen, name: str, flavour: str) -> list[str]:
    wide = pen.chance(5)
    lines = ["id bigint NOT NULL" + pen.maybe(" AUTO_INCREMENT", "AUTO_INCREMENT", of=2), "code int NOT NULL DEFAULT 1"]
    picked = [(column, *pen.one(FAMILIES[column])) for column in pen.some(tuple(FAMILIES), least=1, most=6)]
    for column, type_, defaults in picked:
        lines.append(f"{column} {_type(pen, type_)}" + _attributes(pen, type_, defaults, flavour))
    if pen.chance(4):
        kind, feature = pen.one((("VIRTUAL", "virtual"), ("STORED", "stored")))
        lines.append(f"doubled bigint GENERATED ALWAYS AS (code * {pen.one((2, 3))}) {kind}")
        pen.note(feature)
    lines.append("PRIMARY KEY (id, code)" if wide else "PRIMARY KEY (id)")
    pen.note(*(("composite primary key",) if wide else ()))
    if pen.chance(3):
        lines.append(f"CONSTRAINT {name}_code CHECK (code {pen.one(('> 0', '< 1000'))})")
        pen.note("check")
    if wide:  # MySQL wants a key on exactly what a foreign key points to
        lines.append(f"UNIQUE KEY {name}_id (id)")
    lines += _indexes(pen, name, picked, flavour)
    pen.write(f"CREATE TABLE {name} (\n  " + ",\n  ".join(lines) + "\n)" + _options(pen))
    return [column for column, *_ in picked]


def _type(pen: Pen, type_: str) -> str:
    pen.note(*((TYPE_FEATURES[type_],) if type_ in TYPE_FEATURES else ()))
    pen.note(*(feature for prefix, feature in PREFIX_FEATURES.items() if type_.startswith(prefix)))
    if type_.startswith(("varchar", "text", "longtext")) and pen.chance(5):
        clause, *features = pen.one(
            ((" COLLATE utf8mb4_bin", "column collation"), (" CHARACTER SET latin1", "column charset"))
        )
        pen.note(*features)
        return type_ + clause
    return type_


def _attributes(pen: Pen, type_: str, defaults: tuple[str, ...], flavour: str) -> str:
    text = ""
    if defaults and pen.chance(2):
        default = pen.one(defaults)
        if "CURRENT" in default:
            pen.note("DEFAULT CURRENT_TIMESTAMP")
            update = default.replace("CURRENT", " ON UPDATE CURRENT", 1)
            default += pen.maybe(update, "ON UPDATE CURRENT_TIMESTAMP", of=2)
        pen.note(*(("expression default",) if "(uuid" in default else ()))
        text += f" NOT NULL DEFAULT {default}" if pen.chance(3) else f" DEFAULT {default}"
        if flavour == "mariadb" or type_ != "json":
            text += pen.maybe(" INVISIBLE", "invisible", of=12)
    return text + pen.maybe(f" COMMENT {pen.one(('''it''s''', 'second'))!r}", "column comment", of=6)


_INDEXES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "varchar(20)": (
        ("KEY", "({c})", "secondary index"), ("KEY", "({c}(5))", "prefix index"),
        ("KEY", "({c}, code)", "secondary index"),
    ),
    "varchar(300)": (("KEY", "({c}(10))", "prefix index"), ("FULLTEXT KEY", "({c})", "FULLTEXT")),
    "text": (("FULLTEXT KEY", "({c})", "FULLTEXT"), ("KEY", "({c}(7))", "prefix index")),
    "int": (
        ("KEY", "({c})", "secondary index"), ("UNIQUE KEY", "({c}, id)", "unique index"),
        ("KEY", "({c} DESC)", "DESC index"),
    ),
    "bigint": (("KEY", "({c} DESC, code)", "DESC index"), ("UNIQUE KEY", "({c}, id)", "unique index")),
    "point NOT NULL": (("SPATIAL KEY", "({c})", "spatial"),),
}  # fmt: skip


def _indexes(pen: Pen, name: str, picked: list[tuple[str, str, tuple[str, ...]]], flavour: str) -> list[str]:
    lines = []
    for column, type_, _ in picked:
        if type_ in _INDEXES and pen.chance(2):
            kind, form, feature = pen.one(_INDEXES[type_])
            line = f"{kind} {name}_by_{column} {form.format(c=column)}"
            pen.note(feature)
            if kind == "KEY":
                hidden = (" IGNORED", "ignored index") if flavour == "mariadb" else (" INVISIBLE", "invisible index")
                line += pen.maybe(*hidden, of=6)
            lines.append(line)
    # What foreign keys can point to, whatever the primary key is.
    lines.append(f"UNIQUE KEY {name}_pair (id, code)")
    if flavour == "mysql" and pen.chance(5):
        lines.append(f"KEY {name}_functional ((code + 1))")
        pen.note("functional index")
    return lines


def _options(pen: Pen) -> str:
    text = pen.one(("", "", " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci", " DEFAULT CHARSET=latin1"))
    pen.note(*(("table collation",) if text else ()))
    text += pen.maybe(" ROW_FORMAT=DYNAMIC", "ROW_FORMAT", of=5)
    text += pen.maybe(" STATS_PERSISTENT=1", "create options", of=6)
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
            source, wanted = (f"ref_{target}, code", "id, code") if pair else (f"ref_{target}", "id")
            pen.write(f"ALTER TABLE {name} ADD COLUMN ref_{target} bigint")
            pen.write(f"ALTER TABLE {name} ADD CONSTRAINT {name}_to_{target} FOREIGN KEY ({source})"
                      f" REFERENCES {target} ({wanted}){action}")  # fmt: skip


def _partitioned(pen: Pen) -> None:
    clause, *features = pen.one(
        (
            ("RANGE (id) (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN MAXVALUE)",),
            ("LIST (code) (PARTITION a VALUES IN (1, 2), PARTITION b VALUES IN (3))",),
            ("HASH (id) PARTITIONS 3",),
            ("KEY (id) PARTITIONS 2",),
            ("RANGE (id) SUBPARTITION BY HASH (code) SUBPARTITIONS 2"
             " (PARTITION p0 VALUES LESS THAN (50), PARTITION p1 VALUES LESS THAN MAXVALUE)", "sub-partition"),
        )
    )  # fmt: skip
    more = pen.one(("", ", note varchar(9)"))
    columns = f"id int NOT NULL, code int NOT NULL{more}, PRIMARY KEY (id, code)"
    pen.write(f"CREATE TABLE events ({columns}) PARTITION BY {clause}",
              "partitioned", *features)  # fmt: skip


def _code(pen: Pen, table: str) -> None:
    if pen.chance(2):
        algorithm = pen.one(("", "ALGORITHM=MERGE ", "ALGORITHM=TEMPTABLE "))
        check = "" if "TEMPTABLE" in algorithm else pen.one(("", " WITH CASCADED CHECK OPTION"))
        pen.write(
            f"CREATE {algorithm}VIEW seen AS SELECT id, code FROM {table} WHERE code > {pen.one((0, 1))}{check}", "view"
        )
    if pen.chance(3):
        pen.write(
            f"CREATE FUNCTION next_of(a int) RETURNS {pen.one(('int', 'bigint'))} DETERMINISTIC RETURN a + 1",
            "function",
        )
    if pen.chance(3):
        sql_mode = pen.one(("", "STRICT_ALL_TABLES"))
        pen.write(f"SET SESSION sql_mode = '{sql_mode}'")
        pen.write(
            f"CREATE PROCEDURE tidy({pen.one(('', 'IN a int'))}) COMMENT 'x' SELECT {pen.one((1, 2))}", "procedure"
        )
        pen.write("SET SESSION sql_mode = DEFAULT")
    if pen.chance(3):
        timing = pen.one(("BEFORE INSERT", "AFTER DELETE"))
        pen.write(
            f"CREATE TRIGGER touched {timing} ON {table} FOR EACH ROW SET @touched = {pen.one((1, 2))}", "trigger"
        )
    if pen.chance(4):
        state = pen.one(("", " DISABLE"))
        schedule = f"EVERY {pen.one((1, 2))} DAY STARTS '2030-01-01 00:00:00'"
        pen.write(f"CREATE EVENT nightly ON SCHEDULE {schedule}{state} DO SET @ran = 1", "event")
