"""One database and what the tests do with it: load SQL, read the catalog, plan and apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import Change
from bootstrap.catalog.diff import diff
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.dialects.base import Scope, ServerError
from bootstrap.dialects.mysql.dialect import DIALECT
from bootstrap.dialects.mysql.session import MySqlSession, connect
from bootstrap.plan.between import Management, plan_between
from bootstrap.plan.context import Policy, TableSize
from bootstrap.plan.statement import Plan, Statement
from tests.conftest import endpoint_of


@dataclass(frozen=True)
class Place:
    """A session on a database of its own."""

    session: MySqlSession
    url: str

    @property
    def vendor(self) -> str:
        return self.session.server.vendor

    def load(self, *statements: str) -> None:
        for statement in statements:
            self.session.execute(statement)

    def catalog(self) -> Catalog:
        """The live catalog without accounts, which belong to the whole server."""
        found = DIALECT.introspect(self.session, Scope())
        assert not found.unsupported
        return without_accounts(found.catalog)

    def normalised(self, declared: Catalog) -> Catalog:
        return without_accounts(DIALECT.normalise(self.session, declared, locate=lambda ref: f"{ref.name}.yaml:1"))

    def changes(self, desired: Catalog) -> tuple[Change, ...]:
        return diff(self.catalog(), desired, managed=lambda _: True, inline_indexes=True, follows_renames=False).changes

    def plan(self, desired: Catalog) -> list[Statement]:
        return list(self.planned(desired).statements)

    def planned(
        self, desired: Catalog, *, sizes: Mapping[Ref, TableSize] | None = None, policy: Policy | None = None
    ) -> Plan:
        """The plan that brings it to another structure, of tables that are empty if their size is not given."""
        return plan_between(
            self.catalog(), desired, engine=DIALECT, server=self.session.server, management=Management(),
            sizes=sizes or {}, policy=policy or Policy(),
        )  # fmt: skip

    def apply(self, desired: Catalog) -> list[Statement]:
        """Plan and run, as the executor does: the next fallback where an algorithm is not possible."""
        statements = self.plan(desired)
        for statement in statements:
            self.run(statement)
        return statements

    def run(self, statement: Statement) -> None:
        with self.session.settings(statement.session_settings):
            for sql in (statement.sql, *statement.fallbacks):
                try:
                    self.session.execute(sql)
                except ServerError as error:
                    if not error.algorithm_not_supported or sql == (statement.sql, *statement.fallbacks)[-1]:
                        raise
                else:
                    return


def without_accounts(catalog: Catalog) -> Catalog:
    objects = {ref: item for ref, item in catalog.objects.items() if ref.kind is not Kind.ROLE}
    return Catalog(objects=objects, dependencies=catalog.dependencies, settings=catalog.settings)


def table(name: str) -> Ref:
    return Ref(Kind.TABLE, "", name)


@contextmanager
def open_place(url: str) -> Iterator[Place]:
    session = connect(endpoint_of(url), application_name="tests")
    try:
        yield Place(session, url)
    finally:
        session.close()
