"""Which dialect speaks to which engine. A driver is imported only when its engine is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from bootstrap.dialects.base import Dialect
from bootstrap.problems import BootstrapError

ENGINES = {"postgresql": "bootstrap.dialects.postgresql.dialect", "mysql": "bootstrap.dialects.mysql.dialect"}


def dialect_for(engine: str) -> Dialect:
    """The dialect of an engine, ``postgresql`` or ``mysql`` (which takes MariaDB too).

    Raises:
        BootstrapError: there is no such engine.
    """
    if engine not in ENGINES:
        raise BootstrapError(f"engine {engine!r} is not known: use one of {', '.join(sorted(ENGINES))}")
    return cast(Dialect, import_module(ENGINES[engine]).DIALECT)
