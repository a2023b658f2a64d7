"""The structure that SQL of an application describes: run in a scratch database, and read back."""

from __future__ import annotations

from collections.abc import Sequence

from bootstrap.catalog.catalog import Catalog
from bootstrap.dialects.base import Endpoint, Scope
from bootstrap.dialects.foreign_sql import ForeignStatement, nowhere, run_foreign
from bootstrap.dialects.postgresql.build import build
from bootstrap.dialects.postgresql.introspect import introspect
from bootstrap.dialects.postgresql.normalise import set_search_path
from bootstrap.dialects.postgresql.scratch import scratch_database
from bootstrap.dialects.postgresql.session import PostgresSession


def structure_of(
    session: PostgresSession, statements: Sequence[ForeignStatement], beside: Catalog, scratch: Endpoint | None
) -> Catalog:
    """Run the statements beside what is there already, and read everything back."""
    with scratch_database(session, scratch) as inside:
        set_search_path(inside, beside)
        if beside.objects:
            build(inside, beside, nowhere)
        with inside.declared_sql():
            for statement in statements:
                with run_foreign(statement):
                    inside.execute(statement.sql)
        return introspect(inside, Scope()).catalog
