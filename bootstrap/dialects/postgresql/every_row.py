"""Seeing every row of a table in spite of row security, or an error; never some of the rows in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bootstrap.dialects.base import Session

_FORCED = """
SELECT format('%%I.%%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN unnest(%s::text[]) AS wanted (name) ON c.oid = to_regclass(wanted.name)
WHERE c.relforcerowsecurity AND pg_has_role(c.relowner, 'USAGE')
  AND row_security_active(c.oid)
"""


@contextmanager
def every_row(session: Session, tables: Sequence[str]) -> Iterator[None]:
    """See every row of these tables until the end of the block.

    With ``row_security`` off the server refuses to read what a policy would filter. Policies apply to an owner only
    where the table forces them: that is suspended within the transaction. Other sessions never see it, because the
    ALTER TABLE holds its lock until the transaction ends, and what is rolled back never was.

    Args:
        session: in a transaction that the caller opened.
        tables: their quoted names.
    """
    session.execute("SET LOCAL row_security = off")
    forced = [name for (name,) in session.query(_FORCED, [list(tables)])]
    for name in forced:
        session.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
    yield
    if forced:
        session.execute("SET CONSTRAINTS ALL IMMEDIATE")  # ALTER TABLE is refused while checks are still to come
    for name in forced:
        session.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
