"""What is known of a server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What a session found out about the server it talks to.

    ``capabilities`` are the named abilities of this vendor and version, decided in one file per engine.
    """

    vendor: str  # postgresql, mysql, mariadb
    version: tuple[int, ...]
    version_text: str
    capabilities: frozenset[str] = frozenset()
    account: str = ""  # MySQL: user@host as the server knows the session
    system_users: frozenset[str] = frozenset()  # MySQL: accounts that nobody without SYSTEM_USER may act for
