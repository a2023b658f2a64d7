"""What is there by name, in one query that any role may run: the catalogs hide nothing, information_schema does."""

from __future__ import annotations

NAMES = """
SELECT 'relation'::text, n.nspname::text, c.relname::text, ''::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^(pg_|information_schema$|db_bootstrap$)'
UNION ALL
SELECT 'column', n.nspname::text, c.relname::text, a.attname::text
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname !~ '^(pg_|information_schema$|db_bootstrap$)'
UNION ALL
SELECT DISTINCT 'routine', n.nspname::text, p.proname::text, ''
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname !~ '^(pg_|information_schema$|db_bootstrap$)'
"""
