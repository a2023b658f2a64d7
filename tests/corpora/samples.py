"""Values that tell: for each type a value by number, in three degrees of care for what may refuse it.

TELLING values differ from column to column, and a type that could not hold them would show: text is not ASCII, numbers
have a fraction, times a time of day. MODEST values differ too, and fit into narrow types. With ALIKE values row number
k holds the value k in every column, so that rules between columns and tables are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Care(IntEnum):
    """How careful values are; each degree is accepted where the one before may be refused."""

    TELLING = 0
    MODEST = 1
    ALIKE = 2


@dataclass(frozen=True)
class Column:
    """A column as rows need it: its type in full, and SQL of its values for each degree of care.

    In the SQL ``{n}`` stands for a number, ``{d}`` for a digit.
    """

    name: str
    type: str
    values: tuple[str, str, str]
    place: int
    labels: tuple[str, ...] = ()  # literals of an enum
    writable: bool = True
    keyed: bool = False  # part of a foreign key, or of what one refers to

    def value(self, k: int, care: Care) -> str:
        """The SQL of the value for row number k."""
        alike = care is Care.ALIKE or self.keyed
        if self.labels:
            return self.labels[0 if alike else (k + self.place) % len(self.labels)]
        digit = k if alike else 2 * (self.place % 4) + k
        number = k if alike else 10 * (self.place + 1) + k
        text = self.values[Care.ALIKE if alike else care]
        return text.replace("{n}", str(number if care is Care.TELLING else digit)).replace("{d}", str(digit))


_WORDS, _TEXT = ("'v{n}é'", "'{d}'", "'{d}'"), ("'{n}'", "'{d}'", "'{d}'")
_FRACTION = ("{n}.25", "{d}", "{d}")
_DAY = "2020-01-0{d}"
_POSTGRES = {
    "bool": "({d} % 2 = 1)", "date": f"'{_DAY}'", "time": "'0{d}:00'", "timetz": "'0{d}:00+00'",
    "interval": "'{d} days'", "uuid": "'00000000-0000-0000-0000-00000000000{d}'", "json": "'{d}'", "jsonb": "'{d}'",
    "bytea": "'\\x0{d}'", "inet": "'10.0.0.{d}'", "cidr": "'10.0.0.{d}'", "macaddr": "'00:00:00:00:00:0{d}'",
    "macaddr8": "'00:00:00:00:00:00:00:0{d}'", "point": "'({d},{d})'", "line": "'{{d},1,1}'",
    "lseg": "'[({d},0),(1,1)]'", "box": "'({d},{d}),(0,0)'", "path": "'[({d},{d})]'", "polygon": "'(({d},{d}))'",
    "circle": "'<(0,0),{d}>'", "tsvector": "'{d}'", "tsquery": "'{d}'", "hstore": "'k=>{d}'", "xml": "'<k>{d}</k>'",
    "int4range": "'[{d},{d}]'", "int8range": "'[{d},{d}]'", "numrange": "'[{d},{d}]'", "bpchar": "'{d}'",
    "daterange": f"'[{_DAY},{_DAY}]'", "tsrange": f"'[{_DAY},{_DAY}]'", "tstzrange": f"'[{_DAY},{_DAY}]'",
    "oid": "{d}", "ltree": "'k{d}'",
}  # fmt: skip
_POSTGRES_TELLING = {
    "text": _WORDS, "varchar": _WORDS, "numeric": _FRACTION, "float4": _FRACTION, "float8": _FRACTION,
    "timestamp": (f"'{_DAY} 04:05:06.789'", f"'{_DAY} 04:05:06'", f"'{_DAY} 00:00:00'"),
    "timestamptz": (f"'{_DAY} 04:05:06.789+00'", f"'{_DAY} 04:05:06+00'", f"'{_DAY} 00:00:00+00'"),
}  # fmt: skip


def postgres_column(row: tuple[Any, ...], place: int) -> Column:
    """A column of a row that the catalog query returned."""
    _, _, name, type_, category, kind, base, generated, labels, modifier, not_null, keyed = row
    values = _POSTGRES_TELLING.get(base) or ((_POSTGRES[base],) * 3 if base in _POSTGRES else _TEXT)
    if kind in ("c", "r", "m") and base not in _POSTGRES:
        values = ("NULL",) * 3
    elif category == "A":
        nothing = "'{}'" if not_null else "NULL"
        values = ("'{{n}}'", "'{{d}}'", nothing)
    elif category == "V" and base in ("bit", "varbit"):
        values = ("B'" + "1" * max(int(modifier), 1) + "'",) * 3
    literals = tuple("'" + label.replace("'", "''") + "'" for label in labels or ())
    return Column(name, type_, values, place, literals, writable=not generated, keyed=keyed)


_MYSQL = {
    "date": f"'{_DAY}'", "time": "'0{d}:00:00'", "year": "200{d}", "bit": "b'1'", "json": "'{d}'",
    "point": "ST_GeomFromText('POINT({d} {d})')",
    "geometry": "ST_GeomFromText('POINT({d} {d})')", "uuid": "'00000000-0000-0000-0000-00000000000{d}'",
    "linestring": "ST_GeomFromText('LINESTRING(0 0,{d} {d})')", "inet6": "'::{d}'", "inet4": "'10.0.0.{d}'",
    "polygon": "ST_GeomFromText('POLYGON((0 0,{d} 0,{d} {d},0 0))')",
    "multipoint": "ST_GeomFromText('MULTIPOINT({d} {d},0 0)')",
    "multilinestring": "ST_GeomFromText('MULTILINESTRING((0 0,{d} {d}))')",
    "multipolygon": "ST_GeomFromText('MULTIPOLYGON(((0 0,{d} 0,{d} {d},0 0)))')",
    "geometrycollection": "ST_GeomFromText('GEOMETRYCOLLECTION(POINT({d} {d}))')",
    "geomcollection": "ST_GeomFromText('GEOMETRYCOLLECTION(POINT({d} {d}))')",
}  # fmt: skip
_MOMENT = (f"'{_DAY} 04:05:06.789'", f"'{_DAY} 04:05:06'", f"'{_DAY} 00:00:00'")
_MYSQL_TELLING = {
    **dict.fromkeys(("varchar", "tinytext", "text", "mediumtext", "longtext"), _WORDS),
    **dict.fromkeys(("decimal", "float", "double"), _FRACTION),
    **dict.fromkeys(("datetime", "timestamp"), _MOMENT),
}
_LABEL = re.compile(r"'(?:[^']|'')*'")


def mysql_column(row: tuple[Any, ...], place: int) -> Column:
    """A column of a row of information_schema."""
    _, _, name, type_, base, generation, keyed = row
    values = _MYSQL_TELLING.get(base) or ((_MYSQL[base],) * 3 if base in _MYSQL else _TEXT)
    labels = tuple(_LABEL.findall(type_)) if base in ("enum", "set") else ()
    return Column(name, type_, values, place, labels, writable=not generation, keyed=bool(keyed))
