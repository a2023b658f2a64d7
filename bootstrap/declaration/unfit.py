"""Statements that can be no part of a step or check, whatever the server would answer."""

from __future__ import annotations

from bootstrap.declaration.report import shown
from bootstrap.sql.lexer import MYSQL, scan

_TRANSACTION = frozenset({"commit", "abort", "end"})


def outside_of_transactions(sql: str) -> str:
    """What a statement is that PostgreSQL runs outside of transactions only; "" for any other."""
    words = [token.word for token in scan(sql, "postgresql")[:8]]
    if "concurrently" in words and words[0] in {"create", "drop", "reindex"}:
        return " ".join(words[: words.index("concurrently") + 1]).upper()
    first = {"vacuum": 1, "create database": 2, "drop database": 2, "alter system": 2, "create tablespace": 2,
             "drop tablespace": 2, "reindex database": 2, "reindex system": 2}  # fmt: skip
    return next((text.upper() for text, count in first.items() if " ".join(words[:count]) == text), "")


def unfit(sql: str, engine: str) -> tuple[str, str] | None:
    """Why a statement can be no part of a step or check, whatever the server would say to it, and what to do."""
    tokens = scan(sql, engine)
    words = [token.word for token in tokens[:3]] + [""] * 3
    what = shown(" ".join(sql[: tokens[min(len(tokens), 3) - 1].end].split()))
    if tokens[0].text == "\\":
        return f"{what} is a command of psql's own, not SQL", "write the SQL that it stands for"
    if words[0] == "copy" and any(token.word in {"stdin", "stdout"} for token in tokens):
        return f"{what} wants a client that sends the rows", "use seeds, or INSERT"
    if engine == MYSQL and words[0] == "use":
        return f"{what} changes the database of the rest of the run", "remove it, and qualify the names: other.t"
    ends = words[0] in _TRANSACTION or (words[0] == "rollback" and "to" not in words[1:])
    begins = words[0] == "begin" and words[1] != "not"  # MariaDB: BEGIN NOT ATOMIC is a block of statements
    if ends or begins or words[:2] in (["start", "transaction"], ["prepare", "transaction"], ["set", "autocommit"]):
        # Of a step that fails, half would stay; after a check, what it did.
        return f"{what} begins or ends a transaction, and each step and check runs in one of ours", "remove it"
    return None
