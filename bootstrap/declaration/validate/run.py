"""All offline checks of a declared catalog."""

from __future__ import annotations

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.tables import Table
from bootstrap.declaration.convert.assembly import Assembly
from bootstrap.declaration.validate.context import Context
from bootstrap.declaration.validate.fragments import check_fragments
from bootstrap.declaration.validate.keys import check_foreign_keys, check_keys
from bootstrap.declaration.validate.mysql import check_mysql
from bootstrap.declaration.validate.names import check_names, check_renames
from bootstrap.declaration.validate.tables import check_columns
from bootstrap.sql.lexer import MYSQL


def validate(catalog: Catalog, assembly: Assembly) -> None:
    """Note every problem of the catalog in the assembly's problems."""
    context = Context(catalog, assembly)
    check_names(context)
    check_renames(context)
    check_fragments(context)
    if context.engine == MYSQL:
        check_mysql(context)
    for table in catalog.of(Table):
        check_columns(context, table)
        check_keys(context, table)
        check_foreign_keys(context, table)
