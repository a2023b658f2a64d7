"""Names and texts as nasty as the servers take them, and what is made of them alone."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bootstrap.catalog.columns import SequenceOptions

NASTY = [
    "no",
    "on",
    "null",
    "~",
    "012",
    "1e3",
    "12:30",
    "1.10",
    "true",
    "<<",
    "=",
    "- a",
    "a: b",
    "a #b",
    "#",
    "'",
    '"',
    "\\",
    "a\tb",
    "${x}",
    "$${x}",
    "$$",
    "$t${x}$t$",
    "${x}$$",
    "{a}",
    "[a]",
    "a,b",
    "é",
    "日本",
    "😀",
    "a.b",
    '"q"',
    "&a",
    "*a",
    "!t",
    "%d",
    "@",
    "`",
    "|",
    ">",
    "?",
    "-",
    ":",
    "a:",
    "select",
    "user",
    "2024-01-01",
    "a b",
    "a'b",
    "(x)",
    ".",
    "x(1)",
    "a desc",
    "A",
    "---",
    "...",
    "\u00a0x",
    "y",
    "x\u2028y",
    "a\x85b",
    "\ufeffz",
    " lead",
    "a\x7f",
    "with (",
]
# What a name may not be is told apart elsewhere: NUL, trailing spaces, too long.
_characters = st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"])
# MySQL takes no name with a character beyond U+FFFF.
names = st.one_of(
    st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True),
    st.sampled_from(NASTY),
    st.text(_characters, min_size=1, max_size=10).filter(lambda text: text.rstrip(" ") == text),
).filter(lambda text: all(character <= "\uffff" for character in text))
plain_names = st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True)
texts = st.one_of(st.sampled_from(NASTY), st.text(_characters, max_size=40))
# Nor a comment.
comments = st.none() | texts.map(lambda text: "".join(c for c in text if c <= "\uffff")).filter(bool)
# Bodies keep every character: leading and trailing lines, tabs, trailing spaces, carriage returns.
bodies = st.one_of(
    st.sampled_from(
        ["\nbegin\n  x := 1;\t\n end \n\n", "  indented\nless", "\n\n", "a\r\nb", "x\n ", " \n x", "\tt\n", "a\n\n\n"]
    ),
    st.lists(st.text(_characters, max_size=12), min_size=1, max_size=5).map("\n".join),
)
expressions = st.sampled_from(
    [
        "a > 0",
        "lower(a)",
        "(a + b) * 2",
        "a = 'x: # y'",
        "a ~ '^${x}$'",
        "a = 'it''s'",
        "x IS NOT NULL",
        "a::text = ANY (ARRAY['a'::text, 'b'::text])",
        "coalesce(a, ')')",
        'a = "odd, name"',
        "a\n  or b",
        "1",
        "true",
    ]
)
options = st.dictionaries(
    plain_names, st.sampled_from(["1", "on", "true", "off", "0.5", "x y", "01", "'q'"]), max_size=2
)
pairs = options.map(lambda found: tuple(sorted(found.items())))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The value, or None."""
    return st.none() | strategy


numbers = st.integers(-(2**63), 2**63 - 1)
sequence_options = st.builds(
    SequenceOptions,
    data_type=maybe(st.sampled_from(["smallint", "bigint"])),
    start=maybe(numbers),
    increment=maybe(numbers),
    minimum=maybe(numbers),
    maximum=maybe(numbers),
    cache=maybe(numbers),
    cycle=st.booleans(),
)
