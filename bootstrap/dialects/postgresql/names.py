"""Names and literals as SQL text, and the names that the server chooses."""

from __future__ import annotations

import re

# Of a query of pg_namespace n. Ours, the server's and everybody's temporary schemas are never read.
NAMESPACE = (
    "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'db_bootstrap')"
    " AND n.nspname !~ '^pg_(toast_)?temp_'"
)

# pg_get_keywords() of 14 to 18, all but the unreserved ones: what quote_ident() quotes.
_KEYWORDS = frozenset(
    {
        "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization",
        "between", "bigint", "binary", "bit", "boolean", "both", "case", "cast", "char", "character", "check",
        "coalesce", "collate", "collation", "column", "concurrently", "constraint", "create", "cross",
        "current_catalog", "current_date", "current_role", "current_schema", "current_time",
        "current_timestamp", "current_user", "dec", "decimal", "default", "deferrable", "desc", "distinct",
        "do", "else", "end", "except", "exists", "extract", "false", "fetch", "float", "for", "foreign",
        "freeze", "from", "full", "grant", "greatest", "group", "grouping", "having", "ilike", "in",
        "initially", "inner", "inout", "int", "integer", "intersect", "interval", "into", "is", "isnull",
        "join", "json", "json_array", "json_arrayagg", "json_exists", "json_object", "json_objectagg",
        "json_query", "json_scalar", "json_serialize", "json_table", "json_value", "lateral", "leading",
        "least", "left", "like", "limit", "localtime", "localtimestamp", "merge_action", "national", "natural",
        "nchar", "none", "normalize", "not", "notnull", "null", "nullif", "numeric", "offset", "on", "only",
        "or", "order", "out", "outer", "overlaps", "overlay", "placing", "position", "precision", "primary",
        "real", "references", "returning", "right", "row", "select", "session_user", "setof", "similar",
        "smallint", "some", "substring", "symmetric", "system_user", "table", "tablesample", "then", "time",
        "timestamp", "to", "trailing", "treat", "trim", "true", "union", "unique", "user", "using", "values",
        "varchar", "variadic", "verbose", "when", "where", "window", "with", "xmlattributes", "xmlconcat",
        "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot", "xmlserialize",
        "xmltable",
    }
)  # fmt: skip
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")
_MAXIMUM_BYTES = 63


def quote(name: str) -> str:
    """One identifier, quoted where the server would."""
    if _PLAIN.match(name) and name not in _KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str, name: str) -> str:
    """A name with its schema, quoted."""
    return f"{quote(schema)}.{quote(name)}" if schema else quote(name)


def literal(text: str) -> str:
    """A string literal."""
    escaped = text.replace("'", "''")
    if "\\" in text:
        return " E'" + escaped.replace("\\", "\\\\") + "'"
    return f"'{escaped}'"


def unquoted(text: str) -> str:
    """What a string literal says; anything else is itself."""
    escaped = text.startswith("E'")
    if not escaped and not text.startswith("'"):
        return text
    inner = text[2 if escaped else 1 : -1].replace("''", "'")
    return inner.replace("\\\\", "\\") if escaped else inner


def dollar_quoted(text: str) -> str:
    """Text between dollar quotes that do not occur in it."""
    tag = "$$"
    number = 0
    while tag in text or text.endswith("$"):
        number += 1
        tag = f"$body{number if number > 1 else ''}$"
        if tag not in text:
            break
    return f"{tag}{text}{tag}"


def split_qualified(text: str) -> tuple[str, str]:
    """Schema and name of a qualified name as the server prints it; an unqualified one has the schema ""."""
    parts = [
        part[1:-1].replace('""', '"') if part.startswith('"') else part
        for part in re.findall(r'"(?:[^"]|"")*"|[^.]+', text)
    ]
    return (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])


def collation(name: str) -> str:
    """A collation behind COLLATE: a plain name is taken whole, one that has quotes is SQL text already."""
    return name if '"' in name else '"' + name + '"'


def multirange_name(name: str) -> str:
    """The name the server makes up for the multirange of a range type: ``makeMultirangeTypeName`` of its pg_type.c."""
    if "range" in name:
        return name.replace("range", "multirange", 1)
    return f"{name}_multirange"


def object_name(first: str, second: str, label: str) -> str:
    """The name the server makes up for what belongs to a table: ``makeObjectName`` of its indexcmds.c."""
    overhead = sum(len(part.encode()) + 1 for part in (second, label) if part) - (len(second.encode()) if second else 0)
    available = _MAXIMUM_BYTES - overhead
    one, two = len(first.encode()), len(second.encode())
    while one + two > available:
        if one > two:
            one -= 1
        else:
            two -= 1
    parts = [_clip(first, one), _clip(second, two), label]
    return "_".join(part for part in parts if part)


def _clip(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def unwrapped(expression: str) -> str:
    """An expression without the one pair of parentheses around all of it."""
    if not (expression.startswith("(") and expression.endswith(")")):
        return expression
    depth = 0
    for place, sign in _brackets(expression):
        depth += 1 if sign in "([" else -1
        if depth == 0:
            return expression[1:-1] if place == len(expression) - 1 else expression
    return expression


def split_top_level(text: str, separator: str = ",") -> list[str]:
    """Split SQL text at separators that stand outside of parentheses and quotes."""
    parts, depth, start = [], 0, 0
    for place, sign in _brackets(text, separator):
        if sign == separator and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
        elif sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
    return [*parts, text[start:].strip()]


def _brackets(text: str, separator: str = "") -> list[tuple[int, str]]:
    tokens = re.finditer(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()\[\],]""", text)
    return [(token.start(), token.group()) for token in tokens if token.group() in {*"()[]", separator}]
