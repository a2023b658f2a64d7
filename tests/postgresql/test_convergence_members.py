"""From one schema to another through the declaration: what hangs on the members of a table, and once did not arrive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.servers import PostgresServer
from tests.corpora.judge import CONVERGED, judge
from tests.corpora.places import Place, place_for
from tests.corpora.records import Case

_KEYS = "CREATE TABLE t (id int PRIMARY KEY, a int, b int UNIQUE, CONSTRAINT x EXCLUDE USING btree (a WITH =))"

# name, what is there, what is wanted
CASES = [
    ("comments on the indexes behind constraints",
     f"{_KEYS}; COMMENT ON INDEX t_pkey IS 'old'; COMMENT ON INDEX t_b_key IS 'gone'",
     f"{_KEYS}; COMMENT ON INDEX t_pkey IS 'new'; COMMENT ON INDEX x IS 'x'; COMMENT ON CONSTRAINT x ON t IS 'both'"),
    ("a key that is made anew brings its index's comment along",
     f"{_KEYS}; COMMENT ON INDEX t_pkey IS 'key'",
     f"{_KEYS.replace('id int PRIMARY KEY', 'id int, PRIMARY KEY (id, a)')}; COMMENT ON INDEX t_pkey IS 'key'"),
]  # fmt: skip


@pytest.fixture(scope="module")
def place(postgres_server: PostgresServer) -> Iterator[Place]:
    found = place_for(postgres_server)
    yield found
    found.close()


@pytest.mark.parametrize(("before", "after"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_one_schema_becomes_the_other(place: Place, before: str, after: str) -> None:
    case = Case(suite="own", name="case", engine="postgresql", current_sql=before, desired_sql=after)
    verdict = judge(case, place)
    assert verdict.outcome == CONVERGED, str(verdict)
