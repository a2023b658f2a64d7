"""The work copy that the demo applies: the stack and the declarations as they are, on a local AWS."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from demo.errors import DemoError
from demo.paths import ROOT, Paths

# The zip too: what the demo applies must not change under it when somebody packages meanwhile.
COPIED = ("terraform", "database", "dist/lambda")
IGNORED = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", "*.tfstate*", "terraform.tfstate.d", "*.tfplan")
# The change of the demo: what production of the streams incident lacked.
NEW_COLUMNS = ("live_started_at", "offline_at", "testing_started_at")
STREAMS = Path("database/streams")
SCHEMA = STREAMS / "schema/streams.yaml"

# All that a local AWS asks of the provider; where it is, and with which credentials, is in the environment.
OVERRIDE = """# Written by the demo into its work copy: the stack itself knows nothing of a local AWS.
provider "aws" {
  max_retries                 = 2
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
}
"""
# Only Linux has more than one loopback address; elsewhere two databases cannot both listen on their engine's port.
OVERRIDE_PORT = """
resource "aws_db_instance" "this" {
  port = null
}
"""


def make(paths: Paths) -> None:
    """Copy stack and declarations, put the local AWS under the copy, and take the new columns out of it."""
    shutil.rmtree(paths.work, ignore_errors=True)
    for folder in COPIED:
        shutil.copytree(ROOT / folder, paths.work / folder, ignore=IGNORED)
    override = OVERRIDE if sys.platform == "linux" else OVERRIDE + OVERRIDE_PORT
    (paths.stack / "local_aws_override.tf").write_text(override)
    _declare_before(paths)


def declare_change(paths: Paths) -> None:
    """Bring the streams declaration to what the repository holds: with the new columns and the step that fills them."""
    shutil.rmtree(paths.work / STREAMS)
    shutil.copytree(ROOT / STREAMS, paths.work / STREAMS)


def _declare_before(paths: Paths) -> None:
    """Write the streams declaration as it was before the change: without the columns, and without their steps."""
    schema = paths.work / SCHEMA
    lines = schema.read_text().splitlines(keepends=True)
    before = [line for line in lines if line.strip().split(":")[0] not in NEW_COLUMNS]
    if len(lines) - len(before) != len(NEW_COLUMNS):
        raise DemoError(f"{ROOT / SCHEMA} does not declare {', '.join(NEW_COLUMNS)} in a line each")
    schema.write_text("".join(before))
    for folder in ("steps", "checks.yaml"):
        path = paths.work / STREAMS / folder
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
