"""Names of database objects: what kind, in which schema, of which table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of objects that a catalog holds, as the error messages and the report call them."""

    ROLE = "role"
    SCHEMA = "schema"
    EXTENSION = "extension"
    COLLATION = "collation"
    DICTIONARY = "text search dictionary"
    TEXT_SEARCH = "text search configuration"
    OPERATOR = "operator"
    ENUM = "enum"
    COMPOSITE = "composite type"
    RANGE = "range type"
    DOMAIN = "domain"
    SEQUENCE = "sequence"
    TABLE = "table"
    COLUMN = "column"
    PRIMARY_KEY = "primary key"
    UNIQUE = "unique constraint"
    CHECK = "check constraint"
    EXCLUSION = "exclusion constraint"
    FOREIGN_KEY = "foreign key"
    INDEX = "index"
    STATISTICS = "statistics"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    FUNCTION = "function"
    PROCEDURE = "procedure"
    AGGREGATE = "aggregate"
    TRIGGER = "trigger"
    RULE = "rule"
    POLICY = "policy"
    EVENT = "event"
    EVENT_TRIGGER = "event trigger"
    PUBLICATION = "publication"
    PUBLISHED_TABLE = "published table"


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """Identity of one object in one database.

    ``schema`` is empty for what lives outside of schemas (roles, extensions, schemas themselves) and everywhere on
    MySQL, where the database is the schema. ``table`` names the owner of what belongs to a table: columns,
    constraints, indexes, triggers, rules, policies, its places in publications; and a sequence of a table is the one
    that the column of that name made (serial, identity). The ``name`` of a PostgreSQL routine carries its argument
    types, ``area(integer, text)``, because they are part of its identity.
    """

    kind: Kind
    schema: str
    name: str
    table: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.path}"

    @property
    def path(self) -> str:
        """The name as a person writes it, and as ``--allow HAZARD:PATH`` takes it: ``app.orders.total``."""
        parts = (self.schema, self.table, self.name)
        return ".".join(part for part in parts if part)

    def child(self, kind: Kind, name: str) -> Ref:
        """The reference of something that belongs to this table."""
        return Ref(kind, self.schema, name, self.name)

    @property
    def owner(self) -> Ref | None:
        """The table that this object belongs to, or None."""
        return Ref(Kind.TABLE, self.schema, self.table) if self.table else None


def without_members(refs: Collection[Ref]) -> tuple[Ref, ...]:
    """Return the identities in order, without the members of tables that are among them."""
    return tuple(sorted(ref for ref in refs if ref.owner not in refs))
