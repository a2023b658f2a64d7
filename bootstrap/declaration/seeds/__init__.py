"""Rows: from YAML, CSV and JSON Lines to what the engines load."""
