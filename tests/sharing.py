"""How the tests are shared among the workers of pytest-xdist: one by one, those of one slow world together."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it publishes no types

TOGETHER = ("tests/e2e/",)


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # as above
    """A test is a unit of its own; the tests of a folder in `TOGETHER` are one unit, and the largest is begun first.

    Not by `xdist_group`: its marks are silently ignored with pytest 9.2 (pytest-dev/pytest-xdist#1386), and each worker
    would then build the world anew.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid)
