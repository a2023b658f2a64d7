"""Row level security around statements of ours that read or write rows: they must see all of them.

Policies do not hold for the owner of a table unless they are forced. Where they are, they are not for the length of
the transaction. Where a policy would hide rows nevertheless (the account is not the owner), the server refuses the
statement: our sessions have ``row_security = off``.
"""

from __future__ import annotations

from collections.abc import Iterable

from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.names import literal, qualified
from bootstrap.plan.context import RenderContext


def is_forced(table: Table) -> bool:
    """Whether policies hold for the owner too."""
    return table.row_security and table.force_row_security


def unforced(name: str) -> str:
    """Let the policies not hold for the owner."""
    return f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY"


def forced(name: str) -> str:
    """Let the policies hold for the owner again."""
    return f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"


def seeing_all(tables: Iterable[Table], context: RenderContext, steps: Iterable[str]) -> list[str]:
    """The steps, which read or write rows of these tables that exist: they see and write all of them."""
    before, after = [], []
    for table in tables:
        name = qualified(table.schema, table.name)
        current, desired = (catalog.objects.get(table.ref) for catalog in (context.current, context.desired))
        wanted = desired if isinstance(desired, Table) else current
        if any(isinstance(item, Table) and is_forced(item) for item in (current, desired)):
            before.append(unforced(name))
        if isinstance(wanted, Table) and is_forced(wanted):
            after.append(forced(name))
    return [*before, *steps, *after]


def copied(source: str, insert: str) -> str:
    """A copy that fails where not every row of its source has been inserted."""
    lost = literal(f"not every row of {source} was copied")
    return (
        "DO $do$\nDECLARE\n  db_bootstrap_there bigint;\n  db_bootstrap_copied bigint;\nBEGIN\n"
        f"  SELECT count(*) INTO db_bootstrap_there FROM {source};\n  {insert};\n"
        "  GET DIAGNOSTICS db_bootstrap_copied = ROW_COUNT;\n"
        "  IF db_bootstrap_copied <> db_bootstrap_there THEN\n"
        f"    RAISE EXCEPTION USING ERRCODE = 'data_exception', MESSAGE = {lost};\n  END IF;\nEND\n$do$"
    )
