"""The structure that SQL of an application describes: run in a scratch database, and read back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from bootstrap.catalog.catalog import Catalog
from bootstrap.dialects.base import Endpoint, Scope
from bootstrap.dialects.foreign_sql import ForeignStatement, nowhere, run_foreign
from bootstrap.dialects.mysql.introspect import introspect_database
from bootstrap.dialects.mysql.normalise import build
from bootstrap.dialects.mysql.scratch import scratch_database
from bootstrap.dialects.mysql.session import MySqlSession, connect

# A dump names tables before it creates them.
_ANY_ORDER = [("foreign_key_checks", "0")]


def structure_of(
    session: MySqlSession, statements: Sequence[ForeignStatement], beside: Catalog, scratch: Endpoint | None
) -> Catalog:
    """Run the statements beside what is there already, and read everything back."""
    if scratch is None:
        return _structure_of(session, statements, beside, live=session)
    with closing(connect(scratch, application_name=session.application_name)) as other:
        return _structure_of(other, statements, beside, live=session)


def _structure_of(
    session: MySqlSession, statements: Sequence[ForeignStatement], beside: Catalog, *, live: MySqlSession
) -> Catalog:
    with scratch_database(session, live, beside.settings) as name:
        with session.tolerant(), session.settings(_ANY_ORDER):
            build(session, list(beside.objects.values()), nowhere)
            for statement in statements:
                with run_foreign(statement):
                    session.execute(statement.sql)
        return introspect_database(session, name, Scope()).catalog
