"""Brings a database to what its declaration says, and proves it."""
