"""Which tables a statement changes rows of, for statements that can change nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bootstrap.sql.lexer import MYSQL, SqlTextError, Token, closing, scan

_MODIFIERS = frozenset({"only", "low_priority", "quick", "ignore", "local", "no_write_to_binlog", "verbose", "full",
                        "freeze", "analyze", "table"})  # fmt: skip
_READS = frozenset({"select", "values", "table"})
_ENDS = frozenset({"set", "where", "order", "limit", "returning", "using", "partition"})


class TableName(NamedTuple):
    """A table as a statement names it, with PostgreSQL's case folding; ``schema`` is "" for a name without one."""

    schema: str
    name: str


def changed_tables(sql: str, engine: str) -> frozenset[TableName] | None:
    """Return the tables that must have rows for a statement to change anything.

    Understood are UPDATE, DELETE and TRUNCATE, also behind WITH, and ANALYZE, VACUUM and OPTIMIZE of named tables.
    Where those tables are empty, such a statement changes nothing.

    Returns:
        The tables; None for any other statement, and for those that may change more.
    """
    if engine == MYSQL and ("/*!" in sql or "/*M!" in sql):
        return None
    try:
        return _Reader(scan(sql, engine), engine).statement()
    except (_UnclearError, SqlTextError):
        return None


class _UnclearError(Exception):
    """The statement is of a form that is not understood."""


class _Reader:
    """Reads one statement from its beginning."""

    def __init__(self, tokens: list[Token], engine: str) -> None:
        self.tokens, self.engine, self.place = tokens, engine, 0

    def statement(self) -> frozenset[TableName]:
        common = self._common_tables()
        kind = self._word()
        self.place += 1
        self._skip(_MODIFIERS)
        match kind:
            case "update":
                found = self._references() if self.engine == MYSQL else [self._name()]
            case "delete":
                found = self._deleted()
            case "truncate":
                found = self._list()
                if "cascade" in self._words():
                    raise _UnclearError  # empties also the tables that refer to these
            case "analyze" | "vacuum" | "optimize":
                if self._text() == "(":
                    self.place = closing(self.tokens, self.place) + 1
                found = self._list()
            case _:
                raise _UnclearError
        return frozenset(found) - common

    def _common_tables(self) -> frozenset[TableName]:
        """Skip WITH; its queries may only read."""
        if self._word() != "with":
            return frozenset()
        names = []
        self.place += 1
        self._skip({"recursive"})
        while True:
            names.append(self._name())
            if self._text() == "(":
                self.place = closing(self.tokens, self.place) + 1
            self._skip({"as", "not", "materialized"})
            if self._text() != "(":
                raise _UnclearError
            end = closing(self.tokens, self.place)
            body = [token.word for token in self.tokens[self.place + 1 : end]]
            if not body or body[0] not in _READS or {"insert", "update", "delete", "merge"} & set(body):
                raise _UnclearError
            self.place = end + 1
            if self._text() != ",":
                return frozenset(names)
            self.place += 1

    def _deleted(self) -> list[TableName]:
        words = self._words()
        if self.engine != MYSQL:
            self._skip({"from"})
            self._skip(_MODIFIERS)
            return [self._name()]
        # DELETE a, b FROM …, DELETE FROM a, b USING …: aliases of what the last list names.
        last = "using" if "using" in words else "from"
        if last not in words:
            raise _UnclearError
        self.place += words.index(last) + 1
        return self._references()

    def _references(self) -> list[TableName]:
        """Names of tables that are joined (MySQL): without rows in them, nothing is changed."""
        found, expected = [], True
        while self.place < len(self.tokens) and not (not expected and self._word() in _ENDS):
            text, word = self._text(), self._word()
            if expected:
                found.append(self._name())
                expected = False
                continue
            if word in {"left", "right", "outer", "natural"}:
                raise _UnclearError  # an empty table does not empty the join
            expected = text == "," or word in {"join", "straight_join"}
            self.place = closing(self.tokens, self.place) + 1 if text == "(" else self.place + 1
        return found

    def _list(self) -> list[TableName]:
        found = [self._name()]
        while self._text() == ",":
            self.place += 1
            self._skip({"only"})
            found.append(self._name())
        return found

    def _name(self) -> TableName:
        first = self._identifier()
        if self._text() != ".":
            return TableName("", first)
        self.place += 1
        return TableName(first, self._identifier())

    def _identifier(self) -> str:
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        if token is None or token.name is None:
            raise _UnclearError
        self.place += 1
        return token.name.lower() if token.kind == "word" and self.engine != MYSQL else token.name

    def _skip(self, words: Sequence[str] | frozenset[str] | set[str]) -> None:
        while self._word() in words:
            self.place += 1

    def _text(self) -> str:
        return self.tokens[self.place].text if self.place < len(self.tokens) else ""

    def _word(self) -> str:
        return self.tokens[self.place].word if self.place < len(self.tokens) else ""

    def _words(self) -> list[str]:
        return [token.word for token in self.tokens[self.place :]]
