"""Tests of the catalog: differences and renames."""
