"""The contacts incident: one stack, two environments, and only one of them was bootstrapped."""

from __future__ import annotations

from tests.e2e.stack import ENVIRONMENTS
from tests.e2e.story import EXTRA, SEEDED, Story

SELECT = "SELECT name, email, phone FROM contacts WHERE email IN ({}) ORDER BY email"


def seeded(story: Story, environment: str) -> list[tuple[object, ...]]:
    emails = ", ".join(f"'{email}'" for _, email, _ in SEEDED)
    return story.hand(environment, "contacts").sql(SELECT.format(emails))


def test_verify_says_which_table_is_missing_in_production(story: Story) -> None:
    found = story.by_hand().verified
    assert found.code == 4, found.text
    assert "contacts is missing" in found.text
    assert "Traceback" not in found.text


def test_afterwards_both_have_the_table_and_the_five_contacts(story: Story) -> None:
    applied = story.mended()
    for environment in ENVIRONMENTS:
        assert applied.outcomes[environment].code == 0, applied.outcomes[environment].text
        assert seeded(story, environment) == sorted(SEEDED, key=lambda row: row[1])
        assert "terraform_data.app" in applied.addresses[environment]
    assert story.hand("production", "contacts").sql("SELECT count(*) FROM contacts") == [(5,)]


def test_staging_s_table_was_adopted_not_made_anew(story: Story) -> None:
    before = story.by_hand().staging_rows
    story.mended()
    hand = story.hand("staging", "contacts")
    # The very rows, with the ids and times that they had; somebody whom no declaration knows among them.
    assert hand.sql("SELECT id, email, created_at FROM contacts ORDER BY id") == before
    assert (42, EXTRA) in {(number, email) for number, email, _ in before}
    done = [sql.upper() for (sql,) in hand.sql("SELECT sql_text FROM db_bootstrap_statements ORDER BY run, seq")]
    assert not [sql for sql in done if sql.startswith(("CREATE TABLE", "DROP", "TRUNCATE", "DELETE"))]


def test_applying_again_changes_nothing(story: Story) -> None:
    for environment, planned in story.again().items():
        assert planned.code == 0, f"{environment}: {planned.text}"
        assert "No changes." in planned.text


def test_a_deleted_row_and_a_dropped_column_are_named_and_mended(story: Story) -> None:
    found = story.drifted()
    assert found.verified.code == 4, found.verified.text
    assert "contacts.phone is missing" in found.verified.text
    assert "seed contacts: 1 row is missing" in found.verified.text
    assert found.mended.code == 0, found.mended.text
    assert found.verified_again.code == 0, found.verified_again.text
    assert seeded(story, "production") == sorted(SEEDED, key=lambda row: row[1])
    columns = story.hand("production", "contacts").sql("SHOW COLUMNS FROM contacts")
    assert ("phone", "varchar(20)") in {(name, kind) for name, kind, *_ in columns}
