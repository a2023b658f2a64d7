"""Views, routines, triggers, events and sequences."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from bootstrap.catalog.code import Event, Routine, Trigger, View
from bootstrap.catalog.columns import SequenceOptions
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.types import Sequence
from bootstrap.dialects.base import Row
from bootstrap.dialects.mysql.introspection.lexer import Reader, TokenKind, UnknownSyntaxError, without_database
from bootstrap.dialects.mysql.introspection.reading import Reading, invisible
from bootstrap.dialects.mysql.text import literal, trigger_header, unquoted
from bootstrap.problems import StatementError

_CHARACTERISTIC = re.compile(
    r"    (?:(?:NOT )?DETERMINISTIC|NO SQL|CONTAINS SQL|READS SQL DATA|MODIFIES SQL DATA|LANGUAGE \w+"
    r"|SQL SECURITY \w+|COMMENT '(?:[^'\\]|''|\\.)*')\n", re.DOTALL
)  # fmt: skip
_CHECK_OPTION = re.compile(r"\s+WITH (CASCADED|LOCAL) CHECK OPTION\s*$")


def read_view(row: Row, reading: Reading) -> View:
    """A view, from its row and its SHOW CREATE text. Raises StatementError where it may not be seen."""
    name, check, definer, security, charset, collation = (str(value) for value in row)
    text = reading.text("view", name, 1)
    reader = Reader(text)
    reader.expect("CREATE")
    algorithm = None
    if reader.accept("ALGORITHM", "="):
        algorithm = reader.name().lower()
    while not reader.accept("VIEW"):
        if reader.done:
            raise StatementError(invisible("view", name))
        reader.take()
    reader.name()
    columns = reader.names() if reader.at("(") else ()
    reader.expect("AS")
    # MariaDB leaves the database in the names where the view also reads another one, or its definer has not the
    # privileges for it.
    definition = without_database(reader.rest(), reading.database)
    return View(
        name=name,
        definition=_CHECK_OPTION.sub("", definition) if check != "NONE" else definition,
        columns=columns,
        check_option=None if check == "NONE" else check.lower(),
        algorithm=None if algorithm == "undefined" else algorithm,
        definer=definer,
        sql_security=None if security == "DEFINER" else security.lower(),
        charset=charset,
        collation=collation,
    )


def read_routine(row: Row, reading: Reading) -> Routine:
    """A function or procedure. Raises UnknownSyntaxError for what is neither, StatementError where it is hidden."""
    kind, name, returns, body = str(row[0]), str(row[1]), row[2], row[3]
    if kind not in ("FUNCTION", "PROCEDURE"):
        raise UnknownSyntaxError(f"a {kind.lower()} of sql_mode=ORACLE")
    if body is None:
        raise StatementError(invisible(kind.lower(), name))
    text = reading.text(kind.lower(), name, 2)
    reader = Reader(text)
    aggregate = False
    while not reader.at(kind):
        aggregate = aggregate or reader.at("AGGREGATE")
        if reader.done:
            raise UnknownSyntaxError(f"expected {kind}")
        reader.take()
    reader.take()
    reader.name()
    arguments = reader.parenthesised(raw=True)
    attributes = {
        "aggregate": "true" if aggregate else "",
        "deterministic": "deterministic" if row[4] == "YES" else "",
        "data access": "" if row[5] == "CONTAINS SQL" else str(row[5]).lower(),
        "sql security": "" if row[6] == "DEFINER" else str(row[6]).lower(),
    }
    return Routine(
        kind=Kind.FUNCTION if kind == "FUNCTION" else Kind.PROCEDURE,
        name=name,
        arguments=arguments,
        returns=_returns(reader) if returns and kind == "FUNCTION" else None,
        body=_body(reader, kind),
        attributes=tuple(sorted((key, value) for key, value in attributes.items() if value)),
        comment=str(row[8]) or None,
        definer=str(row[9]),
        sql_mode=_mode(str(row[7])),
        charset=str(row[10]),
        collation=str(row[11]),
    )


def _mode(text: str) -> str:
    """MariaDB's list of routines calls one of the modes otherwise than SET takes it."""
    return ",".join("ALLOW_INVALID_DATES" if mode == "INVALID_DATES" else mode for mode in text.split(","))


def _returns(reader: Reader) -> str:
    """The type behind RETURNS with its character set, as far as the line break that SHOW CREATE puts behind it."""
    if not reader.accept("RETURN"):  # the word of sql_mode=ORACLE
        reader.expect("RETURNS")
    return reader.rest().split("\n", 1)[0].strip()


def _body(reader: Reader, kind: str) -> str:
    """What stands behind the line of the header and those of the characteristics."""
    rest = reader.rest() if kind == "FUNCTION" else reader.text[reader.tokens[reader.place - 1].end :]
    rest = rest.partition("\n")[2]
    while found := _CHARACTERISTIC.match(rest):
        rest = rest[found.end() :]
    return rest


def read_trigger(row: Row, reading: Reading) -> Trigger:
    """A trigger; information_schema has all of it but the words that it was first written with."""
    if row[4] is None:
        raise StatementError(invisible("trigger", str(row[0])))
    trigger = Trigger(
        name=str(row[0]),
        table=str(row[2]),
        timing=str(row[5]).lower(),
        events=(str(row[1]).lower(),),
        order=int(row[3]),
        body=str(row[4]),
        sql_mode=str(row[6]),
        definer=str(row[7]),
        charset=str(row[8]),
        collation=str(row[9]),
    )
    return _written(trigger, reading.text("trigger", trigger.name, 2), reading.database)


def _written(trigger: Trigger, text: str, database: str) -> Trigger:
    """The header and body as first written. information_schema prints both, but cuts characters beyond utf8mb3."""
    reader = Reader(text)
    while not reader.at("TRIGGER"):
        if reader.done:
            raise UnknownSyntaxError("expected TRIGGER")
        reader.take()
    start = reader.token.start
    qualified = False
    while not reader.accept("FOR", "EACH", "ROW"):
        if reader.done:
            raise UnknownSyntaxError("expected FOR EACH ROW")
        qualified = qualified or (unquoted(reader.take().text).casefold() == database.casefold() and reader.at("."))
    end = reader.token.start
    header = text[start:end]
    if reader.at("FOLLOWS") or reader.at("PRECEDES"):
        header = header.rstrip() + " "
        reader.take()
        reader.name()
    same = qualified or header.rstrip() == trigger_header(trigger)
    return replace(trigger, header=None if same else header, body=reader.rest())


def read_event(row: Row, reading: Reading) -> Event:
    """A scheduled event; its body as first written."""
    if row[3] is None:
        raise StatementError(invisible("event", str(row[0])))
    status = {"ENABLED": "enable", "DISABLED": "disable"}.get(str(row[11]), "disable on slave")
    return Event(
        name=str(row[0]),
        schedule=_schedule(row),
        body=_event_body(Reader(reading.text("event", str(row[0]), 3))),
        preserve=str(row[12]) == "PRESERVE",
        enabled=status,
        definer=str(row[1]),
        sql_mode=str(row[8]),
        charset=str(row[14]),
        collation=str(row[15]),
        time_zone=str(row[2]),
        comment=str(row[13]) or None,
    )


def _event_body(reader: Reader) -> str:
    while not reader.accept("ON", "COMPLETION"):
        if reader.done:
            raise UnknownSyntaxError("expected ON COMPLETION")
        reader.take()
    while not reader.accept("DO"):
        if reader.done:
            raise UnknownSyntaxError("expected DO")
        reader.take()
    return reader.rest()


def _schedule(row: Row) -> str:
    if str(row[4]) == "ONE TIME":
        return f"AT {_time(row[5])}"
    interval = str(row[6])
    parts = [f"EVERY {interval if interval.lstrip('-').isdigit() else literal(interval.strip(chr(39)))} {row[7]}"]
    if row[9] is not None:
        parts.append(f"STARTS {_time(row[9])}")
    if row[10] is not None:
        parts.append(f"ENDS {_time(row[10])}")
    return " ".join(parts)


def _time(value: object) -> str:
    return literal(value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else str(value))


_SEQUENCE_NUMBERS = {"START": "start", "MINVALUE": "minimum", "MAXVALUE": "maximum", "INCREMENT": "increment",
                     "CACHE": "cache"}  # fmt: skip


def read_sequence(name: str, reading: Reading) -> Sequence:
    """A sequence of MariaDB; what is the server's default for an ascending one is left out."""
    reader = Reader(reading.text("sequence", name, 1))
    reader.expect("CREATE", "SEQUENCE")
    reader.name()
    numbers: dict[str, int] = {}
    cycle, data_type = False, None
    while not reader.done and not reader.at("ENGINE"):
        word = reader.take()
        if word.kind is not TokenKind.WORD:
            raise UnknownSyntaxError(f"sequence {name}: unknown option at: {reader.text[word.start :][:60]}")
        option = word.text.upper()
        if option in _SEQUENCE_NUMBERS:
            reader.accept("WITH")
            reader.accept("BY")
            sign = "-" if reader.accept("-") else ""
            numbers[_SEQUENCE_NUMBERS[option]] = int(sign + reader.name())
        elif option == "AS":
            data_type = reader.name().lower()
            if reader.accept("UNSIGNED"):
                data_type += " unsigned"
        elif option == "NOCACHE":
            numbers["cache"] = 0
        elif option == "CYCLE":
            cycle = True
        elif option != "NOCYCLE":
            raise UnknownSyntaxError(f"sequence {name}: unknown option {option}")
    engine = reader.accept("ENGINE", "=") and reader.name()
    comment = reader.accept("COMMENT", "=") and reader.string()
    if not reader.done:
        raise UnknownSyntaxError(f"sequence {name}: unknown option at: {reader.rest()[:60]}")
    return Sequence(
        name=name,
        options=SequenceOptions(data_type=data_type, cycle=cycle, **numbers),
        engine=engine if engine and engine.upper() != "INNODB" else None,
        comment=comment or None,
    )
