"""From a database error as an application printed it to its cause. Pure: no file, no network, no database."""
