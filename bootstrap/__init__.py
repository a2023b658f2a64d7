"""Brings a database to what its declaration says, and proves it."""

__version__ = "0.1.0"
