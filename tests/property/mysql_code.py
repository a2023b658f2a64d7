"""Random code and privileges of MySQL and MariaDB: views, routines, triggers, events, sequences, grants."""

from __future__ import annotations

from tests.property.drawing import Pen

OWNER = "property_owner@localhost"
USERS = ("property_reader@localhost", OWNER)
ROLE = "property_role"


def code(pen: Pen, tables: list[str], flavour: str) -> None:
    """What is written in SQL text, over these tables."""
    functions, callable_ = _functions(pen)
    _views(pen, tables, callable_)
    _modes(pen, tables[-1])
    _procedures(pen)
    if flavour == "mariadb":
        _aggregate(pen)
    _triggers(pen, tables[0])
    _events(pen)
    _grants(pen, tables, functions)


def _block(head: str, body: str) -> str:
    """A body with semicolons, as the client takes it."""
    return f"DELIMITER $$\n{head} {body}\n$$\nDELIMITER ;\nDO 0"


def _definer(pen: Pen) -> str:
    return pen.maybe(f"DEFINER={OWNER} ", "definer", of=5)


def _views(pen: Pen, tables: list[str], functions: list[str]) -> None:
    if pen.chance(2):
        algorithm = pen.one(("", "ALGORITHM=MERGE ", "ALGORITHM=TEMPTABLE "))
        check = (
            "" if "TEMPTABLE" in algorithm else pen.one(("", " WITH CASCADED CHECK OPTION", " WITH LOCAL CHECK OPTION"))
        )
        security = pen.one(("", "SQL SECURITY INVOKER "))
        names = pen.one(("", " (first, second)"))
        pen.note(*(("view algorithm",) if algorithm else ()), *(("check option",) if check else ()),
                 *(("view security",) if security else ()), *(("view columns",) if names else ()))  # fmt: skip
        definer = _definer(pen)
        pen.write(f"CREATE {algorithm}{definer}{security}VIEW seen{names} AS SELECT id, code FROM {tables[0]}"
                  f" WHERE code > {pen.one((0, 1))}{check}", "view")  # fmt: skip
        if not definer and pen.chance(3):
            pen.write("CREATE VIEW again AS SELECT s.* FROM seen s", "view of a view")
            if pen.chance(2):
                number = pen.one((1, 2))
                pen.write(f"CREATE VIEW counted_again AS SELECT count(*) AS n, {number} AS k FROM again a JOIN seen b",
                          "view of views")  # fmt: skip
    if len(tables) > 1 and pen.chance(4):
        called = f", {functions[0]}(a.code) AS called" if functions else ""
        pen.write(f"CREATE VIEW joined AS SELECT a.id AS a_id, b.code AS b_code{called}"
                  f" FROM {tables[0]} a LEFT JOIN {tables[1]} b ON a.id = b.id", "join view")  # fmt: skip


def _functions(pen: Pen) -> tuple[list[str], list[str]]:
    """Functions, and those of them that others may call: the server refuses code of an owner who may call nothing."""
    if not pen.chance(3):
        return [], []
    definer = _definer(pen)
    returns = pen.one(("int", "bigint", "varchar(20) CHARSET latin1"))
    data = pen.one(("", " NO SQL", " READS SQL DATA"))
    more = pen.maybe(" SQL SECURITY INVOKER", "routine security", of=3) + pen.maybe(
        " COMMENT 'it''s'", "routine comment"
    )
    head = f"CREATE {definer}FUNCTION next_of(a int) RETURNS {returns} DETERMINISTIC{data}{more}"
    pen.note("function")
    pen.write(
        _block(head, "BEGIN DECLARE b int DEFAULT 1; RETURN a + b; END") if pen.chance(2) else f"{head} RETURN a + 1"
    )
    return ["next_of"], [] if definer else ["next_of"]


def _aggregate(pen: Pen) -> None:
    if pen.chance(5):
        more = pen.one(("", " READS SQL DATA", " COMMENT 'sum'"))
        body = (
            "BEGIN DECLARE s int DEFAULT 0; DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN s;"
            f" LOOP FETCH GROUP NEXT ROW; SET s = s + x * {pen.one((1, 2))}; END LOOP; END"
        )
        head = f"CREATE AGGREGATE FUNCTION total(x int) RETURNS {pen.one(('int', 'bigint'))}{more}"
        pen.write(_block(head, body), "aggregate function")


def _procedures(pen: Pen) -> None:
    if pen.chance(3):
        sql_mode = pen.one(("", "STRICT_ALL_TABLES", "ANSI_QUOTES"))
        pen.write(f"SET SESSION sql_mode = '{sql_mode}'", "sql_mode of a routine")
        head = f"CREATE PROCEDURE tidy({pen.one(('', 'IN a int', 'INOUT `a b` varchar(9)'))}) COMMENT 'x'"
        pen.write(f"{head} SELECT {pen.one((1, 2))}", "procedure")
        pen.write("SET SESSION sql_mode = DEFAULT")


def _triggers(pen: Pen, table: str) -> None:
    when = pen.one(("BEFORE INSERT", "AFTER UPDATE", "AFTER DELETE"))
    made: list[str] = []
    for name in ("touched", "counted", "noted"):
        if not pen.chance(3):
            continue
        order = ""
        if made and pen.chance(2):
            word = pen.one(("FOLLOWS", "PRECEDES"))
            order = f"{word} {pen.one(made)} "
            pen.note(f"trigger that {word.lower()}")
        body = f"SET @{name} = {pen.one((1, 2))}"
        pen.write(f"CREATE {_definer(pen)}TRIGGER {name} {when} ON {table} FOR EACH ROW {order}{body}",
                  "trigger", *(("trigger order",) if made else ()))  # fmt: skip
        made.append(name)


def _events(pen: Pen) -> None:
    if not pen.chance(3):
        return
    pen.write(f"SET SESSION time_zone = '{pen.one(('+00:00', '+02:00'))}'", "time zone of an event")
    if pen.chance(3):
        schedule = "AT '2037-01-01 00:00:00'"
        pen.note("one-time event")
    else:
        ends = pen.maybe(" ENDS '2037-01-01 00:00:00'", "event that ends")
        every = pen.one(("1 DAY", "2 DAY", "'1:30' HOUR_MINUTE"))
        schedule = f"EVERY {every} STARTS '2030-01-01 00:00:00'{ends}"
    keep = pen.maybe(" ON COMPLETION PRESERVE", "event that is kept")
    more = pen.one(("", " DISABLE")) + pen.maybe(" COMMENT 'it''s'", "event comment")
    pen.write(f"CREATE {_definer(pen)}EVENT nightly ON SCHEDULE {schedule}{keep}{more} DO SET @ran = 1", "event")
    pen.write("SET SESSION time_zone = DEFAULT")


def _grants(pen: Pen, tables: list[str], functions: list[str]) -> None:
    who = pen.one((*USERS, ROLE))
    pen.note(*(("role",) if who == ROLE else ("user",)))
    option = "" if who == ROLE else pen.maybe(" WITH GRANT OPTION", "grant option")
    if pen.chance(3):
        pen.write(f"GRANT {pen.one(('SELECT', 'SELECT, INSERT'))} ON {tables[-1]} TO {who}{option}", "grant on a table")
    if pen.chance(4):
        pen.write(f"GRANT UPDATE (code), SELECT (id) ON {tables[-1]} TO {who}", "grant on a column")
    if pen.chance(5):
        pen.write(f"GRANT {pen.one(('SELECT', 'SELECT, CREATE VIEW'))} ON * TO {who}", "grant on the database")
    if functions and pen.chance(3):
        pen.write(f"GRANT EXECUTE ON FUNCTION {functions[0]} TO {who}", "grant on a routine")


def _modes(pen: Pen, table: str) -> None:
    """Code whose text means something else under another sql_mode."""
    for what in ("function", "trigger", "event"):
        if not pen.chance(6):
            continue
        sql_mode, text = pen.one((
            ("PIPES_AS_CONCAT", "'a' || 'b'"), ("ANSI_QUOTES,NO_BACKSLASH_ESCAPES", r"'a\b'"), ("", '"a"'),
            ("PIPES_AS_CONCAT,ANSI_QUOTES", "'c' || 'd'"),
        ))  # fmt: skip
        pen.write(f"SET SESSION sql_mode = '{sql_mode}'", f"sql_mode of a{'n' if what == 'event' else ''} {what}")
        pen.write({
            "function": f"CREATE FUNCTION mode_of() RETURNS varchar(9) DETERMINISTIC RETURN {text}",
            "trigger": f"CREATE TRIGGER mode_of BEFORE UPDATE ON {table} FOR EACH ROW SET @mode = {text}",
            "event": f"CREATE EVENT mode_of ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO SET @mode = {text}",
        }[what])  # fmt: skip
        pen.write("SET SESSION sql_mode = DEFAULT")
