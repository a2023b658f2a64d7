"""Schemas, extensions, types, collations and text search configurations, from the rows of the catalog."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bootstrap.catalog.catalog import DatabaseObject
from bootstrap.catalog.constraints import Check
from bootstrap.catalog.options import Options
from bootstrap.catalog.types import (
    Attribute,
    Collation,
    CompositeType,
    Domain,
    EnumType,
    Extension,
    Operator,
    RangeType,
    Schema,
    TextSearchConfiguration,
    TextSearchDictionary,
)
from bootstrap.dialects.postgresql.introspection.reader import CatalogRow, Names, Rows
from bootstrap.dialects.postgresql.introspection.tables import check
from bootstrap.dialects.postgresql.names import multirange_name, split_qualified, split_top_level, unquoted

_PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin", "d": "default"}


def read_types(rows: Rows, names: Names) -> Iterator[DatabaseObject]:
    """All objects that tables build upon."""
    for row in rows["schemas"]:
        schema = Schema(name=row["name"], comment=row["comment"], owner=row["owner"])
        names.put("pg_namespace", row["id"], schema.ref)
        yield schema
    for row in rows["extensions"]:
        extension = Extension(name=row["name"], schema=row["schema"], version=row["version"], comment=row["comment"])
        names.put("pg_extension", row["id"], extension.ref)
        yield extension
    yield from _user_types(rows, names)
    for row in rows["collations"]:
        collation = _collation(row)
        names.put("pg_collation", row["id"], collation.ref)
        yield collation
    for row in rows["operators"]:
        operator = _operator(row)
        names.put("pg_operator", row["id"], operator.ref)
        yield operator
    for row in rows["dictionaries"]:
        dictionary = _dictionary(row)
        names.put("pg_ts_dict", row["id"], dictionary.ref)
        yield dictionary
    for row in rows["text_search"]:
        configuration = TextSearchConfiguration(
            schema=row["schema"],
            name=row["name"],
            parser=row["parser"],
            mappings=tuple((token, tuple(dictionaries)) for token, dictionaries in row["mappings"] or ()),
            comment=row["comment"],
            owner=row["owner"],
        )
        names.put("pg_ts_config", row["id"], configuration.ref)
        yield configuration


def _user_types(rows: Rows, names: Names) -> Iterator[DatabaseObject]:
    checks: dict[int, list[Check]] = defaultdict(list)
    for row in rows["constraints"]:
        if row["domain"]:
            checks[row["domain"]].append(check(row))
    attributes: dict[int, list[Attribute]] = defaultdict(list)
    for row in rows["columns"]:
        attributes[row["relation"]].append(
            Attribute(name=row["name"], type=row["type"], collation=row["collation"], comment=row["comment"])
        )
    for row in rows["types"]:
        made = _user_type(row, checks[row["id"]], attributes[row["relation"]])
        names.put("pg_type", row["id"], made.ref)
        if row["kind"] == "c":
            names.put("pg_class", row["relation"], made.ref)
        yield made
    domains = {row["id"]: row for row in rows["types"] if row["kind"] == "d"}
    for row in rows["constraints"]:
        domain = names.find("pg_type", row["domain"]) if row["domain"] in domains else None
        if domain is not None:
            names.put("pg_constraint", row["id"], domain)


def _user_type(
    row: CatalogRow, checks: list[Check], attributes: list[Attribute]
) -> EnumType | CompositeType | RangeType | Domain:
    common = {name: row[name] for name in ("schema", "name", "owner", "comment")}
    if row["kind"] == "e":
        return EnumType(labels=tuple(row["labels"] or ()), **common)
    if row["kind"] == "c":
        return CompositeType(attributes=tuple(attributes), **common)
    if row["kind"] == "r":
        options = {
            "subtype_opclass": row["opclass"],
            "collation": row["range_collation"],
            "canonical": row["canonical"],
            "subtype_diff": row["difference"],
            "multirange_type_name": None if row["multirange"] == multirange_name(row["name"]) else row["multirange"],
        }
        chosen = tuple(sorted((name, text) for name, text in options.items() if text is not None))
        return RangeType(subtype=row["subtype"], options=chosen, **common)
    return Domain(
        type=row["base"],
        nullable=not row["required"],
        default=row["default"],
        collation=row["collation"],
        checks=tuple(sorted(checks, key=lambda item: item.name)),
        **common,
    )


def _dictionary(row: CatalogRow) -> TextSearchDictionary:
    options = (text.partition(" = ") for text in split_top_level(row["options"] or "") if text)
    return TextSearchDictionary(
        schema=row["schema"],
        name=row["name"],
        template=row["template"],
        options=Options((split_qualified(name)[1], unquoted(value)) for name, _, value in options),
        comment=row["comment"],
        owner=row["owner"],
    )


def _operator(row: CatalogRow) -> Operator:
    options = {name: row[name] for name in ("commutator", "negator", "restrict", "join") if row[name]}
    options |= {name: "true" for name in ("hashes", "merges") if row[name]}
    return Operator(
        schema=row["schema"],
        name=row["name"],
        left=row["left"],
        right=row["right"],
        function=row["function"],
        options=tuple(sorted(options.items())),
        comment=row["comment"],
        owner=row["owner"],
    )


def _collation(row: CatalogRow) -> Collation:
    options = {
        "provider": _PROVIDERS[row["provider"]],
        "locale": row["locale"],
        "lc_collate": row["lc_collate"],
        "lc_ctype": row["lc_ctype"],
        "deterministic": None if row["deterministic"] else "false",
        "rules": row["rules"],
    }
    if row["provider"] != "c":
        options["lc_collate"] = options["lc_ctype"] = None
    elif row["lc_collate"] == row["lc_ctype"]:
        options |= {"locale": row["lc_collate"], "lc_collate": None, "lc_ctype": None}
    if options["provider"] == "libc":
        del options["provider"]
    return Collation(
        schema=row["schema"],
        name=row["name"],
        options=tuple(sorted((name, str(text)) for name, text in options.items() if text is not None)),
        comment=row["comment"],
        owner=row["owner"],
    )
