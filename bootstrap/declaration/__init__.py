"""The files that declare one database: read whole and validated before a change is made; also written, for import."""
