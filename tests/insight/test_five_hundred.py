"""Two environments of 500 tables that differ in six places: compare finds exactly these, live and from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.insight.compare.compare import compare, sides_of
from bootstrap.insight.snapshot.file import read_snapshot, write_snapshot
from bootstrap.service.snapshot import snapshot
from tests.cli.command import write
from tests.insight.pairs import databases

TABLES = 500
DECLARED = "tables: {t7: {columns: {id: int not null, name: varchar(40), amount: int}, primary_key: [id]}}\n"
SEEDS = "seeds: {t7: {key: [id], rows: [{id: 1, name: one}, {id: 2, name: two}, {id: 3, name: three}]}}\n"
TABLE = (
    "CREATE TABLE t{0} (id int PRIMARY KEY, name varchar(40) DEFAULT 'none', amount int);"
    "CREATE INDEX t{0}_amount_idx ON t{0} (amount);"
)
SCHEMAS = {
    "postgresql": """
        CREATE TYPE mood AS ENUM ('sad', 'calm', 'glad'); ALTER TABLE t3 ADD mood mood;
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name = ''touched''; RETURN NEW; END';
        CREATE TRIGGER touched BEFORE UPDATE ON t4 FOR EACH ROW EXECUTE FUNCTION touch();
        GRANT SELECT ON t5 TO READER
        """,
    "mariadb": """
        ALTER TABLE t3 ADD mood enum('sad', 'calm', 'glad');
        CREATE TRIGGER touched BEFORE UPDATE ON t4 FOR EACH ROW SET NEW.name = 'touched';
        GRANT SELECT ON t5 TO READER
        """,
}
SIX = {
    "postgresql": """
        ALTER TABLE t1 ALTER name SET DEFAULT 'nothing';
        DROP INDEX t2_amount_idx;
        ALTER TABLE t3 ALTER mood TYPE text; DROP TYPE mood; CREATE TYPE mood AS ENUM ('sad', 'glad', 'calm');
        ALTER TABLE t3 ALTER mood TYPE mood USING mood::mood;
        CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN NEW.name = ''by hand''; RETURN NEW; END';
        REVOKE SELECT ON t5 FROM READER;
        UPDATE t7 SET name = 'zwei' WHERE id = 2
        """,
    "mariadb": """
        ALTER TABLE t1 ALTER name SET DEFAULT 'nothing';
        DROP INDEX t2_amount_idx ON t2;
        ALTER TABLE t3 MODIFY mood enum('sad', 'glad', 'calm');
        DROP TRIGGER touched;
        CREATE TRIGGER touched BEFORE UPDATE ON t4 FOR EACH ROW SET NEW.name = 'by hand';
        REVOKE SELECT ON t5 FROM READER;
        UPDATE t7 SET name = 'zwei' WHERE id = 2
        """,
}
FOUND = {
    "postgresql": {
        ("structure", "differs", "column public.t1.name"),
        ("structure", "lacks", "index public.t2.t2_amount_idx"),
        ("structure", "differs", "enum public.mood"),
        ("structure", "differs", "function public.touch()"),
        ("access", "lacks", "table public.t5"),
        ("seeds", "differs", "public.t7"),
    },
    "mariadb": {
        ("structure", "differs", "column t1.name"),
        ("structure", "lacks", "index t2.t2_amount_idx"),
        ("structure", "differs", "column t3.mood"),
        ("structure", "differs", "trigger t4.touched"),
        ("access", "lacks", "table t5"),
        ("seeds", "differs", "t7"),
    },
}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_six_differences_among_500_tables(kind: str, tmp_path: Path) -> None:
    """Nothing was ever run here: most is not declared, and compared all the same."""
    files = {"schema/t7.yaml": DECLARED, "seeds/t7.yaml": SEEDS}
    folder = write(tmp_path / "declaration", "postgresql" if kind == "postgresql" else "mysql", files)
    tables = "".join(TABLE.format(number) for number in range(TABLES))
    rows = "INSERT INTO t7 (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three')"
    schema = f"{tables}{SCHEMAS[kind]};{rows}"
    with databases(kind, folder, schema) as pair:
        pair.run(pair.production, schema)
        assert pair.compare().findings == ()
        pair.run(pair.production, SIX[kind])
        live = pair.compare()
        saved = []
        for name, request in pair.named():
            write_snapshot(snapshot(request, keys=10), tmp_path / f"{name}.json")
            saved.append((name, read_snapshot(tmp_path / f"{name}.json")))
    found = [(item.section.value, item.difference.value, *item.objects) for item in live.findings]
    assert sorted(found) == sorted(FOUND[kind])
    assert compare(sides_of(saved)).findings == live.findings
    assert "zwei" not in (tmp_path / "production.json").read_text(encoding="utf-8")
