"""Changes for which rows must be moved or written anew: from one schema to another, and every row is still there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.servers import PostgresServer
from tests.corpora.judge import CONVERGED, judge
from tests.corpora.places import Place, place_for
from tests.corpora.records import Case

# name, what is there, what is wanted
CASES = [
    ("a new partition for rows that the default partition holds",
     "CREATE TABLE p (a int PRIMARY KEY, b text, g int GENERATED ALWAYS AS (a + 1) STORED) PARTITION BY RANGE (a);"
     " CREATE INDEX i ON p (b); CREATE TABLE d PARTITION OF p DEFAULT; CREATE INDEX own ON d (a, b)",
     "CREATE TABLE p (a int PRIMARY KEY, b text, g int GENERATED ALWAYS AS (a + 1) STORED) PARTITION BY RANGE (a);"
     " CREATE INDEX i ON p (b); CREATE TABLE d PARTITION OF p DEFAULT; CREATE INDEX own ON d (a, b);"
     " CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (2); CREATE TABLE e PARTITION OF p"
     " FOR VALUES FROM (2) TO (5)"),
    ("a new partition beside a default partition, with references and triggers that would change the rows",
     "CREATE TABLE p (a int PRIMARY KEY, b text) PARTITION BY LIST (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE r (a int, CONSTRAINT k FOREIGN KEY (a) REFERENCES p ON DELETE CASCADE);"
     " CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.b = 'changed'; RETURN NEW; END$$;"
     " CREATE TRIGGER u BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION f()",
     "CREATE TABLE p (a int PRIMARY KEY, b text) PARTITION BY LIST (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE r (a int, CONSTRAINT k FOREIGN KEY (a) REFERENCES p ON DELETE CASCADE);"
     " CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.b = 'changed'; RETURN NEW; END$$;"
     " CREATE TRIGGER u BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION f();"
     " CREATE TABLE c PARTITION OF p FOR VALUES IN (1)"),
    ("a new partition beside a default partition that is partitioned",
     "CREATE TABLE o (a int PRIMARY KEY); CREATE TABLE p (a int REFERENCES o, b int) PARTITION BY RANGE (a);"
     " CREATE TABLE d PARTITION OF p DEFAULT PARTITION BY LIST (b); CREATE TABLE d1 PARTITION OF d DEFAULT",
     "CREATE TABLE o (a int PRIMARY KEY); CREATE TABLE p (a int REFERENCES o, b int) PARTITION BY RANGE (a);"
     " CREATE TABLE d PARTITION OF p DEFAULT PARTITION BY LIST (b); CREATE TABLE d1 PARTITION OF d DEFAULT;"
     " CREATE TABLE x PARTITION OF p FOR VALUES FROM (1) TO (2); CREATE TABLE d2 PARTITION OF d FOR VALUES IN (2)"),
    ("a table with rows becomes a partition beside a default partition that has others",
     "CREATE TABLE p (a int, b text) PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE c (b text, a int)",
     "CREATE TABLE p (a int, b text) PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (4)"),
    ("bounds that grow over rows of the default partition",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (2)",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (3)"),
    ("a partition is divided in two beside a default partition",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (3)",
     "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE d PARTITION OF p DEFAULT;"
     " CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (2); CREATE TABLE e PARTITION OF p"
     " FOR VALUES FROM (2) TO (9)"),
    ("partitioned no more: the rows of the partitions stay",
     "CREATE TABLE t (a int, b int) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1, 2)",
     "CREATE TABLE t (a int)"),
]  # fmt: skip


@pytest.fixture(scope="module")
def place(postgres_server: PostgresServer) -> Iterator[Place]:
    found = place_for(postgres_server)
    yield found
    found.close()


@pytest.mark.parametrize(("before", "after"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_every_row_is_still_there(place: Place, before: str, after: str) -> None:
    case = Case(suite="own", name="case", engine="postgresql", current_sql=before, desired_sql=after)
    verdict = judge(case, place)
    assert (verdict.outcome, verdict.rows) == (CONVERGED, "kept"), str(verdict)
