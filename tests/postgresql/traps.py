"""What somebody with few rights can prepare: objects that mean what names in other people's statements mean to mean.

The names are those of the statements that were recorded, so that a new statement is covered by itself. A trap writes a
line to the server's log with the role that it ran as: no rollback undoes that, and a read-only transaction allows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psycopg2
import psycopg2.extensions
import pytest

from bootstrap.dialects.postgresql.session import PostgresSession
from demo.servers import PostgresServer
from demo.servers.process import log_file

_WORD = re.compile(r"[a-z_][a-z_0-9]*")
_SYMBOLS = re.compile(r"[-+*/<>=~!@#%^&|?]+")
_TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"|--[^\n]*")
# Types that the server finds nearer to an argument than the one that its own function takes.
_NEARER = {
    "text": ("name", "character varying"), "oid": ("regclass", "integer", "bigint"), "bigint": ("integer", "oid"),
    "anyelement": ("name", "text", "integer", "oid"), "any": ("name", "text", "integer", "oid"),
    "anyarray": ("text[]", "oid[]", "smallint[]"), "regclass": ("text", "oid"), "name": ("text", "character varying"),
}  # fmt: skip
_OPERANDS = (
    "name", "text", "character varying", '"char"', "smallint", "integer", "bigint", "oid", "regclass", "boolean",
    "timestamp with time zone", "text[]", "name[]",
)  # fmt: skip


@contextmanager
def recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that our sessions send in a block."""
    said: list[str] = []
    with monkeypatch.context() as patch:
        for name in ("execute", "query", "copy_in"):
            method = getattr(PostgresSession, name)

            def recorded(session: PostgresSession, sql: str, *more: object, method: object = method) -> object:
                said.append(sql)
                return method(session, sql, *more)  # type: ignore[operator]  # a method of the session

            patch.setattr(PostgresSession, name, recorded)
        yield said


def names(statements: Iterable[str]) -> tuple[list[str], list[str]]:
    """The words and the operators in statements; what is quoted is none."""
    plain = [_TEXTS.sub(" ", sql) for sql in statements]
    words = {word for sql in plain for word in _WORD.findall(sql.lower())}
    symbols = {symbol for sql in plain for symbol in _SYMBOLS.findall(sql)}
    return sorted(words), sorted(symbols - {"*"})


@dataclass(frozen=True)
class Attacker:
    """A role that may create objects in public and schemas in one database, and nothing else."""

    server: PostgresServer
    database: str
    role: str
    password: str

    def connect(self) -> psycopg2.extensions.connection:
        session = psycopg2.connect(
            host=str(self.server.socket_directory), port=self.server.port, dbname=self.database, user=self.role,
            password=self.password, options="-c search_path=pg_catalog",
        )  # fmt: skip
        session.autocommit = True
        return session

    def run(self, sql: str) -> None:
        """Run statements as this role, by hand."""
        with closing(self.connect()) as session, session.cursor() as cursor:
            cursor.execute(sql)

    @property
    def marker(self) -> str:
        return f"trap of {self.role}"

    def sprung(self) -> list[str]:
        """What ran as somebody else, and as whom."""
        lines = log_file(self.server.process.directory).read_text(errors="replace").splitlines()
        ran = [line.partition(self.marker)[2] for line in lines if f"LOG:  {self.marker}: " in line]
        return [line for line in ran if f"as {self.role} " not in f"{line} "]

    def trap(self, what: str) -> str:
        """The body of a function that notes who runs it. It gives up a role that was only set for it."""
        named = what.replace("%", "%%")
        return (
            "BEGIN BEGIN EXECUTE 'RESET ROLE'; EXCEPTION WHEN OTHERS THEN NULL; END;"
            f" RAISE LOG '{self.marker}: {named} ran as %', current_user; RETURN NULL; END"
        )

    def plant(self, words: Iterable[str], symbols: Iterable[str]) -> int:
        """A trap for every name, in public; returns how many there are."""
        planted = 0
        with closing(self.connect()) as session, session.cursor() as cursor:
            functions, relations = self._functions(cursor, list(words)), self._relations(cursor, list(words))
            for sql in (*functions, *self._operators(symbols), *relations):
                try:
                    cursor.execute(sql)
                except psycopg2.Error:  # there is one like it already, or the server knows better
                    continue
                planted += 1
        return planted

    def _functions(self, cursor: psycopg2.extensions.cursor, words: list[str]) -> Iterator[str]:
        cursor.execute(
            "SELECT DISTINCT proname, array(SELECT format_type(t, NULL) FROM unnest(proargtypes::oid[]) AS t (t)),"
            " format_type(prorettype, NULL) FROM pg_proc WHERE proname = ANY (%s) AND prokind IN ('f', 'a')"
            " AND pronamespace = 'pg_catalog'::regnamespace",
            [words],
        )
        for name, arguments, returns in cursor.fetchall():
            result = returns if not returns.startswith("any") and returns not in ("record", "internal") else "text"
            for types in _variants(arguments):
                yield self._function(f'public."{name}"({", ".join(types)})', result)

    def _function(self, signature: str, returns: str) -> str:
        body = self.trap(signature.replace("'", ""))
        return f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql AS $trap${body}$trap$"

    def _operators(self, symbols: Iterable[str]) -> Iterator[str]:
        for left in _OPERANDS:
            for right in _OPERANDS:
                for symbol in symbols:
                    returns = "text" if symbol == "||" else "boolean"
                    function = f'public."op_{symbol}"'
                    yield self._function(f"{function}({left}, {right})", returns)
                    yield (
                        f"CREATE OPERATOR public.{symbol} (LEFTARG = {left}, RIGHTARG = {right}, FUNCTION = {function})"
                    )

    def _relations(self, cursor: psycopg2.extensions.cursor, words: list[str]) -> Iterator[str]:
        yield self._function("public.trap_of_view()", "boolean")
        yield self._function("public.trap_of_domain(text)", "boolean")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY (%s) AND relnamespace = 'pg_catalog'::regnamespace",
            [words],
        )
        for (name,) in cursor.fetchall():
            source = f"SELECT r.* FROM pg_catalog.{name} r WHERE public.trap_of_view() IS NULL"
            yield f"CREATE VIEW public.{name} AS {source}"
        cursor.execute(
            "SELECT typname FROM pg_type WHERE typname = ANY (%s) AND typnamespace = 'pg_catalog'::regnamespace"
            " AND typtype = 'b'",
            [words],
        )
        for (name,) in cursor.fetchall():
            yield f"CREATE DOMAIN public.{name} AS pg_catalog.{name} CHECK (public.trap_of_domain(VALUE::text) IS NULL)"


def _variants(arguments: list[str]) -> Iterator[tuple[str, ...]]:
    """The arguments with one, and with all of them, of a nearer type."""
    for place, argument in enumerate(arguments):
        for nearer in _NEARER.get(argument, ()):
            yield (*arguments[:place], nearer, *arguments[place + 1 :])
    for choice in (0, 1):
        yield tuple(_NEARER.get(argument, (argument,) * 2)[choice] for argument in arguments)
