"""Random functions, procedures and aggregates of PostgreSQL."""

from __future__ import annotations

from tests.property.postgresql.draft import Draft


def used(pen: Draft) -> None:
    """Write the functions that tables use: in checks, generated columns, indexes, policies, views."""
    name = pen.one(("a", "n", ""))
    body = pen.one(("SELECT $1 + 1", "SELECT $1 + 2"))
    returns = pen.one(("integer", "integer", "bigint"))
    made = f"CREATE FUNCTION shifted({name} integer) RETURNS {returns} LANGUAGE sql IMMUTABLE AS $${body}$$"
    pen.make("FUNCTION", "shifted(integer)", made, "function")
    body = pen.one(("SELECT $1 > 0", "SELECT $1 <> 0"))
    if pen.chance(3):
        body = f"BEGIN RETURN ({body}); END"
    language = "plpgsql" if "BEGIN" in body else "sql"
    strict = pen.one(("", " STRICT"))
    made = f"CREATE FUNCTION allowed(integer) RETURNS boolean LANGUAGE {language} IMMUTABLE{strict} AS $${body}$$"
    pen.make("FUNCTION", "allowed(integer)", made, owned="FUNCTION")


def functions(pen: Draft) -> None:
    """Write routines of every kind."""
    if not pen.chance(2):
        return
    _overloaded(pen)
    _typed(pen)
    if pen.chance(3):
        made = "CREATE FUNCTION parsed(a integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a + 1; END"
        pen.make("FUNCTION", "parsed(integer)", made, "ATOMIC body")
    if pen.chance(3):
        arguments = pen.one(("", "a integer", "INOUT a integer"))
        made = f"CREATE PROCEDURE tidy({arguments}) LANGUAGE plpgsql AS $$BEGIN NULL; END$$"
        pen.make("PROCEDURE", "tidy" + ("(integer)" if arguments else "()"), made, "procedure", owned="PROCEDURE")
    if pen.chance(4):
        initial = pen.one(("0", "1"))
        made = f"CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '{initial}')"
        pen.make("AGGREGATE", "total(integer)", made, "aggregate", owned="AGGREGATE")
    if pen.chance(8):
        pen.write("CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN NULL; END$$")
        made = "CREATE EVENT TRIGGER watching ON ddl_command_end WHEN TAG IN ('DROP POLICY') EXECUTE FUNCTION watch()"
        pen.make("EVENT TRIGGER", "watching", made, "event trigger")


def _overloaded(pen: Draft) -> None:
    returns = pen.one(("integer", "bigint"))
    definer = pen.maybe(" SECURITY DEFINER", "SECURITY DEFINER")
    settings = pen.maybe(" SET search_path TO other, public", "function settings", of=5)
    volatility = pen.one(("", " IMMUTABLE", " STABLE STRICT", " PARALLEL SAFE COST 5 LEAKPROOF"))
    body = pen.one(("SELECT $1 + 1", "SELECT $1 * 2"))
    made = (
        f"CREATE FUNCTION next_of(integer) RETURNS {returns} LANGUAGE sql{volatility}{definer}{settings} AS $${body}$$"
    )
    pen.make("FUNCTION", "next_of(integer)", made, "function", owned="FUNCTION")
    if pen.chance(3):
        target = pen.one(tuple(pen.tables))
        pen.write(f"ALTER TABLE {target} ALTER COLUMN code SET DEFAULT next_of(1)", "expression default")
    if pen.chance(3):
        made = "CREATE FUNCTION next_of(text) RETURNS text LANGUAGE sql AS $$SELECT $1 || '!'$$"
        pen.make("FUNCTION", "next_of(text)", made, "overloaded function")


def _typed(pen: Draft) -> None:
    """Functions whose arguments and results are types of the schema."""
    if pen.chance(3):
        default = pen.maybe(" DEFAULT 'a'", "default argument", of=2)
        made = f"CREATE FUNCTION rank_of(k kind{default}) RETURNS integer LANGUAGE sql AS $$SELECT 1$$"
        pen.make("FUNCTION", "rank_of(kind)", made, "function of an enum")
    if pen.chance(4):
        made = "CREATE FUNCTION cut(measure, other.sort) RETURNS fine LANGUAGE sql AS $$SELECT 1::fine$$"
        pen.make("FUNCTION", "cut(measure, other.sort)", made, "function of domains")
    if pen.chance(4):
        made = f"CREATE FUNCTION at(spot) RETURNS {pen.one(('spot', 'SETOF spot'))} LANGUAGE sql AS $$SELECT $1$$"
        pen.make("FUNCTION", "at(spot)", made, "function of a composite type")
    table = pen.one(tuple(pen.tables.values()))
    if pen.chance(4):
        made = f"CREATE FUNCTION row_of(bigint) RETURNS SETOF {table.name} LANGUAGE sql"
        pen.make(
            "FUNCTION", "row_of(bigint)", f"{made} AS $$SELECT * FROM {table.name} WHERE id = $1$$", "function of rows"
        )
    if pen.chance(4):
        more = pen.one(("", ", state kind"))
        values = "1" + (", 'a'::kind" if more else "")
        made = f"CREATE FUNCTION several(VARIADIC integer[]) RETURNS TABLE (n integer{more}) LANGUAGE sql"
        pen.make("FUNCTION", "several(integer[])", f"{made} AS $$SELECT {values}$$", "RETURNS TABLE", "VARIADIC")
