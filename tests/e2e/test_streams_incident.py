"""The streams incident: an ORM that never alters a table, and a declaration that does, with every row kept."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy
from sqlalchemy import orm
from sqlalchemy.exc import ProgrammingError

from demo import apps
from demo.app import STREAM_COLUMNS, stream_model
from tests.e2e.stack import CODE, Hand
from tests.e2e.story import OLD_ROWS, Story

NEW = STREAM_COLUMNS[CODE]


def engine_of(hand: Hand) -> sqlalchemy.Engine:
    """The application's way to the database."""
    return sqlalchemy.create_engine("postgresql+psycopg2://", creator=hand.connect, poolclass=sqlalchemy.NullPool)


def dashboard(engine: sqlalchemy.Engine) -> list[tuple[object, ...]]:
    """What /dashboard selects."""
    model = stream_model(CODE)
    names = [column.name for column in model.__table__.columns]
    with orm.Session(engine) as session:
        found = session.scalars(sqlalchemy.select(model).order_by(model.stream_id))
        return [tuple(getattr(stream, name) for name in names) for stream in found]


def test_the_application_fails_before_and_create_all_does_not_help_but_apply_does(story: Story) -> None:
    story.by_hand()
    engine = engine_of(story.hand("production", "streams"))
    if "mended" not in story.told:  # else somebody has been faster: the incident is over
        for _ in range(2):
            with pytest.raises(ProgrammingError, match=r"column streams\.live_started_at does not exist") as caught:
                dashboard(engine)
            assert type(caught.value.orig).__name__ == "UndefinedColumn"
            # What the team relied on: it makes tables that are missing, and never looks into one that is there.
            stream_model(CODE).metadata.create_all(engine)

    story.mended()

    # The same query; and every old row is still there, the live one with what the step knows of it.
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
