"""Random keys of MySQL and MariaDB tables."""

from __future__ import annotations

from tests.property.drawing import Pen
from tests.property.mysql_columns import Drawn

_NEVER_INDEXED = frozenset({"json", "vector"})
_BY_PREFIX = frozenset({"tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob"})
_ANY_LENGTH = frozenset({"int", "bigint", "smallint", "datetime", "date", "time", "year", "enum", "set", "char"})
_FULLTEXT = frozenset({"varchar", "char", "text", "mediumtext", "longtext"})


def indexes(pen: Pen, name: str, drawn: list[Drawn], flavour: str) -> list[str]:
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
    drawn = [column for column in drawn if "COMPRESSED" not in column.type]
    short = [column.name for column in drawn if column.base in _ANY_LENGTH]
    if short and pen.chance(6):
        pen.note("key over three columns")
        lines.append(f"{pen.one(('KEY', 'UNIQUE KEY'))} {name}_three (code, {pen.one(short)}, id)")
    long = [column.name for column in drawn if column.base in _BY_PREFIX]
    if len(long) > 1 and pen.chance(3):
        pen.note("prefixes in one key")
        lines.append(f"KEY {name}_prefixes ({long[0]}({pen.one((5, 9))}), {long[1]}(4))")
    return [*lines, *(_functional(pen, name, drawn) if flavour == "mysql" else [])]


def _functional(pen: Pen, name: str, drawn: list[Drawn]) -> list[str]:
    lines = []
    if pen.chance(5):
        kind = pen.one(("KEY", "UNIQUE KEY"))
        more = ", id" if kind == "UNIQUE KEY" else ""
        lines.append(f"{kind} {name}_functional (({pen.one(('code + 1', 'abs(code)'))}){more})")
        pen.note("unique functional index" if more else "functional index")
    names = {column.name: column.base for column in drawn}
    if "amount" in names and pen.chance(4):
        lines.append(f"KEY {name}_by_sum ((amount + {pen.one((1, 2))}), code DESC)")
        pen.note("functional index over a drawn column")
    if names.get("payload") == "json" and pen.chance(3):
        lines.append(f"KEY {name}_many ((CAST(payload->'$.{pen.one(('a', 'b'))}' AS UNSIGNED ARRAY)))")
        pen.note("multi-valued index")
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
