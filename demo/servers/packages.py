"""Servers from the distribution's packages, unpacked into the private cache folder.

`apt-get` runs on a package state of its own: an empty list of installed packages, so that it names *every* library
the server needs, and folders of its own, so that it works as an ordinary user and changes nothing on the machine.
What was unpacked runs through the dynamic loader that came with it: another suite's server meets its own libraries.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from demo.servers.cache import cached, run
from demo.servers.errors import ServerUnavailableError

DEBIAN_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
UBUNTU_KEYRING = Path("usr/share/keyrings/ubuntu-archive-keyring.gpg")  # below / or an unpacked package
UBUNTU_KEYS = ("ubuntu-archive-keyring", "ubuntu-keyring")
UBUNTU_MIRROR = "http://archive.ubuntu.com/ubuntu"  # signed, like every package list


@dataclass(frozen=True)
class UnpackedPackages:
    """A folder of unpacked packages with the programs in it."""

    root: Path

    def command(self, program: str) -> list[str]:
        """Return how to run a program of the folder: its own loader, with its own libraries."""
        return [str(self._loader()), "--library-path", ":".join(self._library_paths()), str(self.root / program)]

    def _loader(self) -> Path:
        # Before and after the merge of /lib into /usr/lib. Some of these names are links to an absolute path, which
        # would lead out of the folder.
        for folder in ("lib*", "lib/*", "usr/lib*", "usr/lib/*"):
            for found in sorted(self.root.glob(f"{folder}/ld-linux*.so.*")):
                if found.is_file() and not (found.is_symlink() and found.readlink().is_absolute()):
                    return found
        raise ServerUnavailableError(f"no dynamic loader among the unpacked packages in {self.root}")

    def _library_paths(self) -> list[str]:
        multiarch = f"{platform.machine()}-linux-gnu"
        folders = (f"usr/lib/{multiarch}", f"lib/{multiarch}", "usr/lib", "lib", "usr/lib/mysql/private")
        return [str(self.root / folder) for folder in folders if (self.root / folder).is_dir()]


@dataclass(frozen=True)
class Suite:
    """A release of a distribution, by the name that its archive gives it."""

    distribution: Literal["debian", "ubuntu"]
    name: str

    def sources(self) -> str:
        """The suite as apt source lines.

        Raises:
            ServerUnavailableError: this machine cannot take packages from it.
        """
        return debian_sources(self.name) if self.distribution == "debian" else _ubuntu_sources(self.name)


def _ubuntu_sources(suite: str) -> str:
    keyring = Path("/") / UBUNTU_KEYRING
    if not keyring.exists():  # Debian packages its neighbour's key, and vouches for it
        unpacked = cached("ubuntu-keyring", lambda into: unpack(UBUNTU_KEYS, into, sources=debian_sources("unstable")))
        keyring = unpacked / UBUNTU_KEYRING
    lines = (f"deb [signed-by={keyring}] {UBUNTU_MIRROR} {name} main universe" for name in (suite, f"{suite}-updates"))
    return "\n".join(lines) + "\n"


def debian_sources(suite: str) -> str:
    """A suite of Debian as apt source lines, from the mirror that this machine takes Debian from.

    Raises:
        ServerUnavailableError: this machine takes nothing from Debian.
    """
    listing = run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"], "apt's sources")
    mirrors = [uri for uri in dict.fromkeys(listing.split()) if "debian" in uri and "security" not in uri]
    if not mirrors or not DEBIAN_KEYRING.exists():
        raise ServerUnavailableError("this machine takes no packages from Debian")
    return f"deb [signed-by={DEBIAN_KEYRING}] {mirrors[0]} {suite} main\n"


def unpack(packages: Sequence[str], into: Path, *, sources: str | None = None) -> None:
    """Download the first of the packages that is known, with all it needs, and unpack everything into `into`.

    Args:
        packages: names of one package, which suites call differently.
        into: an empty folder.
        sources: lines of an apt source list; None: the machine's own sources.

    Raises:
        ServerUnavailableError: there is no apt here, or it does not know any of the packages.
    """
    for tool in ("apt-get", "dpkg"):
        if shutil.which(tool) is None:
            raise ServerUnavailableError(f"{tool} was not found")
    state = into / ".apt"
    environment = _private_apt(state, sources)
    # One unreachable source among several is no reason to give up: what matters is whether the package is found.
    with contextlib.suppress(ServerUnavailableError):
        run(["apt-get", "update"], "the package lists", env=environment)
    names = _with_dependencies(packages, environment)
    downloads = state / "downloads"
    downloads.mkdir()
    run(["apt-get", "download", *names], names[-1], cwd=downloads, env=environment)
    for archive in sorted(downloads.glob("*.deb")):
        run(["dpkg", "-x", str(archive), str(into)], archive.name)
    shutil.rmtree(state)


def _with_dependencies(packages: Sequence[str], environment: dict[str, str]) -> list[str]:
    """Return the names of the first package that is known and of all that it needs."""
    failure = ServerUnavailableError("no package was named")
    for package in packages:
        command = ["apt-get", "install", "--print-uris", "-qq", "-y", "--no-install-recommends", package]
        try:
            listing = run(command, f"the package {package}", env=environment)
        except ServerUnavailableError as error:
            failure = error
            continue
        # 'https://…/libaio1_0.3.113-4_amd64.deb' libaio1_0.3.113-4_amd64.deb 13360 MD5Sum:…
        return [line.split()[1].split("_", 1)[0] for line in listing.splitlines() if line.startswith("'")]
    raise failure


def _private_apt(state: Path, sources: str | None) -> dict[str, str]:
    """Return an environment in which apt-get works on a state of its own."""
    for folder in ("lists/partial", "cache/archives/partial", "dpkg"):
        (state / folder).mkdir(parents=True)
    (state / "dpkg/status").touch()
    settings = [
        f'Dir::State "{state}";',
        f'Dir::State::Lists "{state}/lists";',
        f'Dir::State::status "{state}/dpkg/status";',
        f'Dir::Cache "{state}/cache";',
        # Its other user could not read a folder in somebody's home.
        'APT::Sandbox::User "";',
        'Debug::NoLocking "true";',
        'Acquire::Languages "none";',
    ]
    if sources is not None:
        (state / "sources.list").write_text(sources)
        settings += [f'Dir::Etc::SourceList "{state}/sources.list";', 'Dir::Etc::SourceParts "/dev/null";']
    configuration = state / "apt.conf"
    configuration.write_text("\n".join(settings) + "\n")
    return {**os.environ, "APT_CONFIG": str(configuration), "LC_ALL": "C.UTF-8"}
