"""An import is built anew before it is written: what would be lost is named, and nothing is left on the disk."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bootstrap.catalog.ref import Kind
from bootstrap.declaration.load import load
from bootstrap.dialects.base import Scope
from bootstrap.dialects.registry import dialect_for
from bootstrap.problems import BootstrapError, Refused
from bootstrap.service.import_ import check_import, import_database, imported
from bootstrap.service.plan import plan
from bootstrap.service.work import Request
from bootstrap.target.connect import connect, from_url
from bootstrap.target.url import parse_url
from tests.conftest import finding_public

SQL = ("CREATE TABLE parent (id int PRIMARY KEY)", "CREATE TABLE child (id int PRIMARY KEY, parent_id int, note text)")


@pytest.fixture(params=["postgres_database", "mariadb_database"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def test_what_a_declaration_would_lose_is_named(url: str) -> None:
    destination = from_url(parse_url(url, {}), {})
    dialect = dialect_for(destination.endpoint.engine)
    with closing(connect(dialect, destination)) as session:
        finding_public(session)
        for statement in SQL:
            session.execute(statement)
        found = imported(session, dialect, Scope())
        catalog, files = found.catalog, dict(found.files)
        check_import(session, dialect, catalog, files, None)
        path = "schema/child.yaml"
        files[path] = b"".join(line for line in files[path].splitlines(keepends=True) if b"note" not in line)
        with pytest.raises(Refused, match=r"child\.note"):
            check_import(session, dialect, catalog, files, None)


def test_nothing_is_overwritten(url: str, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BootstrapError, match="not empty"):
        import_database(Request(url=url), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


METHOD = "CREATE ACCESS METHOD feed TYPE INDEX HANDLER gisthandler"  # only a superuser may create one


def test_what_cannot_be_declared_is_refused_by_name(
    postgres_database: str, postgres_administrator: str, tmp_path: Path
) -> None:
    run(postgres_administrator, METHOD)
    with pytest.raises(Refused, match="access method feed"):
        import_database(Request(url=postgres_database), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_rest_is_imported_and_what_is_left_out_is_named(
    postgres_database: str, postgres_administrator: str, tmp_path: Path
) -> None:
    run(postgres_database, *SQL)
    run(postgres_administrator, METHOD)
    with pytest.raises(Refused, match="--leave-out"):
        import_database(Request(url=postgres_database), tmp_path / "out")
    report = import_database(Request(url=postgres_database), tmp_path / "out", leave_out=True)
    assert report.left_out == ("access method feed",)
    assert "#   access method feed\n" in (tmp_path / "out" / "bootstrap.yaml").read_text()
    assert pending(postgres_database, tmp_path / "out") == ()


def test_a_part_is_imported_and_stays_a_part(url: str, tmp_path: Path) -> None:
    """What is out of scope is neither written nor reported, and no `--exact` drops it."""
    run(url, *SQL, "CREATE TABLE other_team (id int)")
    scope = Scope(tables=("parent", "child", "other_*"), ignore=("other_*",))
    import_database(Request(url=url), tmp_path / "out", scope=scope)
    declared = load(tmp_path / "out")
    assert {ref.name for ref in declared.catalog.objects if ref.kind is Kind.TABLE} == {"parent", "child"}
    assert declared.manifest.scope.ignore == ("other_*",)
    assert pending(url, tmp_path / "out", exact=True) == ()


def test_a_part_may_refer_to_what_is_out_of_scope(url: str, tmp_path: Path) -> None:
    run(url, *SQL, "ALTER TABLE child ADD CONSTRAINT child_fk FOREIGN KEY (parent_id) REFERENCES parent (id)")
    import_database(Request(url=url), tmp_path / "out", scope=Scope(tables=("child",)))
    declared = load(tmp_path / "out").catalog
    assert [ref.name for ref in declared.objects if ref.kind is Kind.TABLE] == ["child"]
    assert pending(url, tmp_path / "out") == ()


def run(url: str, *statements: str) -> None:
    destination = from_url(parse_url(url, {}), {})
    with closing(connect(dialect_for(destination.endpoint.engine), destination)) as session:
        finding_public(session)
        for statement in statements:
            session.execute(statement)


def pending(url: str, directory: Path, *, exact: bool = False) -> tuple[str, ...]:
    return plan(Request(url=url, directory=directory, exact=exact)).pending
