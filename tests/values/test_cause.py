"""What a failed run raises."""

from __future__ import annotations

import pytest

from bootstrap.dialects.base import ServerError
from bootstrap.problems import StatementError
from tests.values.conftest import Home


@pytest.mark.parametrize("on_failure", ["keep", "rollback"])
def test_the_servers_error_stays_the_cause(home: Home, on_failure: str) -> None:
    """Whoever follows the causes comes to the server's error, and to an end."""
    home.as_master("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1)")
    main = f"version: 1\nengine: postgresql\npolicy: {{on_failure: {on_failure}}}\n"
    home.declare("tables: {t: {columns: {id: integer}, unique: {once: [id]}}}", bootstrap_dot_yaml=main)
    with pytest.raises(StatementError) as caught:
        home.apply("all")
    found: list[BaseException] = [caught.value]
    while (cause := found[-1].__cause__) is not None:
        assert cause not in found
        found.append(cause)
    assert any(isinstance(error, ServerError) and error.code == "23505" for error in found)
