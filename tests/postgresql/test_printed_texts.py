"""Texts that the server prints otherwise once it has read them: declared as printed today, they are the same."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from bootstrap.service.apply import apply
from bootstrap.service.import_ import import_database
from bootstrap.service.plan import plan
from bootstrap.service.verify import verify
from bootstrap.service.work import Request
from demo.servers import PostgresServer
from tests.conftest import fresh_database

TABLES = "CREATE TABLE a (release int, country int); CREATE TABLE b (release int); INSERT INTO a VALUES (1, 2);"
QUERY = "SELECT * FROM (SELECT release, country FROM a UNION ALL SELECT release, NULL FROM b) q"
UNSTABLE = {
    "view": f"CREATE VIEW v AS {QUERY}",
    "materialized view": f"CREATE MATERIALIZED VIEW v AS {QUERY}",
    "rule": f"CREATE VIEW w AS {QUERY}; CREATE VIEW v AS SELECT 1 AS release, 2 AS country;"
    f" CREATE RULE r AS ON INSERT TO v DO INSTEAD INSERT INTO a {QUERY}",
}


@pytest.mark.parametrize("what", UNSTABLE)
def test_what_is_imported_is_what_is_there(postgres_server: PostgresServer, tmp_path: Path, what: str) -> None:
    out = tmp_path / "imported"
    with fresh_database(postgres_server) as url:
        with closing(psycopg2.connect(url)) as session, session, session.cursor() as cursor:
            cursor.execute(TABLES + UNSTABLE[what])
        import_database(Request(url=url), out)
        request = Request(url=url, directory=out)
        assert not plan(request).plan.statements
        apply(request)
        # The view is recreated around the change, and printed in the other way from then on.
        table = out / "schema/a.yaml"
        table.write_text(table.read_text().replace("country: integer", "country: bigint"))
        query = next(path for path in (out / "schema").iterdir() if "UNION ALL" in path.read_text())
        query.write_text(query.read_text().replace("NULL::integer", "NULL::bigint"))
        apply(Request(url=url, directory=out, permissions=("all",)))
        assert verify(request).holds
        assert not plan(request).plan.statements
        with closing(psycopg2.connect(url)) as session, session.cursor() as cursor:
            cursor.execute("SELECT country, pg_typeof(country)::text FROM a")
            assert cursor.fetchall() == [(2, "bigint")]
