"""Everything that differs between database engines."""
