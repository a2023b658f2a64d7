"""Recognise the cause of a database error from its text alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bootstrap.insight.diagnose.causes import MEANINGS, Cause, Meaning
from bootstrap.insight.diagnose.client_rules import CONNECTION, TOOLS
from bootstrap.insight.diagnose.codes import code_of
from bootstrap.insight.diagnose.rules import Match, Rule
from bootstrap.insight.diagnose.server_rules import MYSQL, POSTGRESQL
from bootstrap.insight.diagnose.unwrap import unwrap

FORMAT_VERSION = 1
_SERVERS = (*POSTGRESQL, *MYSQL)
# What a server answers for more than one reason: only a look at the account tells them apart.
_ALTERNATIVES = {
    Cause.AUTH_PASSWORD: (Cause.AUTH_USER_MISSING, Cause.TLS_REQUIRED),
    Cause.MISSING_TABLE: (Cause.SEARCH_PATH,),
    Cause.MISSING_TABLE_OR_QUOTED_CASE: (Cause.SEARCH_PATH,),
    Cause.READ_ONLY: (Cause.READ_ONLY_FAILOVER,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What an error text says.

    Attributes:
        cause: the most likely cause.
        alternatives: other causes for which the server prints the same text.
        kind: what kind of object is concerned; "" where the text names none.
        name: the object as the text names it, such as ``streams.live_started_at``.
        table, column: its parts, where it is a table or a column.
        database: the database or schema that the text names.
        value: the value that the server rejected, where the type has a fixed set of values.
        tables: tables of the statement that failed, where the text holds it.
        code: the code of the error, where the text holds one.
    """

    cause: Cause
    alternatives: tuple[Cause, ...] = ()
    kind: str = ""
    name: str = ""
    table: str = ""
    column: str = ""
    database: str = ""
    value: str = ""
    tables: tuple[str, ...] = ()
    code: str = ""

    @property
    def meaning(self) -> Meaning:
        """What the cause means, and what to do."""
        return MEANINGS[self.cause]

    @property
    def data(self) -> dict[str, Any]:
        """The JSON form, without environments."""
        return {
            "format_version": FORMAT_VERSION,
            "cause": self.cause.value,
            "schema": self.meaning.schema,
            "kind": self.kind or None,
            "object": self.name or None,
            "database": self.database or None,
            "code": self.code or None,
            "alternatives": [cause.value for cause in self.alternatives],
            "summary": self.meaning.summary,
            "remedy": self.meaning.remedy,
        }


def recognise(text: str) -> Recognition:
    """Return what is known from an error text, whatever driver, ORM, tool or log printed it."""
    found = unwrap(text)
    lowered = found.message.lower()
    code = code_of(found.message)
    rule, match = (
        _first(TOOLS, found.message, lowered)
        or _earliest(_SERVERS, found.message, lowered)
        or _first(CONNECTION, found.message, lowered)
        or (None, None)
    )
    if rule is not None and match is not None:
        return _recognition(rule.cause, match.named, rule.kind, found.tables, code[0] if code else "")
    if code is not None:
        return _recognition(code[1], {}, "", found.tables, code[0])
    return Recognition(cause=Cause.UNKNOWN, tables=found.tables)


def _matches(rules: Iterable[Rule], text: str, lowered: str) -> Iterator[tuple[Rule, Match]]:
    for rule in rules:
        match = rule.match(text, lowered)
        if match is not None:
            yield rule, match


def _first(rules: Iterable[Rule], text: str, lowered: str) -> tuple[Rule, Match] | None:
    return next(_matches(rules, text, lowered), None)


def _earliest(rules: Iterable[Rule], text: str, lowered: str) -> tuple[Rule, Match] | None:
    return min(_matches(rules, text, lowered), key=lambda found: found[1].start, default=None)


def _recognition(cause: Cause, groups: dict[str, str], kind: str, tables: tuple[str, ...], code: str) -> Recognition:
    named = {key: value.replace('"', "").replace("`", "") for key, value in groups.items()}
    table, column = named.get("table", ""), named.get("column", "")
    if column and not table and len(tables) == 1:
        table = tables[0]
    database = named.get("database", "") or named.get("schema", "")
    if table and "." in table and not column:
        database, _, table = table.rpartition(".")
    if column:
        kind, name = "column", f"{table}.{column}" if table else column
    elif table:
        kind, name = "table", table
    elif "name" in named:
        kind, name = named.get("kind", kind), named["name"]
    elif "role" in named:
        kind, name = "role", named["role"]
    elif database:
        kind, name = ("schema" if "schema" in named else "database"), database
    else:
        kind, name = "", ""
    return Recognition(
        cause=cause, alternatives=_ALTERNATIVES.get(cause, ()), kind=kind, name=name, table=table, column=column,
        database=database, value=named.get("value", ""), tables=tables, code=code,
    )  # fmt: skip
