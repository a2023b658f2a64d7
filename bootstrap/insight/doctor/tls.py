"""TLS: whether the server offers it, and whether its certificate verifies as a session would have it verified."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bootstrap.dialects.base import Dialect, Endpoint, ServerError
from bootstrap.findings import Check, Finding, State
from bootstrap.insight.doctor import terraform
from bootstrap.insight.doctor.network import plain_connection
from bootstrap.target.tls import BUNDLE, CA_FILE_VARIABLE

_SOON_DAYS = 30
_EXPIRED, _NOT_YET_VALID = 10, 9  # X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID
_NAMES = frozenset({62, 64})  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH


def check_tls(dialect: Dialect, endpoint: Endpoint, seconds: float) -> Finding:
    """Make a TLS handshake as a session would, and close it before the login."""
    if endpoint.socket:
        return Finding(Check.TLS, State.SKIPPED, "a Unix socket needs no TLS")
    if endpoint.tls_mode == "disable":
        return Finding(Check.TLS, State.SKIPPED, "the target says disable: passwords and rows travel in clear text",
                       "use tls.mode verify-full")  # fmt: skip
    try:
        protocol, certificate = _handshake(dialect, endpoint, seconds, endpoint.ca_file)
    except ssl.SSLCertVerificationError as error:
        return _unverified(dialect, endpoint, seconds, error)
    except ssl.SSLError as error:
        return Finding(Check.TLS, State.FAILED, f"the TLS handshake fails: {error.reason or error}",
                       "let the server offer TLS 1.2 or later (rds.ssl_min_protocol_version, tls_version)")  # fmt: skip
    except ServerError as error:
        return Finding(Check.TLS, State.FAILED, str(error),
                       f"check that port {endpoint.port} is the database's, and that the server has TLS switched on",
                       terraform.port(endpoint))  # fmt: skip
    except TimeoutError:
        return Finding(Check.TLS, State.FAILED, f"{endpoint.host}:{endpoint.port} takes connections and says nothing",
                       "check that the database itself listens there, and that a tunnel or proxy in between reaches it",
                       terraform.port(endpoint))  # fmt: skip
    except OSError as error:
        return Finding(Check.TLS, State.FAILED, f"the server closes the connection during the handshake: {error}",
                       "check that no proxy or firewall in between ends TLS")  # fmt: skip
    if not certificate:
        return Finding(Check.TLS, State.OK, f"{protocol}; the certificate is not verified (tls.mode"
                       f" {endpoint.tls_mode})", "use tls.mode verify-full")  # fmt: skip
    return _verified(endpoint, protocol, certificate)


def _handshake(
    dialect: Dialect, endpoint: Endpoint, seconds: float, ca_file: str | None, *, system: bool = False
) -> tuple[str, dict[str, Any]]:
    """The protocol and the certificate, which is empty where nothing is verified."""
    context = ssl.create_default_context() if system else ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = endpoint.tls_mode == "verify-full"
    if not endpoint.tls_mode.startswith("verify"):
        context.verify_mode = ssl.CERT_NONE
    with plain_connection(endpoint, seconds) as connection:
        dialect.request_tls(connection)
        with context.wrap_socket(connection, server_hostname=endpoint.host) as secured:
            return secured.version() or "TLS", dict(secured.getpeercert() or {})


def _verified(endpoint: Endpoint, protocol: str, certificate: dict[str, Any]) -> Finding:
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (ends - datetime.now(UTC)).days
    issuer = _name(certificate.get("issuer", ()))
    fact = f"{protocol}; {_name(certificate.get('subject', ()))}, issued by {issuer}, valid until {ends:%Y-%m-%d}"
    if endpoint.tls_mode == "verify-ca":
        fact += "; the host name is not verified (tls.mode verify-ca)"
    if days >= _SOON_DAYS:
        return Finding(Check.TLS, State.OK, fact)
    remedy = f"the certificate ends in {days} days: let RDS issue another one"
    return Finding(Check.TLS, State.OK, fact, remedy, terraform.authority())


def _name(distinguished: Any) -> str:
    """The common name of ``ssl``'s nested tuples, else all of it."""
    parts = dict(pair for group in distinguished for pair in group)
    return str(parts.get("commonName") or ", ".join(map(str, parts.values())) or "no name")


def _unverified(dialect: Dialect, endpoint: Endpoint, seconds: float, error: ssl.SSLCertVerificationError) -> Finding:
    fact = f"the server's certificate does not verify: {error.verify_message.rstrip('.')}"
    if error.verify_code in _NAMES:
        remedy = (
            "connect by the name that the certificate is for: the instance's or cluster's own endpoint, not an address"
            " or a CNAME of yours; through a tunnel use tls.mode verify-ca"
        )
        return Finding(Check.TLS, State.FAILED, fact, remedy, terraform.host(endpoint))
    if error.verify_code in {_EXPIRED, _NOT_YET_VALID}:
        remedy = "let RDS issue another certificate, and check this machine's clock"
        return Finding(Check.TLS, State.FAILED, fact, remedy, terraform.authority())
    remedy = f"name the file of its certificate authority in tls.ca_file or {CA_FILE_VARIABLE}"
    fact += f" ({_called(endpoint.ca_file)})"
    for others, advice in (
        (str(BUNDLE), "the RDS bundle verifies it: leave tls.ca_file and DB_BOOTSTRAP_CA_FILE out"),
        (
            None,
            f"this machine's own store verifies it (as for RDS Proxy): name that store's file in {CA_FILE_VARIABLE}",
        ),
    ):
        if others != endpoint.ca_file and _verifies(dialect, endpoint, seconds, others):
            remedy = advice
            break
    return Finding(Check.TLS, State.FAILED, fact, remedy)


def _called(ca_file: str | None) -> str:
    return "authorities of the RDS bundle" if ca_file == str(BUNDLE) else f"authorities in {Path(str(ca_file)).name}"


def _verifies(dialect: Dialect, endpoint: Endpoint, seconds: float, ca_file: str | None) -> bool:
    try:
        _handshake(dialect, endpoint, seconds, ca_file, system=ca_file is None)
    except (OSError, ServerError):  # ssl.SSLError is an OSError
        return False
    return True
