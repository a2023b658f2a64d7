"""Which kinds of objects cannot share a name: who frees it comes before who takes it."""

from __future__ import annotations

from bootstrap.catalog.ref import Kind, Ref

_RELATIONS = frozenset({Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW, Kind.SEQUENCE, Kind.COMPOSITE})
_TYPE_NAMES = frozenset({Kind.ENUM, Kind.DOMAIN, Kind.RANGE})
_ROUTINES = frozenset({Kind.FUNCTION, Kind.PROCEDURE, Kind.AGGREGATE})
_KEYS = frozenset({Kind.INDEX, Kind.PRIMARY_KEY, Kind.UNIQUE, Kind.EXCLUSION})
_CONSTRAINTS = frozenset({Kind.CHECK, Kind.FOREIGN_KEY})


def name_slot(ref: Ref) -> Ref:
    """The namespace entry that an identity occupies: kinds that cannot share a name share the slot.

    On PostgreSQL relations, their row types and indexes share one namespace per schema; on MySQL, which has no
    schema here, index names belong to their table.
    """
    if ref.kind in _RELATIONS or ref.kind in _TYPE_NAMES:
        return Ref(Kind.TABLE, ref.schema, ref.name, "\0name")
    if ref.kind in _KEYS:
        return Ref(Kind.TABLE, ref.schema, ref.name, "\0name" if ref.schema else f"\0{ref.table}")
    if ref.kind in _ROUTINES:
        return Ref(Kind.FUNCTION, ref.schema, ref.name, "\0name")
    if ref.kind is Kind.TRIGGER and not ref.schema:  # MySQL: one namespace for the triggers of all tables
        return Ref(Kind.TRIGGER, "", ref.name, "\0name")
    if ref.kind in _CONSTRAINTS:
        return Ref(Kind.CHECK, ref.schema, ref.name, f"\0{ref.table}" if ref.schema else "\0name")
    return ref
