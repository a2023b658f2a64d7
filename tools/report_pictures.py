"""Pictures of a report in a real Chromium: desktop, phone, dark and print, for a person to look at.

    python -m tools.report_pictures REPORT.html FOLDER

No test needs it, as no test can rely on a browser: it takes the `chromium` that is installed, Debian's package for one.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

_DARK = "--blink-settings=preferredColorScheme=0"
_LIGHT = "--blink-settings=preferredColorScheme=1"
_LOOKS = {
    "desktop.png": (_LIGHT, "--window-size=1280,2400", "--screenshot={}"),
    "phone.png": (_LIGHT, "--window-size=500,2400", "--screenshot={}"),  # the narrowest that Chromium's window can be
    "dark.png": (_DARK, "--window-size=1280,2400", "--screenshot={}"),
    "print.pdf": (_LIGHT, "--no-pdf-header-footer", "--print-to-pdf={}"),
}
_SECONDS = 120


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        parser.error("no Chromium found: install the package chromium")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name, options in _LOOKS.items():
        picture(browser, arguments.page, arguments.folder / name, options)


def picture(browser: str, page: Path, out: Path, options: tuple[str, ...]) -> None:
    """Take one picture with a profile of its own.

    Raises:
        subprocess.CalledProcessError: the browser failed.
    """
    with tempfile.TemporaryDirectory() as profile:
        private = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}")
        command = [browser, *private, *(option.format(out.resolve()) for option in options), page.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603  # as the caller asked


if __name__ == "__main__":
    main()
