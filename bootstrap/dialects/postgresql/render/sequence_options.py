"""The options of sequences, also of those that belong to columns."""

from __future__ import annotations

from bootstrap.catalog.columns import Identity, SequenceOptions
from bootstrap.dialects.postgresql.introspection.tables import LIMITS
from bootstrap.dialects.postgresql.names import quote


def options_sql(options: SequenceOptions) -> str:
    """What is not the server's choice, as CREATE SEQUENCE takes it."""
    parts = []
    if options.data_type is not None:
        parts.append(f"AS {options.data_type}")
    for word, value in (
        ("START WITH", options.start),
        ("INCREMENT BY", options.increment),
        ("MINVALUE", options.minimum),
        ("MAXVALUE", options.maximum),
        ("CACHE", options.cache),
    ):
        if value is not None:
            parts.append(f"{word} {value}")
    if options.cycle:
        parts.append("CYCLE")
    return "".join(f" {part}" for part in parts)


def options_in_parentheses(identity: Identity) -> str:
    """The options of an identity column, "" where all are the server's choice."""
    name = f" SEQUENCE NAME {quote(identity.sequence_name)}" if identity.sequence_name else ""
    inner = (name + options_sql(identity.options)).strip()
    return f" ({inner})" if inner else ""


def all_options(options: SequenceOptions, data_type: str) -> list[tuple[str, str]]:
    """Every option spelled out, so that one that is no longer declared goes back to the server's choice."""
    limit = LIMITS.get(options.data_type or data_type, LIMITS["bigint"])
    ascending = (options.increment or 1) > 0
    minimum = options.minimum if options.minimum is not None else (1 if ascending else -limit - 1)
    maximum = options.maximum if options.maximum is not None else (limit if ascending else -1)
    start = options.start if options.start is not None else (minimum if ascending else maximum)
    return [
        ("INCREMENT BY", str(options.increment or 1)),
        ("MINVALUE", str(minimum)),
        ("MAXVALUE", str(maximum)),
        ("START WITH", str(start)),
        ("CACHE", str(options.cache or 1)),
        ("CYCLE" if options.cycle else "NO CYCLE", ""),
    ]


def changed_options(before: SequenceOptions, after: SequenceOptions, data_type: str) -> str:
    """What ALTER SEQUENCE must say."""
    old = all_options(before, data_type)
    parts = [f"{word} {value}".strip() for word, value in all_options(after, data_type) if (word, value) not in old]
    if (before.data_type or data_type) != (after.data_type or data_type):
        parts.insert(0, f"AS {after.data_type or data_type}")
    return " ".join(parts)


def narrows(before: SequenceOptions, after: SequenceOptions, data_type: str) -> tuple[str, str] | None:
    """The new lowest and highest value where the range becomes narrower: the current value may lie outside."""
    old, new = (dict(all_options(options, data_type)) for options in (before, after))
    if int(new["MINVALUE"]) <= int(old["MINVALUE"]) and int(new["MAXVALUE"]) >= int(old["MAXVALUE"]):
        return None
    return new["MINVALUE"], new["MAXVALUE"]


def restarting(sequence: str, alter: str, restart: str, bounds: tuple[str, str] | None) -> str:
    """An ALTER that restarts the sequence where its value lies outside of the new bounds."""
    if bounds is None:
        return alter
    return (
        f"DO $do$\nBEGIN\n  IF (SELECT last_value NOT BETWEEN {bounds[0]} AND {bounds[1]} FROM {sequence}) THEN\n"
        f"    {alter} {restart};\n  ELSE\n    {alter};\n  END IF;\nEND\n$do$"
    )
