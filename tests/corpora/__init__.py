"""Schemas and changes that this project did not write, on real servers."""
