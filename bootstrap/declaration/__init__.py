"""The files that declare one database: read whole and validated before anything connects; also written, for import."""
