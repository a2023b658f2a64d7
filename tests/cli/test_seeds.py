"""Seeds in all modes and formats, on both engines; an unchanged rerun touches no row."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import write
from tests.cli.databases import Database

MODES = ("insert", "upsert", "sync", "once")
TABLE = """
  {0}:
    columns:
      id: int not null
      word: varchar(60)
      touched: int
    primary_key: [id]"""
ROWS = [(1, "one"), (2, "two"), (3, "three")]
# What is in the table before the second apply: a changed row, a row that was deleted, a row that nobody declared.
CHANGES = (
    "UPDATE {0} SET word = 'changed' WHERE id = 1",
    "DELETE FROM {0} WHERE id = 2",
    "INSERT INTO {0} (id, word) VALUES (9, 'extra')",
)
AFTER = {
    "insert": [(1, "changed"), (2, "two"), (3, "three"), (9, "extra")],
    "upsert": [(1, "one"), (2, "two"), (3, "three"), (9, "extra")],
    "sync": [(1, "one"), (2, "two"), (3, "three")],
    "once": [(1, "changed"), (3, "three"), (9, "extra")],
}
FORMATS = {
    "in_yaml": "{rows: [{id: 1, word: one}, {id: 2, word: two}, {id: 3, word: three}]}",
    "in_csv": "{file: rows.csv}",
    "in_json_lines": "{file: rows.jsonl}",
}
FILES = {
    "seeds/rows.csv": "id,word\n1,one\n2,two\n3,three\n",
    "seeds/rows.jsonl": "".join(f'{{"id": {number}, "word": "{word}"}}\n' for number, word in ROWS),
}


def rows(database: Database, table: str) -> list[tuple[object, ...]]:
    return list(database.sql(f"SELECT id, word FROM {table} ORDER BY id"))


def test_every_mode_in_every_format(database: Database, tmp_path: Path) -> None:
    tables = {f"{mode}_{form}": (mode, form) for mode in MODES for form in FORMATS}
    seeds = "".join(
        f"  {name}: {FORMATS[form].replace('{', '{key: [id], mode: ' + mode + ', ', 1)}\n"
        for name, (mode, form) in tables.items()
    )
    files = {
        "schema/words.yaml": "tables:" + "".join(TABLE.format(name) for name in tables) + "\n",
        "seeds/words.yaml": f"seeds:\n{seeds}",
        **FILES,
    }
    folder = write(tmp_path, database.engine, files)
    database.run("apply", "--dir", folder).ended(0)
    assert {name: rows(database, name) for name in tables} == dict.fromkeys(tables, ROWS)

    for name in tables:
        database.sql(*(change.format(name) for change in CHANGES))
    found = database.run("verify", "--dir", folder).ended(4).out
    assert "once" not in found
    database.run("apply", "--dir", folder).ended(0)
    assert {name: rows(database, name) for name in tables} == {name: AFTER[mode] for name, (mode, _) in tables.items()}
    database.run("verify", "--dir", folder).ended(0)


def test_values_arrive_as_they_were_written(database: Database, tmp_path: Path) -> None:
    words = {
        1: None, 2: "", 3: "NULL", 4: "no", 5: "012", 6: "1.10", 7: "12:30:45", 8: "it's; DROP TABLE words; --",
        9: "back\\slash", 10: "line\nbreak\ttab", 11: "😀 ß €", 12: "%s {} $x",
        13: " both ends ",
    }  # fmt: skip
    lines = ["seeds:", "  words:", "    key: [id]", "    rows:"]
    for number, word in words.items():
        quoted = (
            "null" if word is None else '"' + word.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t") + '"'
        )
        lines.append(f"      - {{id: {number}, word: {quoted}}}")
    schema = "tables:" + TABLE.format("words") + ("\n    charset: utf8mb4\n" if database.engine == "mysql" else "\n")
    folder = write(tmp_path, database.engine, {"schema/w.yaml": schema, "seeds/w.yaml": "\n".join(lines) + "\n"})
    database.run("apply", "--dir", folder).ended(0)
    assert dict(rows(database, "words")) == words  # type: ignore[arg-type]


def test_an_unchanged_rerun_touches_no_row(database: Database, shop: Path) -> None:
    database.run("apply", "--dir", shop).ended(0)
    database.sql("CREATE TABLE touched (what varchar(10))")
    if database.engine == "postgresql":
        database.sql(
            "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN INSERT INTO touched VALUES (tg_op); RETURN NULL; END'",
            "CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON customers FOR EACH ROW EXECUTE FUNCTION note()",
        )
    else:
        for event in ("INSERT", "UPDATE", "DELETE"):
            # Only a superuser may, while there is a binary log and the server was told nothing else.
            database.server.administrator.execute(
                f"CREATE TRIGGER note_{event} AFTER {event} ON customers FOR EACH ROW"
                f" INSERT INTO touched VALUES ('{event}')",
                database.name,
            )
    # A run with something to do elsewhere, and the same seeds.
    schema = shop / "schema/orders.yaml"
    schema.write_text(schema.read_text().replace("note: varchar(200)", "note: varchar(240)"))
    database.run("apply", "--dir", shop).ended(0)
    database.run("apply", "--dir", shop).ended(0)
    assert database.sql("SELECT what FROM touched") == []


def test_an_environment_has_rows_of_its_own(database: Database, shop: Path) -> None:
    extra = "seeds:\n  customers:\n    key: [id]\n    mode: upsert\n    rows: [{id: 3, email: dev@example.com}]\n"
    write(shop, database.engine, {"environments/dev.yaml": "seeds: [environments/dev/*.yaml]\n"})
    write(shop, database.engine, {"environments/dev/customers.yaml": extra})
    database.run("apply", "dev", "--dir", shop).ended(0)
    assert database.sql("SELECT id FROM customers ORDER BY id") == [(1,), (2,), (3,)]


def test_null_and_the_empty_text_arrive_from_a_file_with_tabs(database: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "schema/w.yaml": "tables:" + TABLE.format("words") + "\n",
        "seeds/w.yaml": 'seeds: {words: {file: data/words.tsv.csv, delimiter: "\\t"}}\n',
        "seeds/data/words.tsv.csv": b'id\tword\ttouched\n1\t""\t\n2\t\t5\n3\t"a\tb"\t\n',
    }
    folder = write(tmp_path, database.engine, files)
    database.run("apply", "--dir", folder).ended(0)
    assert database.sql("SELECT id, word, touched FROM words ORDER BY id") == [
        (1, "", None), (2, None, 5), (3, "a\tb", None),
    ]  # fmt: skip


def test_rows_of_an_overlay_are_brought_in_as_those_of_the_base(database: Database, tmp_path: Path) -> None:
    files = {
        "schema/w.yaml": "tables:" + TABLE.format("words") + "\n",
        "seeds/w.yaml": "seeds: {words: {mode: upsert, rows: [{id: 1, word: base}]}}\n",
        "environments/dev.yaml": "seeds: {words: {rows: [{id: 2, word: overlay}]}}\n",
        "environments/twice.yaml": "seeds: {words: {rows: [{id: 1, word: overlay}]}}\n",
    }
    folder = write(tmp_path, database.engine, files)
    database.run("apply", "dev", "--dir", folder).ended(0)
    database.sql("UPDATE words SET word = 'changed'")
    pending = database.run("plan", "dev", "--dir", folder, "--format", "json").ended(0).data["seeds"]
    done = database.run("apply", "dev", "--dir", folder, "--format", "json").ended(0).data["seeds"]
    assert [item["rows"]["updated"] for item in (*pending, *done)] == [2, 2]
    assert rows(database, "words") == [(1, "base"), (2, "overlay")]
    assert "a second row of words with id 1" in database.run("apply", "twice", "--dir", folder).refused(1)


def test_expressions_stand_beside_texts_in_one_column(database: Database, tmp_path: Path) -> None:
    files = {
        "schema/t.yaml": """
            tables:
              t: {columns: {id: int not null, v: varchar(40), w: varchar(40), x: int}, primary_key: [id]}
            """,
        "seeds/t.yaml": """
            seeds:
              t:
                mode: sync
                rows:
                  - {id: 1, v: "it's \\\\ =x", w: plain, x: 1}
                  - {id: 2, v: {sql: "concat('a', 'b')"}, w: {sql: "concat(now(), '')"}, x: 1}
                  - {id: 3, v: null, w: null, x: {sql: "1 + 2"}}
            """,
    }
    folder = write(tmp_path, database.engine, files)
    database.run("apply", "--dir", folder).ended(0)
    [now] = database.sql("SELECT w FROM t WHERE id = 2")
    rows = [(1, "it's \\ =x", "plain", 1), (2, "ab", *now, 1), (3, None, None, 3)]
    assert database.sql("SELECT id, v, w, x FROM t ORDER BY id") == rows
    # What is written is held to, what was computed stays; the proof of the rows does not hide it.
    database.sql("UPDATE t SET v = 'other' WHERE id = 1", "UPDATE t SET w = 'other', x = 7 WHERE id = 2")
    database.sql("INSERT INTO t (id) VALUES (4)", "UPDATE t SET w = 'other' WHERE id = 3")
    assert database.run("verify", "--dir", folder).ended(4)
    database.run("apply", "--dir", folder).ended(0)
    found = database.sql("SELECT id, v, w, x FROM t ORDER BY id")
    assert [row[:2] + row[3:] for row in found] == [row[:2] + row[3:] for row in rows]
    assert (found[0][2], found[2][2]) == ("plain", None)
    assert database.run("apply", "--dir", folder).ended(0).out.count("unchanged") == 1
    database.run("verify", "--dir", folder).ended(0)


def test_a_plan_lists_the_keys_of_rows(database: Database, tmp_path: Path) -> None:
    seeds = "seeds:\n  users:\n    key: [id]\n    mode: sync\n    rows:\n"
    rows = seeds + "".join(f"      - {{id: {number}, name: n{number}}}\n" for number in range(1, 31))
    table = "tables:\n  users: {columns: {id: int not null, name: varchar(9)}, primary_key: [id]}\n"
    folder = write(tmp_path, database.engine, {"schema/u.yaml": table, "seeds/u.yaml": rows})
    planned = database.run("plan", "--dir", folder, "--rows", "--rows-limit", "2").ended(0).out
    assert "--   insert id = 1\n--   insert id = 2\n--   insert … and 28 more" in planned
    database.run("apply", "--dir", folder).ended(0)
    assert "insert" not in database.run("plan", "--dir", folder, "--rows").ended(0).out
    database.sql("DELETE FROM users WHERE id = 7", "UPDATE users SET name = 'other' WHERE id = 9",
                 "INSERT INTO users VALUES (99, 'new')")  # fmt: skip
    assert "id = " not in database.run("plan", "--dir", folder).ended(0).out
    planned = database.run("plan", "--dir", folder, "--rows").ended(0).out
    assert "--   delete id = 99\n--   update id = 9\n--   insert id = 7" in planned
    data = database.run("plan", "--dir", folder, "--rows", "--format", "json").ended(0).data
    assert data["seeds"][0]["keys"] == {"inserted": ["id = 7"], "updated": ["id = 9"], "deleted": ["id = 99"]}
