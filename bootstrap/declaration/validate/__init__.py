"""What can be known to be wrong with a structure without a server."""

from bootstrap.declaration.validate.run import validate

__all__ = ["validate"]
