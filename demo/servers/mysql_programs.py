"""Where a MariaDB or a MySQL comes from: the machine, the distribution's packages, or a container engine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from demo.servers import cache
from demo.servers.errors import ServerStartError, ServerUnavailableError
from demo.servers.packages import DEBIAN_KEYRING, Suite, UnpackedPackages, debian_sources, unpack
from demo.servers.process import Address

Flavour = Literal["mariadb", "mysql"]

INSTALLED: dict[Flavour, tuple[str, ...]] = {"mariadb": ("mariadbd", "mysqld"), "mysql": ("mysqld",)}
# Debian names the package without a version, Ubuntu with one.
PACKAGES: dict[Flavour, tuple[str, ...]] = {
    "mariadb": ("mariadb-server-core", "mariadb-server-core-10.6", "mariadb-server-core-10.5"),
    "mysql": ("mysql-server-core", "mysql-server-core-8.4", "mysql-server-core-8.0"),
}
# Where versions other than the machine's own come from. Their vendors' own archives are not asked: these are signed by
# distributions.
SUITES: dict[Flavour, dict[str, Suite]] = {
    "mariadb": {
        "10.5": Suite("debian", "bullseye"),
        "10.6": Suite("ubuntu", "jammy"),
        "10.11": Suite("debian", "bookworm"),
        "11.8": Suite("debian", "trixie"),
    },
    "mysql": {
        "8.0": Suite("ubuntu", "jammy"),
        "8.4": Suite("ubuntu", "resolute"),
        "9.7": Suite("debian", "unstable"),
    },
}
IMAGES: dict[Flavour, str] = {"mariadb": "mariadb:10.11", "mysql": "mysql:8.4"}
# Ubuntu's profile forbids the installed server every folder but its own. It is bound to the path of the program that
# is executed, so a server that is started through the dynamic loader is free of it.
APPARMOR_PROFILE = Path("/etc/apparmor.d/usr.sbin.mysqld")
# The order matters; MariaDB 11 renamed the files from mysql_* to mariadb_*.
MARIADB_SYSTEM_TABLES = (
    "m*_system_tables.sql",
    "m*_performance_tables.sql",
    "m*_system_tables_data.sql",
    "maria_add_gis_sp_bootstrap.sql",
    "m*_sys_schema.sql",
)


@dataclass(frozen=True)
class Programs:
    """A server's program and the folders that it needs to be told of when it is not where it was built for."""

    flavour: Flavour
    command: tuple[str, ...]
    prefix: Path

    @property
    def share(self) -> Path:
        """The folder of messages, character sets and, for MariaDB, the system tables."""
        for folder in (self.prefix / f"share/{self.flavour}", self.prefix / "share/mysql", self.prefix / "share"):
            if (folder / "charsets").is_dir():
                return folder
        raise ServerStartError(f"{self.command[-1]}: no share/mysql/charsets beside it in {self.prefix}")

    @property
    def arguments(self) -> list[str]:
        """The options that say where everything is; `--no-defaults` keeps the machine's configuration out."""
        plugins = [folder for name in ("mysql", "mariadb") if (folder := self.prefix / f"lib/{name}/plugin").is_dir()]
        return [
            *self.command,
            "--no-defaults",
            "--user=root",  # says nothing unless started as root, and then: stay root
            "--secure-file-priv=",  # the folder it was built for may be missing, or not be ours to read
            f"--basedir={self.prefix}",
            f"--lc-messages-dir={self.share}",
            f"--character-sets-dir={self.share / 'charsets'}",
            *(f"--plugin-dir={folder}" for folder in plugins[:1]),
        ]

    def version(self) -> str:
        """Return the server's version, such as "10.11.19" or "9.7.4"."""
        return _version(self.command)

    def empty_data(self, lower_case: str | None = None) -> Path:
        """Return a data folder as the server makes it for a new installation; made once and kept in the cache.

        Args:
            lower_case: its lower_case_table_names, which MySQL takes at this time only.
        """
        if lower_case is None:
            return cache.cached(f"{self.flavour}-{self.version()}-data", self._initialise)
        option = f"--lower-case-table-names={lower_case}"
        name = f"{self.flavour}-{self.version()}-data-lower-case-{lower_case}"
        return cache.cached(name, lambda folder: self._initialise(folder, option))

    def _initialise(self, folder: Path, *options: str) -> None:
        data = folder / "data"
        if self.flavour == "mariadb":
            data.mkdir()
            statements = b"SET @skip_auth_anonymous = 1;\nCREATE DATABASE mysql;\nUSE mysql;\n"
            for pattern in MARIADB_SYSTEM_TABLES:
                statements += b"".join(file.read_bytes() + b"\n" for file in sorted(self.share.glob(pattern)))
            # The scripts make root once per address of this machine, without a password.
            statements += b"DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost';\n"
            statements += b"DELETE FROM mysql.proxies_priv WHERE Host <> 'localhost';\n"
            command = [*self.arguments, *options, "--bootstrap", f"--datadir={data}", "--innodb-log-file-size=32M"]
        else:
            statements = b""
            command = [*self.arguments, *options, "--initialize-insecure", f"--datadir={data}"]
        outcome = subprocess.run(command, input=statements, capture_output=True, check=False)
        if outcome.returncode != 0:
            log = (outcome.stdout + outcome.stderr).decode(errors="replace").strip().splitlines()[-5:]
            raise ServerStartError(f"{self.flavour} could not make its system tables:\n" + "\n".join(log))


@dataclass(frozen=True)
class Container:
    """A container engine that responds, and the image to run; the last resort."""

    engine: str
    image: str

    def command(
        self, *, address: Address, directory: Path, environment_file: Path, options: Sequence[str]
    ) -> list[str]:
        """Return how to run the server in the foreground: it ends with the engine's client."""
        return [
            self.engine, "run", "--rm", f"--publish={address.listen}:{address.port}:3306",
            f"--env-file={environment_file}", f"--volume={directory}:{directory}", self.image, *options,
        ]  # fmt: skip


def find_programs(flavour: Flavour, version: str | None = None) -> Programs | Container:
    """Return a server of this flavour: installed, else unpacked from packages, else a container engine.

    Args:
        flavour: which of the two.
        version: such as "8.0"; None: the one at hand.

    Raises:
        ServerUnavailableError: none of the three; in one line, with what to install.
    """
    found = _installed(flavour)
    if version is not None:
        of_version = found is not None and found.version().startswith(f"{version}.")
        return found if found is not None and of_version else _of_version(flavour, version)
    if found is not None:
        return found
    try:
        return _unpacked(flavour)
    except ServerUnavailableError as error:
        for engine in ("docker", "podman"):
            if _responds(engine):
                return Container(engine, IMAGES[flavour])
        raise ServerUnavailableError(
            f"no {flavour} server: none is installed, {error}, and no container engine responds: "
            f"install the package {flavour}-server, or start Docker or Podman"
        ) from error


def _installed(flavour: Flavour) -> Programs | None:
    for name in INSTALLED[flavour]:
        path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/libexec:/usr/local/sbin")
        # Both are called mysqld; only the version says which one it is.
        if path and ("mariadb" in _version_text([path]).lower()) == (flavour == "mariadb"):
            program = Path(path).resolve()
            loader = next(Path("/").glob("lib*/ld-linux*.so.*"), None) if APPARMOR_PROFILE.exists() else None
            return Programs(flavour, (str(loader), str(program)) if loader else (str(program),), program.parent.parent)
    return None


def _unpacked(flavour: Flavour) -> Programs:
    def fill(folder: Path) -> None:
        # Debian's stable suites have no MySQL; its unstable one has.
        debian_mysql = flavour == "mysql" and DEBIAN_KEYRING.exists()
        unpack(PACKAGES[flavour], folder, sources=debian_sources("unstable") if debian_mysql else None)

    return _programs_in(cache.cached(flavour, fill), flavour)


def _of_version(flavour: Flavour, version: str) -> Programs:
    suite = SUITES[flavour].get(version)
    if suite is None:
        known = ", ".join(SUITES[flavour])
        raise ServerUnavailableError(f"{flavour} {version} is in no suite that is known: there are {known}")
    root = cache.cached(
        f"{flavour}-{version}", lambda folder: unpack(PACKAGES[flavour], folder, sources=suite.sources())
    )
    return _programs_in(root, flavour)


def _programs_in(root: Path, flavour: Flavour) -> Programs:
    program = next((name for name in INSTALLED[flavour] if (root / "usr/sbin" / name).exists()), None)
    if program is None:
        raise ServerUnavailableError(f"{root} holds no server: remove that folder and try again")
    return Programs(flavour, tuple(UnpackedPackages(root).command(f"usr/sbin/{program}")), root / "usr")


def _responds(engine: str) -> bool:
    if shutil.which(engine) is None:
        return False
    try:
        return subprocess.run([engine, "info"], capture_output=True, check=False, timeout=10).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _version_text(command: Sequence[str]) -> str:
    return subprocess.run([*command, "--no-defaults", "--version"], capture_output=True, text=True, check=False).stdout


def _version(command: Sequence[str]) -> str:
    # "/usr/sbin/mysqld  Ver 9.7.4-2 for debian-linux-gnu on x86_64 (Debian)"
    words = _version_text(command).split()
    if "Ver" not in words:
        raise ServerStartError(f"{command[-1]} does not run here")
    return words[words.index("Ver") + 1].split("-")[0]
