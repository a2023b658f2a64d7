"""``${name}``: variables in YAML scalars and in the SQL of steps.

The rule, exactly:

- ``${name}`` is replaced by the variable's value; ``name`` is letters, digits, ``_``, ``.`` and ``-``, not beginning
  with a digit. A name that is not defined is a problem. The result is not searched again.
- ``$${name}`` is the text ``${name}``: of several dollar signs before ``{name}`` one is taken away.
- A PostgreSQL dollar quote that opens right before a brace is left as it is: ``$${name}$$`` (a whole dollar-quoted
  ``{name}``) and ``$tag${name}``.
- Everything else that has dollars and braces (``${1}``, ``$$ … $$``, ``a$``) is text.
- ``${dollar}`` is a dollar sign, always.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*"
NAME = re.compile(rf"{_NAME}\Z")
_REFERENCE = re.compile(
    rf"(?P<quoted>(?<!\$)\$\$\{{{_NAME}\}}\$\$|(?<![\w$])\$[A-Za-z_]\w*\$\{{{_NAME}\}})"
    rf"|(?P<dollars>\$+)\{{(?P<name>{_NAME})\}}"
)
_DOLLAR = "dollar"


def substitute(text: str, variables: Mapping[str, str], undefined: Callable[[str], None]) -> str:
    """Replace the variables in a text; ``undefined`` is told each name that has no value."""
    if "${" not in text:
        return text

    def replacement(match: re.Match[str]) -> str:
        if match["quoted"]:
            return match["quoted"]
        if len(match["dollars"]) > 1:
            return match[0][1:]
        name = match["name"]
        if name == _DOLLAR:
            return "$"
        if name not in variables:
            undefined(name)
            return match[0]
        return variables[name]

    return _REFERENCE.sub(replacement, text)


def escape(text: str) -> str:
    """The text to write so that :func:`substitute` gives back ``text``."""
    if "${" not in text:
        return text

    def replacement(match: re.Match[str]) -> str:
        if match["quoted"]:
            return match["quoted"]
        before, after = match.string[: match.start()], match.string[match.end() :]
        if after.startswith("$") or re.search(r"\$\w*\Z", before):
            # One more dollar sign would make it a dollar quote.
            return "${dollar}" + match[0][1:] if len(match["dollars"]) == 1 else "$" + match[0]
        return "$" + match[0]

    return _REFERENCE.sub(replacement, text)
