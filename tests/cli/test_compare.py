"""Environments compared by the command: live, from snapshot files, and as the two outages would have been seen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import db_bootstrap
from tests.cli.conftest import SHOP
from tests.cli.pairs import Pair, pair_of

EXAMPLES = Path(__file__).parents[2] / "database"


def files_of(example: str) -> dict[str, str]:
    """A declaration of the examples, without its overlays."""
    root = EXAMPLES / example
    return {
        str(path.relative_to(root)): path.read_text(encoding="utf-8")
        for path in root.rglob("*.*")
        if path.is_file() and path.parent.name != "environments"
    }


@pytest.fixture(params=["postgresql", "mariadb"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    """Staging and production of the shop, both empty."""
    with pair_of(request.param, tmp_path / "shop", SHOP) as found:
        yield found


def test_contacts_production_was_never_bootstrapped(tmp_path: Path) -> None:
    with pair_of("mariadb", tmp_path / "contacts", files_of("contacts")) as pair:
        pair.run("apply", "staging").ended(0)
        said = pair.compare().ended(2).out.splitlines()
        assert "  production lacks table contacts: declared, never applied, no run recorded" in said
        assert len([line for line in said if "contacts" in line]) == 1, said
        [health] = [line for line in said if "run 1" in line]
        assert health.startswith("  production: no run recorded; staging: run 1 applied on ")


def test_streams_production_lacks_columns(tmp_path: Path) -> None:
    with pair_of("postgresql", tmp_path / "streams", files_of("streams")) as pair:
        pair.run("apply", "staging").ended(0)
        pair.production.sql(
            "CREATE TABLE streams (stream_id varchar CONSTRAINT streams_pkey PRIMARY KEY, status varchar,"
            " created_at timestamp)"
        )
        said = pair.compare().ended(2).out.splitlines()
        assert said[:3] == [
            "production compared with staging: 3 differences",
            "structure:",
            "  production lacks columns live_started_at, offline_at and testing_started_at of table public.streams:"
            " declared, never applied, no run recorded",
        ]
        assert "  step 0001_backfill_live_started_at: not applied in production, applied in staging" in said


def test_an_environment_is_like_its_own_snapshot(pair: Pair, tmp_path: Path) -> None:
    pair.run("apply", "staging").ended(0)
    file = tmp_path / "staging.json"
    said = pair.run("snapshot", "staging", "--out", file).ended(0).out
    assert "snapshot of staging" in said
    assert "no difference" in pair.compare("staging", file).ended(0).out
    data = pair.compare(file, pair.staging.url, "--format", "json").ended(0).data
    assert data["format_version"] == 1
    assert data["identical"] is True
    text = file.read_text(encoding="utf-8")
    assert json.loads(text)["format_version"] == 1
    assert pair.staging.variables["DB_BOOTSTRAP_PASSWORD"] not in text
    assert "ada@example.com" not in text


@pytest.mark.parametrize("kind", ["view", "comment"])
def test_a_snapshot_with_a_secret_in_the_structure_is_refused(pair: Pair, tmp_path: Path, kind: str) -> None:
    pair.run("apply", "staging").ended(0)
    password = pair.staging.variables["DB_BOOTSTRAP_PASSWORD"]
    if kind == "view":
        pair.staging.sql(f"CREATE VIEW v AS SELECT '{password}' AS token")
    elif pair.staging.engine == "postgresql":
        pair.staging.sql(f"COMMENT ON TABLE orders IS '{password}'")
    else:
        pair.staging.sql(f"ALTER TABLE orders COMMENT '{password}'")
    file = tmp_path / "staging.json"
    message = pair.run("snapshot", "staging", "--out", file).refused(3)
    assert f"the snapshot would contain a secret, in {'view' if kind == 'view' else 'table'} " in message
    assert password not in message
    assert not file.exists()


def test_the_account_that_applies_may_have_another_name(pair: Pair, tmp_path: Path) -> None:
    pair.run("apply", "staging").ended(0)
    here, there = tmp_path / "here.json", tmp_path / "there.json"
    pair.run("snapshot", "staging", "--out", here).ended(0)
    data = json.loads(here.read_text(encoding="utf-8"))
    account = data["server"]["account"]
    for part in ("server", "catalog"):
        text = json.dumps(data[part])
        assert f'"{account}"' in text
        data[part] = json.loads(text.replace(f'"{account}"', '"another_admin"'))
    there.write_text(json.dumps(data), encoding="utf-8")
    assert "no difference" in pair.compare(here, there).ended(0).out


def test_each_reason_is_told_apart(pair: Pair) -> None:
    """Dropped by hand, declared and not applied yet, made by hand: one sentence each, and the reason as data."""
    for environment in ("staging", "production"):
        pair.run("apply", environment).ended(0)
    assert pair.compare().ended(0).out.splitlines()[0] == "production compared with staging: no difference"
    pair.declare({"schema/more.yaml": "tables: {invoices: {columns: {id: int not null}, primary_key: [id]}}\n"})
    pair.run("apply", "staging").ended(0)
    pair.production.sql("ALTER TABLE orders DROP COLUMN note", "CREATE TABLE by_hand (id int PRIMARY KEY)")
    pair.production.sql("UPDATE customers SET name = 'Eve' WHERE id = 1")
    found = pair.compare("staging", "production", "--format", "json").ended(2).data
    facts = {
        (item["section"], item["difference"], *(re.split("[ .]", name)[-1] for name in item["objects"])): item
        for item in found["findings"]
    }
    assert {key: item["reason"] for key, item in facts.items()} == {
        ("structure", "has", "by_hand"): "undeclared",
        ("structure", "lacks", "invoices"): "not_applied",
        ("structure", "lacks", "note"): "drift",
        ("seeds", "differs", "customers"): "drift",
    }
    sentences = "\n".join(item["sentence"] for item in found["findings"])
    assert "lacks it: not declared" in sentences
    assert "declared, dropped since run 1" in sentences
    assert "declared, not applied (run 1 applied on " in sentences
    assert "1 row of production differs from the declaration (id = 1)" in sentences
    assert "Eve" not in sentences


MORE = """
    tables:
      orders:
        columns:
          id: int not null
          customer_id: int not null
          amount: decimal(10,2) not null
          paid_at: timestamp null
        primary_key: [id]
        foreign_keys:
          orders_customer_fk: {columns: [customer_id], references: customers(id), on_delete: cascade}
        checks:
          orders_amount_check: amount >= 0
        indexes:
          orders_amount_idx: [amount]
    """


def test_a_promotion_has_the_answer_of_the_gate(pair: Pair, tmp_path: Path) -> None:
    """Staging has a column more and one fewer; production's orders have rows. Live and from files it is the same."""

    def promoted(code: int, *arguments: str | Path) -> dict[str, Any]:
        found: dict[str, Any] = pair.compare(*arguments, "--promote", "--format", "json").ended(code).data
        return found

    never = promoted(3, "staging", "production")
    assert [item["obstacle"] for item in never["refusals"]] == ["not_proven"]
    for environment in ("staging", "production"):
        pair.run("apply", environment).ended(0)
    same = promoted(0, "staging", "production")
    assert (same["allowed"], same["statements"], same["left"]) == (True, [], [])
    pair.production.sql("INSERT INTO orders VALUES (1, 1, 9.50, 'a note')")
    pair.declare({"schema/orders.yaml": MORE, "steps/0001_paid.sql": "UPDATE orders SET paid_at = NULL;\n"})
    pair.run("apply", "staging", "--allow", "data_loss").ended(0)
    files = [tmp_path / "staging.json", tmp_path / "production.json"]
    for environment, file in zip(("staging", "production"), files, strict=True):
        pair.run("snapshot", environment, "--out", file).ended(0)
    for sources in (("staging", "production"), files):
        refused = promoted(3, *sources)
        assert [item["obstacle"] for item in refused["refusals"]] == ["hazard"]
        permission = refused["refusals"][0]["permission"]
        assert permission.startswith("data_loss:")
        assert refused["steps"] == ["0001_paid"]
        assert any("paid_at" in statement for statement in refused["statements"])
        assert promoted(0, *sources, "--allow", permission)["allowed"] is True
    said = pair.compare("staging", "production", "--promote").ended(3).out
    assert said.startswith("from staging to production: refused\n")
    assert f"to allow it: --allow '{permission}'" in said
    pair.staging.sql("ALTER TABLE customers ADD by_hand int", "CREATE TABLE by_hand (id int PRIMARY KEY)")
    drifted = promoted(3, "staging", "production")
    assert "drift" in [item["obstacle"] for item in drifted["refusals"]]
    assert [name.split(".")[-1].split(" ")[-1] for name in drifted["left"]] == ["by_hand"]


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    assert "needs two environments" in db_bootstrap("compare", "staging").refused(1)
    wrong = tmp_path / "wrong.json"
    for text, message in [
        ("{", "not a snapshot, for it is not JSON"),
        ("{}", "not a snapshot"),
        ('{"format_version": 99}', "format version 99 is unknown"),
        ('{"format_version": 1}', "cannot read the snapshot"),
    ]:
        wrong.write_text(text)
        assert message in db_bootstrap("compare", wrong, wrong, "--dir", tmp_path).refused(1)
    said = db_bootstrap("compare", wrong, "nowhere", "--dir", tmp_path).refused(1)
    assert "nowhere: neither an environment" in said or "not a snapshot" in said or "cannot read" in said
