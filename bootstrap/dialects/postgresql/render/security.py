"""Roles, privileges and default privileges."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.changes import AlterColumn
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import DefaultPrivilege, Grant, Role
from bootstrap.dialects.postgresql.names import literal, qualified, quote
from bootstrap.dialects.postgresql.render.owned import made_sequence, sequence_of
from bootstrap.dialects.postgresql.render.routines import setting_value
from bootstrap.dialects.postgresql.render.statements import comment_change, is_created, membership, name_sql, statement
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import PASSWORD, Statement

_FLAGS = {
    "superuser": "SUPERUSER", "createdb": "CREATEDB", "createrole": "CREATEROLE", "inherit": "INHERIT",
    "login": "LOGIN", "replication": "REPLICATION", "bypassrls": "BYPASSRLS",
}  # fmt: skip
_USUAL = {"inherit": "true"}
_RELATIONS = frozenset({Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW})
_ON = {
    Kind.SCHEMA: "SCHEMA", Kind.SEQUENCE: "SEQUENCE", Kind.FUNCTION: "FUNCTION", Kind.PROCEDURE: "PROCEDURE",
    Kind.AGGREGATE: "FUNCTION", Kind.ENUM: "TYPE", Kind.COMPOSITE: "TYPE", Kind.RANGE: "TYPE", Kind.DOMAIN: "DOMAIN",
}  # fmt: skip


def create_role(item: Role, context: RenderContext) -> list[Statement]:
    """``CREATE ROLE``; a password that was resolved for it is in the statement, never in what is shown of it."""
    clauses = _attributes({}, dict(item.attributes))
    sql = f"CREATE ROLE {quote(item.name)}{clauses}"
    made = [_with_password(sql, item, context)]
    made += _settings({}, dict(item.attributes), item, context)
    made += [_member(item, group, context) for group in item.member_of]
    if _acts(item.name, context):
        made += membership(item.name, item.ref, context)
    return made + comment_change(item.ref, None, item.comment, context)


def _acts(role: str, context: RenderContext) -> bool:
    """Whether something is declared that only a member of the role can do."""
    owners = {getattr(item, "owner", None) for item in context.desired.objects.values()}
    return role in owners | {item.owner for item in context.desired.default_privileges}


def _with_password(sql: str, item: Role, context: RenderContext) -> Statement:
    if item.password_secret is None:
        return statement(sql, item.ref, context)
    made = statement(f"{sql} PASSWORD {PASSWORD}", item.ref, context, display=f"{sql} PASSWORD '<redacted>'")
    return replace(made, password_secret=item.password_secret)


def _attributes(before: dict[str, str], after: dict[str, str]) -> str:
    parts = []
    for name, word in _FLAGS.items():
        old, new = (bool_text(values.get(name, _USUAL.get(name, "false"))) for values in (before, after))
        if old != new:
            parts.append(word if new else f"NO{word}")
    limit = after.get("connection_limit", "-1")
    if limit != before.get("connection_limit", "-1"):
        parts.append(f"CONNECTION LIMIT {int(limit)}")
    if after.get("valid_until") != before.get("valid_until"):
        parts.append(f"VALID UNTIL {literal(after.get('valid_until', 'infinity'))}")
    return "".join(f" {part}" for part in parts)


def bool_text(value: str) -> bool:
    """A flag as a declaration or the server writes it."""
    return str(value).lower() in ("true", "yes", "on", "1", "t")


def _settings(before: dict[str, str], after: dict[str, str], item: Role, context: RenderContext) -> list[Statement]:
    alter = f"ALTER ROLE {quote(item.name)}"
    names = {name for name in {**before, **after} if name.startswith("set ")}
    made = []
    for name in sorted(names):
        setting = ".".join(quote(part) for part in name[4:].split("."))
        if name not in after:
            made.append(statement(f"{alter} RESET {setting}", item.ref, context))
        elif before.get(name) != after[name]:
            value = setting_value(name[4:], after[name])
            made.append(statement(f"{alter} SET {setting} TO {value}", item.ref, context))
    return made


def _member(item: Role, group: str, context: RenderContext) -> Statement:
    return statement(f"GRANT {quote(group)} TO {quote(item.name)}", item.ref, context)


def role_clauses(before: Role, after: Role) -> str:
    """The attributes of a role that change, as ALTER ROLE takes them."""
    return _attributes(dict(before.attributes), dict(after.attributes))


def alter_role(before: Role, after: Role, context: RenderContext) -> list[Statement]:
    """Attributes, settings, memberships, comment. The password stays."""
    old, new = dict(before.attributes), dict(after.attributes)
    made = []
    clauses = role_clauses(before, after)
    if clauses:
        made.append(statement(f"ALTER ROLE {quote(after.name)}{clauses}", after.ref, context))
    made += _settings(old, new, after, context)
    made += [_member(after, group, context) for group in after.member_of if group not in before.member_of]
    for group in before.member_of:
        if group not in after.member_of:
            made.append(statement(f"REVOKE {quote(group)} FROM {quote(after.name)}", after.ref, context))
    return made + comment_change(after.ref, before.comment, after.comment, context)


def drop_role(item: Role, context: RenderContext) -> list[Statement]:
    """``DROP ROLE``, with what ties it to this database: what it owns becomes ours, what was granted to it is revoked.

    In one transaction: where it owns something in another database, the server names that, and nothing is changed.
    """
    role = quote(item.name)
    steps = [known.sql for known in membership(item.name, item.ref, context)]
    steps += [f"REASSIGN OWNED BY {role} TO CURRENT_USER", f"DROP OWNED BY {role}", f"DROP ROLE {role}"]
    return [statement(";\n".join(steps), item.ref, context)]


def object_sql(on: Ref | None, context: RenderContext) -> str:
    """What a privilege is on, as GRANT and REVOKE take it."""
    if on is None:
        return f"DATABASE {quote(_database(context))}"
    if on.kind in _RELATIONS:
        return qualified(on.schema, on.name)
    if on.kind is Kind.SEQUENCE and on.table:
        return f"SEQUENCE {sequence_of(on, context)}"
    name = name_sql(on).replace("(*)", "()")
    return f"{_ON[on.kind]} {name}"


def _grantee(name: str) -> str:
    return "PUBLIC" if name == "public" else quote(name)


def _privilege(item: Grant) -> str:
    return f"{item.privilege.upper()} ({quote(item.column)})" if item.column else item.privilege.upper()


def grant(item: Grant, context: RenderContext) -> list[Statement]:
    """Give a privilege, or take away one that the server gives by default."""
    if item.revoked:
        return [_revoke(item, context)]
    return [_give(item, context)]


def revoke(item: Grant, context: RenderContext) -> list[Statement]:
    """Take a privilege away, or give back one that the server gives by default."""
    if item.revoked and not _went_with_sequence(item, context):
        return [_give(item, context)]
    if not stays_granted(item, context):
        return [_revoke(item, context)]
    kept = _kept(item, context)
    if kept and item.grantable and not kept[0].grantable:
        where = object_sql(item.on, context)
        sql = f"REVOKE GRANT OPTION FOR {_privilege(item)} ON {where} FROM {_grantee(item.grantee)} CASCADE"
        return [statement(sql, _subject(item), context)]
    return []


def stays_granted(item: Grant, context: RenderContext) -> bool:
    """Whether what is no longer granted in that way goes by itself, or is held in another way."""
    if _went_with_sequence(item, context):
        return True
    owner = getattr(context.desired.objects.get(item.on), "owner", None) if item.on else None
    return owner == item.grantee or bool(_kept(item, context))  # an owner has everything


def _went_with_sequence(item: Grant, context: RenderContext) -> bool:
    of_column = item.on is not None and item.on.kind is Kind.SEQUENCE and bool(item.on.table)
    return item.on is not None and of_column and sequence_of(item.on, context) is None


def _kept(item: Grant, context: RenderContext) -> list[Grant]:
    """The same privilege as it is declared: with or without the grant option."""
    return [
        other
        for other in context.desired.grants
        if (other.grantee, other.privilege, other.on, other.column)
        == (item.grantee, item.privilege, item.on, item.column)
        and not other.revoked
    ]


def _database(context: RenderContext) -> str:
    return context.current.settings.get("database", "") or context.desired.settings.get("database", "")


def _subject(item: Grant) -> Ref:
    return item.on or Ref(Kind.ROLE, "", item.grantee)


def _give(item: Grant, context: RenderContext) -> Statement:
    option = " WITH GRANT OPTION" if item.grantable else ""
    where = object_sql(item.on, context)
    sql = f"GRANT {_privilege(item)} ON {where} TO {_grantee(item.grantee)}{option}"
    return statement(sql, _subject(item), context, creates=_is_on_new(item, context))


def _revoke(item: Grant, context: RenderContext) -> Statement:
    where = object_sql(item.on, context)
    sql = f"REVOKE {_privilege(item)} ON {where} FROM {_grantee(item.grantee)}"
    return statement(sql, _subject(item), context, creates=_is_on_new(item, context))


def _is_on_new(item: Grant, context: RenderContext) -> bool:
    return item.on is not None and is_created(item.on, context)


_DEFAULTS_FOR = {
    Kind.TABLE: "tables", Kind.VIEW: "tables", Kind.MATERIALIZED_VIEW: "tables", Kind.SEQUENCE: "sequences",
    Kind.FUNCTION: "functions", Kind.PROCEDURE: "functions", Kind.AGGREGATE: "functions", Kind.ENUM: "types",
    Kind.COMPOSITE: "types", Kind.RANGE: "types", Kind.DOMAIN: "types", Kind.SCHEMA: "schemas",
}  # fmt: skip


def without_defaults(ref: Ref, context: RenderContext) -> list[Statement]:
    """Take from a new object what default privileges give it and nobody declared, and give what they keep from it: what
    is declared means the same whatever default privileges a database has.
    """
    found = []
    for item in sorted(context.current.default_privileges):
        fits = item.object_kind == _DEFAULTS_FOR.get(ref.kind) and item.schema in ("", ref.schema)
        had = Grant(
            grantee=item.grantee, privilege=item.privilege, on=ref, grantable=item.grantable, revoked=item.revoked
        )
        if fits and item.owner == context.server.account and had not in context.desired.grants:
            found.append(_give(had, context) if item.revoked else _revoke(had, context))
    return found


def sequence_privileges(change: AlterColumn, context: RenderContext) -> list[Statement]:
    """What the sequence of a column had is given to the one that is made in its place."""
    before, after = made_sequence(change.table, change.before), made_sequence(change.table, change.after)
    if not after or (before and change.before.serial == change.after.serial):
        return []
    on = change.table.ref.child(Kind.SEQUENCE, change.after.name)
    kept = sorted(item for item in context.desired.grants & context.current.grants if item.on == on)
    return without_defaults(on, context) + [statement for item in kept for statement in grant(item, context)]


def change_default(item: DefaultPrivilege, context: RenderContext, *, give: bool) -> list[Statement]:
    """``ALTER DEFAULT PRIVILEGES``; a revoked default is given by taking away."""
    where = f" IN SCHEMA {quote(item.schema)}" if item.schema else ""
    head = f"ALTER DEFAULT PRIVILEGES FOR ROLE {quote(item.owner)}{where}"
    privilege = f"{item.privilege.upper()} ON {item.object_kind.upper()}"
    if give != item.revoked:
        option = " WITH GRANT OPTION" if item.grantable else ""
        sql = f"{head} GRANT {privilege} TO {_grantee(item.grantee)}{option}"
    else:
        sql = f"{head} REVOKE {privilege} FROM {_grantee(item.grantee)}"
    subject = Ref(Kind.ROLE, "", item.owner)
    known = subject in context.current.objects
    return [*(membership(item.owner, subject, context) if known else []), statement(sql, subject, context)]
