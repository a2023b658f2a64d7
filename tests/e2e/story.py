"""The story of both incidents, told once: each part is what one operator did, and what was found afterwards.

An RDS instance takes terraform 80 seconds, so there is one pair of environments for all tests, and no destroy. A test
asks for the part that it is about; that part asks for those before it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy import orm
from sqlalchemy.exc import ProgrammingError

from demo import work_copy
from demo.app import stream_model
from tests.e2e.stack import CODE, ENVIRONMENTS, Hand, Stack, everywhere
from tests.terraform.configuration import Outcome

T = TypeVar("T")

CONTACTS = Path("database/contacts")
STREAMS = Path("database/streams")
# As the incidents had them.
OLD_STREAMS = "CREATE TABLE streams (stream_id varchar PRIMARY KEY, status varchar, created_at timestamp)"
OLD_ROWS = [
    ("evening-show", "live", "2026-01-05 18:00:00"),
    ("morning-news", "offline", "2026-01-06 06:30:00"),
    ("new-studio", "testing", "2026-01-07 11:15:00"),
]
HAND_MADE = (
    "CREATE TABLE contacts (id int AUTO_INCREMENT PRIMARY KEY, name varchar(100) NOT NULL,"
    " email varchar(100) NOT NULL UNIQUE, phone varchar(20), created_at timestamp DEFAULT current_timestamp)"
)
SEEDED = [
    ("John Doe", "john.doe@example.com", "+1-555-0101"),
    ("Jane Smith", "jane.smith@example.com", "+1-555-0102"),
    ("Bob Johnson", "bob.johnson@example.com", "+1-555-0103"),
    ("Alice Williams", "alice.williams@example.com", "+1-555-0104"),
    ("Charlie Brown", "charlie.brown@example.com", "+1-555-0105"),
]
EXTRA = "frank.miller@example.com"  # somebody whom only staging knows
STEP = "steps/0001_extensions.sql"
# The tables were there before db-bootstrap, so the first run finds no history and asks whether the step has run.
RUN_STEP = 'policy: {allow: ["run_step:0001_extensions"]}\n'
# Fails half-way, in staging only: its second statement meets the unique key where there is that somebody. The first
# one shows in the row how often it was run.
STEP_BROKEN = f"""UPDATE contacts SET phone = concat(phone, ' x1') WHERE email = '{EXTRA}';
INSERT INTO contacts (name, email) SELECT 'Frank H. Miller', email FROM contacts WHERE email = '{EXTRA}';
"""
STEP_MENDED = STEP_BROKEN.splitlines()[0] + f"\nUPDATE contacts SET name = 'Frank H. Miller' WHERE email = '{EXTRA}';\n"
WRONG = {"contacts": "wr0ng'&<pass>/wörd+1%:", "streams": "an0ther'&<wrong>/one+2%:"}


def told_once(part: Callable[[Story], T]) -> Callable[[Story], T]:
    """A part of the story: what it found is kept, and so is its failure."""

    @functools.wraps(part)
    def tell(story: Story) -> T:
        if part.__name__ not in story.told:
            try:
                story.told[part.__name__] = part(story)
            except Exception as error:  # noqa: BLE001 every test that builds on this part fails with it
                story.told[part.__name__] = error
        if isinstance(story.told[part.__name__], Exception):
            raise story.told[part.__name__]
        found: T = story.told[part.__name__]
        return found

    return tell


@dataclass(frozen=True)
class Applied:
    """What `terraform apply` said in each environment, and what there was right afterwards."""

    outcomes: dict[str, Outcome]
    addresses: dict[str, set[str]]  # resources in the state
    outputs: dict[str, dict[str, Any]]
    reports: dict[str, str]  # of the run on this machine
    deployed: set[str]  # environments in which the application runs


@dataclass(frozen=True)
class HandMade:
    """What verify says of production while only staging was bootstrapped, by hand, and how the tables were."""

    verified: Outcome
    staging_rows: list[tuple[Any, ...]]
    dashboard_before: Exception | None  # of the new release on the old table, and once more after create_all()
    dashboard_after_create_all: Exception | None


@dataclass(frozen=True)
class Drifted:
    """What was said of a deleted row and a dropped column, and of the mend."""

    verified: Outcome
    planned: Outcome
    mended: Outcome
    verified_again: Outcome


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


def failure_of(engine: sqlalchemy.Engine) -> Exception | None:
    """How the dashboard fails, None where it answers."""
    try:
        dashboard(engine)
    except ProgrammingError as error:
        return error
    return None


@dataclass
class Story:
    """The parts, in their order."""

    stack: Stack
    told: dict[str, Any] = field(default_factory=dict)

    def hand(self, environment: str, database: str) -> Hand:
        """Somebody with a client and the password of that database."""
        return Hand(self.stack, environment, database)

    @told_once
    def broken(self) -> Applied:
        """Both declarations have a mistake when the stack is created: there are databases, but nothing in them."""
        self._edit(CONTACTS / "schema/contacts.yaml", "phone: varchar(20)", "phone: {typ: varchar(20)}")
        self._edit(STREAMS / "schema/streams.yaml", "primary_key: [stream_id]", "primary_key: [stream_key]")
        return self._apply()

    @told_once
    def by_hand(self) -> HandMade:
        """What was there before us: the old streams with rows, and contacts in staging only."""
        self.broken()
        values = ", ".join(f"('{name}', '{status}', '{at}')" for name, status, at in OLD_ROWS)
        self.hand("production", "streams").sql(OLD_STREAMS, f"INSERT INTO streams VALUES {values}")
        rows = ", ".join(f"('{name}', '{email}', '{phone}')" for name, email, phone in SEEDED)
        staging = self.hand("staging", "contacts")
        staging.sql(
            HAND_MADE,
            f"INSERT INTO contacts (name, email, phone) VALUES {rows}",
            f"INSERT INTO contacts (id, name, email, phone) VALUES (42, 'Frank Miller', '{EXTRA}', '+1-555-0106')",
        )
        engine = engine_of(self.hand("production", "streams"))
        before = failure_of(engine)
        # What the team relied on: it makes tables that are missing, and never looks into one that is there.
        stream_model(CODE).metadata.create_all(engine)
        after = failure_of(engine)
        self._mend()
        verified = self.stack.db_bootstrap("verify", "production", database="contacts")
        rows_of_staging = staging.sql("SELECT id, email, created_at FROM contacts ORDER BY id")
        return HandMade(verified, rows_of_staging, before, after)

    @told_once
    def failing(self) -> Applied:
        """Production's secret holds another password than its databases; in staging a step fails half-way."""
        self.by_hand()
        self._write(CONTACTS / STEP, STEP_BROKEN)
        for environment in ENVIRONMENTS:
            self._append(CONTACTS / f"environments/{environment}.yaml", RUN_STEP)
        for database, password in WRONG.items():
            self.hand("production", database).set_password(password)
        try:
            return self._apply()
        finally:
            for database in WRONG:
                hand = self.hand("production", database)
                hand.set_password(self.stack.secret(self.stack.target("production", database))["password"])

    @told_once
    def mended(self) -> Applied:
        """Password and step are right; nothing else was done."""
        self.failing()
        self._write(CONTACTS / STEP, STEP_MENDED)
        return self._apply()

    @told_once
    def again(self) -> dict[str, Outcome]:
        """A second time the same: `terraform plan -detailed-exitcode`."""
        self.mended()
        return everywhere(self.stack.plan)

    @told_once
    def drifted(self) -> Drifted:
        """Somebody deletes a seed row and drops a column by hand; then `make bootstrap`."""
        self.again()
        self.hand("production", "contacts").sql(
            "DELETE FROM contacts WHERE email = 'john.doe@example.com'", "ALTER TABLE contacts DROP COLUMN phone"
        )
        return Drifted(
            verified=self.stack.db_bootstrap("verify", "production", database="contacts"),
            planned=self.stack.make("plan", "production"),
            mended=self.stack.make("bootstrap", "production"),
            verified_again=self.stack.make("verify", "production"),
        )

    def _apply(self) -> Applied:
        outcomes = everywhere(self.stack.apply)
        found = Applied(
            outcomes=outcomes,
            addresses={name: self.stack.addresses(name) for name in ENVIRONMENTS},
            outputs={name: self.stack.outputs(name) for name in ENVIRONMENTS},
            reports={name: self.stack.report(name) for name in ENVIRONMENTS},
            deployed={name for name in ENVIRONMENTS if (self.stack.paths.apps / name).exists()},
        )
        self.stack.said += found.reports.values()  # the next run overwrites them
        return found

    def _mend(self) -> None:
        """Bring both declarations to what the repository holds."""
        work_copy.declare_change(self.stack.paths)
        self._edit(CONTACTS / "schema/contacts.yaml", "phone: {typ: varchar(20)}", "phone: varchar(20)")

    def _edit(self, file: Path, before: str, after: str) -> None:
        path = self.stack.paths.work / file
        text = path.read_text()
        assert text.count(before) == 1, f"{file} does not say {before} once"
        path.write_text(text.replace(before, after))

    def _append(self, file: Path, text: str) -> None:
        path = self.stack.paths.work / file
        path.write_text(path.read_text() + text)

    def _write(self, file: Path, content: str) -> None:
        path = self.stack.paths.work / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
