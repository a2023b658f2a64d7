"""Roles, memberships and privileges."""

from __future__ import annotations

from dataclasses import dataclass, field

from bootstrap.catalog.ref import Kind, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role, or a MySQL account (``name@host``). Cluster-wide: compared structurally, never dropped by ``--exact``.

    ``password_secret`` names where the password comes from when the role is created; the password itself is never in
    a catalog.
    """

    name: str
    attributes: tuple[tuple[str, str], ...] = ()  # login, createdb, connection limit …; MySQL: plugin, require
    member_of: tuple[str, ...] = ()
    comment: str | None = None
    password_secret: str | None = field(default=None, compare=False)
    renamed_from: str | None = field(default=None, compare=False)

    @property
    def ref(self) -> Ref:
        """The identity of this role."""
        return Ref(Kind.ROLE, "", self.name)


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Grant:
    """One privilege of one grantee on one object, or, with ``columns``, on columns of it.

    ``on`` None is the database itself. ``grantee`` "public" is PUBLIC.
    """

    grantee: str
    privilege: str
    on: Ref | None
    column: str = ""
    grantable: bool = False
    revoked: bool = False  # a privilege that the server gives by default and that was taken away


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class DefaultPrivilege:
    """``ALTER DEFAULT PRIVILEGES FOR ROLE owner [IN SCHEMA schema] GRANT privilege ON object_kind TO grantee``."""

    owner: str
    schema: str
    object_kind: str  # tables, sequences, functions, types, schemas
    grantee: str
    privilege: str
    grantable: bool = False
    revoked: bool = False  # a privilege that the server gives by default and that was taken away
