"""`make plan|bootstrap|verify|history ENV=…` against what stands, with the target from terraform's outputs."""

from __future__ import annotations

import re

from tests.e2e.story import Story


def test_plan_bootstrap_and_verify(story: Story) -> None:
    found = story.drifted()
    assert found.planned.code == 0, found.planned.text
    assert re.search(r"ALTER TABLE `contacts`.*ADD COLUMN `phone`", found.planned.text, re.DOTALL | re.IGNORECASE)
    assert re.search(r"streams_production: nothing to do", found.planned.text)
    assert re.search(r"tfplayground_prod: applied", found.mended.text)
    assert re.search(r"streams_production: unchanged and verified", found.mended.text)
    assert found.verified_again.text.count("verified: the database is what the declaration says") == 2


def test_history(story: Story) -> None:
    story.drifted()
    found = story.stack.make("history", "staging")
    assert found.code == 0, found.text
    assert re.search(r"^\s*1 .* failed .* staging", found.text, re.MULTILINE), found.text
    assert re.search(r"^\s*2 .* applied .* staging", found.text, re.MULTILINE)
    assert re.search(r"^\s*1 .* applied .* staging", found.text, re.MULTILINE), "streams"


def test_verify_fails_as_make_does(story: Story) -> None:
    story.drifted()
    found = story.stack.make("verify", "nowhere")
    assert found.code == 2
    assert "unknown environment" in found.text
    assert "Error 1" in found.text
