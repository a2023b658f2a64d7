"""``${name}`` is replaced, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.declaration.variables import escape, substitute
from tests.unit.declaration.reading import TABLE, problems, read

VALUES = {"a": "1", "env": "staging", "b.c-d": "x", "money": "${a}"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${a}", "1"),
        ("x_${env}_y${a}", "x_staging_y1"),
        ("${b.c-d}", "x"),
        ("${money}", "${a}"),  # not searched again
        ("$${a}", "${a}"),
        ("$$${a}", "$${a}"),
        ("${dollar}{a}", "${a}".replace("$", "$")),
        ("a $$ b ${a} $$", "a $$ b 1 $$"),
        ("$${a}$$", "$${a}$$"),  # the text {a} in dollar quotes
        ("$tag${a}$tag$", "$tag${a}$tag$"),
        ("do $body$ begin ${a}; end $body$", "do $body$ begin 1; end $body$"),
        ("${1} ${} ${ a } $a {a} ${a", "${1} ${} ${ a } $a {a} ${a"),
    ],
)
def test_exactly(text: str, expected: str) -> None:
    assert substitute(text, VALUES, pytest.fail) == expected


def test_undefined_names_are_told() -> None:
    told: list[str] = []
    assert substitute("${x} ${a} ${y}", VALUES, told.append) == "${x} 1 ${y}"
    assert told == ["x", "y"]


pieces = st.sampled_from(["$", "$$", "{", "}", "{a}", "${a}", "a", "$t$", "t", "${dollar}", " ", "$${a}$$", "\n", "é"])


@settings(max_examples=2000, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(pieces, max_size=12).map("".join))
def test_what_is_escaped_comes_back(text: str) -> None:
    assert substitute(escape(text), VALUES, pytest.fail) == text


def test_in_keys_values_and_steps_of_an_environment() -> None:
    found = read(
        "postgresql",
        "staging",
        bootstrap_yaml="version: 1\nengine: postgresql\nvariables: {app: null, size: 5, flag: false}\n",
        environments__staging_yaml="variables: {app: no, size: 7}",
        schema__a_yaml=TABLE
        + "    grants: {'${app}': select}\n    options:\n      fillfactor: ${size}\n    comment: ${app}\n"
        + "    row_security: ${flag}\n",
        steps__0001_a_sql="select '${size}', $$ ${1} $$ -- ${app}",
    )  # fmt: skip
    table = found.catalog.table(Ref(Kind.TABLE, "public", "t"))
    assert (table.comment, table.options, table.row_security) == ("no", (("fillfactor", "7"),), False)
    assert {grant.grantee for grant in found.catalog.grants} == {"no"}
    assert found.steps[0].statements[0].sql == "select '7', $$ ${1} $$ -- no"
    assert found.manifest.variables == {"app": "no", "size": "7", "flag": "false"}


def test_problems_have_their_line() -> None:
    found = problems(
        bootstrap_yaml="version: 1\nengine: postgresql\nvariables:\n  a: null\n  '1x': 1\n",
        schema__a_yaml=TABLE + "    comment: ${nope}\n",
        steps__0001_a_sql="select 1;\nselect '${nope}'",
    )
    assert [problem.rsplit(": ", 1)[0] for problem in found] == [
        "bootstrap.yaml:4: the variable a has no value",
        "bootstrap.yaml:5: 1x cannot be a variable's name",
        "schema/a.yaml:7: the variable nope is not defined (defined: 1x, a)",
        "steps/0001_a.sql:2: the variable nope is not defined (defined: 1x, a)",
    ]
