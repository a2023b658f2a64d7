"""The settings of our sessions: which are fixed and why, and which stay those of a plain session of the server.

A role, a database or the server may carry any value of any setting (ALTER ROLE … SET, ALTER DATABASE … SET). Our own
statements must mean the same everywhere; declared SQL must mean what it means to a plain session of that account; and
values in a scratch database must mean what they mean in the target.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from bootstrap.dialects.postgresql.names import literal

# Before anything else is sent: nothing that others can create, in whatever schema, is what one of our names means.
SAFE_PATH = "pg_catalog, pg_temp"
TRUST_NOBODY = f"SET search_path = {SAFE_PATH}"

# How our statements are read, what they see, and how values are printed to us. Declared SQL gets the values of a plain
# session instead: they decide what its names and literals mean, and what it stores.
_MEANING: Mapping[str, str] = {
    "search_path": SAFE_PATH,  # names
    "row_security": "off",  # rows: the server refuses what a policy would filter in silence
    "array_nulls": "on",  # NULL in a text of an array
    "bytea_output": "hex",
    "extra_float_digits": "1",  # floating-point numbers are printed so that they can be read back
    "gin_fuzzy_search_limit": "0",  # an index scan gives all rows
    "IntervalStyle": "postgres",
    "transform_null_equals": "off",  # "= NULL" is not "IS NULL"
    "xmloption": "content",
}
# What holds for declared SQL too: our transport, our limits, and what nobody writes a declaration for.
_TRANSPORT: Mapping[str, str] = {
    "backslash_quote": "safe_encoding",
    "check_function_bodies": "off",  # bodies may name what comes later; order is kept by real dependencies
    "client_connection_check_interval": "1000",  # a backend ends soon after its client is gone
    "client_encoding": "UTF8",
    "client_min_messages": "warning",
    "default_transaction_deferrable": "off",
    "default_transaction_isolation": "read committed",  # statements see what is there when they start
    "escape_string_warning": "off",
    "exit_on_error": "off",  # an error that we expect does not end the session
    "jit": "off",  # compiling the catalog queries costs more than running them
    "lock_timeout": "0",  # each statement has limits of its own
    "quote_all_identifiers": "off",  # names are compared as the server prints them
    "restrict_nonsystem_relation_kind": "",  # views may be read
    "session_replication_role": "origin",  # triggers fire and foreign keys are checked
    "standard_conforming_strings": "on",  # how a declaration's SQL is split into statements
    "statement_timeout": "0",
    "transaction_timeout": "0",
}
# Left alone: they decide what stored values mean or where new tables are. A scratch database gets the target's values,
# which ALTER DATABASE … SET gives to the target only. ``DateStyle`` is both: dates are printed to us as ISO says, and
# read in the order of day and month that a plain session has.
_KEPT = (
    "DateStyle", "TimeZone", "timezone_abbreviations", "default_text_search_config", "lc_monetary", "lc_numeric",
    "lc_time", "default_table_access_method", "default_tablespace", "default_toast_compression",
)  # fmt: skip
PRINTED_DATES = "SET DateStyle = ISO"  # the order of day and month stays
# Everything else changes how fast or how safely something is done, not what: costs, memory, logging, durability; or it
# is what the account is meant to be: ``role``, ``default_transaction_read_only`` (an apply refuses it by name).

# Until the end of the transaction. A session plans the catalog queries once, which takes longer than to run them in a
# small database. Without these ways to join, planning takes a quarter less time, and running takes no longer with 10,
# 1000 or 5000 tables.
PLANNED_FAST = "SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off; SET LOCAL enable_memoize = off"

# Ends what declared SQL has set: another role, and any setting.
RESET = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL"

_SETTABLE = """
SELECT s.name FROM pg_settings s JOIN unnest(%s::text[], %s::text[]) AS wanted (name, value) ON wanted.name = s.name
WHERE s.context <> 'superuser' OR s.setting <> wanted.value
"""
_PLAIN_VALUES = "SELECT name, reset_val FROM pg_settings WHERE name = ANY (%s)"


def fixed(limits: Mapping[str, str]) -> dict[str, str]:
    """The settings with the value that all our sessions have, and the limits of this one."""
    return {**_MEANING, **_TRANSPORT, **limits}


def known_here(wanted: Mapping[str, str]) -> tuple[str, Sequence[Sequence[str]]]:
    """A query with its parameters: which of these settings this server has for us to set.

    What only a superuser may set is left out where it has the wanted value already.
    """
    return _SETTABLE, [list(wanted), list(wanted.values())]


def plain_values() -> tuple[str, Sequence[Sequence[str]]]:
    """A query with its parameters: what a plain session has, where that is not ours to say. For :func:`like_target`."""
    return _PLAIN_VALUES, [sorted({*_MEANING, *_KEPT} - {"row_security"})]


def setting_sql(values: Mapping[str, str]) -> str:
    """One statement that sets all of these to their values as the server keeps them."""
    calls = (f"set_config({literal(name).strip()}, {literal(value).strip()}, false)" for name, value in values.items())
    return "SELECT " + ", ".join(calls)


def plain_sql(present: Container[str], instead: Mapping[str, str]) -> str:
    """The statements that give declared SQL its settings: a plain session's, or those of another database.

    Args:
        present: settings that this server has.
        instead: values of the target, in a scratch database.
    """
    reset = [f"SET {name} TO DEFAULT" for name in _MEANING if name in present and name not in instead]
    # The path last: the others are set by a function, which is found by its name.
    values = {name: value for name, value in instead.items() if name in present and name != "search_path"}
    path = {name: value for name, value in instead.items() if name == "search_path"}
    return "; ".join([*(setting_sql(some) for some in (values, path) if some), *reset, PRINTED_DATES])


def kept(values: Mapping[str, str]) -> dict[str, str]:
    """Of the target's values those that hold for everything in a scratch database."""
    return {name: value for name, value in values.items() if name in _KEPT}


def refusal(answer: str) -> str:
    """Why no session is opened where the account may not have a setting that is needed."""
    return (
        f"this account's sessions are set up so that db-bootstrap cannot work safely: {answer}: remove the setting"
        " (ALTER ROLE … RESET, ALTER DATABASE … RESET), or grant SET on this parameter"
    )
