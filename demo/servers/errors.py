"""What can go wrong with a local server, in one plain line."""


class ServerUnavailableError(RuntimeError):
    """No server of the wanted kind can be had on this machine; the message says what to install."""


class ServerStartError(RuntimeError):
    """The server was found but did not start; the message ends with what it logged."""
