"""Settings of the server that make runs fail, or could: those of the parameter group, as the session finds them."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.catalog.catalog import Catalog
from bootstrap.dialects.base import Session
from bootstrap.findings import Trap

_FREE_CONNECTIONS = 2  # a run has a second session beside its own
# A setting's own default in the server, the database or the role; what our session has set does not count.
_SQL = """
SELECT name, coalesce(reset_val, setting) FROM pg_settings
WHERE name IN ('rds.force_ssl', 'rds.logical_replication', 'max_connections', 'max_locks_per_transaction',
               'standard_conforming_strings', 'log_statement')
"""
_USED = (
    "SELECT count(*), current_setting('superuser_reserved_connections')::int"
    " FROM pg_stat_activity WHERE backend_type = 'client backend'"
)


def traps(session: Session, declared: Catalog) -> Iterator[Trap]:  # noqa: ARG001  # as the other engine needs it
    """The settings in the order in which a run would meet them."""
    found = {str(name): str(value) for name, value in session.query(_SQL)}
    [(used, reserved)] = session.query(_USED)
    limit = int(found.get("max_connections", 0))
    trips = ""
    if limit and limit - reserved - used < _FREE_CONNECTIONS:
        trips = f"{used} are in use and {reserved} are reserved: a run needs {_FREE_CONNECTIONS}"
    for name in sorted(found):
        if name == "max_connections" and trips:
            yield Trap(name, found[name], trips, str(2 * limit))
        else:
            yield Trap(name, found[name])
