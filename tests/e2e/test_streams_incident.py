"""The streams incident: an ORM that never alters a table, and a declaration that does, with every row kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import ProgrammingError

from demo import apps
from demo.app import STREAM_COLUMNS
from tests.e2e.stack import CODE
from tests.e2e.story import OLD_ROWS, Story, dashboard, engine_of

NEW = STREAM_COLUMNS[CODE]


def test_the_application_fails_before_and_create_all_does_not_help(story: Story) -> None:
    before = story.by_hand()
    for failure in (before.dashboard_before, before.dashboard_after_create_all):
        assert isinstance(failure, ProgrammingError), "the incident"
        assert type(failure.orig).__name__ == "UndefinedColumn"
        assert "column streams.live_started_at does not exist" in str(failure)


def test_after_apply_the_same_query_answers_and_every_old_row_is_there(story: Story) -> None:
    story.mended()
    engine = engine_of(story.hand("production", "streams"))
    # The live one with what the step knows of it.
    old = [(name, status, datetime.fromisoformat(at)) for name, status, at in OLD_ROWS]
    started = [at if status == "live" else None for _, status, at in old]
    assert dashboard(engine) == [(*row, at, None, None) for row, at in zip(old, started, strict=True)]


def test_the_deployed_application_answers_with_the_token_of_this_state(story: Story) -> None:
    story.mended()
    for environment in ("staging", "production"):
        for page, rows in (("/contacts", 5), ("/dashboard", len(OLD_ROWS) if environment == "production" else 0)):
            status, answer = apps.ask(story.stack.paths.apps, environment, page)
            assert status == 200, answer
            assert len(answer["rows"]) >= rows
            assert answer["token"] == story.stack.outputs(environment)["ready_token"]


def test_only_the_new_columns_were_added(story: Story) -> None:
    story.mended()
    hand = story.hand("production", "streams")
    columns = hand.sql(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
        " WHERE attrelid = 'streams'::regclass AND attnum > 0 ORDER BY attnum"
    )
    plain = "timestamp without time zone"
    assert columns == [
        ("stream_id", "character varying", True), ("status", "character varying", False), ("created_at", plain, False),
        *((name, plain, False) for name in NEW),
    ]  # fmt: skip
    done = [sql for (sql,) in hand.sql("SELECT sql_text FROM db_bootstrap.statements ORDER BY run, seq")]
    assert not [sql for sql in done if "DROP" in sql.upper() or "CREATE TABLE" in sql.upper()]
