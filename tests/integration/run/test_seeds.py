"""Seed rows on real servers: order, proofs, refusals with their place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import pytest

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.declaration.model import Position, Seed, SeedMode, SeedRow
from bootstrap.dialects.base import SeedCounts, Session
from bootstrap.plan.statement import Hazard
from bootstrap.problems import Refused, StatementError
from bootstrap.run.seeds import SeedRunner
from bootstrap.run.verify import verification
from tests.integration.run.conftest import Place

Values = tuple[str | None, ...]


def seed(
    table: Ref, columns: Sequence[str], rows: Sequence[Values], mode: SeedMode = SeedMode.UPSERT, key: str = "id"
) -> Seed:
    def read() -> Iterator[SeedRow]:
        for line, values in enumerate(rows, start=10):
            yield SeedRow(values, Position("seeds/rows.yaml", line))

    return Seed(
        table=table, columns=tuple(columns), key=(key,) if mode is not SeedMode.ONCE else (), mode=mode, rows=read,
        digest=hashlib.sha256(repr((columns, rows, mode)).encode()).hexdigest(),
        position=Position("seeds/rows.yaml", 1),
    )  # fmt: skip


def catalog(place: Place, **references: str) -> Catalog:
    """Tables with a column that refers to another: name → referenced name."""
    found = {}
    for name, other in references.items():
        keys = (
            ForeignKey(
                name=f"{name}_fk", columns=("other",), ref_schema=place.ref(other).schema, ref_table=other,
                ref_columns=("id",),
            ),
        ) if other else ()  # fmt: skip
        ref = place.ref(name)
        columns = (Column(name="id", type="int"), Column(name="other", type="int"), Column(name="name", type="text"))
        found[ref] = Table(schema=ref.schema, name=name, columns=columns, foreign_keys=keys)
    return Catalog(objects=found)


def create(session: Session, **references: str) -> None:
    for name in references:
        charset = "" if session.server.vendor == "postgresql" else " CHARACTER SET utf8mb4"
        session.execute(f"CREATE TABLE {name} (id int PRIMARY KEY, other int, name varchar(20) NOT NULL){charset}")
    for name, other in references.items():
        if other:
            session.execute(f"ALTER TABLE {name} ADD CONSTRAINT {name}_fk FOREIGN KEY (other) REFERENCES {other} (id)")


def rows(session: Session, name: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in session.query(f"SELECT id, other, name FROM {name} ORDER BY id")]


COLUMNS = ("id", "other", "name")


def test_an_unchanged_rerun_is_proven_by_one_query_and_a_deleted_row_is_mended(
    place: Place, session: Session, run: int
) -> None:
    create(session, t="")
    declared = [seed(place.ref("t"), COLUMNS, [("1", None, "one"), ("2", "7", "Zwei ü😀"), ("3", None, "NULL")])]
    runner = SeedRunner(session, place.dialect, catalog(place, t=""))
    assert not runner.proven(declared)
    [first] = runner.apply(run, declared)
    assert (first.counts, first.proven) == (SeedCounts(inserted=3), False)
    assert rows(session, "t") == [(1, None, "one"), (2, 7, "Zwei ü😀"), (3, None, "NULL")]
    assert runner.proven(declared)
    [again] = runner.apply(run, declared)
    assert (again.counts, again.proven) == (SeedCounts(unchanged=3), True)

    session.execute("DELETE FROM t WHERE id = 2")
    session.execute("UPDATE t SET name = 'by hand' WHERE id = 3")
    session.execute("INSERT INTO t VALUES (99, NULL, 'not ours')")
    assert not runner.proven(declared)
    [found] = runner.preview(declared)
    assert found.counts == SeedCounts(inserted=1, updated=1, unchanged=1)
    assert verification(seeds=[found]).seeds == (
        f"seed {place.ref('t').path}: 1 row is missing",
        f"seed {place.ref('t').path}: 1 row differs from the declaration",
    )
    assert rows(session, "t")[-1] == (99, None, "not ours")
    [mended] = runner.apply(run, declared)
    assert mended.counts == SeedCounts(inserted=1, updated=1, unchanged=1)
    assert rows(session, "t") == [(1, None, "one"), (2, 7, "Zwei ü😀"), (3, None, "NULL"), (99, None, "not ours")]
    assert runner.proven(declared)


def test_another_declaration_is_not_proven_by_the_rows_of_the_last(place: Place, session: Session, run: int) -> None:
    create(session, t="")
    runner = SeedRunner(session, place.dialect, catalog(place, t=""))
    runner.apply(run, [seed(place.ref("t"), COLUMNS, [("1", None, "one")])])
    changed = [seed(place.ref("t"), COLUMNS, [("1", None, "uno"), ("2", None, "due")])]
    assert not runner.proven(changed)
    [result] = runner.apply(run, changed)
    assert result.counts == SeedCounts(inserted=1, updated=1)


def test_tables_are_filled_after_those_they_refer_to(place: Place, session: Session, run: int) -> None:
    create(session, c="", b="c", a="b")
    declared = [
        seed(place.ref("a"), COLUMNS, [("1", "1", "a")]),
        seed(place.ref("b"), COLUMNS, [("1", "1", "b")]),
        seed(place.ref("c"), COLUMNS, [("1", None, "c")]),
    ]
    results = SeedRunner(session, place.dialect, catalog(place, a="b", b="c", c="")).apply(run, declared)
    assert [item.table.name for item in results] == ["a", "b", "c"]
    assert all(item.counts == SeedCounts(inserted=1) for item in results)


@pytest.mark.parametrize("mode", [SeedMode.UPSERT, SeedMode.INSERT, SeedMode.SYNC])
def test_rows_that_refer_to_each_other_in_a_circle(place: Place, session: Session, run: int, mode: SeedMode) -> None:
    references = {"a": "b", "b": "a", "t": "t"}
    create(session, **references)
    declared = [
        seed(place.ref("a"), COLUMNS, [("1", "1", "a"), ("2", "2", "a2")], mode),
        seed(place.ref("b"), COLUMNS, [("1", "1", "b"), ("2", "2", "b2")], mode),
        seed(place.ref("t"), COLUMNS, [("1", "2", "child"), ("2", "3", "middle"), ("3", None, "root")], mode),
    ]
    runner = SeedRunner(session, place.dialect, catalog(place, **references))
    results = runner.apply(run, declared)
    assert [item.counts for item in results] == [SeedCounts(inserted=number) for number in (2, 2, 3)]
    assert rows(session, "t") == [(1, 2, "child"), (2, 3, "middle"), (3, None, "root")]
    assert runner.proven(declared)


def test_a_circle_that_does_not_close_is_refused(place: Place, session: Session, run: int) -> None:
    create(session, a="b", b="a")
    declared = [
        seed(place.ref("a"), COLUMNS, [("1", "1", "a"), ("2", "8", "nobody")]),
        seed(place.ref("b"), COLUMNS, [("1", "1", "b")]),
    ]
    with pytest.raises(
        StatementError, match=r"^seeds/rows\.yaml:11: could not insert the rows of .*a, .*b \(rolled back\): "
    ):
        SeedRunner(session, place.dialect, catalog(place, a="b", b="a")).apply(run, declared)
    assert (rows(session, "a"), rows(session, "b")) == ([], [])


def test_sync_deletes_children_before_parents(place: Place, session: Session, run: int) -> None:
    create(session, b="", a="b")
    session.execute("INSERT INTO b VALUES (1, NULL, 'old'), (9, NULL, 'gone')")
    session.execute("INSERT INTO a VALUES (1, 9, 'old'), (9, 9, 'gone')")
    declared = [
        seed(place.ref("a"), COLUMNS, [("1", "2", "new")], SeedMode.SYNC),
        seed(place.ref("b"), COLUMNS, [("1", None, "old"), ("2", None, "new")], SeedMode.SYNC),
    ]
    results = SeedRunner(session, place.dialect, catalog(place, a="b", b="")).apply(run, declared)
    assert [item.counts for item in results] == [
        SeedCounts(updated=1, deleted=1), SeedCounts(inserted=1, deleted=1, unchanged=1),
    ]  # fmt: skip
    assert rows(session, "b") == [(1, None, "old"), (2, None, "new")]


def test_once_is_only_for_an_empty_table(place: Place, session: Session, run: int) -> None:
    create(session, t="")
    declared = [seed(place.ref("t"), COLUMNS, [("1", None, "one")], SeedMode.ONCE)]
    runner = SeedRunner(session, place.dialect, catalog(place, t=""))
    runner.apply(run, declared)
    session.execute("UPDATE t SET id = 5")
    [result] = runner.apply(run, declared)
    assert not result.pending
    assert rows(session, "t") == [(5, None, "one")]


@pytest.mark.parametrize(
    "bad", [("7", "404", "no parent"), ("x7", None, "no number"), ("7", None, None), ("7", None, "too long " * 3)]
)
def test_a_row_that_the_server_refuses_is_named_by_file_and_line(
    place: Place, session: Session, run: int, bad: Values
) -> None:
    create(session, b="", a="b")
    good = [(str(number), None, "good") for number in range(1, 6)]
    declared = [seed(place.ref("a"), COLUMNS, [*good, bad, ("8", None, "good")])]
    with pytest.raises(
        StatementError, match=r"^seeds/rows\.yaml:15: could not insert the rows of .*a \(rolled back\): "
    ):
        SeedRunner(session, place.dialect, catalog(place, a="b", b="")).apply(run, declared)
    assert rows(session, "a") == []


def test_before_the_structure_is_there(place: Place, session: Session) -> None:
    declared = [seed(place.ref("t"), COLUMNS, [("1", None, "one"), ("2", None, "two")])]
    runner = SeedRunner(session, place.dialect, catalog(place, t=""))
    [missing] = runner.preview(declared, Catalog())
    assert missing.counts == SeedCounts(inserted=2)
    ref = place.ref("t")
    # The table is there with one of the rows, and lacks a column: what can be told is that the other row is missing.
    session.execute("CREATE TABLE t (id int PRIMARY KEY)")
    session.execute("INSERT INTO t VALUES (1)")
    partly = Catalog(objects={ref: Table(schema=ref.schema, name="t", columns=(Column(name="id", type="int"),))})
    [unknown] = runner.preview(declared, partly)
    assert unknown.counts is None
    assert unknown.pending
    assert unknown.so_far == SeedCounts(inserted=1, unchanged=1)
    found = verification(changes=[], steps=[], known={}, seeds=[unknown], failed_checks=[])
    assert found.seeds == (
        f"seed {ref.path}: cannot be compared whole before the structure is there",
        f"seed {ref.path}: 1 row is missing",
    )
    # Without the key's column nothing can be told.
    keyless = Catalog(objects={ref: Table(schema=ref.schema, name="t", columns=(Column(name="name", type="text"),))})
    [unknown] = runner.preview(declared, keyless)
    assert unknown.so_far is None


def test_a_few_seeds_of_a_large_table_are_compared_by_their_key(place: Place, session: Session, run: int) -> None:
    create(session, t="")
    values = ", ".join(f"({number}, NULL, 'app')" for number in range(100, 15_100))
    session.execute(f"INSERT INTO t VALUES {values}")
    session.execute("ANALYZE t" if place.postgresql else "ANALYZE TABLE t")
    declared = [seed(place.ref("t"), COLUMNS, [("1", None, "one")])]
    runner = SeedRunner(session, place.dialect, catalog(place, t=""))
    runner.apply(run, declared)
    assert not runner.proven(declared)
    [again] = runner.apply(run, declared)
    assert again.counts == SeedCounts(unchanged=1)


def test_deletions_that_foreign_keys_pass_on_are_hazards(place: Place, session: Session, run: int) -> None:
    create(session, a="", b="", c="", d="")
    for name, other, action in (("b", "a", "CASCADE"), ("c", "b", "CASCADE"), ("d", "a", "SET NULL")):
        session.execute(
            f"ALTER TABLE {name} ADD CONSTRAINT {name}_fk FOREIGN KEY (other) REFERENCES {other} (id)"
            f" ON DELETE {action}"
        )
    session.execute("INSERT INTO a VALUES (1, NULL, 'a1'), (2, NULL, 'a2')")
    session.execute("INSERT INTO b VALUES (11, 1, 'b'), (12, 2, 'b')")
    session.execute("INSERT INTO c VALUES (21, 11, 'c'), (22, 11, 'c'), (23, 12, 'c')")
    session.execute("INSERT INTO d VALUES (31, 2, 'd'), (32, 1, 'd')")
    declared = [seed(place.ref("a"), COLUMNS, [("2", None, "a2")], SeedMode.SYNC)]
    runner = SeedRunner(session, place.dialect, catalog(place, a=""), gate=_refuse)
    [result] = runner.preview(declared)
    found = {hazard.subject.name: hazard.message for hazard in result.hazards}
    assert {name: message.partition(" of ")[2] for name, message in found.items()} == {
        "b": f"{place.ref('a').path} deletes 1 row of {place.ref('b').path} (ON DELETE CASCADE)",
        "c": f"{place.ref('a').path} deletes 2 rows of {place.ref('c').path} (ON DELETE CASCADE)",
        "d": f"{place.ref('a').path} empties the foreign key of 1 row of {place.ref('d').path} (ON DELETE SET NULL)",
    }
    with pytest.raises(Refused, match="b, c, d"):
        runner.apply(run, declared)
    assert len(rows(session, "c")) == 3


def _refuse(hazards: Sequence[Hazard]) -> None:
    if hazards:
        raise Refused(", ".join(sorted(hazard.subject.name for hazard in hazards)))
