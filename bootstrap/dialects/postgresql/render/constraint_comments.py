"""Comments of constraints and of the indexes behind them: two things to the server, which keeps one for each."""

from __future__ import annotations

from bootstrap.catalog.constraints import Check, Constraint, Exclusion, KeyConstraint
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.postgresql.names import qualified, quote
from bootstrap.dialects.postgresql.render.indexes import usual_name
from bootstrap.dialects.postgresql.render.statements import comment_change
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Statement


def constraint_comments(
    table: Table, before: Constraint | None, after: Constraint, ref: Ref, context: RenderContext
) -> list[Statement]:
    """What makes both comments those of `after`; `before` is None where the constraint is new."""
    # A check without a name has no comment: the declaration asks for one.
    name = after.name if isinstance(after, Check) else after.name or usual_name(table.ref, after)
    target = f"CONSTRAINT {quote(name)} ON {qualified(table.schema, table.name)}"
    made = comment_change(ref, before.comment if before else None, after.comment, context, target=target)
    if isinstance(after, KeyConstraint | Exclusion):
        was = before.index_comment if isinstance(before, KeyConstraint | Exclusion) else None
        target = f"INDEX {qualified(table.schema, name)}"
        made += comment_change(ref, was, after.index_comment, context, target=target)
    return made
