"""The order of changes that do not depend on each other."""

from __future__ import annotations

from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    Change,
    Create,
    CreateIndex,
    Drop,
    DropColumn,
    DropConstraint,
    DropIndex,
    GrantPrivilege,
    Leave,
    ReleaseDefault,
    Rename,
    RenameColumn,
    Repartition,
    Retire,
    RevokePrivilege,
)
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.security import Grant

# Among changes that do not depend on each other: what makes a plan easy to read, and what is right where the server
# knows of no dependency (function bodies are opaque to it).
_CREATE_RANK = {
    Kind.ROLE: 10, Kind.SCHEMA: 11, Kind.EXTENSION: 12, Kind.COLLATION: 13, Kind.DICTIONARY: 13,
    Kind.TEXT_SEARCH: 14, Kind.ENUM: 15, Kind.COMPOSITE: 16, Kind.RANGE: 16, Kind.DOMAIN: 17, Kind.SEQUENCE: 18,
    Kind.FUNCTION: 40, Kind.AGGREGATE: 41,
    Kind.PROCEDURE: 41, Kind.OPERATOR: 41, Kind.TABLE: 42,
    Kind.STATISTICS: 60, Kind.VIEW: 62, Kind.MATERIALIZED_VIEW: 62,
    Kind.RULE: 66, Kind.POLICY: 66, Kind.TRIGGER: 66, Kind.EVENT: 67, Kind.EVENT_TRIGGER: 67,
    Kind.PUBLICATION: 68, Kind.PUBLISHED_TABLE: 69,
}  # fmt: skip
_DROP_RANK = {
    Kind.PUBLISHED_TABLE: 1, Kind.PUBLICATION: 2,
    Kind.EVENT_TRIGGER: 1, Kind.EVENT: 1, Kind.TRIGGER: 2, Kind.RULE: 2, Kind.POLICY: 2, Kind.STATISTICS: 2,
    Kind.MATERIALIZED_VIEW: 3, Kind.VIEW: 4, Kind.PROCEDURE: 81, Kind.AGGREGATE: 81, Kind.OPERATOR: 81,
    Kind.FUNCTION: 82,
    Kind.TABLE: 80, Kind.SEQUENCE: 83, Kind.DOMAIN: 84, Kind.COMPOSITE: 85, Kind.RANGE: 85, Kind.ENUM: 86,
    Kind.TEXT_SEARCH: 87, Kind.DICTIONARY: 88, Kind.COLLATION: 88, Kind.EXTENSION: 89, Kind.SCHEMA: 90, Kind.ROLE: 91,
}  # fmt: skip
_MEMBER_RANK: dict[type, int] = {
    Rename: 20, RenameColumn: 21, ReleaseDefault: 22, Leave: 23, DropConstraint: 31, DropIndex: 32, AddColumn: 44,
    AlterColumn: 45, DropColumn: 46,
    AlterConstraint: 50, AlterIndex: 51, AddConstraint: 52, CreateIndex: 53, Repartition: 54,
    RevokePrivilege: 71, GrantPrivilege: 72, Retire: 79,
}  # fmt: skip
_FOREIGN_KEY_LAST = 55
_COLUMN_PRIVILEGE_FIRST = 70  # revoked on the table, it is gone from its columns too, and cannot be revoked there
_FOREIGN_KEY_FIRST = 30


def rank(change: Change) -> int:
    """The place of a change: lower ones come first."""
    match change:
        case Create():
            return _CREATE_RANK[change.ref.kind]
        case Drop():
            return _DROP_RANK[change.ref.kind]
        case Alter():
            return _CREATE_RANK[change.ref.kind] + 1
        case AddConstraint() if change.after.kind is Kind.FOREIGN_KEY:
            return _FOREIGN_KEY_LAST
        case DropConstraint() if change.before.kind is Kind.FOREIGN_KEY:
            return _FOREIGN_KEY_FIRST
        case RevokePrivilege(before=Grant(column=column)) if column:
            return _COLUMN_PRIVILEGE_FIRST
        case _:
            return _MEMBER_RANK[type(change)]
