"""What an account must be granted for a command: the statements, for an administrator to run."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.security import Role
from bootstrap.dialects.mysql.grants import Privileges
from bootstrap.dialects.mysql.scratch import SCRATCH_PREFIX
from bootstrap.dialects.mysql.session import MySqlSession
from bootstrap.dialects.mysql.text import account as account_sql
from bootstrap.dialects.mysql.text import quote

# To see a trigger, an event or a routine at all, these servers ask for the privilege to make or to call one.
_READING = "SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE, CREATE TEMPORARY TABLES"
_ALL_OF_A_DATABASE = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, LOCK TABLES,"
    " EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER"
)
_SCRATCH = "`" + SCRATCH_PREFIX.replace("_", "\\_") + "%`"


def lacking_rights(session: MySqlSession, database: str, declared: Catalog, *, scratch: bool) -> list[str]:
    """The grants for an apply that the session's account does not have.

    Args:
        session: of the account.
        database: the name of its database.
        declared: what it is to change.
        scratch: scratch databases are made on another server.
    """
    user = account_sql(session.server.account)
    everywhere = session.privileges.everywhere
    found = [_lacking(session.privileges_in(database), f"{quote(_escaped(database))}.*", user)]
    if not scratch:
        found.append(_lacking(session.privileges_in(f"{SCRATCH_PREFIX}x"), f"{_SCRATCH}.*", user))
    if _changes_accounts(declared) and not {"CREATE USER", "ALL PRIVILEGES"} & everywhere:
        found.append(f"GRANT CREATE USER ON *.* TO {user};")
    return [statement for statement in found if statement]


def _lacking(held: Privileges, place: str, user: str) -> str:
    """All privileges where one is lacking: the server goes by one entry of a database, and does not add up several."""
    if all(held.may(privilege) for privilege in _ALL_OF_A_DATABASE.split(", ")):
        return ""
    return f"GRANT {_ALL_OF_A_DATABASE} ON {place} TO {user};"


def _escaped(database: str) -> str:
    """A grant's database is a pattern: an underscore would mean any character."""
    return database.replace("_", "\\_")


def _changes_accounts(declared: Catalog) -> bool:
    return bool(declared.of(Role) or declared.grants)


def rights(database: str, account: str, declared: Catalog, *, command: str) -> Iterator[str]:
    """The statements that let an account run ``verify``, ``plan`` or ``apply``.

    Args:
        database: its name.
        account: ``user@host``, which exists.
        declared: what it is to read or change.
        command: one of the three.
    """
    user = account_sql(account)
    name = quote(_escaped(database))
    if command == "apply":
        yield f"GRANT {_ALL_OF_A_DATABASE} ON {name}.* TO {user};"
    else:
        yield f"GRANT {_READING} ON {name}.* TO {user};"
        yield "-- MySQL, where there are routines: their texts"
        yield f"-- GRANT SHOW_ROUTINE ON *.* TO {user};"
        yield "-- MariaDB, likewise; from 11.3 on: GRANT SHOW CREATE ROUTINE on the database"
        yield f"-- GRANT SELECT ON mysql.proc TO {user};"
    if command != "verify":
        yield "-- the scratch database; or name a development server with --scratch-url:"
        yield f"GRANT {_ALL_OF_A_DATABASE} ON {_SCRATCH}.* TO {user};"
    if command == "apply" and _changes_accounts(declared):
        yield "-- the declared accounts and privileges; it can only give what it has itself:"
        yield f"GRANT CREATE USER ON *.* TO {user};"
        yield f"GRANT SELECT ON mysql.* TO {user};"
        yield f"GRANT GRANT OPTION ON {name}.* TO {user};"
