"""The environment in which terraform finds its providers, also where there is no way to the Terraform registry.

`terraform init` without a network needs a filesystem mirror named in a CLI configuration file. This looks for a mirror
on the machine, writes such a file into the caller's work folder and returns the environment that uses it. Where no
mirror is found, terraform is left to do what it does by itself.

As a command it prints the variables to export: `eval "$(python tools/terraform_mirror.py .cache/terraform)"`.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

PROVIDER = Path("registry.terraform.io/hashicorp/aws")
CONFIG_NAME = "terraform.tfrc"

# Terraform's own implied places come first: whoever filled them meant them to be used.
IMPLIED = (
    Path("~/.terraform.d/plugins"),
    Path("/usr/local/share/terraform/plugins"),
    Path("/usr/share/terraform/plugins"),
)
ONE_LEVEL_UNDER = Path("/opt")


def find_mirror() -> Path | None:
    """Return the first folder that holds the aws provider, or None."""
    return next((place for place in _places() if (place / PROVIDER).is_dir()), None)


def environment(folder: Path, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment in which to start terraform.

    Args:
        folder: where the CLI configuration file may be written; made if it does not exist.
        base: the environment to start from, by default this process's.
    """
    result = dict(os.environ if base is None else base)
    result["CHECKPOINT_DISABLE"] = "1"  # no call home: it only costs time without a network
    result["TF_IN_AUTOMATION"] = "1"
    # A variable that names no file makes every terraform command warn, and hides the implied places.
    own = result.pop("TF_CLI_CONFIG_FILE", "")
    written = Path(own).read_text(encoding="utf-8") if own and Path(own).is_file() else ""
    if written:
        result["TF_CLI_CONFIG_FILE"] = own
    mirror = find_mirror()
    if mirror is None or "provider_installation" in written:
        return result  # the registry, or what the user has set up
    config = folder.resolve() / CONFIG_NAME
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("\n".join(filter(None, (written, _installation(mirror)))), encoding="utf-8")
    result["TF_CLI_CONFIG_FILE"] = str(config)
    return result


def _places() -> Iterator[Path]:
    for place in IMPLIED:
        yield place.expanduser()
    if ONE_LEVEL_UNDER.is_dir():
        yield from sorted(ONE_LEVEL_UNDER.iterdir())


def _installation(mirror: Path) -> str:
    """Take only hashicorp/aws from the mirror: any other provider still comes from its registry."""
    return f"""provider_installation {{
  filesystem_mirror {{
    path    = "{mirror}"
    include = ["registry.terraform.io/hashicorp/aws"]
  }}
  direct {{
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }}
}}
"""


def main() -> int:
    """Print the variables as shell exports."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(".cache/terraform")
    for name, value in environment(folder).items():
        if os.environ.get(name) != value:
            sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
