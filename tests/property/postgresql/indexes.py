"""Random indexes, statistics and table settings of PostgreSQL."""

from __future__ import annotations

from tests.property.postgresql.draft import Draft, Table

_FORMS = {
    "text": (
        ("({c})", "plain index"), ("({c} DESC NULLS LAST)", "index DESC/NULLS"), ("(lower({c}))", "expression index"),
        ("({c} text_pattern_ops)", "non-default opclass"), ('({c} COLLATE "C")', "index collation"),
        ("({c}) WHERE {c} <> ''", "partial index"), ("USING hash ({c})", "hash index"),
    ),
    "integer": (
        ("({c})", "plain index"), ("({c}) INCLUDE (id)", "INCLUDE"),
        ("({c}) WITH (fillfactor = 80)", "index storage parameter"),
        ("USING brin ({c})", "BRIN"), ("({c}) WHERE {c} > 0", "partial index"), ("(({c} + 1))", "expression index"),
        ("({c}, id)", "plain index"), ("(shifted({c}::integer))", "function in an index"),
        ("({c}) WHERE allowed({c}::integer)", "function in an index"),
    ),
    "jsonb": (
        ("USING gin ({c})", "GIN"), ("USING gin ({c} jsonb_path_ops)", "non-default opclass"),
        ("(({c} ->> 'a'))", "expression index"),
    ),
    "kind": (("({c})", "plain index"), ("({c}) WHERE {c} = 'a'", "index on an enum"), ("({c}, code)", "plain index")),
    "text[]": (("USING gin ({c})", "GIN"),),
    "kind[]": (("USING gin ({c})", "GIN"),),
    "inet": (("USING gist ({c} inet_ops)", "GiST"),),
    "span": (("USING gist ({c})", "GiST"),),
    "uuid": (("({c})", "plain index"),),
    "spot": (("((({c}).x))", "expression index"), ("({c})", "index on a composite type")),
}  # fmt: skip
_LIKE = {"bigint": "integer", "smallint": "integer", "measure": "integer", "fine": "integer", "varchar(40)": "text"}
_NOT_TO_CLUSTER_ON = ("USING", "WHERE", "((", "lower", "shifted")


def indexes(pen: Draft, table: Table) -> None:
    """Write indexes on some columns."""
    for column, type_ in table.columns.items():
        options = _FORMS.get(_LIKE.get(type_, type_))
        if not options or not pen.chance(2):
            continue
        form, feature = pen.one(options)
        index = f"{table.plain}_by_{column.strip(chr(34)).lower()}"
        made = f"CREATE INDEX {index} ON {table.name} {form.format(c=column)}"
        pen.make("INDEX", f"{table.schema}{index}", made, feature)
        if pen.chance(6) and not any(word in form for word in _NOT_TO_CLUSTER_ON):
            pen.write(f"ALTER TABLE {table.name} CLUSTER ON {index}", "clustered index")
        if pen.chance(8) and "((" in form:
            pen.write(f"ALTER INDEX {table.schema}{index} ALTER COLUMN 1 SET STATISTICS 77", "index statistics target")


def settings(pen: Draft, table: Table) -> None:
    """Write what else belongs to a table."""
    name = table.name
    if pen.chance(5):
        how = pen.one(("FULL", "NOTHING", f"USING INDEX {table.key}"))
        pen.write(f"ALTER TABLE {name} REPLICA IDENTITY {how}", "replica identity")
    if pen.chance(6):
        kinds = pen.one((" (ndistinct)", " (ndistinct, dependencies)", ""))
        made = f"CREATE STATISTICS {table.schema}{table.plain}_stats{kinds} ON id, code FROM {name}"
        pen.make("STATISTICS", f"{table.schema}{table.plain}_stats", made, "statistics")
    if pen.chance(6):
        made = f"CREATE RULE quiet AS ON DELETE TO {name} WHERE old.code = {pen.one((0, 1))} DO INSTEAD NOTHING"
        pen.make("RULE", f"quiet ON {name}", made, "rule")
