"""The Lambda runtime that a zip is for: its Python, its processor, and the platform tags of wheels that run there."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

# Names of machines → Lambda's.
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
# Lambda's names → those in the tags of wheels.
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
ARCHITECTURES = tuple(_MACHINES)

# Lambda runtimes up to 3.11 run on Amazon Linux 2 (glibc 2.26), later ones on Amazon Linux 2023 (glibc 2.34).
_GLIBC_OLD, _GLIBC_NEW, _FIRST_NEW_MINOR, _GLIBC_OLDEST = 26, 34, 12, 17


@dataclass(frozen=True, slots=True)
class Runtime:
    """The Python minor version of this interpreter on one architecture: drivers and bytecode are compiled for both."""

    architecture: str  # x86_64 or arm64
    minor: int = sys.version_info.minor

    @property
    def name(self) -> str:
        """Lambda's identifier of the runtime."""
        return f"python3.{self.minor}"

    @property
    def pip_options(self) -> list[str]:
        """What makes pip choose wheels for this runtime, on whatever machine it runs; of several it takes the best."""
        abis = [f"cp3{self.minor}", "abi3", "none"]
        return [
            "--only-binary=:all:", "--implementation", "cp", "--python-version", f"3.{self.minor}",
            *(argument for abi in abis for argument in ("--abi", abi)),
            *(argument for tag in self._platforms for argument in ("--platform", tag)),
        ]  # fmt: skip

    @property
    def _platforms(self) -> list[str]:
        """Every platform tag whose glibc is not newer than the runtime's."""
        machine = _MACHINES[self.architecture]
        newest = _GLIBC_NEW if self.minor >= _FIRST_NEW_MINOR else _GLIBC_OLD
        tags = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, _GLIBC_OLDEST - 1, -1)]
        return [*tags, f"manylinux2014_{machine}"]


def this_architecture() -> str:
    """The architecture of this machine as Lambda names it; x86_64 where Lambda does not have it."""
    return _ARCHITECTURES.get(platform.machine().lower(), "x86_64")
