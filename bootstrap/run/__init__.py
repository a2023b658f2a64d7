"""Executing a plan: the lock, the journal, versioned steps, seeds, verification."""
