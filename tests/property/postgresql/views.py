"""Random views of PostgreSQL: over tables, over views, kept ones, and written to through triggers."""

from __future__ import annotations

from tests.property.postgresql.draft import Draft, Table


def views(pen: Draft) -> None:
    """Write views over the first table, and over each other."""
    first = next(iter(pen.tables.values()))
    if pen.chance(2):
        _seen(pen, first)
        if pen.chance(2):
            made = f"CREATE VIEW counted AS SELECT {pen.one(('count(*)', 'max(id)', 'sum(code)'))} AS n FROM seen"
            pen.make("VIEW", "counted", made, "view")
        if pen.chance(2):
            _kept(pen, "seen", ("id", "what"))
        if pen.chance(3):
            _written_through(pen)
    elif pen.chance(3):
        _kept(pen, first.name, ("id", next(iter(first.columns)) + " AS what"))
    if len(pen.tables) > 1 and pen.chance(3):
        second = list(pen.tables.values())[1]
        kind = pen.one(("JOIN", "LEFT JOIN"))
        made = (
            f"SELECT a.id, b.{next(iter(second.columns))} AS what FROM {first.name} a {kind} {second.name} b USING (id)"
        )
        pen.make("VIEW", "other.both", f"CREATE VIEW other.both AS {made}", "join view", owned="VIEW")
    if pen.chance(5):
        made = "CREATE RECURSIVE VIEW steps (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM steps WHERE n < 9"
        pen.make("VIEW", "steps", made, "recursive view")


def _seen(pen: Draft, table: Table) -> None:
    column = pen.one(tuple(table.columns))
    option = pen.maybe(pen.one((" WITH CHECK OPTION", " WITH LOCAL CHECK OPTION")), "check option")
    settings = pen.maybe(" WITH (security_barrier = true)", "view options", of=5)
    if pen.version >= 15 and not settings:
        settings = pen.maybe(" WITH (security_invoker = true)", "view options", of=5)
    condition = pen.one(("code > 0", "code > 1", "allowed(code)"))
    pen.note(*(("function in a view",) if "allowed" in condition else ()))
    more = pen.one(
        ("", ", shifted(code) AS later", ", doubled") if "doubled" in table.columns else ("", ", code * 2 AS later")
    )
    made = f"CREATE VIEW seen{settings} AS SELECT id, code, {column} AS what{more} FROM {table.name} WHERE {condition}"
    pen.make("VIEW", "seen", made + option, "view")
    pen.things.append(("COLUMN", "seen.what"))
    if pen.chance(5):
        pen.write("ALTER VIEW seen ALTER COLUMN code SET DEFAULT 5", "default of a view's column")


def _kept(pen: Draft, source: str, columns: tuple[str, str]) -> None:
    settings = pen.maybe(" WITH (fillfactor = 80)", of=5)
    made = f"CREATE MATERIALIZED VIEW kept{settings} AS SELECT {', '.join(columns)} FROM {source}"
    pen.make("MATERIALIZED VIEW", "kept", made, "materialized view")
    if pen.chance(2):
        made = f"CREATE UNIQUE INDEX kept_by_id ON kept (id){pen.one(('', ' WITH (fillfactor = 60)'))}"
        pen.make("INDEX", "kept_by_id", made, "index of a materialized view")
    if pen.chance(3):
        pen.write("CREATE VIEW of_kept AS SELECT id FROM kept", "view over a materialized view")


def _written_through(pen: Draft) -> None:
    """Triggers and rules of a view."""
    if pen.chance(2):
        body = pen.one(("RETURN NEW", "RETURN NULL"))
        pen.write(f"CREATE FUNCTION instead() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body}; END$$")
        when = pen.one(("INSERT", "UPDATE", "INSERT OR UPDATE OR DELETE"))
        made = f"CREATE TRIGGER instead INSTEAD OF {when} ON seen FOR EACH ROW EXECUTE FUNCTION instead()"
        pen.make("TRIGGER", "instead ON seen", made, "trigger on a view")
    else:
        made = f"CREATE RULE away AS ON DELETE TO seen DO INSTEAD {pen.one(('NOTHING', 'SELECT 1'))}"
        pen.make("RULE", "away ON seen", made, "rule on a view")
