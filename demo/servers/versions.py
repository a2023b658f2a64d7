"""The versions that a server can be had of, as `Registry` names them."""

from __future__ import annotations

from demo.servers.mysql_programs import SUITES
from demo.servers.postgresql_programs import CARRIERS

ALL = (
    *(f"postgresql-{version}" for version in CARRIERS),
    *(f"{flavour}-{version}" for flavour, suites in SUITES.items() for version in suites),
)
