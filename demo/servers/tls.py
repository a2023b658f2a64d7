"""A private certificate authority, so that certificates are really verified (`verify-full`) against local servers."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Local servers are reached by these; the last stands for what an RDS certificate carries and resolves nowhere.
SERVER_NAMES = ("localhost", "127.0.0.1", "::1", "*.us-east-1.rds.amazonaws.com")
# Clocks of containers drift: valid from yesterday on.
VALID_SINCE = timedelta(days=1)
VALID_FOR = timedelta(days=365)


@dataclass(frozen=True)
class CertificateAuthority:
    """A certificate authority in one folder: `ca.pem` is what clients are given."""

    directory: Path

    @property
    def ca_file(self) -> Path:
        """The certificate that clients verify against."""
        return self.directory / "ca.pem"

    @property
    def key_file(self) -> Path:
        """The authority's own key; it never leaves the folder."""
        return self.directory / "ca.key"

    @classmethod
    def create(cls, directory: Path) -> CertificateAuthority:
        """Return the authority in `directory`, made there when it is not yet."""
        directory.mkdir(parents=True, exist_ok=True)
        authority = cls(directory)
        if authority.ca_file.exists() and authority.key_file.exists():
            return authority
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "db-bootstrap local CA")])
        certificate = (
            _builder(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        _write_key(authority.key_file, key)
        authority.ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return authority

    def issue(self, directory: Path, names: tuple[str, ...] = SERVER_NAMES) -> tuple[Path, Path]:
        """Write `server.pem` and `server.key` for the names into `directory`; return both paths."""
        ca_key = serialization.load_pem_private_key(self.key_file.read_bytes(), password=None)
        if not isinstance(ca_key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self.key_file} holds no elliptic curve key")
        ca = x509.load_pem_x509_certificate(self.ca_file.read_bytes())
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = (
            _builder(subject, ca.subject, key.public_key())
            .add_extension(
                x509.SubjectAlternativeName([_general_name(name) for name in dict.fromkeys(names)]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_issued_by(ca_key.public_key()), critical=False)
            .sign(ca_key, hashes.SHA256())
        )
        certificate_file, key_file = directory / "server.pem", directory / "server.key"
        _write_key(key_file, key)
        certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return certificate_file, key_file


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - VALID_SINCE)
        .not_valid_after(now + VALID_FOR)
        # Python 3.13 verifies strictly: without the key identifiers it refuses the chain.
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _issued_by(key: ec.EllipticCurvePublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
