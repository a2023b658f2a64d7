"""A declaration of what both vendors have, moved from one to the other and back: nothing is left to do on either."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.service.apply import apply
from bootstrap.service.import_ import import_database
from bootstrap.service.plan import plan
from bootstrap.service.work import Request
from tests.conftest import fresh_database, shared_server, with_routines
from tests.mysql.place import open_place

# Everything is said that the vendors would decide differently: character sets, collations, the database's own.
COMMON = (
    "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
    "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci",
    "CREATE TABLE customers (id int unsigned NOT NULL AUTO_INCREMENT, email varchar(190) NOT NULL, name varchar(80)"
    " DEFAULT 'it''s', born date, balance decimal(10,2) NOT NULL DEFAULT 0.50, rating double, active tinyint(1)"
    " NOT NULL DEFAULT 1, level enum('low','high') NOT NULL DEFAULT 'low', tags set('a','b'), picture mediumblob,"
    " secret varbinary(32), code char(5) CHARACTER SET latin1 COLLATE latin1_general_ci, bits bit(3) DEFAULT b'101',"
    " details json, seen datetime(3), made timestamp NOT NULL DEFAULT current_timestamp"
    " ON UPDATE current_timestamp, note text COMMENT 'free text', total decimal(12,2) AS (balance * 2) STORED,"
    " shown varchar(90) AS (concat(name, '!')) VIRTUAL, hidden int INVISIBLE DEFAULT 3, founded year,"
    " PRIMARY KEY (id), UNIQUE KEY customers_email (email), KEY by_name (name(10), born), FULLTEXT KEY words (note),"
    " CONSTRAINT positive CHECK (balance >= 0)) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci COMMENT='people'",
    "CREATE TABLE orders (id bigint NOT NULL, customer_id int unsigned NOT NULL, parent bigint, placed date NOT NULL,"
    " token varchar(36) DEFAULT (concat('a', 'b')), PRIMARY KEY (id), KEY by_customer (customer_id),"
    " KEY by_parent (parent), CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id)"
    " ON DELETE CASCADE, CONSTRAINT orders_parent FOREIGN KEY (parent) REFERENCES orders (id) ON UPDATE CASCADE)"
    " COLLATE utf8mb4_unicode_ci",
    "CREATE TABLE log (id int NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) COLLATE utf8mb4_unicode_ci"
    " PARTITION BY RANGE (year(day)) (PARTITION old VALUES LESS THAN (2020), PARTITION new VALUES LESS THAN MAXVALUE)",
    "CREATE VIEW active AS SELECT id, email FROM customers WHERE active = 1",
    "CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC RETURN a * 2",
    "CREATE PROCEDURE tidy(IN days int) BEGIN DELETE FROM log WHERE id < days; END",
    "CREATE TRIGGER lower_email BEFORE INSERT ON customers FOR EACH ROW SET NEW.email = lower(NEW.email)",
    "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO CALL tidy(30)",
    "GRANT SELECT ON customers TO between_reader@localhost",
    "GRANT SELECT, INSERT ON orders TO between_writers",
)


@pytest.mark.parametrize(("first", "second"), [("mariadb", "mysql"), ("mysql", "mariadb")])
def test_a_declaration_moves_from_one_vendor_to_the_other_and_back(first: str, second: str, tmp_path: Path) -> None:
    there, here = shared_server(with_routines(first)), shared_server(with_routines(second))
    for server in (there, here):
        server.execute("CREATE USER IF NOT EXISTS between_reader@localhost")
        server.execute("CREATE ROLE IF NOT EXISTS between_writers")
    with fresh_database(there) as origin, fresh_database(here) as copy:
        for url in (origin, copy):  # the servers' own collations are not the same, and are imported
            with open_place(url) as place:
                place.load("ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        with open_place(origin) as place:
            place.load(*COMMON)
        import_database(Request(url=origin), tmp_path / "out")
        assert _pending(origin, tmp_path / "out") == ()
        apply(Request(directory=tmp_path / "out", url=copy, permissions=("all",)))
        assert _pending(copy, tmp_path / "out") == ()
        import_database(Request(url=copy), tmp_path / "back")
        assert _pending(origin, tmp_path / "back") == ()
        assert _pending(copy, tmp_path / "back") == ()


def _pending(url: str, directory: Path) -> tuple[str, ...]:
    # Each import is named after its database, which the other one was not bootstrapped as.
    return plan(Request(directory=directory, url=url, exact=True, adopt_environment=True)).pending
