"""Members of tables in the words of SQL, as findings say them."""

from __future__ import annotations

from collections.abc import Iterable

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check, Exclusion, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import EnumType

Part = Column | KeyConstraint | ForeignKey | Check | Exclusion | Index | DatabaseObject


def described(item: Part) -> str:
    """Return an object or member in a few words of SQL."""
    match item:
        case Column():
            return column(item)
        case KeyConstraint():
            word = "PRIMARY KEY" if item.kind is Kind.PRIMARY_KEY else "UNIQUE"
            return f"{word} ({_parts(item.columns)}){_timing(item)}"
        case ForeignKey():
            return _foreign_key(item)
        case Check():
            return f"CHECK ({item.expression})"
        case Index():
            where = f" WHERE {item.where}" if item.where else ""
            return f"{'UNIQUE ' if item.unique else ''}INDEX ({_parts(item.parts)}){where}"
        case EnumType():
            return f"ENUM ({', '.join(item.labels)})"
        case Table():
            return f"columns {', '.join(part.name for part in item.columns)}"
        case _:
            return ""


def column(item: Column) -> str:
    """Return a column as CREATE TABLE would say it."""
    default = f" DEFAULT {item.default}" if item.default else ""
    generated = f" GENERATED ALWAYS AS ({item.generated.expression})" if item.generated else ""
    return f"{item.type}{'' if item.nullable else ' NOT NULL'}{default}{generated}"


def _foreign_key(key: ForeignKey) -> str:
    target = f"{key.ref_table} ({', '.join(key.ref_columns)})" if key.ref_columns else key.ref_table
    actions = "".join(
        f" ON {word} {action}"
        for word, action in (("DELETE", key.on_delete), ("UPDATE", key.on_update))
        if action != "NO ACTION"
    )
    return f"FOREIGN KEY ({', '.join(key.columns)}) REFERENCES {target}{actions}{_timing(key)}"


def _timing(item: KeyConstraint | ForeignKey) -> str:
    if not item.deferrable:
        return ""
    return " DEFERRABLE INITIALLY DEFERRED" if item.initially_deferred else " DEFERRABLE"


def _parts(parts: Iterable[IndexPart]) -> str:
    return ", ".join(f"{part.column or part.expression}{' DESC' if part.descending else ''}" for part in parts)
