"""Random partitions of one table, of every kind that there is."""

from __future__ import annotations

from tests.property.drawing import Pen

_RANGES = (("p0", "5"), ("p1", "100"), ("p2", "1000"))
_OTHER_RANGES = (("p0", "10"), ("p1", "50"), ("p3", "1000"))
_YEARS = (("y0", "'2019-01-01'"), ("y1", "'2021-01-01'"), ("y2", "'2025-01-01'"))
_LISTS = (("a", "1, 2"), ("b", "3"), ("c", "4, NULL"), ("d", "5"))
_PAIRS = (("a", "(1, 1), (2, 2)"), ("b", "(3, 3)"), ("c", "(4, NULL)"))


def partitioned(pen: Pen, flavour: str) -> None:
    """A table that has partitions, or has none this time."""
    more = pen.one(("", ", note varchar(9)"))
    key = pen.one((", PRIMARY KEY (id, code, made)", ", PRIMARY KEY (id, code, made), KEY by_code (code)", ""))
    columns = f"id int NOT NULL, code int{' NOT NULL' if key else ''}, made date NOT NULL{more}{key}"
    clause = "" if pen.chance(6) else _clause(pen, flavour)
    pen.write(f"CREATE TABLE events ({columns}){clause}", *(("partitioned",) if clause else ()))


def _clause(pen: Pen, flavour: str) -> str:
    kind = pen.one(("range", "list", "hash", "range columns", "list columns", "key", "linear hash", "linear key"))
    pen.note(f"partitions by {kind}")
    if kind.endswith("hash"):
        return f" PARTITION BY {kind.upper()} (id){_count(pen)}"
    if kind.endswith("key"):
        algorithm = pen.one(("", " ALGORITHM=1")) if flavour == "mysql" or kind == "key" else ""
        return f" PARTITION BY {kind.upper()}{algorithm} (id){_count(pen)}"
    sub, names = _sub(pen)
    head = {"range": "(id)", "list": "(code)", "range columns": "(made)", "list columns": "(code, id)"}[kind]
    parts = [
        f"PARTITION {name} VALUES {values}{_options(pen)}{_named(pen, name, names=names)}"
        for name, values in _values(pen, kind)
    ]
    return f" PARTITION BY {kind.upper()} {head}{sub} ({', '.join(parts)})"


def _count(pen: Pen) -> str:
    if pen.chance(4):
        return " (PARTITION one, PARTITION two)"
    return f" PARTITIONS {pen.one((1, 2, 3, 5))}"


def _values(pen: Pen, kind: str) -> list[tuple[str, str]]:
    if kind.startswith("range"):
        ranges = _YEARS
        if "columns" not in kind:
            ranges = pen.one((_RANGES, _RANGES, _OTHER_RANGES))
            pen.note(*(("other bounds",) if ranges is _OTHER_RANGES else ()))
        found = [(name, f"LESS THAN ({value})") for name, value in pen.some(ranges)]
        last = "LESS THAN (MAXVALUE)" if "columns" in kind else "LESS THAN MAXVALUE"
        return found if found and pen.chance(2) else [*found, ("rest", last)]
    lists = _PAIRS if "columns" in kind else _LISTS
    return [(name, f"IN ({values})") for name, values in pen.some(lists, least=1)]


def _sub(pen: Pen) -> tuple[str, bool]:
    """How partitions are divided again, and whether by name."""
    if not pen.chance(3):
        return "", False
    kind = pen.one(("HASH (id)", "KEY (id)", "LINEAR HASH (id)", "LINEAR KEY (id)"))
    pen.note("sub-partition", f"sub-partitions by {kind.split(' (')[0].lower()}")
    if pen.chance(2):
        pen.note("named sub-partition")
        return f" SUBPARTITION BY {kind}", True
    return f" SUBPARTITION BY {kind} SUBPARTITIONS 2", False


def _named(pen: Pen, name: str, *, names: bool) -> str:
    if not names:
        return ""
    own = pen.maybe(pen.one((" COMMENT = 'own'", " MAX_ROWS = 9")), "sub-partition options", of=4)
    return f" (SUBPARTITION {name}_0{own}, SUBPARTITION {name}_1)"


def _options(pen: Pen) -> str:
    return pen.maybe(pen.one((" COMMENT = 'old'", " COMMENT = 'it''s'")), "partition comment", of=6)
