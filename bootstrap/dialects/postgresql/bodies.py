"""Bodies of functions and procedures, validated as CREATE does under a server's default settings.

A body may name what is created after it, so our sessions create routines with ``check_function_bodies`` off. When
everything is there, the validator of each language looks at each body, under the settings that the routine has itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.base import BodyError, Locate, ServerError
from bootstrap.dialects.postgresql.names import literal
from bootstrap.dialects.postgresql.session import PostgresSession
from bootstrap.problems import Problem

# A body that the server has parsed (BEGIN ATOMIC) was validated when it was created.
_BODIES = """
SELECT n.nspname, p.proname, p.prokind = 'p',
       (SELECT coalesce(string_agg(format_type(a.type, NULL), ', ' ORDER BY a.place), '')
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place)),
       p.oid::bigint, format('%I.%I', vn.nspname, v.proname), p.proconfig, p.prosrc
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
JOIN pg_proc v ON v.oid = l.lanvalidator JOIN pg_namespace vn ON vn.oid = v.pronamespace
WHERE p.prokind <> 'a' AND p.prosqlbody IS NULL AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
"""
_CORRECT = "correct the body"
_DEFER = (
    "correct the body, or declare set: {check_function_bodies: off} for the routine, where it names what exists only"
    " when it runs, such as a temporary table"
)


@dataclass(frozen=True, slots=True)
class _Body:
    """One routine, and the SQL that validates its body."""

    ref: Ref
    validation: str
    alone: bool  # under settings of its own
    text: str


def check_bodies(session: PostgresSession, places: Mapping[Ref, Ref], locate: Locate) -> None:
    """Validate the bodies of everything that is declared.

    Args:
        session: to the database in which all of it was created.
        places: declared routine → its identity in the server's words, where these differ.
        locate: where a declared object is written. What is not declared is not looked at.

    Raises:
        BodyError: with every body that the server refuses, in its words.
    """
    declared = {there: here for here, there in places.items()}
    failures = list(_failures(session, list(_bodies(session))))
    found = [(declared.get(body.ref, body.ref), body, error) for body, error in failures]
    found = [(ref, body, error) for ref, body, error in found if locate(ref)]
    wrong = [each for each in found if not each[2].missing_object] or found
    if wrong:
        raise BodyError(
            [_problem(ref, error, locate) for ref, _, error in wrong],
            routines={ref: str(error) for ref, _, error in wrong},
            lacking=[body.text for _, body, error in wrong if error.missing_object],
        )


def _bodies(session: PostgresSession) -> Iterator[_Body]:
    with session.settings_for_reading():  # types of arguments are named as introspection names them
        rows = session.query(_BODIES)
    for schema, name, is_procedure, identity, oid, validator, settings, text in rows:
        ref = Ref(Kind.PROCEDURE if is_procedure else Kind.FUNCTION, schema, f"{name}({identity})")
        pairs = [setting.partition("=") for setting in settings or ()]
        local = "".join(
            f"SELECT pg_catalog.set_config({literal(key).strip()}, {literal(value).strip()}, true); "
            for key, _, value in pairs
        )
        yield _Body(ref, f"{local}SELECT {validator}({oid}::pg_catalog.oid)", bool(local), text)


def _failures(session: PostgresSession, bodies: Sequence[_Body]) -> Iterator[tuple[_Body, ServerError]]:
    yield from _validated(session, [body for body in bodies if not body.alone])
    for body in bodies:
        if body.alone:
            yield from _validated(session, [body])


def _validated(session: PostgresSession, bodies: Sequence[_Body]) -> Iterator[tuple[_Body, ServerError]]:
    """Validate many in one round trip; halve them where one is refused."""
    if not bodies:
        return
    try:
        session.query("; ".join(["SET LOCAL check_function_bodies = on", *(body.validation for body in bodies)]))
    except ServerError as error:
        if error.connection_lost:
            raise
        if len(bodies) == 1:
            yield bodies[0], error
            return
        middle = len(bodies) // 2
        yield from _validated(session, bodies[:middle])
        yield from _validated(session, bodies[middle:])


def _problem(ref: Ref, error: ServerError, locate: Locate) -> Problem:
    file, _, line = locate(ref, max(1, error.body_line)).rpartition(":")
    what = f"{ref}: the server refuses the body: {error}"
    return Problem(file, int(line) if line.isdigit() else 0, what, _DEFER if error.missing_object else _CORRECT)
