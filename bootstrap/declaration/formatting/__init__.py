"""Formatting the YAML files of a declaration: keys in the order of the reference, plain quoting, comments kept.

Files are edited in place, not rewritten. A library that reads and writes YAML with its comments hangs a comment on the
key *before* it, so that a key that moves would leave its comment behind, and it folds what somebody has laid out.
"""

from bootstrap.declaration.formatting.files import formatted

__all__ = ["formatted"]
