"""Archives whose bytes depend on their content only: sorted names, one time, one owner, plain modes."""

from __future__ import annotations

import gzip
import io
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# The earliest time that a zip can hold, here as in the Lambda zip: 1980-01-01.
TIME = 315532800


def write_tar(path: Path, files: Mapping[str, Path | bytes]) -> None:
    """Write a .tar.gz of files by their names in it."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, source in sorted(files.items()):
            content = source if isinstance(source, bytes) else source.read_bytes()
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), TIME
            info.mode = 0o755 if name.endswith(".sh") else 0o644
            archive.addfile(info, io.BytesIO(content))
    path.write_bytes(gzip.compress(plain.getvalue(), mtime=TIME))


def repack_tar(path: Path) -> None:
    """Write a .tar.gz again, so that its bytes no longer depend on when and by whom its files were made."""
    with tarfile.open(path) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        files = {member.name: archive.extractfile(member).read() for member in members}  # type: ignore[union-attr]  # files
    write_tar(path, files)
