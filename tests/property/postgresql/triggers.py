"""Random triggers and policies of PostgreSQL tables."""

from __future__ import annotations

from tests.property.postgresql.draft import ROLES, Draft, Table


def triggers(pen: Draft) -> None:
    """Write triggers of the first table."""
    table = next(iter(pen.tables))
    if not pen.chance(2):
        return
    body = pen.one(("RETURN NEW", "RETURN NULL"))
    pen.make(
        "FUNCTION", "touch()", f"CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body}; END$$"
    )
    arguments = pen.maybe("'a', 'b c'", "trigger arguments", of=2)
    when = pen.maybe(" WHEN (NEW.code > 0)", "trigger WHEN", of=2)
    if not when:
        when = pen.maybe(" WHEN (allowed(NEW.code))", "function in a trigger", of=4)
    timing = pen.one(("BEFORE INSERT", "AFTER UPDATE OF code", "BEFORE INSERT OR UPDATE"))
    made = f"CREATE TRIGGER touched {timing} ON {table} FOR EACH ROW{when} EXECUTE FUNCTION touch({arguments})"
    pen.make("TRIGGER", f"touched ON {table}", made, "trigger")
    if pen.chance(6):
        state = pen.one(("DISABLE TRIGGER", "ENABLE ALWAYS TRIGGER", "ENABLE REPLICA TRIGGER"))
        pen.write(f"ALTER TABLE {table} {state} touched", "trigger state")
    if pen.chance(3):
        pen.write(f"CREATE CONSTRAINT TRIGGER late AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED"
                  " FOR EACH ROW EXECUTE FUNCTION touch()", "constraint trigger")  # fmt: skip
    if pen.chance(4):
        pen.write(f"CREATE TRIGGER summed AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT"
                  " EXECUTE FUNCTION touch()", "statement trigger")  # fmt: skip


def policies(pen: Draft, table: Table) -> None:
    """Write who sees which rows of a table."""
    if not pen.chance(4):
        return
    force = pen.one(("ENABLE", "ENABLE", "FORCE"))
    pen.write(f"ALTER TABLE {table.name} {force} ROW LEVEL SECURITY", "row level security")
    command = pen.one(("SELECT", "ALL", "UPDATE"))
    kind = pen.maybe(" AS RESTRICTIVE", "restrictive policy")
    target = pen.one(("", f" TO {ROLES[0]}", f" TO {', '.join(ROLES)}"))
    using = pen.one(("code > 0", "code > 1", "allowed(code)"))
    pen.note(*(("function in a policy",) if "allowed" in using else ()))
    check = "" if command == "SELECT" else pen.maybe(" WITH CHECK (code < 1000)", of=2)
    made = f"CREATE POLICY mine ON {table.name}{kind} FOR {command}{target} USING ({using}){check}"
    pen.make("POLICY", f"mine ON {table.name}", made, "policy")
