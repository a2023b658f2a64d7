"""The columns of random MySQL and MariaDB tables: families of types that a server converts into each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.property.drawing import Pen

Types = tuple[tuple[str, tuple[str, ...]], ...]

_CHARACTERS: Types = (
    ("varchar(20)", ("'x'", "'NULL'", "''", "(concat('a', 'b'))")), ("varchar(300)", ("'it''s'", "'back\\\\slash'")),
    ("char(8)", ("'c'",)), ("tinytext", ()), ("text", ("('t')",)), ("mediumtext", ()), ("longtext", ()),
)  # fmt: skip
# column → its types, each with the defaults it may have: a change of type stays within what a server converts
FAMILIES: dict[str, Types] = {
    "amount": (
        ("int", ("0", "'7'", "-5")), ("bigint", ("0",)), ("smallint", ("1",)), ("mediumint", ()), ("tinyint", ("3",)),
        ("int unsigned", ("1",)), ("bigint unsigned", ()), ("decimal(10,2)", ("0.50", "(1 + 1)")),
        ("decimal(6,0) unsigned", ("2",)), ("double", ("1e3",)), ("float", ("1.5",)),
    ),
    "title": _CHARACTERS,
    "note": _CHARACTERS,
    "made_at": (
        ("datetime", ("CURRENT_TIMESTAMP", "'2020-01-01 00:00:00'")), ("timestamp NULL", ("CURRENT_TIMESTAMP",)),
        ("datetime(3)", ("CURRENT_TIMESTAMP(3)",)), ("timestamp(6) NULL", ("CURRENT_TIMESTAMP(6)",)),
    ),
    "hour": (("time", ("'12:00:00'",)), ("time(3)", ())),
    "day": (("date", ("'2020-01-01'", "(curdate())")), ("datetime", ())),
    "since": (("year", ("2020",)), ("smallint", ())),
    "payload": (("json", ()), ("longtext", ()), ("json", ("(json_array())",))),
    "state": (
        ("enum('1','2')", ("'1'",)), ("enum('1','2','c')", ("'2'",)), ("enum('2','it''s','1','a,b','ü')", ()),
        ("varchar(9)", ("'1'",)),
    ),
    "marks": (("set('1','2')", ("'1'",)), ("set('1','2','3')", ("'1,3'",)), ("set('2','1')", ())),
    "raw": (
        ("varbinary(20)", ("'r'",)), ("binary(8)", ("'ab'",)), ("tinyblob", ()), ("blob", ("('b')",)),
        ("mediumblob", ()), ("longblob", ()),
    ),
    "flag": (("tinyint(1)", ("0", "1")), ("bool", ("true",)), ("bit(1)", ("b'0'",)), ("bit(8)", ("b'101'",))),
    "padded": (("int(6) unsigned zerofill", ("0",)), ("int unsigned", ("0",))),
    "token": (("char(36)", ("(uuid())",)), ("char(40)", ("'uuid()'",))),
    "mixed": (("int", ("1",)), ("varchar(30)", ("'1'",)), ("text", ()), ("double", ()), ("bigint", ())),
}  # fmt: skip
_SPATIAL = ("point", "geometry", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
            "geometrycollection")  # fmt: skip
OF_VENDOR: dict[str, dict[str, Types]] = {
    "mariadb": {
        "place": tuple((f"{name} NOT NULL", ()) for name in _SPATIAL),
        "address": (("inet6", ()), ("inet4", ()), ("varchar(45)", ())),
        "key_": (("uuid", ("(uuid())",)), ("char(36)", ())),
        "squeezed": (("varchar(50) COMPRESSED", ()), ("varchar(50)", ()), ("text COMPRESSED", ())),
    },
    "mysql": {
        "place": tuple((f"{name} NOT NULL{srid}", ()) for name in _SPATIAL for srid in ("", " SRID 0", " SRID 4326")),
        "embedding": (("vector(3)", ()), ("vector(4)", ())),
        "stored_as": (("int COLUMN_FORMAT FIXED", ()), ("int STORAGE MEMORY", ()), ("int", ())),
    },
}
_TYPE_FEATURES: Mapping[str, str] = {
    "unsigned": "UNSIGNED", "zerofill": "ZEROFILL", "(3)": "fractional seconds", "(6)": "fractional seconds",
    "SRID": "SRID", "COMPRESSED": "compressed column", "COLUMN_FORMAT": "column format", "STORAGE": "column storage",
}  # fmt: skip
_TEXTUAL = ("varchar", "char", "tinytext", "text", "mediumtext", "longtext", "enum", "set")
_CHARSETS = (
    (" COLLATE utf8mb4_bin", "column collation"), (" CHARACTER SET latin1", "column charset"),
    (" CHARACTER SET utf8mb3 COLLATE utf8mb3_unicode_ci", "column collation"),
    (" CHARACTER SET ascii", "column charset"),
)  # fmt: skip
_COMMENTS = ("it''s", "second", "with 😀")


@dataclass(frozen=True)
class Drawn:
    """One column: what the indexes need to know of it."""

    name: str
    type: str

    @property
    def base(self) -> str:
        """The type's name alone."""
        return self.type.split("(")[0].split(" ")[0]


def columns(pen: Pen, flavour: str) -> list[tuple[Drawn, str]]:
    """Some columns with their definitions."""
    families = {**FAMILIES, **OF_VENDOR[flavour]}
    found = []
    for name in pen.some(tuple(families), least=1, most=7):
        type_, defaults = pen.one(families[name])
        _note_type(pen, type_)
        definition = f"{name} {type_}" + _charset(pen, type_) + _rest(pen, name, type_, defaults)
        found.append((Drawn(name, type_), definition))
    return found


def _note_type(pen: Pen, type_: str) -> None:
    pen.note(Drawn("", type_).base)
    if not type_.startswith(("vector", "bit", "decimal")):
        pen.note(*(feature for mark, feature in _TYPE_FEATURES.items() if mark in type_ and type_ != "enum"))


def _charset(pen: Pen, type_: str) -> str:
    if type_.split("(", maxsplit=1)[0] not in _TEXTUAL or "ü" in type_ or not pen.chance(6):
        return ""
    clause, feature = pen.one(_CHARSETS)
    pen.note(feature)
    return clause


def _rest(pen: Pen, name: str, type_: str, defaults: tuple[str, ...]) -> str:
    text = ""
    if defaults and pen.chance(2):
        default = pen.one(defaults)
        pen.note(*(("expression default",) if default.startswith("(") else ()))
        if "CURRENT" in default:
            pen.note("DEFAULT CURRENT_TIMESTAMP")
            update = default.replace("CURRENT", " ON UPDATE CURRENT", 1)
            default += pen.maybe(update, "ON UPDATE CURRENT_TIMESTAMP", of=2)
        text += f" NOT NULL DEFAULT {default}" if pen.chance(3) and " NULL" not in type_ else f" DEFAULT {default}"
        text += pen.maybe(" INVISIBLE", "invisible column", of=12)
    elif "NULL" not in type_ and pen.chance(6) and not type_.startswith(("vector", "timestamp")):
        text += " NOT NULL"
    text += pen.maybe(f" COMMENT '{pen.one(_COMMENTS)}'", "column comment", of=6)
    if name == "amount" and pen.chance(5):
        pen.note("column check")
        text += f" CHECK (amount < {pen.one((1000, 2000))})"
    return text
