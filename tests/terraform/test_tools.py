"""The tools around Terraform: the provider mirror, the README's tables."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools import module_docs, terraform_mirror

ROOT = Path(__file__).resolve().parents[2]

SMALL_MODULE = """
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5"
    }
  }
}

variable "size" {
  description = "How \\"big\\" | small."
  type        = number
  default     = 3
}

variable "names" {
  description = <<-EOT
    Two
    lines.
  EOT
  type = object({
    a = string
  })
}

resource "aws_vpc" "this" {}

output "id" {
  description = "The id."
  value       = aws_vpc.this.id
}
"""


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with one mirror, under the folder that is searched one level deep."""
    folder = tmp_path / "opt" / "plugins"
    (folder / terraform_mirror.PROVIDER).mkdir(parents=True)
    (tmp_path / "opt" / "other").mkdir()
    monkeypatch.setattr(terraform_mirror, "IMPLIED", (tmp_path / "implied",))
    monkeypatch.setattr(terraform_mirror, "ONE_LEVEL_UNDER", tmp_path / "opt")
    return folder


def test_mirror_is_found_and_used(mirror: Path, tmp_path: Path) -> None:
    assert terraform_mirror.find_mirror() == mirror
    environment = terraform_mirror.environment(tmp_path / "work", {"TF_CLI_CONFIG_FILE": "/does/not/exist", "A": "b"})
    config = Path(environment["TF_CLI_CONFIG_FILE"])
    assert config.parent == tmp_path / "work"
    assert f'path    = "{mirror}"' in config.read_text()
    assert environment["CHECKPOINT_DISABLE"] == "1"
    assert environment["A"] == "b"


def test_implied_places_come_first(mirror: Path, tmp_path: Path) -> None:
    implied = tmp_path / "implied"
    (implied / terraform_mirror.PROVIDER).mkdir(parents=True)
    assert mirror.exists()
    assert terraform_mirror.find_mirror() == implied


def test_without_a_mirror_terraform_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(terraform_mirror, "IMPLIED", ())
    monkeypatch.setattr(terraform_mirror, "ONE_LEVEL_UNDER", tmp_path / "none")
    environment = terraform_mirror.environment(tmp_path / "work", {"TF_CLI_CONFIG_FILE": "/does/not/exist"})
    assert "TF_CLI_CONFIG_FILE" not in environment
    assert not (tmp_path / "work").exists()


def test_a_users_own_configuration_is_kept(mirror: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.tfrc"
    own.write_text('credentials "app.terraform.io" {}\n')
    extended = Path(
        terraform_mirror.environment(tmp_path / "w", {"TF_CLI_CONFIG_FILE": str(own)})["TF_CLI_CONFIG_FILE"]
    )
    assert extended.read_text().startswith('credentials "app.terraform.io" {}')
    assert str(mirror) in extended.read_text()
    own.write_text("provider_installation {\n  direct {}\n}\n")
    assert terraform_mirror.environment(tmp_path / "w", {"TF_CLI_CONFIG_FILE": str(own)})["TF_CLI_CONFIG_FILE"] == str(
        own
    )


def test_readme_tables_are_those_of_the_module() -> None:
    done = subprocess.run(
        [sys.executable, "tools/module_docs.py", "--check"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_tables_name_every_input_with_type_default_and_description(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(SMALL_MODULE)
    tables = module_docs.render(tmp_path)
    assert '| `size` | How "big" \\| small. | `number` | `3` |' in tables
    assert "| `names` | Two lines. | [object](#names) | required |" in tables
    assert "### names\n\n```hcl\nobject({\n  a = string\n})\n```" in tables
    assert "[aws_vpc.this](https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc)" in tables
    assert "| `id` | The id. |" in tables
