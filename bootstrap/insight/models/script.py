"""Which statements of an application's SQL describe its structure, and none that could reach another database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from bootstrap.dialects.foreign_sql import ForeignStatement
from bootstrap.problems import DeclarationError, Problem
from bootstrap.sql.lexer import MYSQL, SqlTextError, Token, scan

_STRUCTURE = {"create", "alter", "drop", "comment"}
# What dumps and migrations hold beside structure: rows, settings of the session, transactions, privileges.
_SILENT = {"set", "select", "insert", "update", "delete", "copy", "begin", "start", "commit", "end", "use", "lock",
           "unlock", "grant", "revoke", "analyze", "show", "truncate", "replace", "rollback"}  # fmt: skip
# Objects outside of one database.
_OF_SERVER = {"database", "user", "role", "server", "tablespace", "system", "subscription", "instance", "logfile"}
_BEFORE_NAME = {"create", "or", "replace", "table", "type", "domain", "sequence", "view", "materialized",
                "recursive", "index", "unique", "unlogged", "temporary", "temp", "if", "not", "exists", "schema",
                "extension", "function", "procedure", "trigger", "constraint", "algorithm", "sql", "security",
                "definer"}  # fmt: skip
_KINDS = {"table", "view", "index", "event", "trigger", "function", "procedure", "type", "sequence", "domain"}
_HEAD_ENDS = {"as", "for", "begin", "return", "returns"}


def structural(
    statements: Iterable[ForeignStatement], engine: str, database: str
) -> tuple[list[ForeignStatement], list[str]]:
    """Return the statements to run in a scratch database, and a line for each other that may matter.

    Args:
        statements: what the application printed.
        engine: postgresql or mysql.
        database: the live one's name, which is taken off names that it qualifies (MySQL).

    Raises:
        DeclarationError: a statement cannot be read, or a name leads to another database (MySQL).
    """
    kept: list[ForeignStatement] = []
    left_out: list[str] = []
    problems: list[Problem] = []
    for statement in statements:
        try:
            tokens = scan(statement.sql, engine)
        except SqlTextError as error:
            problems.append(Problem(statement.file, statement.line, str(error), "correct the SQL"))
            continue
        words = [token.word for token in tokens[:12]]
        if not tokens or tokens[0].text == "\\":
            continue
        if not _describes(words, engine):
            if words[0] not in _SILENT | _STRUCTURE:
                left_out.append(f"{_where(statement)}: left out, as it describes no structure: {_head(statement)}")
            continue
        if engine == MYSQL:
            statement = statement._replace(sql=_inside(statement.sql, tokens, database))  # noqa: PLW2901  # the same one, without its qualifiers
            elsewhere = _qualifier(scan(statement.sql, engine))
            if elsewhere:
                what = f"the statement names another database, {elsewhere}: {_head(statement)}"
                problems.append(Problem(statement.file, statement.line, what, "compare the models of one database"))
        kept.append(statement)
    if problems:
        raise DeclarationError(problems)
    return kept, left_out


def created_names(statements: Iterable[ForeignStatement], engine: str) -> frozenset[str]:
    """Return the names, without schemas, of what these statements create."""
    found = set()
    for statement in statements:
        tokens = scan(statement.sql, engine)
        if tokens and tokens[0].word == "create":
            named = [token for token in _head_of(tokens) if token.name is not None and token.word not in _BEFORE_NAME]
            name = named[0] if named else None
            for token, following in pairwise(tokens):
                if name is not None and token.text == "." and token.start == name.end:
                    name = following
            if name is not None and name.name is not None:
                found.add(name.name)
    return frozenset(found)


def _describes(words: Sequence[str], engine: str) -> bool:
    if words[0] not in _STRUCTURE or _OF_SERVER & set(words[1:2]):
        return False
    if engine == MYSQL and words[1:2] == ["schema"]:
        return False
    if next((word for word in words[1:] if word in _KINDS), "") == "event":  # would run by itself
        return False
    return (
        words[0] != "alter" or "owner" not in words
    )  # ALTER TABLE name OWNER TO: the role need not exist where models are compared


def _inside(sql: str, tokens: Sequence[Token], database: str) -> str:
    """Return a statement without the database's own name before names."""
    pieces, last = [], 0
    for token, following in pairwise(tokens):
        if database and token.name == database and following.text == "." and token.start >= last:
            pieces.append(sql[last : token.start])
            last = following.end
    return "".join(pieces) + sql[last:]


def _qualifier(tokens: Sequence[Token]) -> str:
    """Return the database that a statement names; "" for none."""
    relevant = tokens if any(token.word == "table" for token in tokens[:4]) else list(_head_of(tokens))
    for token, following in pairwise(relevant):
        if following.text == "." and token.name is not None:
            return token.name
    return ""


def _head_of(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield what stands before a body or a list: there names are those of objects, later of columns too."""
    for token in tokens:
        if token.text == "(" or token.word in _HEAD_ENDS:
            return
        yield token


def _where(statement: ForeignStatement) -> str:
    return f"{statement.file}:{statement.line}" if statement.line else statement.file


def _head(statement: ForeignStatement) -> str:
    text = " ".join(statement.sql.split())
    return text if len(text) <= 80 else f"{text[:80]}…"  # noqa: PLR2004  # a line of a terminal
