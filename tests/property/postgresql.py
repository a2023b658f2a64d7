"""Random PostgreSQL schemas: names from small pools, so that two of them have much in common and differ in the rest."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.property.drawing import Pen, Script

ROLES = ("property_reader", "property_writer")
TABLES = ("orders", "items", '"Mixed"', "other.log")
TEXT = ("text", "varchar(20)", "varchar(40)", "char(8)", "kind")
FAMILIES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    # column → its types, each with the defaults it may have: a change of type stays within what a server converts
    "amount": (("integer", ("0", "1 + 1")), ("bigint", ("0",)), ("smallint", ("0",)), ("numeric(10,2)", ("0.5",))),
    "title": (("text", ("'x'", "upper('x')")), ("varchar(20)", ("'x'",)), ("varchar(40)", ("''",)), ("char(8)", ())),
    '"At"': (("timestamp", ("now()",)), ("timestamptz", ("CURRENT_TIMESTAMP",)), ("date", ("CURRENT_DATE",))),
    "payload": (("jsonb", ("'{}'",)), ("json", ())),
    "state": (("kind", ("'a'",)), ("text", ("'a'",))),
    "size": (("measure", ("3",)), ("integer", ())),
    "tags": (("text[]", ("'{}'", "ARRAY['x'::text]")), ("varchar(9)[]", ())),
    "token": (("uuid", ("gen_random_uuid()",)),),
    "address": (("inet", ()), ("cidr", ())),
    "spot": (("spot", ()),),
    "during": (("span", ()),),
    "raw": (("bytea", ()),),
    "flag": (("boolean", ("false",)),),
    "mail": (("citext", ()), ("text", ())),
}
TYPE_FEATURES = {
    "jsonb": "json", "json": "json", "kind": "enum", "measure": "domain", "text[]": "array", "varchar(9)[]": "array",
    "uuid": "uuid", "spot": "composite type", "span": "range type", "citext": "extension",
}  # fmt: skip

FEATURES = frozenset(
    """
    plain index|foreign key|composite primary key|serial default|unique index|owned sequence|function|expression index
    |FK cascade|json|extension|expression default|partial index|GIN|enum|array|check|self FK|non-default opclass
    |unique constraint|trigger|view|uuid|index DESC/NULLS|trigger arguments|standalone sequence|FK SET NULL|GiST
    |partitioned table|other schema|deferrable|ON UPDATE|domain|composite FK|materialized view|aggregate|table comment
    |overloaded function|trigger WHEN|NULLS NOT DISTINCT|SECURITY DEFINER|reloptions|column comment|constraint trigger
    |clustered index|generated column|INCLUDE|index collation|inheritance|rule|NOT VALID|BRIN|composite type|hash index
    |user collation|text search configuration|unlogged|mixed-case table|mixed-case column|identity|grant
    |sequence options|policy|replica identity|index storage parameter|row level security|exclusion|ATOMIC body
    |column collation|procedure|default privilege|range type|statistics|event trigger|column grant|sequence grant
    |other comment
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)


@st.composite
def schemas(draw: st.DrawFn) -> Script:
    """One random schema."""
    pen = Pen(draw)
    _types(pen)
    tables = {name: _table(pen, name) for name in pen.some(TABLES, least=1)}
    _foreign_keys(pen, tables)
    for name, columns in tables.items():
        _indexes(pen, name, columns)
        _extras(pen, name)
    if pen.chance(3):
        _partitioned(pen)
    if pen.chance(4):
        _inherited(pen)
    if pen.chance(5):  # nothing permanent may point to it
        pen.write(f"CREATE {pen.one(('UNLOGGED ', ''))}TABLE lost_in_a_crash (id integer PRIMARY KEY)", "unlogged")
    _code(pen, tables)
    _privileges(pen, tables)
    return pen.script


def _types(pen: Pen) -> None:
    pen.write("CREATE SCHEMA other", "other schema")
    pen.write("CREATE EXTENSION citext")
    labels = pen.some(("a", "b", "c", "d e"), least=1)
    labels = labels if "a" in labels else ["a", *labels]
    pen.write("CREATE TYPE kind AS ENUM (" + ", ".join(f"'{label}'" for label in labels) + ")")
    bound = pen.one((100, 1000))
    pen.write(
        f"CREATE DOMAIN measure AS integer{pen.one(('', ' DEFAULT 1'))} CONSTRAINT positive CHECK (VALUE < {bound})"
    )
    pen.write(f"CREATE TYPE spot AS (x integer, y {pen.one(('integer', 'text'))})")
    pen.write("CREATE TYPE span AS RANGE (subtype = integer)")
    if pen.chance(3):
        options = pen.maybe(" INCREMENT 5", "sequence options") + pen.maybe(" MAXVALUE 5000 CYCLE", "sequence options")
        pen.write(f"CREATE SEQUENCE numbers{pen.one((' AS bigint', ' AS integer'))}{options}", "standalone sequence")
    if pen.chance(6):
        pen.write('CREATE COLLATION other.plain FROM "C"', "user collation")
    if pen.chance(6):
        pen.write("CREATE TEXT SEARCH CONFIGURATION words (COPY = simple)", "text search configuration")


def _table(pen: Pen, name: str) -> list[str]:
    """Write CREATE TABLE; returns its columns, each as ``name type``."""
    picked = [(column, *pen.one(FAMILIES[column])) for column in pen.some(tuple(FAMILIES), least=1, most=6)]
    lines, columns = [_key_column(pen)], []
    for column, type_, defaults in picked:
        line = f"{column} {type_}"
        if type_ in ("text", "varchar(20)"):
            line += pen.maybe(' COLLATE "C"', "column collation", of=6)
        if defaults and pen.chance(3):
            default = pen.one(defaults)
            pen.note(*(("expression default",) if "(" in default else ()))
            line += f" DEFAULT {default} NOT NULL" if pen.chance(2) else f" DEFAULT {default}"
        lines.append(line)
        columns.append(f"{column} {type_}")
        pen.note(*((TYPE_FEATURES[type_],) if type_ in TYPE_FEATURES else ()))
        pen.note(*(("mixed-case column",) if '"' in column else ()))
    lines.append("code integer NOT NULL DEFAULT 1")
    if pen.chance(4):
        lines.append("doubled bigint GENERATED ALWAYS AS (id * 2) STORED")
        pen.note("generated column")
    key = pen.one(("id", "id", "id, code"))
    pen.note(*(("composite primary key",) if "," in key else ()))
    lines.append(f"PRIMARY KEY ({key})")
    lines += _constraints(pen, name, [column for column, *_ in picked], "," in key)
    pen.note(*(("mixed-case table",) if '"' in name else ()))
    options = pen.maybe(" WITH (fillfactor = 70)", "reloptions", of=5)
    pen.write(f"CREATE TABLE {name} (\n  " + ",\n  ".join(lines) + f"\n){options}")
    return columns


def _key_column(pen: Pen) -> str:
    made, *features = pen.one(
        (
            ("id bigint",),
            ("id bigserial", "serial default", "owned sequence"),
            ("id bigint GENERATED BY DEFAULT AS IDENTITY", "identity"),
            ("id bigint GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 2)", "identity", "sequence options"),
        )
    )
    pen.note(*features)
    return made


def _constraints(pen: Pen, table: str, columns: list[str], wide_key: bool) -> list[str]:
    made = []
    plain = table.replace('"', "").replace("other.", "").lower()
    # What foreign keys can point to, whatever the primary key is.
    if wide_key or pen.chance(3):
        made.append("UNIQUE (id)" if pen.chance(2) else f"CONSTRAINT {plain}_by_id UNIQUE NULLS NOT DISTINCT (id)")
        pen.note("unique constraint", *(("NULLS NOT DISTINCT",) if "NULLS" in made[-1] else ()))
    if pen.chance(2):
        made.append("UNIQUE (id, code)" + pen.maybe(f" INCLUDE ({columns[0]})", "INCLUDE", of=3))
        pen.note("unique constraint")
    if pen.chance(2):
        made.append(f"CONSTRAINT code_range CHECK (code {pen.one(('> 0', '< 1000', 'BETWEEN 0 AND 99', 'IN (1, 2)'))})")
        pen.note("check")
    if "title" in columns and pen.chance(3):
        wanted = pen.one(("'x'", "'x', 'y'", "'', '1', '2'"))
        made.append(f"CHECK (title IN ({wanted}))")
        pen.note("check")
    if "amount" in columns and pen.chance(3):
        made.append("CHECK (amount >= 0)")
        pen.note("check")
    if pen.chance(8):
        made.append("EXCLUDE USING hash (id WITH =)")
        pen.note("exclusion")
    return made


def _foreign_keys(pen: Pen, tables: dict[str, list[str]]) -> None:
    for name in tables:
        for target in pen.some(tuple(tables), most=2):
            column = "ref_" + target.replace('"', "").replace(".", "_").lower()
            action = pen.one(("", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE ON DELETE RESTRICT"))
            pen.note("foreign key", *(("self FK",) if target == name else ()))
            pen.note(*(("FK cascade",) if "DELETE CASCADE" in action else ()))
            pen.note(
                *(("FK SET NULL",) if "SET NULL" in action else ()), *(("ON UPDATE",) if "UPDATE" in action else ())
            )
            action += pen.maybe(pen.one((" DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED")), "deferrable")
            action += pen.maybe(" NOT VALID", "NOT VALID", of=6)
            pair = pen.chance(4)
            pen.note(*(("composite FK",) if pair else ()))
            pen.write(f"ALTER TABLE {name} ADD COLUMN {column} bigint")
            # The unique index that the reference needs has a name of its own, so that it is there whatever was drawn.
            plain = target.replace('"', "").replace("other.", "").lower()
            columns = "id, code" if pair else "id"
            unique = f"{plain}_target_{'pair' if pair else 'id'}"
            pen.write(f"CREATE UNIQUE INDEX IF NOT EXISTS {unique} ON {target} ({columns})", "unique index")
            source = f"{column}, code" if pair else column
            if pair and "SET NULL" in action:
                action = action.replace("SET NULL", f"SET NULL ({column})")
            reference = f"FOREIGN KEY ({source}) REFERENCES {target} ({columns}){action}"
            pen.write(f"ALTER TABLE {name} ADD CONSTRAINT to_{plain} {reference}")


_INDEXES = {
    "text": (
        ("({c})", "plain index"), ("({c} DESC NULLS LAST)", "index DESC/NULLS"), ("(lower({c}))", "expression index"),
        ("({c} text_pattern_ops)", "non-default opclass"), ('({c} COLLATE "C")', "index collation"),
        ("({c}) WHERE {c} <> ''", "partial index"), ("USING hash ({c})", "hash index"),
    ),
    "integer": (
        ("({c})", "plain index"), ("({c}) INCLUDE (id)", "INCLUDE"),
        ("({c}) WITH (fillfactor = 80)", "index storage parameter"),
        ("USING brin ({c})", "BRIN"), ("({c}) WHERE {c} > 0", "partial index"), ("(({c} + 1))", "expression index"),
        ("({c}, id)", "plain index"),
    ),
    "jsonb": (
        ("USING gin ({c})", "GIN"), ("USING gin ({c} jsonb_path_ops)", "non-default opclass"),
        ("(({c} ->> 'a'))", "expression index"),
    ),
    "text[]": (("USING gin ({c})", "GIN"),),
    "inet": (("USING gist ({c} inet_ops)", "GiST"),),
    "span": (("USING gist ({c})", "GiST"),),
    "uuid": (("({c})", "plain index"),),
}  # fmt: skip
_LIKE = {"bigint": "integer", "smallint": "integer"}


def _indexes(pen: Pen, name: str, columns: list[str]) -> None:
    plain = name.replace('"', "").replace("other.", "").lower()
    for item in columns:
        column, type_ = item.split(" ", 1)
        options = _INDEXES.get(_LIKE.get(type_, type_))
        if options and pen.chance(2):
            form, feature = pen.one(options)
            index = f"{plain}_by_{column.strip(chr(34)).lower()}"
            pen.write(f"CREATE INDEX {index} ON {name} {form.format(c=column)}", feature)
            if (
                pen.chance(6)
                and "USING" not in form
                and "WHERE" not in form
                and "((" not in form
                and "lower" not in form
            ):
                pen.write(f"ALTER TABLE {name} CLUSTER ON {index}", "clustered index")


def _extras(pen: Pen, name: str) -> None:
    text = pen.one(("'it''s'", "'second'"))
    if pen.chance(3):
        pen.write(f"COMMENT ON TABLE {name} IS {text}", "table comment")
    if pen.chance(3):
        pen.write(f"COMMENT ON COLUMN {name}.code IS {text}", "column comment")
    if pen.chance(4):
        key = name.removeprefix("other.").strip('"') + "_pkey"
        pen.write(f'COMMENT ON CONSTRAINT "{key}" ON {name} IS {text}', "other comment")
    if pen.chance(4):
        pen.write(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY", "row level security")
        target = pen.one(("", f" TO {ROLES[0]}"))
        pen.write(
            f"CREATE POLICY mine ON {name} FOR {pen.one(('SELECT', 'ALL'))}{target} USING (code > {pen.one((0, 1))})",
            "policy",
        )
    if pen.chance(5):
        pen.write(f"ALTER TABLE {name} REPLICA IDENTITY {pen.one(('FULL', 'NOTHING'))}", "replica identity")
    if pen.chance(6):
        schema = "other." if name.startswith("other.") else ""
        plain = name.replace('"', "").replace("other.", "").lower()
        pen.write(f"CREATE STATISTICS {schema}{plain}_stats (ndistinct) ON id, code FROM {name}", "statistics")
    if pen.chance(6):
        pen.write(f"CREATE RULE quiet AS ON DELETE TO {name} WHERE old.code = 0 DO INSTEAD NOTHING", "rule")


def _partitioned(pen: Pen) -> None:
    pen.write("CREATE TABLE lone (id bigint PRIMARY KEY)")
    method, bounds = pen.one(
        (
            ("RANGE (id)", ("FROM (0) TO (100)", "FROM (100) TO (200)")),
            ("LIST (code)", ("IN (1, 2)", "IN (3)")),
            ("HASH (id)", ("WITH (MODULUS 2, REMAINDER 0)", "WITH (MODULUS 2, REMAINDER 1)")),
        )
    )
    more = pen.maybe(", note text", "partitioned table", of=2)
    name = "events_" + method[:4].lower().strip()
    pen.write(f"CREATE TABLE {name} (id bigint NOT NULL, code integer NOT NULL{more}, PRIMARY KEY (id, code))"
              f" PARTITION BY {method}", "partitioned table")  # fmt: skip
    place = pen.one(("", "a_", "z_")) + name  # names sort before and behind their parent's
    kept = bounds[: pen.one((2, 1))]
    for number, bound in enumerate(kept):
        pen.write(f"CREATE TABLE {place}_{number} PARTITION OF {name} FOR VALUES {bound}")
    if pen.chance(2):
        unique = pen.maybe("UNIQUE ", "unique index", of=3)
        pen.write(f"CREATE {unique}INDEX {name}_code ON {name} (code{', id' if unique else ''})")
    if pen.chance(3):
        pen.write(f"ALTER TABLE {place}_0 ADD CONSTRAINT {place}_own UNIQUE (code, id)", "unique constraint")
    if pen.chance(3):
        pen.write(f"ALTER TABLE {name} ADD COLUMN above bigint REFERENCES lone (id)", "foreign key")
    if pen.chance(4):
        pen.write("CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$")
        pen.write(f"CREATE TRIGGER noting AFTER INSERT ON {name} FOR EACH ROW EXECUTE FUNCTION noted()", "trigger")
    if len(kept) == 1 and pen.chance(2):  # the other is there, but no partition
        pen.write(f"CREATE TABLE {place}_1 AS TABLE {name} WITH NO DATA")


def _inherited(pen: Pen) -> None:
    pen.write("CREATE TABLE parent (id bigint, name text" + pen.maybe(", extra integer", of=2) + ")", "inheritance")
    pen.write("CREATE TABLE child (age integer) INHERITS (parent)")


def _code(pen: Pen, tables: dict[str, list[str]]) -> None:
    if pen.chance(2):
        _functions(pen, tables)
    first = next(iter(tables))
    column = tables[first][0].split(" ", 1)[0]
    if pen.chance(2):
        pen.write(
            f"CREATE VIEW seen AS SELECT id, {column} AS what FROM {first} WHERE code > {pen.one((0, 1))}", "view"
        )
        if pen.chance(2):
            pen.write(f"CREATE VIEW counted AS SELECT {pen.one(('count(*)', 'max(id)'))} AS n FROM seen", "view")
        if pen.chance(2):
            pen.write("CREATE MATERIALIZED VIEW kept AS SELECT id, what FROM seen", "materialized view")
            if pen.chance(2):
                pen.write("CREATE UNIQUE INDEX kept_by_id ON kept (id)")
    if pen.chance(2):
        _triggers(pen, first)


def _functions(pen: Pen, tables: dict[str, list[str]]) -> None:
    body = pen.one(("SELECT $1 + 1", "SELECT $1 * 2"))
    returns = pen.one(("integer", "bigint"))
    definer = pen.maybe(" SECURITY DEFINER", "SECURITY DEFINER")
    volatility = pen.one(("", " IMMUTABLE", " STABLE STRICT"))
    pen.write(
        f"CREATE FUNCTION next_of(integer) RETURNS {returns} LANGUAGE sql{volatility}{definer} AS $${body}$$",
        "function",
    )
    if pen.chance(3):
        target = pen.one(tuple(tables))
        pen.write(f"ALTER TABLE {target} ALTER COLUMN code SET DEFAULT next_of(1)", "expression default")
    if pen.chance(3):
        pen.write(
            "CREATE FUNCTION next_of(text) RETURNS text LANGUAGE sql AS $$SELECT $1 || '!'$$", "overloaded function"
        )
    if pen.chance(3):
        pen.write(
            "CREATE FUNCTION parsed(a integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a + 1; END",
            "ATOMIC body",
        )
    if pen.chance(3):
        pen.write(
            f"CREATE PROCEDURE tidy({pen.one(('', 'a integer'))}) LANGUAGE plpgsql AS $$BEGIN NULL; END$$", "procedure"
        )
    if pen.chance(4):
        initial = pen.one(("0", "1"))
        pen.write(
            f"CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '{initial}')", "aggregate"
        )
    if pen.chance(8):
        pen.write("CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN NULL; END$$")
        pen.write(
            "CREATE EVENT TRIGGER watching ON ddl_command_end WHEN TAG IN ('DROP POLICY') EXECUTE FUNCTION watch()",
            "event trigger",
        )


def _triggers(pen: Pen, table: str) -> None:
    pen.write("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$")
    arguments = pen.maybe("'a', 'b c'", "trigger arguments", of=2)
    when = pen.maybe(" WHEN (NEW.code > 0)", "trigger WHEN", of=2)
    timing = pen.one(("BEFORE INSERT", "AFTER UPDATE OF code", "BEFORE INSERT OR UPDATE"))
    pen.write(
        f"CREATE TRIGGER touched {timing} ON {table} FOR EACH ROW{when} EXECUTE FUNCTION touch({arguments})", "trigger"
    )
    if pen.chance(3):
        pen.write(f"CREATE CONSTRAINT TRIGGER late AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED"
                  " FOR EACH ROW EXECUTE FUNCTION touch()", "constraint trigger")  # fmt: skip


def _privileges(pen: Pen, tables: dict[str, list[str]]) -> None:
    for name in tables:
        if pen.chance(3):
            pen.write(f"GRANT {pen.one(('SELECT', 'SELECT, INSERT', 'ALL'))} ON {name} TO {pen.one(ROLES)}", "grant")
        if pen.chance(6):
            pen.write(f"GRANT UPDATE (code) ON {name} TO {ROLES[1]}", "column grant")
    if pen.chance(4):
        option = pen.maybe(" WITH GRANT OPTION", of=3)
        pen.write(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {pen.one(ROLES)}{option}", "sequence grant")
    if pen.chance(5):
        pen.write(f"GRANT USAGE ON SCHEMA other TO {pen.one((*ROLES, 'PUBLIC'))}", "grant")
    if pen.chance(6):
        pen.write(f"GRANT USAGE ON TYPE kind TO {pen.one(ROLES)}; REVOKE USAGE ON TYPE kind FROM PUBLIC", "grant")
    if pen.chance(5):
        pen.write(f"ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO {ROLES[1]}", "default privilege")
    if pen.chance(5):
        pen.write(f"ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO {ROLES[0]}", "default privilege")
