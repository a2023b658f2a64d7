"""From a catalog to the files that a person would have written: ``db-bootstrap import``."""

from bootstrap.declaration.writer.write import WriteSettings, check_empty, render, save, write

__all__ = ["WriteSettings", "check_empty", "render", "save", "write"]
