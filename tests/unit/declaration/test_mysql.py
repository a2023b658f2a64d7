"""What MySQL and MariaDB would take without a word."""

from __future__ import annotations

import pytest

from tests.unit.declaration.reading import problems, read

TABLE = "tables: {t: {columns: {id: int not null}, primary_key: [id]}}"


@pytest.mark.parametrize(
    "role",
    [
        "app@%: {}",
        "app@localhost: {require: ssl}",
        "app: {plugin: caching_sha2_password}",
        "app@%: {plugin: ed25519}",
        'app@%: {attributes: {locked: "false"}}',
    ],
)
def test_an_account_without_a_password_is_refused(role: str) -> None:
    (found,) = problems("mysql", schema__r_yaml=f"roles: {{{role}}}")
    assert found.startswith("schema/r.yaml:1: account")
    assert "empty password" in found
    assert "password_secret" in found


@pytest.mark.parametrize(
    "role",
    [
        "app@%: {password_secret: env:APP}",
        "app@%: {plugin: AWSAuthenticationPlugin}",
        "app@localhost: {plugin: auth_socket}",
        'app@%: {attributes: {locked: "true"}}',
        "readers: {}",
        'readers@%: {attributes: {login: "false"}}',
    ],
)
def test_accounts_that_nobody_enters_without_a_secret(role: str) -> None:
    assert read("mysql", schema__r_yaml=f"roles: {{{role}}}").catalog.objects


@pytest.mark.parametrize(
    "content",
    [
        TABLE.replace("{t:", "{db_bootstrap_x:"),
        TABLE.replace("{t:", "{DB_BOOTSTRAP_RUNS:"),
        "views: {db_bootstrap_v: SELECT 1}",
        "procedures: {db_bootstrap_p(): {body: SELECT 1}}",
    ],
)
def test_names_of_our_own_are_refused(content: str) -> None:
    (found,) = problems("mysql", schema__t_yaml=content)
    assert "db-bootstrap's own" in found


@pytest.mark.parametrize(
    "content",
    [
        TABLE.replace("primary_key", 'comment: "t😀", primary_key'),
        TABLE.replace("int not null", '{type: int, nullable: false, comment: "c😀"}'),
        TABLE.replace("primary_key", 'indexes: {i: {columns: [id], comment: "i😀"}}, primary_key'),
        'procedures: {p(): {body: SELECT 1, comment: "p😀"}}',
    ],
)
def test_a_comment_that_would_be_stored_otherwise_is_refused(content: str) -> None:
    (found,) = problems("mysql", schema__t_yaml=content)
    assert "question mark" in found
    assert read("mysql", schema__t_yaml=content.replace("😀", "ü")).catalog.objects
