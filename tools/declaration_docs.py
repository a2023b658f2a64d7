"""docs/declaration.md: every key of the YAML files, made from the JSON Schema that editors use.

python tools/declaration_docs.py            writes the page
python tools/declaration_docs.py --check    fails when it is not what the schema says
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # as a script, only the folder of tools would be on the path

from bootstrap.declaration.schema import json_schema  # noqa: E402 - see above

if TYPE_CHECKING:
    from collections.abc import Iterator

    Node = dict[str, Any]

PAGE = ROOT / "docs" / "declaration.md"
HEAD = """\
# Every key of a declaration

Made by `make docs` from the JSON Schema that ships with the package; `db-bootstrap schema` prints that for editors.
A key in **bold** must be given. What is taken is told by its form: *SQL* is text that the server reads (a number or
`true` may stand without quotes), *map* is names with their values. Begin with [the guide](guide.md).
"""
FILES = {
    "BootstrapFile": "bootstrap.yaml",
    "SchemaFile": "schema/*.yaml",
    "SeedFile": "seeds/*.yaml",
    "StepFile": "steps/*.yaml",
    "CheckFile": "checks.yaml",
    "OverlayFile": "environments/ENV.yaml",
}
SIMPLE = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def main() -> int:
    """Write the page, or compare it; 1 where it differs."""
    parser = argparse.ArgumentParser(description="The reference of the declaration's keys.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when it is out of date")
    wanted = page()
    if not parser.parse_args().check:
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted:
        sys.stderr.write(f"{PAGE.relative_to(ROOT)}: out of date; run `make docs`\n")
        return 1
    return 0


def page() -> str:
    """The whole page as Markdown."""
    shapes: dict[str, Node] = json_schema()["$defs"]
    return "\n".join([HEAD, *(_section(name, shapes) for name in _in_order(shapes))])


def _in_order(shapes: dict[str, Node]) -> list[str]:
    """The files, then what stands in them, each where it is first named."""
    order = list(FILES)
    for name in order:  # grows while it is read
        for found in _named(shapes[name]):
            if found not in order:
                order.append(found)
    return order


def _named(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _named(item)
    elif isinstance(node, dict):
        if "$ref" in node:
            yield _shape(node)
        for item in node.values():
            yield from _named(item)


def _section(name: str, shapes: dict[str, Node]) -> str:
    shape = shapes[name]
    lines = [
        f"## {title(name)}",
        "",
        _cell(shape.get("description", "")),
        "",
        "| key | form | meaning |",
        "|---|---|---|",
    ]
    required = shape.get("required", [])
    for key, node in shape.get("properties", {}).items():
        shown = f"**`{key}`**" if key in required else f"`{key}`"
        meaning = node.get("description") or next((shapes[inner].get("description", "") for inner in _named(node)), "")
        lines.append(f"| {shown} | {form(node)} | {_cell(meaning)} |")
    return "\n".join([*lines, ""])


def title(shape: str) -> str:
    """What a shape is called here: a file by its path, anything else by its words."""
    if shape in FILES:
        return f"`{FILES[shape]}`"
    words = re.findall(r"[A-Z][a-z]+", shape.removesuffix("Shape").replace("MySql", "Mysql"))
    return " ".join(words).capitalize().replace("Mysql", "MySQL")


def form(node: Node) -> str:
    """How a value is written, with links to what it is made of."""
    if "$ref" in node:
        return f"[{title(_shape(node)).lower().replace('mysql', 'MySQL')}](#{_anchor(title(_shape(node)))})"
    if "anyOf" in node:
        forms = [form(option) for option in node["anyOf"] if option.get("type") != "null"]
        return " or ".join(dict.fromkeys(forms))
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if isinstance(node.get("type"), list):
        return "SQL"
    match node.get("type"):
        case "array":
            return f"list of {form(node.get('items', {}))}"
        case "object":
            content = node.get("additionalProperties")
            return f"map of {form(content)}" if isinstance(content, dict) else "map"
        case str(kind):
            return SIMPLE[kind]
        case _:
            return "anything"


def _shape(node: Node) -> str:
    return str(node["$ref"]).rpartition("/")[2]


def _anchor(heading: str) -> str:
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main())
