"""Short forms of index keys and references: ``email desc``, ``lower(email)``, ``users(id) on delete cascade``.

What is written is what SQL writes: on MySQL ``name(10)`` is a prefix and an expression stands in brackets; on
PostgreSQL ``lower(name)`` is an expression.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bootstrap.catalog.indexes import IndexPart
from bootstrap.declaration.names import quote_lower
from bootstrap.sql.lexer import MYSQL, SqlTextError, Token, closing, identifier, scan, split_commas

ACTIONS = ("no action", "restrict", "cascade", "set null", "set default")


class Cursor:
    """A place in a list of tokens."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.index = 0

    @property
    def current(self) -> Token | None:
        """The next token, None at the end."""
        return self.tokens[self.index] if self.index < len(self.tokens) else None

    def at(self, *words: str) -> bool:
        """Whether the next tokens are these words or signs."""
        place = self.index
        if place + len(words) > len(self.tokens):
            return False
        for word in words:
            token = self.tokens[place]
            if token.text.lower() != word or token.kind not in {"word", "other"}:
                return False
            place += 1
        return True

    def take(self, *words: str) -> bool:
        """Pass over these words if they come next."""
        found = self.at(*words)
        self.index += len(words) if found else 0
        return found

    def next(self, wanted: str) -> Token:
        """Take the next token. Raises SqlTextError at the end."""
        token = self.current
        if token is None:
            raise SqlTextError(f"{wanted} is missing", len(self.text))
        self.index += 1
        return token

    def name(self, wanted: str) -> str:
        """Take an identifier."""
        token = self.next(wanted)
        if token.name is None:
            raise SqlTextError(f"{token.text} is not {wanted}", token.start)
        return token.name

    def path(self, wanted: str) -> tuple[str, ...]:
        """Take a dotted name."""
        parts = [self.name(wanted)]
        while self.take("."):
            parts.append(self.name(wanted))
        return tuple(parts)

    def brackets(self) -> list[Token]:
        """Take a bracket with all that is in it; gives what is inside."""
        end = closing(self.tokens, self.index)
        inside = self.tokens[self.index + 1 : end]
        self.index = end + 1
        return inside

    def between(self, start: int) -> str:
        """The text from the token at ``start`` to the one before the current."""
        return self.text[self.tokens[start].start : self.tokens[self.index - 1].end]

    def names(self, wanted: str) -> tuple[str, ...]:
        """Take names between brackets, ``(a, b)``."""
        result = []
        for item in split_commas(self.brackets()):
            if len(item) != 1 or item[0].name is None:
                raise SqlTextError(f"expected {wanted} in parentheses", item[0].start if item else 0)
            result.append(item[0].name)
        return tuple(result)

    def end(self) -> None:
        """Raise SqlTextError where something is left."""
        if self.current is not None:
            raise SqlTextError(f"cannot read {self.text[self.current.start :]!r}", self.current.start)


@lru_cache(maxsize=4096)  # most are the name of a column that many tables have
def parse_part(text: str, engine: str) -> IndexPart:
    """One key of an index. Raises SqlTextError."""
    cursor = Cursor(text, scan(text, engine))
    column, expression, length = _element(cursor, engine)
    collation = opclass = None
    opclass_options: tuple[tuple[str, str], ...] = ()
    if cursor.take("collate"):
        collation = collation_name(cursor.path("a collation"))
    if engine != MYSQL and cursor.current and cursor.current.name and not _at_order(cursor):
        start = cursor.index
        cursor.path("an operator class")
        opclass = cursor.between(start)
        if cursor.at("("):
            opclass_options = _options(cursor)
    descending = cursor.take("desc")
    if not descending:
        cursor.take("asc")
    nulls_first = None
    if cursor.take("nulls"):
        nulls_first = cursor.take("first")
        if not nulls_first and not cursor.take("last"):
            raise SqlTextError("expected nulls first or nulls last", 0)
    cursor.end()
    return IndexPart(
        column=column,
        expression=expression,
        descending=descending,
        nulls_first=None if nulls_first == descending else nulls_first,
        collation=collation,
        opclass=opclass,
        opclass_options=opclass_options,
        length=length,
    )


def _at_order(cursor: Cursor) -> bool:
    return cursor.at("asc") or cursor.at("desc") or cursor.at("nulls", "first") or cursor.at("nulls", "last")


def _element(cursor: Cursor, engine: str) -> tuple[str | None, str | None, int | None]:
    if cursor.at("("):
        inside = cursor.brackets()
        if not inside:
            raise SqlTextError("an empty expression", 0)
        # The catalog has the expression of a key without the brackets that the grammar asks for.
        text = cursor.text[inside[0].start : inside[-1].end]
        return None, text, None
    start = cursor.index
    path = cursor.path("a column")
    if cursor.at("("):
        inside = cursor.brackets()
        if engine == MYSQL:
            if len(inside) != 1 or inside[0].kind != "number" or not inside[0].text.isdigit():
                raise SqlTextError("write an expression in parentheses: ((lower(name)))", 0)
            return path[0], None, int(inside[0].text)
        return None, cursor.between(start), None
    if len(path) > 1:
        raise SqlTextError("a column has no schema or table in front", 0)
    return path[0], None, None


def _options(cursor: Cursor) -> tuple[tuple[str, str], ...]:
    result = []
    for item in split_commas(cursor.brackets()):
        if len(item) < 3 or item[0].name is None or item[1].text != "=":  # noqa: PLR2004  # name, =, value
            raise SqlTextError("expected name = value in parentheses", item[0].start if item else 0)
        result.append((item[0].name, cursor.text[item[2].start : item[-1].end]))
    return tuple(result)


def collation_name(path: tuple[str, ...]) -> str:
    """A collation as the catalog names it: bare where it is the server's own, else quoted with its schema."""
    if len(path) == 1:
        return path[0]
    if path[0] == "pg_catalog":
        return path[1]
    return ".".join('"' + part.replace('"', '""') + '"' for part in path)


def write_part(part: IndexPart, engine: str) -> str | None:
    """The short form of an index key, or None where there is none that reads back the same."""
    if part.column is not None:
        elements = [identifier(part.column, engine) + (f"({part.length})" if part.length is not None else "")]
    else:
        elements = [str(part.expression), f"({part.expression})"]
    for element in elements:
        text = element + _order(part, engine)
        try:
            if parse_part(text, engine) == part:
                return text
        except SqlTextError:
            continue
    return None


def _order(part: IndexPart, engine: str) -> str:
    """Everything behind the column or expression."""
    text = ""
    if part.collation:
        text += " collate " + (part.collation if part.collation.startswith('"') else quote_lower(part.collation))
    if part.opclass:
        text += f" {part.opclass}"
        if part.opclass_options:
            text += (
                " (" + ", ".join(f"{identifier(name, engine)} = {value}" for name, value in part.opclass_options) + ")"
            )
    text += " desc" if part.descending else ""
    if part.nulls_first is not None:
        text += " nulls first" if part.nulls_first else " nulls last"
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What stands behind REFERENCES. ``schema`` is None where none is written."""

    schema: str | None
    table: str
    columns: tuple[str, ...] = ()
    on_update: str = "NO ACTION"
    on_delete: str = "NO ACTION"
    on_delete_columns: tuple[str, ...] = ()
    match: str = "SIMPLE"
    deferrable: bool = False
    initially_deferred: bool = False
    validated: bool = True
    enforced: bool = True


def parse_reference(text: str, engine: str) -> Reference:
    """A reference as SQL writes it. Raises SqlTextError."""
    cursor = Cursor(text, scan(text, engine))
    reference = take_reference(cursor)
    cursor.end()
    return reference


def take_reference(cursor: Cursor) -> Reference:
    """Read a reference and stop behind it."""
    path = cursor.path("a table")
    if len(path) > 2:  # noqa: PLR2004  # schema and table
        raise SqlTextError("a table's name has at most a schema in front", 0)
    columns = cursor.names("columns") if cursor.at("(") else ()
    facts: dict[str, str | bool | tuple[str, ...]] = {}
    while _reference_clause(cursor, facts):
        pass
    return Reference(
        schema=path[0] if len(path) > 1 else None,
        table=path[-1],
        columns=columns,
        **facts,  # type: ignore[arg-type]
    )


def _reference_clause(cursor: Cursor, facts: dict[str, str | bool | tuple[str, ...]]) -> bool:
    if cursor.take("on", "delete"):
        facts["on_delete"] = _action(cursor)
        if cursor.at("("):
            facts["on_delete_columns"] = cursor.names("columns")
    elif cursor.take("on", "update"):
        facts["on_update"] = _action(cursor)
    elif cursor.take("match"):
        facts["match"] = cursor.name("full, partial or simple").upper()
    elif cursor.take("not", "deferrable") or cursor.take("initially", "immediate"):
        pass
    elif cursor.take("deferrable"):
        facts["deferrable"] = True
    elif cursor.take("initially", "deferred"):
        facts["deferrable"] = facts["initially_deferred"] = True
    elif cursor.take("not", "valid"):
        facts["validated"] = False
    elif cursor.take("not", "enforced"):
        facts["enforced"] = facts["validated"] = False
    else:
        return False
    return True


def _action(cursor: Cursor) -> str:
    for action in ACTIONS:
        if cursor.take(*action.split()):
            return action.upper()
    raise SqlTextError(f"expected one of {', '.join(ACTIONS)}", 0)


def write_reference(schema: str | None, table: str, columns: tuple[str, ...], engine: str) -> str:
    """The table and columns of a reference."""
    name = ".".join(identifier(part, engine) for part in (schema, table) if part)
    return name + (f"({', '.join(identifier(column, engine) for column in columns)})" if columns else "")
