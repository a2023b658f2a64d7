"""What differs between PostgreSQL 14 and 18, as named capabilities. No other file compares versions."""

from __future__ import annotations

from collections.abc import Mapping

MINIMUM_VERSION = (14,)

_SINCE: Mapping[str, int] = {
    "nulls_not_distinct": 15,  # UNIQUE NULLS NOT DISTINCT, pg_index.indnullsnotdistinct
    "set_null_columns": 15,  # ON DELETE SET NULL (columns), pg_constraint.confdelsetcols
    "security_invoker_views": 15,
    "unlogged_sequences": 15,
    "icu_locale_of_collations": 15,  # pg_collation.colliculocale; before, collcollate and collctype held it
    "database_locale_provider": 15,  # pg_database.datlocprovider, CREATE DATABASE … LOCALE_PROVIDER
    "public_schema_owner": 15,  # the schema public belongs to pg_database_owner
    "published_parts": 15,  # publications of schemas, of some columns, of some rows
    "collation_icu_rules": 16,
    "inherit_option_of_memberships": 16,  # pg_auth_members.inherit_option, set_option
    "collation_builtin_provider": 17,  # pg_collation.colllocale instead of colliculocale
    "maintain_privilege": 17,
    "nullable_statistics_target": 17,  # pg_attribute.attstattarget is NULL for the default, before -1
    "partitioned_identity": 17,  # identity columns of partitioned tables belong to the partitions too
    "not_null_constraints": 18,  # NOT NULL is a row in pg_constraint with a name
    "virtual_generated_columns": 18,
    "unvalidated_keys_of_partitioned": 18,  # FOREIGN KEY … NOT VALID of a partitioned table
    "unenforced_constraints": 18,  # pg_constraint.conenforced
    "published_generated_columns": 18,  # pg_publication.pubgencols
    "temporal_keys": 18,  # pg_constraint.conperiod: WITHOUT OVERLAPS, PERIOD
}


def capabilities_of(version: tuple[int, ...]) -> frozenset[str]:
    """The named abilities of a server of that version."""
    return frozenset(name for name, since in _SINCE.items() if version[0] >= since)


def first_version(capability: str) -> int:
    """The first major version that has it."""
    return _SINCE[capability]


def database_locale(capabilities: frozenset[str]) -> str:
    """An SQL expression: the clauses of CREATE DATABASE that say how the current database (``d``) sorts beside its
    LC_COLLATE and LC_CTYPE.
    """
    if "database_locale_provider" not in capabilities:
        return "''"
    column = "d.datlocale" if "collation_builtin_provider" in capabilities else "d.daticulocale"
    return (
        "CASE d.datlocprovider"
        f" WHEN 'i' THEN ' LOCALE_PROVIDER icu ICU_LOCALE ' || quote_literal({column})"
        f" WHEN 'b' THEN ' LOCALE_PROVIDER builtin BUILTIN_LOCALE ' || quote_literal({column})"
        " ELSE ' LOCALE_PROVIDER libc' END"
    )


def catalog_columns(capabilities: frozenset[str]) -> Mapping[str, str]:
    """What stands in the catalog queries for ``{name}``: the column where this server has it, else a constant."""

    def choose(capability: str, present: str, absent: str) -> str:
        return present if capability in capabilities else absent

    return {
        "nulls_not_distinct": choose("nulls_not_distinct", "i.indnullsnotdistinct", "false"),
        "delete_columns": choose("set_null_columns", "c.confdelsetcols", "NULL::smallint[]"),
        "statistics_target": choose("nullable_statistics_target", "a.attstattarget", "nullif(a.attstattarget, -1)"),
        "statistics_object_target": choose(
            "nullable_statistics_target", "s.stxstattarget", "nullif(s.stxstattarget, -1)"
        ),
        "collation_locale": choose(
            "collation_builtin_provider",
            "c.colllocale",
            choose(
                "icu_locale_of_collations", "c.colliculocale", "CASE c.collprovider WHEN 'i' THEN c.collcollate END"
            ),
        ),
        "collation_rules": choose("collation_icu_rules", "c.collicurules", "NULL::text"),
        "not_null_name": choose(
            "not_null_constraints",
            "(SELECT nn.conname FROM pg_constraint nn WHERE nn.conrelid = a.attrelid AND nn.contype = 'n'"
            " AND nn.conkey[1] = a.attnum AND nn.conislocal AND nn.coninhcount = 0)",
            "NULL::text",
        ),
        # One that is not valid lets rows with NULL stay.
        "not_null_is_valid": choose(
            "not_null_constraints",
            "NOT EXISTS (SELECT FROM pg_constraint nn WHERE nn.conrelid = a.attrelid AND nn.contype = 'n'"
            " AND nn.conkey[1] = a.attnum AND NOT nn.convalidated)",
            "true",
        ),
        "not_null": choose("not_null_constraints", "c.contype = 'n'", "false"),
        "enforced": choose("unenforced_constraints", "c.conenforced", "true"),
        "period": choose("temporal_keys", "c.conperiod", "false"),
        "published_generated": choose("published_generated_columns", "p.pubgencols", "NULL::text"),
        "published_schemas": choose(
            "published_parts",
            "(SELECT json_agg(s.nspname ORDER BY s.nspname) FROM pg_publication_namespace pn"
            " JOIN pg_namespace s ON s.oid = pn.pnnspid WHERE pn.pnpubid = p.oid)",
            "NULL::json",
        ),
        "published_columns": choose(
            "published_parts",
            "(SELECT json_agg(a.attname ORDER BY a.attnum) FROM unnest(r.prattrs) AS sent (number)"
            " JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = sent.number)",
            "NULL::json",
        ),
        "published_rows": choose("published_parts", "pg_get_expr(r.prqual, r.prrelid, true)", "NULL::text"),
        "published_rows_long": choose("published_parts", "pg_get_expr(r.prqual, r.prrelid)", "NULL::text"),
        "membership_options": choose("inherit_option_of_memberships", "m.inherit_option AND m.set_option", "true"),
    }
