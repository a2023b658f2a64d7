"""From a catalog to the files that a person would have written: ``db-bootstrap import``."""

from bootstrap.declaration.writer.write import WriteSettings, render, write

__all__ = ["WriteSettings", "render", "write"]
