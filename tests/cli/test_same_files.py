"""An apply whose files are those of the proven run: what it does not read, and what it sees all the same."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bootstrap.declaration import load as loading
from bootstrap.run import outline
from bootstrap.run.records import Outcome
from bootstrap.service import nothing_to_do
from bootstrap.service.apply import apply
from bootstrap.service.same_files import early_session, unchanged_files
from bootstrap.service.saved_plan import SavedPlan
from bootstrap.service.work import Request
from tests.cli.command import write
from tests.cli.databases import Database

FILES = {
    "environments/dev.yaml": "variables: {limit: '10'}\n",
    "environments/prod.yaml": "variables: {limit: '20'}\n",
    "steps/0001_first.sql": "-- phase: after\nUPDATE orders SET note = 'x' WHERE id < 0;\n",
    "seeds/orders.csv": "id,customer_id,amount,note\n1,1,1.00,a\n2,2,2.00,b\n",
    "checks.yaml": "checks:\n  few: SELECT count(*) < ${limit} FROM orders\n",
    "README.md": "nothing of a declaration\n",
}
SAVED = SavedPlan(environment="dev", declaration_digest="", fingerprint="", plan_digest="")


def edit(path: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / path).read_text()
        assert old in text
        (folder / path).write_text(text.replace(old, new))

    return change


def add(path: str, text: str = "") -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)

    return change


def link(folder: Path) -> None:
    """The same name leads to another file."""
    (folder.parent / "other.csv").write_text("id,customer_id,amount,note\n1,1,9.00,a\n")
    (folder / "seeds/orders.csv").unlink()
    (folder / "seeds/orders.csv").symlink_to(folder.parent / "other.csv")


def rename(folder: Path) -> None:
    (folder / "steps/0001_first.sql").rename(folder / "steps/0002_first.sql")


def replace_by_folder(folder: Path) -> None:
    (folder / "checks.yaml").unlink()
    (folder / "checks.yaml").mkdir()


# Everything that can give a declaration another meaning, or make it wrong.
CHANGES: dict[str, Callable[[Path], None]] = {
    "a column": edit("schema/orders.yaml", "varchar(200)", "varchar(201)"),
    "a comment": edit("schema/orders.yaml", "tables:", "tables: # comment"),
    "a mistake": edit("schema/orders.yaml", "tables:", "tabels:"),
    "not YAML": add("schema/orders.yaml", "{"),
    "bootstrap.yaml": edit("bootstrap.yaml", "version: 1", "version: 1\npolicy: {removed: keep}"),
    "the overlay": edit("environments/dev.yaml", "10", "11"),
    "a step": edit("steps/0001_first.sql", "< 0", "< 1"),
    "rows in a data file": edit("seeds/orders.csv", "2.00", "2.01"),
    "rows in YAML": edit("seeds/customers.yaml", "Ada", "Eve"),
    "a check": edit("checks.yaml", "few", "some"),
    "a new schema file": add("schema/more.yaml", "tables: {}\n"),
    "a new step": add("steps/0002_second.sql", "SELECT 1;\n"),
    "a new data file": add("seeds/customers.csv", "id,email\n7,seven@x\n"),
    "a new environment": add("environments/test.yaml", "{}\n"),
    "a file less": lambda folder: (folder / "steps/0001_first.sql").unlink(),
    "another name": rename,
    "a file that is a link": link,
    "a file that is a folder": replace_by_folder,
}  # fmt: skip
OPTIONS: dict[str, dict[str, Any]] = {
    "another environment": {"environment": "prod"},
    "no environment": {"environment": None},
    "--exact": {"exact": True},
    "contract": {"contract": True},
    "--adopt-environment": {"adopt_environment": True},
    "--plan": {"saved_plan": SAVED},
    "a misspelt --allow": {"permissions": ("data_los",)},
    "another engine": {"url": "mysql://u@localhost/x"},
}
BY_HAND = (
    ("CREATE TABLE by_hand (id int PRIMARY KEY)", "DROP TABLE by_hand"),
    ("ALTER TABLE orders ADD COLUMN by_hand int", "ALTER TABLE orders DROP COLUMN by_hand"),
    ("UPDATE customers SET name = 'Eve' WHERE id = 1", "UPDATE customers SET name = 'Ada' WHERE id = 1"),
    ("UPDATE orders SET amount = 3 WHERE id = 2", "UPDATE orders SET amount = 2 WHERE id = 2"),
    ("DELETE FROM orders WHERE id = 2", "INSERT INTO orders VALUES (2, 2, 2.00, 'b')"),
)


def request(database: Database, folder: Path, **options: Any) -> Request:
    given: dict[str, Any] = {"environment": "dev", "url": database.url, **options}
    return Request(directory=folder, environ={**database.variables, "DB_BOOTSTRAP_CONNECT_DEADLINE": "60"}, **given)


def same(wanted: Request) -> bool:
    """Whether an apply would end without reading the declaration."""
    with early_session(wanted) as early:
        return early is not None and unchanged_files(wanted, early)[0] is not None


@pytest.fixture
def proven(database: Database, shop: Path) -> Path:
    """A declaration with all kinds of files that was applied."""
    write(shop, database.engine, FILES)
    assert apply(request(database, shop)).outcome is Outcome.APPLIED
    return shop


def test_the_same_files_are_not_read_again(
    database: Database, proven: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    parsed = apply(replace(request(database, proven), exact=True))
    monkeypatch.setattr(loading, "_load", None)
    again = apply(request(database, proven))
    assert again.outcome is Outcome.UNCHANGED
    assert (again.run, again.ready_token, again.checks) == (parsed.run, parsed.ready_token, ("few",))
    edit("environments/prod.yaml", "20", "30")(proven)  # another environment's
    edit("README.md", "nothing", "something")(proven)
    copy = shutil.copytree(proven, tmp_path / "elsewhere" / "copy")
    assert apply(request(database, copy)).ready_token == parsed.ready_token
    files = {str(path.relative_to(copy)): path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    event = replace(request(database, copy), directory=None, files=files)
    assert apply(event).ready_token == parsed.ready_token


def test_whatever_can_change_the_meaning_is_read(
    database: Database, proven: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert same(request(database, proven))
    for number, (what, change) in enumerate(CHANGES.items()):
        copy = shutil.copytree(proven, tmp_path / str(number) / "shop")
        assert same(request(database, copy)), what
        change(copy)
        assert not same(request(database, copy)), what
    assert [what for what, options in OPTIONS.items() if same(request(database, proven, **options))] == []
    for module in (outline, nothing_to_do):  # another version of db-bootstrap
        with monkeypatch.context() as patch:
            patch.setattr(module, "__version__", "0")
            assert not same(request(database, proven)), module.__name__


def test_what_was_done_by_hand_is_seen(database: Database, proven: Path) -> None:
    for change, back in BY_HAND:
        database.sql(change)
        assert not same(request(database, proven)), change
        database.sql(back)
    database.sql("INSERT INTO orders SELECT id * 100 + n, id, 1, '' FROM customers, (SELECT 1 n UNION SELECT 2"
                 " UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6) numbers")  # fmt: skip
    assert "few" in database.run("apply", "dev", "--dir", proven).refused(4)


def test_a_history_that_was_edited_is_not_believed(database: Database, proven: Path) -> None:
    facts, runs, steps = (database.own(name) for name in ("facts", "runs", "steps"))
    if database.engine == "mysql":
        [(text,)] = database.sql(f"SELECT value FROM {facts} WHERE name = 'outline'")
        database.sql(f"UPDATE {facts} SET value = REPLACE(value, 'few', 'all') WHERE name = 'outline'")
        assert "was changed by something other" in database.run("apply", "dev", "--dir", proven).refused(3)
        database.sql(f"UPDATE {facts} SET value = REPLACE(value, 'all', 'few') WHERE name = 'outline'")
        assert database.sql(f"SELECT value FROM {facts} WHERE name = 'outline'") == [(text,)]
    else:
        for old, new in (("few", "all"), ("0001_first", "0002_first"), ('"customers"', '"other"')):
            database.sql(f"UPDATE {facts} SET value = replace(value, '{old}', '{new}') WHERE name = 'outline'")
            assert not same(request(database, proven)), new
            database.sql(f"UPDATE {facts} SET value = replace(value, '{new}', '{old}') WHERE name = 'outline'")
    assert same(request(database, proven))
    for table, change in (
        (runs, "declaration_digest = 'x'"), (runs, "tool_version = '0'"), (runs, "ready_token = 'x'"),
        (runs, "fingerprint_after = 'x'"), (runs, "outcome = 'running'"), (steps, "state = 'failed'"),
    ):  # fmt: skip
        before = database.sql(f"SELECT * FROM {table}")
        column = change.partition(" ")[0]
        [(value,)] = database.sql(f"SELECT {column} FROM {table}")
        database.sql(f"UPDATE {table} SET {change}")
        assert not same(request(database, proven)), change
        database.sql(f"UPDATE {table} SET {column} = '{value}'")
        assert database.sql(f"SELECT * FROM {table}") == before
    assert same(request(database, proven))


def test_a_wrong_declaration_is_refused_before_anything_changes(database: Database, proven: Path) -> None:
    edit("schema/orders.yaml", "varchar(200)", "varchar(200)\n      more: nonsense(")(proven)
    message = database.run("apply", "dev", "--dir", proven).refused(1)
    assert "schema/orders.yaml" in message
    assert database.outcomes() == ["applied"]
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    url = f"{database.engine}://u@127.0.0.1:{port}/x"
    with pytest.raises(Exception, match=r"schema/orders\.yaml"):
        apply(request(database, proven, url=url))


def test_a_secret_in_a_check_is_not_stored(database: Database, shop: Path) -> None:
    password = database.server.login.password
    write(shop, database.engine, {"checks.yaml": f"checks:\n  c: SELECT '{password}' <> ''\n"})
    database.run("apply", "--dir", shop).ended(0)
    stored = database.sql(f"SELECT count(*) FROM {database.own('facts')} WHERE value LIKE '%{password}%'")
    assert stored == [(0,)]
    assert database.run("apply", "--dir", shop, "--format", "json").ended(0).data["status"] == "unchanged"
