"""What differs between the engines."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.unit.declaration.strategies.texts import maybe, names


class Engine:
    """What differs between the engines for the strategies."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.postgresql = name == "postgresql"
        self.schemas = st.sampled_from(["public", "app", "odd.schema"]) if self.postgresql else st.just("")
        self.types = st.sampled_from(
            [
                "integer",
                "text",
                "character varying(20)",
                "numeric(10,2)",
                "timestamp(3) with time zone",
                "double precision",
                "text[]",
                'app."My Type"',
                "bit varying(5)",
                "interval year to month",
                '"char"',
                "serial",
                "bigserial",
            ]
            if self.postgresql
            else [
                "int",
                "int(10) unsigned zerofill",
                "varchar(20)",
                "enum('a','b, c','it''s')",
                "decimal(10,2)",
                "longtext",
                "datetime(3)",
                "set('x','y')",
                "bigint(20) unsigned",
                "geometry",
                "json",
                "bit(1)",
                "double precision",
            ]
        )
        self.defaults = st.sampled_from(
            [
                "0",
                "'x'::text",
                "now()",
                "NULL::character varying",
                "'it''s'::text",
                "-1",
                "1.10",
                "true",
                "ARRAY[]::text[]",
                "CURRENT_TIMESTAMP",
                "'a: b # c'::text",
                "(1 + 2)",
                "nextval('app.s'::regclass)",
                "'multi\nline'",
            ]
            if self.postgresql
            else [
                "0",
                "'x'",
                "current_timestamp(3)",
                "'it''s'",
                "b'0'",
                "(uuid())",
                "1.10",
                "'${x}'",
                "'a\\\\b'",
                "''",
                "nextval(`s`)",
            ]
        )
        self.owners = maybe(names) if self.postgresql else st.none()

    def only(self, strategy: st.SearchStrategy[Any], otherwise: Any) -> st.SearchStrategy[Any]:
        """A fact of PostgreSQL."""
        return strategy if self.postgresql else st.just(otherwise)

    def mysql(self, strategy: st.SearchStrategy[Any], otherwise: Any) -> st.SearchStrategy[Any]:
        """A fact of MySQL."""
        return st.just(otherwise) if self.postgresql else strategy
