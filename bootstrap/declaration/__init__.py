"""The files that declare one database: read whole and validated before anything is changed; also written, for import."""
