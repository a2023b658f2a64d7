"""The files of a declaration on disk: which ones count."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.declaration.store import Directory
from bootstrap.problems import DeclarationError


def test_links_are_followed_as_terraform_does(tmp_path: Path) -> None:
    """What Terraform counts into its digest and hands to the Lambda must be what a run by hand reads."""
    common, own = tmp_path / "common", tmp_path / "own"
    common.mkdir()
    (common / "roles.yaml").write_text("roles: {}\n")
    (own / "schema").mkdir(parents=True)
    (own / "schema" / "common").symlink_to("../../common")
    (own / "schema" / "roles.yaml").symlink_to("../../common/roles.yaml")
    (own / ".git").symlink_to("../common")
    found = Directory(own)
    assert found.paths == ("schema/common/roles.yaml", "schema/roles.yaml")
    assert found.read("schema/common/roles.yaml") == b"roles: {}\n"


def test_a_link_to_a_folder_above_is_named(tmp_path: Path) -> None:
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "round").symlink_to("..")
    with pytest.raises(DeclarationError, match="schema/round:1: a link to a folder that contains it: remove"):
        Directory(tmp_path)
