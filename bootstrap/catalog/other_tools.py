"""History tables of other migration tools, by the names that those tools give them: never managed, never imported."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bootstrap.catalog.ref import Kind, Ref

_TOOLS: Mapping[str, str] = MappingProxyType(
    {
        "alembic_version": "Alembic",
        "django_migrations": "Django",
        "flyway_schema_history": "Flyway",
        "databasechangelog": "Liquibase",
        "databasechangeloglock": "Liquibase",
        "schema_migrations": "Rails, golang-migrate or dbmate",
        "ar_internal_metadata": "Rails",
        "_prisma_migrations": "Prisma Migrate",
        "goose_db_version": "goose",
        "knex_migrations": "Knex",
        "knex_migrations_lock": "Knex",
        "sequelizemeta": "Sequelize",
        "__efmigrationshistory": "Entity Framework",
        "__drizzle_migrations": "Drizzle",
        "phinxlog": "Phinx",
        "doctrine_migration_versions": "Doctrine",
    }
)


def tool_of(ref: Ref) -> str | None:
    """Return the tool whose history table this is, or is part of; None for everything else."""
    if ref.kind is Kind.TABLE:
        return _TOOLS.get(ref.name.lower())
    return _TOOLS.get(ref.table.lower()) if ref.table and ref.kind is not Kind.SEQUENCE else None
