"""Attributes of roles in the server's words, so that a declared role can be compared with the one that is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bootstrap.catalog.security import Role
from bootstrap.dialects.postgresql.names import quote, split_top_level, unquoted
from bootstrap.dialects.postgresql.render.security import bool_text
from bootstrap.dialects.postgresql.session import PostgresSession

# Settings whose values are lists of identifiers, which the server quotes where they need it.
_IDENTIFIERS = frozenset({
    "search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries",
    "shared_preload_libraries",
})  # fmt: skip
_LIST = "datestyle"
_NAMES = "SELECT lower(name), name FROM pg_settings WHERE lower(name) = ANY (%s)"
_TIMES = """
SELECT given, CASE WHEN isfinite(given::timestamptz) OR given::timestamptz < now()
  THEN to_json(given::timestamptz AT TIME ZONE 'UTC') #>> '{}' END
FROM unnest(%s::text[]) AS given
"""
_SET = "set "


def normalised_roles(roles: Iterable[Role], session: PostgresSession) -> list[Role]:
    """Declared roles as the server would print them, without what CREATE ROLE gives anyway."""
    items = list(roles)
    attributes = [attribute for item in items for attribute in item.attributes]
    settings = {name[len(_SET) :].lower() for name, _ in attributes if name.lower().startswith(_SET)}
    times = {value for name, value in attributes if name.lower() == "valid_until"}
    names: dict[str, str] = dict(session.query(_NAMES, [sorted(settings)])) if settings else {}
    moments: dict[str, str | None] = dict(session.query(_TIMES, [sorted(times)])) if times else {}
    return [_normalised(item, names, moments) for item in items]


def _normalised(item: Role, names: dict[str, str], moments: dict[str, str | None]) -> Role:
    attributes = {}
    for name, value in item.attributes:
        key = name.lower()
        if key.startswith(_SET):
            setting = key[len(_SET) :]
            attributes[_SET + names.get(setting, setting)] = _setting_value(setting, value)
        elif key == "connection_limit":
            if int(value) != -1:
                attributes[key] = str(int(value))
        elif key == "valid_until":
            moment = moments.get(value)
            if moment is not None:  # else for ever, as without it
                attributes[key] = moment + "+00"
        elif bool_text(value) != (key == "inherit"):
            attributes[key] = "true" if bool_text(value) else "false"
    return replace(item, attributes=tuple(sorted(attributes.items())), member_of=tuple(sorted(item.member_of)))


def _setting_value(setting: str, value: str) -> str:
    """The value as the server keeps it."""
    if setting == _LIST:
        return ", ".join(_content(part) for part in split_top_level(value))
    if setting in _IDENTIFIERS:
        return ", ".join(quote(_content(part)) for part in split_top_level(value)) or '""'
    return value


def _content(part: str) -> str:
    text = part.strip()
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        return text[1:-1].replace('""', '"')
    return unquoted(text)
