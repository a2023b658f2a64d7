"""The tables of the module's README, made from its HCL: requirements, resources, inputs, outputs.

    python tools/module_docs.py            writes them between the markers
    python tools/module_docs.py --check    fails when they are not what the HCL says

The layout is that of terraform-docs, the tool of this field: a Go program, which pip cannot install.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import hcl2

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "terraform" / "modules" / "db_bootstrap"
BEGIN = "<!-- BEGIN_TF_DOCS -->"
END = "<!-- END_TF_DOCS -->"
# The longest type that is still readable within a table's cell; longer ones are given below it.
INLINE_TYPE = 40
REGISTRY = "https://registry.terraform.io/providers/hashicorp"


class Input(NamedTuple):
    """One variable, as a row of the table."""

    name: str
    description: str
    type: str
    default: str | None  # None: required


def main() -> int:
    """Write the tables, or compare them; 1 where they differ or have no place."""
    parser = argparse.ArgumentParser(description="Tables of the module's README.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when they are out of date")
    arguments = parser.parse_args()
    readme = MODULE / "README.md"
    text = readme.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.stderr.write(f"{readme.relative_to(ROOT)}: needs one {BEGIN} and one {END}\n")
        return 1
    before, rest = text.split(BEGIN)
    wanted = f"{before}{BEGIN}\n{render(MODULE)}{END}{rest.split(END)[1]}"
    if wanted == text:
        return 0
    if arguments.check:
        sys.stderr.write(f"{readme.relative_to(ROOT)}: tables are out of date; run `python tools/module_docs.py`\n")
        return 1
    readme.write_text(wanted, encoding="utf-8")
    return 0


def render(module: Path) -> str:
    """Return the tables of the module in this directory as Markdown."""
    blocks: dict[str, list[Any]] = {}
    sources = sorted(module.glob("*.tf"))
    for source in sources:
        for kind, found in _parse(source).items():
            if isinstance(found, list):
                blocks.setdefault(kind, []).extend(found)
    types = {name: kind for source in sources for name, kind in _types(source.read_text(encoding="utf-8")).items()}
    inputs = [_input(name, body, types[name]) for name, body in _named(blocks["variable"])]
    parts = [_requirements(blocks["terraform"]), _resources(blocks), _inputs(inputs), _outputs(blocks["output"])]
    return "\n".join(parts)


def _parse(source: Path) -> dict[str, Any]:
    with source.open(encoding="utf-8") as stream:
        parsed: dict[str, Any] = hcl2.load(stream)
    return parsed


def _requirements(terraform: list[dict[str, Any]]) -> str:
    block = terraform[0]
    providers = block["required_providers"][0]
    rows = [("terraform", _text(block["required_version"]))]
    rows += [(name, _text(_plain(body)["version"])) for name, body in providers.items() if isinstance(body, dict)]
    return _table("## Requirements", ("Name", "Version"), [(f"`{name}`", f"`{version}`") for name, version in rows])


def _resources(blocks: dict[str, list[Any]]) -> str:
    rows: list[tuple[str, ...]] = []
    for kind, shown, folder in (("resource", "resource", "resources"), ("data", "data source", "data-sources")):
        found = [
            (_text(type_name), _text(name))
            for block in blocks.get(kind, [])
            for type_name, named in _plain(block).items()
            for name in _plain(named)
        ]
        rows += [(_link(type_name, name, folder), shown) for type_name, name in sorted(found)]
    return _table("## Resources", ("Name", "Kind"), rows)


def _link(type_name: str, name: str, folder: str) -> str:
    provider, _, rest = type_name.partition("_")
    if provider == "terraform":
        return f"[{type_name}.{name}](https://developer.hashicorp.com/terraform/language/resources/terraform-data)"
    return f"[{type_name}.{name}]({REGISTRY}/{provider}/latest/docs/{folder}/{rest})"


def _input(name: str, body: dict[str, Any], type_text: str) -> Input:
    default = json.dumps(_value(body["default"])) if "default" in body else None
    return Input(name, _text(body["description"]), type_text, default)


def _inputs(inputs: list[Input]) -> str:
    rows = []
    for entry in sorted(inputs, key=lambda entry: (entry.default is not None, entry.name)):
        short = len(entry.type) <= INLINE_TYPE and "\n" not in entry.type
        kind = f"`{entry.type}`" if short else f"[object](#{entry.name})"
        default = "required" if entry.default is None else f"`{entry.default}`"
        rows.append((f"`{entry.name}`", entry.description, kind, default))
    table = _table("## Inputs", ("Name", "Description", "Type", "Default"), rows)
    long = [entry for entry in sorted(inputs) if len(entry.type) > INLINE_TYPE or "\n" in entry.type]
    details = [f"\n### {entry.name}\n\n```hcl\n{entry.type}\n```\n" for entry in long]
    return table + "".join(details)


def _outputs(outputs: list[Any]) -> str:
    rows = [(f"`{name}`", _text(body["description"])) for name, body in _named(outputs)]
    return _table("## Outputs", ("Name", "Description"), sorted(rows))


def _table(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [title, "", _row(header), _row(("---",) * len(header)), *map(_row, rows)]
    return "\n".join(lines) + "\n"


def _row(cells: tuple[str, ...]) -> str:
    escaped = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _named(blocks: list[Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(_text(name), body) for block in blocks for name, body in _plain(block).items()]


def _plain(block: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the parser adds about comments and block forms."""
    return {key: value for key, value in block.items() if not key.startswith("__")}


def _value(parsed: Any) -> Any:
    if isinstance(parsed, str):
        return _text(parsed)
    if isinstance(parsed, list):
        return [_value(item) for item in parsed]
    if isinstance(parsed, dict):
        return {_text(key): _value(value) for key, value in _plain(parsed).items()}
    return parsed


def _text(parsed: str) -> str:
    """The parser keeps the quotes, or the here-document's markers."""
    body = parsed[1:-1] if parsed.startswith('"') and parsed.endswith('"') else parsed
    if heredoc := re.fullmatch(r"<<-?(\w+)\n(.*)\n\s*\1\s*", body, re.DOTALL):
        return " ".join(heredoc[2].split())
    return body.replace('\\"', '"')


def _types(source: str) -> dict[str, str]:
    """The types as they are written: what the parser gives back has lost its lines."""
    types = {}
    for block in re.finditer(r'^variable "(\w+)" \{\n(.*?)^\}', source, re.MULTILINE | re.DOTALL):
        written = re.search(r"^  type\s+= (.*?)(?=^  \w|\n\n|\Z)", block[2], re.MULTILINE | re.DOTALL)
        if written is None:
            message = f"variable {block[1]} has no type"
            raise ValueError(message)
        types[block[1]] = re.sub(r"^  ", "", written[1].rstrip(), flags=re.MULTILINE)
    return types


if __name__ == "__main__":
    sys.exit(main())
