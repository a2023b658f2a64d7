"""The use-case ``grants``: the statements that let an account run a command, from the declaration alone."""

from __future__ import annotations

from bootstrap.dialects.registry import dialect_for
from bootstrap.service.work import Request, find_destination, read_declaration


def grants(request: Request, account: str, command: str) -> tuple[str, ...]:
    """What to grant an account for ``verify``, ``plan`` or ``apply``; nothing is connected to.

    Raises:
        DeclarationError: the declaration is wrong.
        TargetError: the target does not say which database it is.
    """
    declaration = read_declaration(request)
    database = find_destination(request, declaration.manifest).endpoint.database
    return tuple(dialect_for(declaration.engine).rights(database, account, declaration.catalog, command=command))
