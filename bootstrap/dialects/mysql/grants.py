"""What the session's own account may do, read from SHOW GRANTS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bootstrap.dialects.mysql.text import account, quote
from bootstrap.plan.server import Server

_GRANT = re.compile(r"GRANT (?P<privileges>.+?) ON (?P<database>`(?:[^`]|``)*`|\*)\.\* TO ", re.IGNORECASE)
# Without these the server hides what there is, and hidden would look as if it were missing.
_SIGHT = ("SHOW VIEW", "TRIGGER", "EVENT")
# One of these shows the names of routines; a hidden body shows up as such, and is refused then.
_ROUTINES = frozenset({"EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE", "SHOW CREATE ROUTINE"})
_DEFINERS = frozenset({"SUPER", "SET USER", "SET_USER_ID", "SET_ANY_DEFINER"})


@dataclass(frozen=True, slots=True)
class Privileges:
    """Privileges on the whole server, and those that hold in one database; ALL is spelled out as "ALL PRIVILEGES"."""

    everywhere: frozenset[str]
    here: frozenset[str]

    def may(self, privilege: str) -> bool:
        """Whether the account has that privilege in the database."""
        return bool({privilege, "ALL PRIVILEGES"} & self.here)

    @property
    def any_definer(self) -> bool:
        """Whether it may make code that runs as somebody else."""
        return bool((_DEFINERS | {"ALL PRIVILEGES"}) & self.everywhere)

    @property
    def super(self) -> bool:
        """Whether it has SUPER, which no account of RDS has."""
        return bool({"SUPER", "ALL PRIVILEGES"} & self.everywhere)

    @property
    def missing_sight(self) -> tuple[str, ...]:
        """The privileges without which something in the database stays hidden."""
        missing = [privilege for privilege in _SIGHT if not self.may(privilege)]
        sees_routines = bool({"SELECT", "SHOW_ROUTINE", "ALL PRIVILEGES"} & self.everywhere)
        if not sees_routines and not any(self.may(privilege) for privilege in _ROUTINES):
            missing.append("EXECUTE")
        return tuple(missing)


def read_privileges(lines: Iterable[str], database: str) -> Privileges:
    """The privileges that SHOW GRANTS lists, those on single tables left out."""
    everywhere: set[str] = set()
    here: set[str] = set()
    for line in lines:
        found = _GRANT.match(line)
        if found is None:
            continue
        privileges = {word.strip().upper() for word in found["privileges"].split(",")}
        if found["database"] == "*":
            everywhere |= privileges
            here |= privileges
        elif _matches(found["database"][1:-1].replace("``", "`"), database):
            here |= privileges
    return Privileges(frozenset(everywhere), frozenset(here))


def _matches(pattern: str, database: str) -> bool:
    """Whether a grant's pattern, with ``%`` and ``_`` and their escapes, covers the database."""
    return re.fullmatch("".join(_regular(pattern)), database, re.DOTALL) is not None


def _regular(pattern: str) -> Iterator[str]:
    for found in re.finditer(r"\\(.)|(.)", pattern, re.DOTALL):
        if found[1] is not None:
            yield re.escape(found[1])
        else:
            yield {"%": ".*", "_": "."}.get(found[2], re.escape(found[2]))


def grant_sight(missing: tuple[str, ...], database: str, server: Server) -> str:
    """What to tell whoever runs as an account that does not see everything."""
    return (
        f"this account does not see everything in {database} ({', '.join(missing)}): what it does not see would look as"
        f" if it were missing. Run: GRANT {', '.join(missing)} ON {quote(database)}.* TO {account(server.account)}"
    )
