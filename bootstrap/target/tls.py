"""Which certificate authorities a server's certificate is verified against."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bootstrap.problems import TargetError

MODES = ("verify-full", "verify-ca", "require", "disable")
CA_FILE_VARIABLE = "DB_BOOTSTRAP_CA_FILE"

# RDS, Aurora and RDS Proxy of all regions. Made by tools/rds_ca_bundle.py, which says where it comes from.
BUNDLE = Path(__file__).with_name("rds-global-bundle.pem")


def ca_file(mode: str, configured: str | None, environ: Mapping[str, str]) -> str | None:
    """The file with the authorities to trust: DB_BOOTSTRAP_CA_FILE, else what is configured, else the RDS bundle.

    Returns:
        Its path; None where the mode verifies nothing.

    Raises:
        TargetError: there is no such file, or it holds no certificate.
    """
    if not mode.startswith("verify"):
        return None
    named = environ.get(CA_FILE_VARIABLE) or configured
    if not named:
        return str(BUNDLE)
    origin = CA_FILE_VARIABLE if environ.get(CA_FILE_VARIABLE) else "the target's ca_file"
    try:
        content = Path(named).expanduser().read_bytes()
    except OSError as error:
        raise TargetError(f"CA file {named}: {error.strerror}: correct {origin}") from error
    if b"-----BEGIN CERTIFICATE-----" not in content:
        raise TargetError(f"CA file {named} holds no PEM certificate: correct {origin}")
    return str(Path(named).expanduser())


def tls_warnings(mode: str) -> list[str]:
    """What a TLS mode leaves unproven."""
    unproven = {
        "verify-ca": "does not verify the server's name: any server of the same authority is accepted",
        "require": "encrypts, but does not verify whom it talks to",
        "disable": "sends everything in clear text",
    }
    return [f"TLS mode {mode} {unproven[mode]}: use verify-full"] if mode in unproven else []
