"""Random schemas of one to three tables with what belongs to them, as the DDL that makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class Chooser(Protocol):
    """Where the choices come from: hypothesis, or a seeded generator."""

    def one_of(self, items: Sequence[Any]) -> Any: ...

    def chance(self, percent: int) -> bool: ...


@dataclass
class Schema:
    """The statements that make a schema, and which features it has."""

    statements: list[str] = field(default_factory=list)
    features: set[str] = field(default_factory=set)


_INTEGERS = ("int", "bigint", "smallint unsigned", "int unsigned", "tinyint(1)")
# Type → literals that may be its default.
_TYPES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_INTEGERS, ("0", "7")),
    "decimal(10,2)": ("1.50",),
    "decimal(12,4)": ("0",),
    "double": ("0.5",),
    "float": (),
    "bit(4)": ("b'101'",),
    "varchar(20)": ("'x'", "''", "'it''s'"),
    "varchar(300)": ("'long'",),
    "char(5)": ("'c'",),
    "varchar(20) CHARACTER SET latin1": ("'l'",),
    "varchar(20) COLLATE utf8mb4_bin": ("'B'",),
    "text": (),
    "mediumtext": (),
    "blob": (),
    "varbinary(16)": ("'b'",),
    "binary(4)": ("'ab'",),
    "json": (),
    "enum('a','b')": ("'a'",),
    "enum('a','b','c')": ("'b'",),
    "set('p','q')": ("'p,q'",),
    "date": ("'2020-01-01'",),
    "datetime": ("current_timestamp", "'2020-01-01 00:00:00'"),
    "datetime(3)": (),
    "timestamp": ("current_timestamp",),
    "time": (),
    "year": ("2020",),
}
_KEYABLE = tuple(name for name in _TYPES if not name.startswith(("text", "mediumtext", "blob", "json")))
_TABLES = ("alpha", "beta", "gamma")
_COLUMNS = ("c1", "c2", "c3", "c4", "c5")


def random_schema(choose: Chooser, vendor: str) -> Schema:
    """A schema that this vendor takes."""
    schema = Schema()
    names = [name for name in _TABLES if choose.chance(70)] or ["alpha"]
    ids: dict[str, str] = {}
    for name in names:
        _Table(choose, vendor, schema, name).make(ids)
    if choose.chance(30):
        schema.features.add("view")
        algorithm = choose.one_of(("", "ALGORITHM=MERGE ", "SQL SECURITY INVOKER "))
        schema.statements.append(f"CREATE {algorithm}VIEW v AS SELECT id FROM {names[0]}")
    if choose.chance(20):
        schema.features.add("function")
        schema.statements.append(
            f"CREATE FUNCTION f(x int) RETURNS int DETERMINISTIC RETURN x + {choose.one_of((1, 2))}"
        )
    if choose.chance(20):
        schema.features.add("procedure")
        schema.statements.append(f"CREATE PROCEDURE p() BEGIN SELECT {choose.one_of((1, 2))}; END")
    if choose.chance(15):
        schema.features.add("event")
        schema.statements.append(
            f"CREATE EVENT e ON SCHEDULE EVERY {choose.one_of((1, 2))} DAY STARTS '2030-01-01 00:00:00' DISABLE"
            " DO SELECT 1"
        )
    return schema


class _Table:
    """One table while it is being made."""

    def __init__(self, choose: Chooser, vendor: str, schema: Schema, name: str) -> None:
        self.choose, self.vendor, self.schema, self.name = choose, vendor, schema, name
        self.types: dict[str, str] = {}
        self.lines: list[str] = []

    def has(self, feature: str, percent: int) -> bool:
        if self.choose.chance(percent):
            self.schema.features.add(feature)
            return True
        return False

    def make(self, ids: dict[str, str]) -> None:
        choose = self.choose
        kind = choose.one_of(("int", "bigint unsigned"))
        counting = " AUTO_INCREMENT" if self.has("auto increment", 50) else ""
        self.lines.append(f"id {kind} NOT NULL{counting}")
        for column in _COLUMNS:
            if choose.chance(60):
                self.column(column)
        self.generated()
        simple_key = self.primary_key(counting)
        partitioned = simple_key and self.has("partitions", 10)
        self.indexes(unique=not partitioned)
        self.checks()
        if not partitioned:
            self.foreign_keys(ids)
        options = self.options()
        if partitioned:
            options += f" PARTITION BY HASH (id) PARTITIONS {choose.one_of((2, 3))}"
        elif simple_key:
            ids[self.name] = kind
        self.schema.statements.append(f"CREATE TABLE {self.name} ({', '.join(self.lines)}){options}")
        if self.has("trigger", 15):
            event = choose.one_of(("BEFORE INSERT", "AFTER UPDATE"))
            self.schema.statements.append(
                f"CREATE TRIGGER t_{self.name} {event} ON {self.name} FOR EACH ROW SET @a = 1"
            )

    def column(self, name: str) -> None:
        choose = self.choose
        kind = choose.one_of(tuple(_TYPES))
        self.types[name] = kind
        self.schema.features.add(kind.partition(" ")[0].partition("(")[0])
        text = f"{name} {kind}"
        defaults = _TYPES[kind]
        nullable = choose.chance(70)
        text += " NULL" if nullable else " NOT NULL"
        default = bool(defaults) and self.has("default", 40)
        if default:
            text += f" DEFAULT {choose.one_of(defaults)}"
        elif not nullable and kind == "timestamp":
            text += " DEFAULT '2020-01-01 00:00:00'"
        if kind == "datetime" and self.has("on update", 20):
            text += " ON UPDATE current_timestamp"
        if (nullable or default) and self.has("invisible column", 8):
            text += " INVISIBLE"
        if self.has("comment", 20):
            text += f" COMMENT '{choose.one_of(('one', 'its two'))}'"
        self.lines.append(text)

    def generated(self) -> None:
        numbers = [name for name, kind in self.types.items() if kind in _INTEGERS]
        if numbers and self.has("generated", 25):
            stored = self.choose.one_of(("VIRTUAL", "STORED"))
            self.schema.features.add(stored.lower())
            source = self.choose.one_of(numbers)
            # MariaDB refuses an expression whose value depends on sql_mode, as that of an unsigned subtraction does.
            self.lines.append(f"g int AS ({source} + {self.choose.one_of((1, 2))}) {stored}")
            self.types["g"] = "int"

    def primary_key(self, counting: str) -> bool:
        keyable = [name for name, kind in self.types.items() if kind in _KEYABLE and name != "g"]
        if keyable and not self.choose.chance(80):
            self.schema.features.add("composite primary key")
            self.lines.append(f"PRIMARY KEY (id, {self.choose.one_of(keyable)})")
            self.not_null(self.lines[-1].rpartition(", ")[2].rstrip(")"))
            return False
        if not counting and self.choose.chance(10):
            self.schema.features.add("no primary key")
            return False
        self.lines.append("PRIMARY KEY (id)")
        return True

    def not_null(self, column: str) -> None:
        for place, line in enumerate(self.lines):
            if line.startswith(f"{column} "):
                self.lines[place] = line.replace(" NULL", " NOT NULL", 1).replace("NOT NOT", "NOT")

    def indexes(self, *, unique: bool) -> None:
        for name in ("i1", "i2", "i3"):
            if self.types and self.choose.chance(40):
                self.lines.append(self.index(name, unique=unique))

    def index(self, name: str, *, unique: bool) -> str:
        first = self.choose.one_of(tuple(self.types))
        part = self.part(first)
        if part.endswith("DESC"):
            self.schema.features.add("descending index")
        if self.types[first] in ("text", "mediumtext") and self.has("fulltext", 30):
            return f"FULLTEXT KEY {name} ({first})"
        second = [column for column in self.types if column != first and self.types[column] != "json"]
        if second and self.choose.chance(40):
            part += f", {self.part(self.choose.one_of(second))}"
        word = "UNIQUE KEY" if unique and self.has("unique", 25) else "KEY"
        with_id = word == "UNIQUE KEY" and self.types[first] != "json"
        text = f"{word} {name} (id, {part})" if with_id else f"{word} {name} ({part})"
        if self.has("hidden index", 8):
            text += " INVISIBLE" if self.vendor == "mysql" else " IGNORED"
        return text

    def part(self, column: str) -> str:
        kind = self.types[column]
        if kind == "json":
            return "id"
        if kind not in _KEYABLE:
            self.schema.features.add("prefix")
            return f"{column}(10)"
        if kind == "varchar(20)" and self.has("prefix", 30):
            return f"{column}(5)"
        return f"{column} DESC" if self.choose.chance(15) else column

    def checks(self) -> None:
        numbers = [name for name, kind in self.types.items() if kind in _INTEGERS]
        if numbers and self.has("check", 25):
            name = self.choose.one_of(("", f"CONSTRAINT ck_{self.name} "))
            self.lines.append(f"{name}CHECK ({self.choose.one_of(numbers)} < {self.choose.one_of((1000, 2000))})")

    def foreign_keys(self, ids: dict[str, str]) -> None:
        if ids and self.has("foreign key", 50):
            target = self.choose.one_of(tuple(ids))
            action = self.choose.one_of(("", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE"))
            name = self.choose.one_of(("", f"CONSTRAINT fk_{self.name} "))
            self.lines.append(f"r {ids[target]} NULL")
            self.lines.append(f"{name}FOREIGN KEY (r) REFERENCES {target} (id){action}")

    def options(self) -> str:
        options: list[tuple[str, Callable[[], str]]] = [
            ("table comment", lambda: f" COMMENT='{self.choose.one_of(('one', 'two'))}'"),
            ("table charset", lambda: f" DEFAULT CHARSET={self.choose.one_of(('latin1', 'utf8mb4'))}"),
            ("row format", lambda: " ROW_FORMAT=DYNAMIC"),
            ("statistics", lambda: " STATS_PERSISTENT=0"),
        ]
        return "".join(text() for feature, text in options if self.has(feature, 15))
