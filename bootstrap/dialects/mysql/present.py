"""What is there by name, in one query. These servers show an account only what it has some privilege on."""

from __future__ import annotations

# CAST, so that the parts of the UNION have one collation whatever the server's tables have.
NAMES = """
SELECT 'relation', '', CAST(table_name AS CHAR), '' FROM information_schema.tables WHERE table_schema = DATABASE()
UNION ALL
SELECT 'column', '', CAST(table_name AS CHAR), CAST(column_name AS CHAR) FROM information_schema.columns
WHERE table_schema = DATABASE()
UNION ALL
SELECT 'routine', '', CAST(routine_name AS CHAR), '' FROM information_schema.routines
WHERE routine_schema = DATABASE()
"""
