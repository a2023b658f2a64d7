"""One UPDATE or DELETE cut into ranges of a key."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from bootstrap.sql.lexer import MYSQL, SqlTextError, Token, closing, scan

_REMEDY = "write one UPDATE or DELETE of one table, without ORDER BY, LIMIT and RETURNING"
_REFUSED = frozenset({"order", "limit", "returning"})
_MODIFIERS = frozenset({"only", "low_priority", "quick", "ignore", "from"})
_BEHIND_NAME = frozenset({"set", "where", "from", "using"})


@dataclass(frozen=True, slots=True)
class BatchedSql:
    """A statement that can be narrowed to a range of a key. ``table`` is named as the statement names it."""

    table: str
    key: str
    head: str  # up to the condition
    column: str  # the key, qualified
    condition: str = ""
    operators: tuple[str, str] = (">", "<=")

    def within(self, after: str | None, last: str) -> str:
        """Return the statement for rows whose key is greater than ``after`` and at most ``last``, both SQL literals."""
        parts = [f"({self.condition}\n)"] if self.condition else []  # the condition may end with a comment
        parts += [f"{self.column} {self.operators[0]} {after}"] if after is not None else []
        parts.append(f"{self.column} {self.operators[1]} {last}")
        return f"{self.head}\nWHERE {' AND '.join(parts)}"


def batched(sql: str, key: str, engine: str) -> BatchedSql:
    """Read a statement that is to run in ranges of a column.

    Raises:
        SqlTextError: it is of another form, or it changes the key.
    """
    tokens = scan(sql, engine)
    kind = tokens[0].word
    if kind not in {"update", "delete"}:
        raise SqlTextError(f"{kind.upper() or tokens[0].text} cannot run in batches", remedy=_REMEDY)
    start = next((place for place, token in enumerate(tokens[1:], 1) if token.word not in _MODIFIERS), 1)
    end = start + (3 if start + 1 < len(tokens) and tokens[start + 1].text == "." else 1)
    table = sql[tokens[start].start : tokens[end - 1].end]
    alias, behind = _alias(tokens, end, sql)
    outer = list(_outside_parentheses(tokens, behind))
    words = [token.word for token in outer]
    joins = engine == MYSQL and ((kind == "delete" and "using" in words) or _names_more(outer))
    if _REFUSED & set(words) or joins or (tokens[behind].word if behind < len(tokens) else "where") not in _BEHIND_NAME:
        raise SqlTextError("the statement cannot be cut into ranges", remedy=_REMEDY)
    _refuse_key_change(outer, key)
    where = next((token for token in outer if token.word == "where"), None)
    column = f"{alias or sql[tokens[end - 1].start : tokens[end - 1].end]}.{key}"
    if where is None:
        return BatchedSql(table, key, sql, column, operators=_operators(engine))
    condition = sql[where.end :].strip()
    return BatchedSql(table, key, sql[: where.start].rstrip(), column, condition, _operators(engine))


def _operators(engine: str) -> tuple[str, str]:
    """Greater than, at most: on PostgreSQL those of the server, whatever others have made of that name."""
    return (">", "<=") if engine == MYSQL else ("OPERATOR(pg_catalog.>)", "OPERATOR(pg_catalog.<=)")


def _alias(tokens: list[Token], place: int, sql: str) -> tuple[str, int]:
    """The alias of the table, and where the rest begins."""
    if place < len(tokens) and tokens[place].word == "as":
        place += 1
    elif place >= len(tokens) or tokens[place].name is None or tokens[place].word in _BEHIND_NAME:
        return "", place
    return sql[tokens[place].start : tokens[place].end], place + 1


def _outside_parentheses(tokens: list[Token], place: int) -> list[Token]:
    found = []
    while place < len(tokens):
        if tokens[place].text == "(":
            place = closing(tokens, place)
        else:
            found.append(tokens[place])
        place += 1
    return found


def _names_more(tokens: list[Token]) -> bool:
    """Whether a MySQL statement names more tables before SET or WHERE."""
    words = [token.word or token.text for token in tokens]
    end = next((place for place, word in enumerate(words) if word in {"set", "where"}), len(words))
    return bool({",", "join", "straight_join"} & set(words[:end]))


def _refuse_key_change(tokens: list[Token], key: str) -> None:
    """A row whose key changes could be met twice."""
    name = key.strip('`"').lower()
    where = next((place for place, token in enumerate(tokens) if token.word == "where"), len(tokens))
    for token, following in pairwise(tokens[:where]):
        if following.text == "=" and (token.name or "").lower() == name:
            raise SqlTextError(f"the statement changes the key {key}", remedy="choose a key that stays as it is")
