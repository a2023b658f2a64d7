"""How values of a type that is recreated become those of the new one: through text, or attribute by attribute."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.types import CompositeType, Domain, RangeType
from bootstrap.dialects.postgresql.names import qualified, quote
from bootstrap.dialects.postgresql.render.casts import using
from bootstrap.dialects.postgresql.type_use import (
    Remakable,
    element,
    multirange,
    shared_attributes,
    spellings,
)

_BUILT_BESIDE = frozenset({Kind.INDEX, Kind.UNIQUE, Kind.CHECK, Kind.FOREIGN_KEY})
_ASIDE, _CONVERTER = "_db_bootstrap", "_from_db_bootstrap"


def aside_name(name: str, suffix: str = _ASIDE) -> str:
    """What something is called while the new one of its name is made beside it."""
    return name.encode()[: 63 - len(suffix)].decode(errors="ignore") + suffix


def is_aside(ref: Ref) -> bool:
    """Whether a constraint or index has such a name: a run that was killed left it behind."""
    return ref.kind in _BUILT_BESIDE and ref.name.endswith(_ASIDE)


class Values:
    """The way of values from the types that one change recreates to those that take their names."""

    def __init__(self, before: Remakable, after: Remakable, types: list[Remakable]) -> None:
        """``before`` and ``after`` are the type that changes, ``types`` all that are recreated with it."""
        self.before, self.after = before, after
        self.types = {qualified(item.schema, item.name): item for item in types}
        self.types |= {multirange(item): item for item in types if isinstance(item, RangeType)}

    def moved(self, expression: str, type_: str) -> str:
        """What makes a value one of the new type of the same name."""
        item = self.types[element(type_)]
        if self._by_attributes(item):
            return f"{_converter(item)}({expression})"
        text = "text[]" if type_.endswith("[]") else "text"
        return f"{expression}::{text}::{type_}"

    def converters(self, item: Remakable) -> Iterator[str]:
        """The functions that make values, and arrays of them, ones of the new type; none where text does."""
        if not self._by_attributes(item):
            return
        name, new = _converter(item), qualified(item.schema, item.name)
        old = qualified(item.schema, aside_name(item.name))
        yield f"CREATE FUNCTION {name}({old}) RETURNS {new} LANGUAGE sql STRICT RETURN {self._converted(item)}"
        items = f"SELECT array_agg({name}($1[n]) ORDER BY n) FROM generate_subscripts($1, 1) n"
        # Text keeps other shapes, or says that it cannot.
        plain = "array_ndims($1) = 1 AND array_lower($1, 1) = 1"
        body = f"CASE WHEN {plain} THEN ({items}) ELSE $1::text::{new}[] END"
        yield f"CREATE FUNCTION {name}({old}[]) RETURNS {new}[] LANGUAGE sql STRICT RETURN {body}"

    def dropped_converters(self, item: Remakable) -> Iterator[str]:
        """What drops them, before the old type goes."""
        if self._by_attributes(item):
            name, old = _converter(item), qualified(item.schema, aside_name(item.name))
            yield f"DROP FUNCTION {name}({old}[]), {name}({old})"

    def _by_attributes(self, item: Remakable) -> bool:
        """Whether text is not the way: rows with other attributes, and all that holds such."""
        if item == self.before:
            return isinstance(item, CompositeType)
        if not isinstance(item, CompositeType | Domain):
            return False
        inner = (self.types.get(element(type_)) for type_, _ in spellings(item))
        return any(found is not None and self._by_attributes(found) for found in inner)

    def _converted(self, item: Remakable) -> str:
        new = qualified(item.schema, item.name)
        if isinstance(item, Domain):
            base = self.types[element(item.type)]
            old = qualified(base.schema, aside_name(base.name)) + item.type[len(element(item.type)) :]
            return f"{_converter(base)}($1::{old})::{new}"
        return f"ROW({', '.join(self._attributes(item))})::{new}"

    def _attributes(self, item: Remakable) -> Iterator[str]:
        after = self.after if item == self.before else item
        if not isinstance(item, CompositeType) or not isinstance(after, CompositeType):
            return
        before = {new.name: old for old, new in shared_attributes(item, after)}
        for new in after.attributes:
            old = before.get(new.name)
            yield f"NULL::{new.type}" if old is None else self._attribute(f"($1).{quote(old.name)}", old.type, new.type)

    def _attribute(self, expression: str, old: str, new: str) -> str:
        if old == new and element(old) in self.types:
            return self.moved(expression, old)
        return using(expression, old, new) or expression


def _converter(item: Remakable) -> str:
    return qualified(item.schema, aside_name(item.name, _CONVERTER))
