"""Declared renames: what ``renamed_from`` turns into changes, and the catalog as it stands after them."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from bootstrap.catalog.catalog import Catalog, DatabaseObject
from bootstrap.catalog.changes import Change, Rename, RenameColumn
from bootstrap.catalog.code import Routine, View
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import Check, ForeignKey
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.renamed_texts import rename_in_text
from bootstrap.catalog.replication import Publication, PublishedTable
from bootstrap.catalog.security import Grant
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import CompositeType, Sequence
from bootstrap.problems import Refused

# Quoted strings and identifiers are skipped or taken whole, so that a name inside a literal is never touched.
_NAMED_BY_TABLE = re.compile(r"(.*)(_(?:ibfk|chk)_\d+)", re.DOTALL)
_Constraint = TypeVar("_Constraint", ForeignKey, Check)
_RELATIONS = frozenset({Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW})
_SQL_TEXTS = frozenset(
    {"expression", "sub_expression", "default", "where", "when", "using", "check", "definition", "bound"}
)


def apply_renames(current: Catalog, desired: Catalog, *, follows_renames: bool) -> tuple[list[Change], Catalog]:
    """Find the renames that are still to be done.

    Returns their changes, and the current catalog with them done. A rename whose new name exists already, or whose
    old name does not, is done: nothing follows from it.
    """
    changes: list[Change] = []
    schemas_first = sorted(desired.objects, key=lambda ref: (ref.kind is not Kind.SCHEMA, ref))
    for after in [desired.objects[ref] for ref in schemas_first]:
        before = _renamed_object(after, current)
        _refuse_both(after, current, desired)
        if before is not None:
            moved = replace(before, name=after.name)
            changes.append(Rename(before, moved))
            current = _rename_object(current, before, after.name, follows_renames=follows_renames)
    for table in desired.of(Table):
        for column in table.columns:
            live = current.objects.get(table.ref)
            old = _renamed_column(live, column, table) if isinstance(live, Table) else None
            if isinstance(live, Table) and old is not None and column.renamed_from and table.column(old.name) is None:
                _refuse(live.column(column.name), table.ref.child(Kind.COLUMN, column.name), column.renamed_from)
            if not isinstance(live, Table) or old is None or live.column(column.name) is not None:
                continue
            changes.append(RenameColumn(live, old, replace(old, name=column.name)))
            current = _rename_column(current, live.ref, old.name, column.name, follows_renames=follows_renames)
    return changes, current


def _refuse_both(after: DatabaseObject, current: Catalog, desired: Catalog) -> None:
    """Refuse an object that is there beside the one that it is to be made of by a rename."""
    origin = getattr(after, "renamed_from", None)
    if origin:
        old = replace(cast(Any, after), name=origin).ref
        if old in current.objects and old not in desired.objects and old != after.ref:
            _refuse(current.objects.get(after.ref), after.ref, origin)


def _refuse(there: object | None, ref: Ref, origin: str) -> None:
    if there is not None:
        raise Refused(
            f"{ref}: the database has it, and also {origin}, which it is declared to be renamed from: merge them in a"
            " step with phase: before, or take renamed_from out of the declaration"
        )


def _renamed_column(live: Table, column: Column, wanted: Table) -> Column | None:
    """The live column that this one was: as declared, or on MySQL, where case does not tell columns apart, by another
    spelling.
    """
    if column.renamed_from:
        return live.column(column.renamed_from)
    if live.schema or live.column(column.name) is not None:
        return None
    other = [old for old in live.columns if old.name.casefold() == column.name.casefold()]
    return other[0] if other and wanted.column(other[0].name) is None else None


_OF_MEMBERS = ("renamed_from", "backfill", "using")


def carry_declared(declared: Catalog, normalised: Catalog) -> Catalog:
    """Give a normalised catalog back what no server can print: the declared renames, and what is left open."""
    carried = dict(normalised.objects)
    for ref, source in declared.objects.items():
        if ref not in carried:
            continue
        target = carried[ref]
        updates: dict[str, Any] = {
            name: getattr(source, name)
            for name in ("renamed_from", "renamed_labels", "password_secret", "unsaid")
            if getattr(source, name, None)
        }
        if isinstance(source, Table) and isinstance(target, Table):
            for name in ("columns", "uniques", "foreign_keys", "checks", "indexes"):
                updates |= _carry_members(source, target, name)
        elif isinstance(source, CompositeType):
            updates |= _carry_members(source, target, "attributes")
        if updates:
            carried[ref] = replace(target, **updates)
    return replace(normalised, objects=carried)


def _carry_members(source: DatabaseObject, target: DatabaseObject, name: str) -> dict[str, Any]:
    said = {
        item.name: {key: value for key in _OF_MEMBERS if (value := getattr(item, key, None))}
        for item in getattr(source, name, ())
    }
    if not any(said.values()):
        return {}
    return {name: tuple(replace(item, **said.get(item.name, {})) for item in getattr(target, name))}


def _renamed_object(after: DatabaseObject, current: Catalog) -> DatabaseObject | None:
    origin = getattr(after, "renamed_from", None)
    if not origin or after.ref in current.objects:
        return None
    return current.objects.get(replace(after.ref, name=origin))


def _rename_object(current: Catalog, before: DatabaseObject, name: str, *, follows_renames: bool) -> Catalog:
    old, kind = before.ref, before.ref.kind

    def moved(ref: Ref) -> Ref:
        if ref == old:
            return replace(ref, name=name)
        if kind in _RELATIONS and ref.schema == old.schema and ref.table == old.name:
            return replace(ref, table=name, name=_name_by_table(ref.name, old, name))
        if kind is Kind.SCHEMA and ref.schema == old.name:
            return replace(ref, schema=name)
        return ref

    mentions = _mentioning(current, old)
    objects = {}
    for item in current.objects.values():
        changed = _move(item, old, name)
        if item.ref in mentions:
            changed = _substitute(changed, old.name, name, follows_renames=follows_renames)
        objects[moved(item.ref)] = changed
    dependencies = {moved(ref): frozenset(map(moved, needs)) for ref, needs in current.dependencies.items()}
    grants = frozenset(replace(grant, on=moved(grant.on)) if grant.on else grant for grant in current.grants)
    return replace(current, objects=objects, dependencies=dependencies, grants=grants)


def _move(item: DatabaseObject, old: Ref, name: str) -> DatabaseObject:
    """The object itself, and structured mentions of it in others."""
    if item.ref == old:
        return _with_names_by_table(replace(item, name=name), old, name)
    if old.kind is Kind.SCHEMA:
        return _move_schema(item, old.name, name)
    if old.kind not in _RELATIONS:
        return item
    if item.ref.table == old.name and item.ref.schema == old.schema:
        return replace(item, table=name)  # type: ignore[arg-type]  # whatever has an owner table has the field
    if isinstance(item, Table):
        return _repoint(item, old, name)
    if isinstance(item, Sequence) and item.owned_by and item.owned_by[:2] == (old.schema, old.name):
        return replace(item, owned_by=(old.schema, name, item.owned_by[2]))
    return item


def _with_names_by_table(item: DatabaseObject, old: Ref, name: str) -> DatabaseObject:
    """The constraints of a table that the server named after it: RENAME TABLE of MySQL renames them too."""
    if not isinstance(item, Table) or old.schema:
        return item
    keys = tuple(replace(key, name=_name_by_table(key.name, old, name)) for key in item.foreign_keys)
    checks = tuple(replace(check, name=_name_by_table(check.name, old, name)) for check in item.checks)
    return replace(item, foreign_keys=_by_name(keys), checks=_by_name(checks))


def _name_by_table(constraint: str, old: Ref, name: str) -> str:
    """The name of a constraint, with the table's new one in it where it is made of that (MySQL)."""
    found = None if old.schema else _NAMED_BY_TABLE.fullmatch(constraint)
    return f"{name}{found[2]}" if found and found[1] == old.name else constraint


def _by_name(members: tuple[_Constraint, ...]) -> tuple[_Constraint, ...]:
    return tuple(sorted(members, key=lambda member: member.name))


def _move_schema(item: DatabaseObject, old: str, new: str) -> DatabaseObject:
    updates: dict[str, Any] = {}
    if isinstance(item, Table):
        updates["foreign_keys"] = tuple(
            replace(key, ref_schema=new) if key.ref_schema == old else key for key in item.foreign_keys
        )
        if item.partition_of and item.partition_of.schema == old:
            updates["partition_of"] = replace(item.partition_of, schema=new)
    if isinstance(item, Sequence) and item.owned_by and item.owned_by[0] == old:
        updates["owned_by"] = (new, *item.owned_by[1:])
    if isinstance(item, Publication):
        updates["schemas"] = tuple(sorted(new if name == old else name for name in item.schemas))
    if getattr(item, "schema", None) == old:
        updates["schema"] = new
    return replace(item, **updates) if updates else item


def _repoint(table: Table, old: Ref, name: str) -> Table:
    keys = tuple(_point(key, old, name) for key in table.foreign_keys)
    parent = table.partition_of
    if parent and (parent.schema, parent.table) == (old.schema, old.name):
        parent = replace(parent, table=name)
    return replace(table, foreign_keys=keys, partition_of=parent)


def _mentioning(current: Catalog, renamed: Ref) -> frozenset[Ref]:
    """Objects whose texts may name the renamed one: it, what belongs to it, and what the server says depends on it.

    Where a server tells no dependencies, every object may.
    """
    if not current.dependencies:
        return frozenset(current.objects)
    inside = {renamed} | {ref for ref in current.members if _within(ref, renamed)}
    found = {ref for ref in inside if ref in current.objects}
    for ref, needs in current.dependencies.items():
        if not inside.isdisjoint(needs):
            found |= {ref, Ref(Kind.TABLE, ref.schema, ref.table)}
    return frozenset(found)


def _within(ref: Ref, outer: Ref) -> bool:
    if outer.kind is Kind.SCHEMA:
        return ref.schema == outer.name
    return outer.kind in _RELATIONS and (ref.schema, ref.table) == (outer.schema, outer.name)


def _point(key: ForeignKey, old: Ref, name: str) -> ForeignKey:
    if (key.ref_schema, key.ref_table) == (old.schema, old.name):
        return replace(key, ref_table=name)
    return key


def _rename_column(current: Catalog, table: Ref, old: str, new: str, *, follows_renames: bool) -> Catalog:
    before, after = table.child(Kind.COLUMN, old), table.child(Kind.COLUMN, new)
    objects = dict(current.objects)
    for ref, item in current.objects.items():
        own = ref == table or _within(ref, table)
        moved = item
        if own or before in current.dependencies.get(ref, ()):
            moved = _substitute(item, old, new, follows_renames=follows_renames)
        if isinstance(moved, Table):
            keys = tuple(_rename_referenced(key, table, old, new) for key in moved.foreign_keys)
            moved = replace(moved, foreign_keys=keys)
        elif isinstance(moved, Sequence) and moved.owned_by == (table.schema, table.name, old):
            moved = replace(moved, owned_by=(table.schema, table.name, new))
        elif isinstance(moved, PublishedTable) and own:
            moved = replace(moved, columns=tuple(new if name == old else name for name in moved.columns))
        objects[ref] = moved
    renamed = cast(Table, objects[table])
    objects[table] = _rename_in_members(renamed, old, new)
    dependencies = {
        (after if ref == before else ref): frozenset(after if need == before else need for need in needs)
        for ref, needs in current.dependencies.items()
    }
    grants = frozenset(_on_renamed_column(grant, table, old, new) for grant in current.grants)
    return replace(current, objects=objects, dependencies=dependencies, grants=grants)


def _on_renamed_column(grant: Grant, table: Ref, old: str, new: str) -> Grant:
    """A privilege on the column, or on the sequence that it made."""
    if grant.on == table and grant.column == old:
        return replace(grant, column=new)
    if grant.on == table.child(Kind.SEQUENCE, old):
        return replace(grant, on=table.child(Kind.SEQUENCE, new))
    return grant


def _rename_referenced(key: ForeignKey, table: Ref, old: str, new: str) -> ForeignKey:
    if (key.ref_schema, key.ref_table) != (table.schema, table.name):
        return key
    return replace(key, ref_columns=tuple(new if name == old else name for name in key.ref_columns))


def _rename_in_members(value: Any, old: str, new: str) -> Any:
    """Rename a column wherever a member of its table names it in a structured field."""
    if isinstance(value, tuple):
        return type(value)(_rename_in_members(item, old, new) for item in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    updates: dict[str, Any] = {}
    for field in fields(value):
        content = getattr(value, field.name)
        if field.name == "column" and content == old:
            updates[field.name] = new
        elif field.name in ("columns", "include", "on_delete_columns") and content and isinstance(content[0], str):
            updates[field.name] = tuple(new if name == old else name for name in content)
        elif isinstance(content, tuple) or is_dataclass(content):
            updates[field.name] = _rename_in_members(content, old, new)
    renamed = replace(value, **updates)
    return replace(renamed, name=new) if isinstance(renamed, Column) and renamed.name == old else renamed


def _substitute(item: Any, old: str, new: str, *, follows_renames: bool) -> Any:
    """Rename an identifier inside the SQL texts that the server rewrites by itself."""
    if isinstance(item, View):  # its indexes name what it shows, which keeps its names
        return replace(item, definition=rename_in_text(item.definition, old, new)) if follows_renames else item
    if isinstance(item, Routine) and not item.atomic:
        return item
    return _substitute_texts(item, old, new)


def _substitute_texts(value: Any, old: str, new: str) -> Any:
    if isinstance(value, tuple):
        return type(value)(_substitute_texts(item, old, new) for item in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    updates: dict[str, Any] = {}
    for field in fields(value):
        content = getattr(value, field.name)
        if isinstance(content, str) and (field.name in _SQL_TEXTS or (field.name == "body" and _is_parsed(value))):
            updates[field.name] = rename_in_text(content, old, new)
        elif isinstance(content, tuple) or (is_dataclass(content) and not isinstance(content, type)):
            updates[field.name] = _substitute_texts(content, old, new)
    return replace(value, **updates) if updates else value


def _is_parsed(value: object) -> bool:
    return isinstance(value, Routine) and value.atomic
