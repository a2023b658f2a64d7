"""Roles and default privileges."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from bootstrap.declaration.shapes.common import Comment, Grants, Options, RenamedFrom, Shape, mysql, postgresql


class RoleShape(Shape):
    """A role, or a MySQL account (`app@%`)."""

    login: Annotated[bool, postgresql("May log in.")] = False
    superuser: Annotated[bool, postgresql("May do anything.")] = False
    createdb: Annotated[bool, postgresql("May create databases.")] = False
    createrole: Annotated[bool, postgresql("May create roles.")] = False
    replication: Annotated[bool, postgresql("May replicate.")] = False
    bypassrls: Annotated[bool, postgresql("Row level security does not hold for it.")] = False
    inherit: Annotated[bool, postgresql("Has the privileges of the roles that it is a member of.")] = True
    connection_limit: Annotated[int | None, Meta(description="How many connections at once.")] = None
    valid_until: Annotated[str | None, postgresql("Until when the password works.")] = None
    set: Annotated[Options | None, postgresql("Settings of its sessions: `{search_path: app}`.")] = None
    plugin: Annotated[str | None, mysql("Authentication plugin.")] = None
    require: Annotated[str | None, mysql("`ssl`, `x509`: what the connection must be.")] = None
    attributes: Annotated[
        Options | None,
        Meta(
            description="Further attributes. MySQL and MariaDB: `locked`, `issuer`, `subject`, `cipher`, "
            "`max_queries_per_hour`, `max_updates_per_hour`, `max_connections_per_hour`, `password_lifetime` (days or "
            "`never`), `default_role`, `admin_of` (roles that it may grant to others); MySQL: `password_history`, "
            "`password_reuse_interval`, `password_require_current`, `failed_login_attempts`, `password_lock_time`."
        ),
    ] = None
    member_of: Annotated[
        str | list[str] | None,
        Meta(
            description="Roles that it is a member of. On MySQL all of them are active when the account logs in, "
            "unless `attributes: {default_role: …}` names some or `none`. MariaDB activates one: with several it must "
            "be named."
        ),
    ] = None
    password_secret: Annotated[
        str | None,
        Meta(
            description="Where the password comes from when the role is created, never the password itself: an ARN of "
            "Secrets Manager, `secretsmanager:NAME`, `ssm:/NAME` or `env:VARIABLE`."
        ),
    ] = None
    comment: Comment = None
    renamed_from: RenamedFrom = None


class DefaultPrivilegeShape(Shape):
    """What future objects of an owner grant by themselves."""

    owner: Annotated[str, Meta(description="The role whose future objects these are.")]
    schema: Annotated[str | None, Meta(description="Only in this schema.")] = None
    tables: Grants | None = None
    sequences: Grants | None = None
    functions: Grants | None = None
    types: Grants | None = None
    schemas: Grants | None = None
    large_objects: Grants | None = None
