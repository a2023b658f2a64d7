"""What makes the demo fail."""


class DemoError(RuntimeError):
    """Something is not as the demo promises; the message says what, and where to look."""
