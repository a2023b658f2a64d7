"""Opening one direct connection: verified TLS, and passwords that never leave it in clear text."""

from __future__ import annotations

import ssl
from typing import Any

import pymysql
from pymysql.constants import CLIENT, CR

from bootstrap.dialects.base import Endpoint, ServerError
from bootstrap.dialects.mysql.encoding import LOSSLESS
from bootstrap.dialects.mysql.errors import server_error

# Read and write time-outs bound a network that went dead; a statement may run as long as it likes otherwise, so the
# kernel's keepalives find a dead peer, and the read time-out is only the last resort.
READ_TIMEOUT_SECONDS = 24 * 3600
_CLEAR_TEXT_PLUGINS = frozenset({b"mysql_clear_password", b"dialog"})


class SafeConnection(pymysql.connections.Connection):
    """PyMySQL with two doors shut: no fall back to a plain connection, and no clear text password outside verified
    TLS, nor for a server that was not expected to ask for one.
    """

    def __init__(self, *, clear_text_allowed: bool, **options: Any) -> None:
        self.clear_text_allowed = clear_text_allowed
        super().__init__(**options)

    @property
    def descriptor(self) -> int:
        """Of the connection's socket."""
        return int(self._sock.fileno())  # type: ignore[attr-defined]  # the driver has no public way to its socket

    def wait_for_answers(self, seconds: int) -> None:
        """How long each answer may take from now on."""
        self._read_timeout, self._write_timeout = seconds, None

    def _request_authentication(self) -> None:
        offered: int = self.server_capabilities  # type: ignore[attr-defined]  # set by the handshake; the stubs lack it
        if self.ssl and not offered & CLIENT.SSL:
            raise pymysql.OperationalError(CR.CR_SSL_CONNECTION_ERROR, "TLS is required, and this server offers none")
        super()._request_authentication()  # type: ignore[misc]  # private in the driver: see the class's own words

    def _process_auth(self, plugin_name: Any, auth_packet: Any) -> Any:
        name = plugin_name.encode() if isinstance(plugin_name, str) else plugin_name
        if name in _CLEAR_TEXT_PLUGINS and not self.clear_text_allowed:
            raise pymysql.OperationalError(
                CR.CR_AUTH_PLUGIN_ERR, "the server asks for the password in clear text: only an IAM token inside of"
                " verified TLS is sent so")  # fmt: skip
        return super()._process_auth(plugin_name, auth_packet)  # type: ignore[misc]  # as above


def open_connection(endpoint: Endpoint, *, application_name: str) -> SafeConnection:
    """Connect and log in. Raises ServerError."""
    context = tls_context(endpoint)
    verified = context is not None and context.verify_mode is ssl.CERT_REQUIRED
    options: dict[str, Any] = {
        "host": endpoint.host or "localhost",
        "port": endpoint.port or 3306,
        "user": endpoint.username,
        "password": endpoint.password or "",
        "database": endpoint.database or None,
        "charset": "utf8mb4",
        "autocommit": True,
        "connect_timeout": endpoint.connect_timeout_seconds,
        # Of the handshake, in which the driver reads and writes without any bound otherwise.
        "read_timeout": endpoint.connect_timeout_seconds,
        "write_timeout": endpoint.connect_timeout_seconds,
        "local_infile": False,
        "program_name": application_name,
    }
    if endpoint.socket:
        options["unix_socket"] = endpoint.socket
    if context is not None:
        options["ssl"] = context
    else:
        options["ssl_disabled"] = True
    try:
        connection = SafeConnection(clear_text_allowed=endpoint.iam and verified, **options)
    except pymysql.MySQLError as error:
        raise server_error(error) from error
    except RuntimeError as error:  # the driver's word for a missing cryptography package, outside of TLS
        raise ServerError(
            f"{error}: connect with TLS, or install db-bootstrap with the extra that logs in without it"
        ) from error
    connection.wait_for_answers(READ_TIMEOUT_SECONDS)
    connection.encoding = LOSSLESS
    return connection


def tls_context(endpoint: Endpoint) -> ssl.SSLContext | None:
    """How the server must prove who it is; None over a Unix socket and where TLS is switched off.

    PyMySQL's own options do not verify: ``ssl_ca`` alone leaves the certificate unchecked.
    """
    if endpoint.socket or endpoint.tls_mode == "disable":
        return None
    try:
        context = ssl.create_default_context(cafile=endpoint.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ServerError(f"the CA file {endpoint.ca_file} cannot be read: {error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if endpoint.tls_mode != "verify-full":
        context.check_hostname = False
    if endpoint.tls_mode == "require":
        context.verify_mode = ssl.CERT_NONE
    return context
