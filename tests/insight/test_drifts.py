"""Every change by hand is found by verify and by compare, named, and nothing else is; each changes the fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bootstrap.service.verify import verify
from bootstrap.service.work import open_work
from tests.insight import drifts_mysql, drifts_postgresql
from tests.insight.drifts import Drift
from tests.insight.pairs import declared

KINDS = {"postgresql": drifts_postgresql, "mariadb": drifts_mysql, "mysql": drifts_mysql}
AT_LEAST = 30
ROWS = "rows: [{id: 1, name: one}, {id: 2, name: two}, {id: 3, name: three}]"
SEEDS = f"seeds: {{kinds: {{key: [id], mode: upsert, {ROWS}}}, words: {{key: [id], {ROWS}}}}}\n"


@pytest.mark.parametrize("kind", KINDS)
def test_every_drift_is_found_and_named(kind: str, tmp_path: Path) -> None:
    drifts = KINDS[kind].DRIFTS
    assert len(drifts) >= AT_LEAST
    with declared(kind, tmp_path / "declaration", KINDS[kind].SCHEMA, SEEDS) as pair:
        assert verify(pair.production).holds
        assert pair.compare().findings == ()
        unnoticed = []
        with open_work(pair.production) as work:
            before = work.fingerprint()
            for drift in drifts:
                pair.run(pair.production, drift.sql)
                after = work.fingerprint()
                if after == before and not drift.rows:
                    unnoticed.append(drift.what)
                before = after
        assert unnoticed == [], "the fast path would believe the last run"
        assert missing(drifts, verify(pair.production).faults) == []
        sentences = [f"{item.sentence} [{', '.join(item.objects)}]" for item in pair.compare().findings]
        assert missing(drifts, sentences) == []
        assert surplus(drifts, sentences) == []
        assert not any("eins" in sentence for sentence in sentences), "no value of a row is shown"


def missing(drifts: Sequence[Drift], sentences: Sequence[str]) -> list[str]:
    """The drifts that no sentence names."""
    return [drift.what for drift in drifts if not any(drift.named in sentence for sentence in sentences)]


def surplus(drifts: Sequence[Drift], sentences: Sequence[str]) -> list[str]:
    """The sentences that name no drift."""
    return [sentence for sentence in sentences if not any(drift.named in sentence for drift in drifts)]
