"""What the fingerprint sees: every change of structure, and no change of rows."""

from __future__ import annotations

import secrets

import pytest

from bootstrap.dialects.base import Scope
from bootstrap.dialects.mysql.dialect import DIALECT
from tests.mysql.place import Place

BASE = (
    "CREATE TABLE t (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, a varchar(9), b text, n int, CHECK (n < 100),"
    " FULLTEXT KEY words (b)) ENGINE=InnoDB",
    "CREATE VIEW v AS SELECT id FROM t",
)
CHANGES = [
    "ALTER TABLE t COMMENT 'x'", "ALTER TABLE t MODIFY a varchar(10)", "ALTER TABLE t ADD KEY k (a)",
    "ALTER TABLE t ADD CHECK (n > -5)", "CREATE OR REPLACE SQL SECURITY INVOKER VIEW v AS SELECT id FROM t",
    "ALTER TABLE t ADD FULLTEXT KEY more (a)", "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
]  # fmt: skip
OF_VENDOR = {
    "mysql": [
        "ALTER TABLE t DROP KEY words, ADD FULLTEXT KEY words (b) WITH PARSER ngram, ALGORITHM=COPY",
        "ALTER TABLE t ADD KEY f ((n + 1))", "ALTER TABLE t ADD g geometry SRID 4326",
    ],
    "mariadb": [
        "CREATE SEQUENCE s", "CREATE OR REPLACE SEQUENCE s INCREMENT BY 5", "ALTER TABLE t ADD KEY k (a) IGNORED",
        "CREATE OR REPLACE ALGORITHM=TEMPTABLE VIEW v AS SELECT id FROM t",
    ],
}  # fmt: skip


def test_every_change_of_structure_changes_it_and_rows_do_not(place: Place) -> None:
    place.load(*BASE)
    seen = [DIALECT.fingerprint(place.session, Scope())]
    place.load("INSERT INTO t (a) VALUES ('x'), ('y')", "ANALYZE TABLE t")
    assert DIALECT.fingerprint(place.session, Scope()) == seen[0]
    for change in [*CHANGES, *OF_VENDOR[place.vendor]]:
        place.load(change.replace("ADD KEY k (a) IGNORED", "ALTER KEY k IGNORED"))
        found = DIALECT.fingerprint(place.session, Scope())
        assert found not in seen, change
        seen.append(found)


@pytest.mark.parametrize("options", ["START WITH 5", "MAXVALUE 9", "CACHE 7", "CYCLE"])
def test_the_options_of_a_sequence_are_seen_and_its_number_is_not(place: Place, options: str) -> None:
    if place.vendor != "mariadb":
        pytest.skip("only MariaDB has sequences")
    place.load("CREATE SEQUENCE s")
    before = DIALECT.fingerprint(place.session, Scope())
    place.session.query("SELECT nextval(s)")
    assert DIALECT.fingerprint(place.session, Scope()) == before
    place.load(f"CREATE OR REPLACE SEQUENCE s {options}")
    assert DIALECT.fingerprint(place.session, Scope()) != before


def test_what_accounts_may_do_and_the_declared_ones_are_seen(place: Place) -> None:
    """Accounts are the whole server's: those that nobody declared are no change of this database."""
    name = f"seen_{secrets.token_hex(4)}"
    account, role, other = f"{name}@localhost", f"{name}_role", f"{name}_other@localhost"
    place.load("CREATE PROCEDURE p() SELECT 1", f"CREATE USER {account}", f"CREATE ROLE {role}")
    try:
        seen = [DIALECT.fingerprint(place.session, Scope(), [account])]
        for change in (
            f"GRANT EXECUTE ON PROCEDURE p TO {account}",
            f"GRANT SELECT ON `{place.session.database.replace('_', chr(92) + '_')}`.* TO {account}",
            f"ALTER USER {account} REQUIRE SSL WITH MAX_USER_CONNECTIONS 3",
            f"GRANT {role} TO {account}",
        ):
            place.load(change)
            found = DIALECT.fingerprint(place.session, Scope(), [account])
            assert found not in seen, change
            seen.append(found)
        place.load(f"CREATE USER {other} REQUIRE SSL")
        assert DIALECT.fingerprint(place.session, Scope(), [account]) == seen[-1]
    finally:
        place.load(f"DROP USER IF EXISTS {account}, {other}", f"DROP ROLE {role}")
