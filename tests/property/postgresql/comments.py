"""Random comments on whatever a schema holds."""

from __future__ import annotations

from tests.property.postgresql.draft import Draft

FEATURES = frozenset(
    """
    comment on schema|comment on extension|comment on type|comment on domain|comment on collation|comment on sequence
    |comment on table|comment on column|comment on constraint|comment on index|comment on statistics|comment on rule
    |comment on view|comment on trigger|comment on function|comment on procedure|comment on aggregate|comment on policy
    |comment on materialized view|comment on text search configuration|comment on event trigger
    """.replace("\n    ", "").split("|")
)


def comments(pen: Draft) -> None:
    """Write comments on some of the things that there are."""
    for kind, name in pen.things:
        if pen.chance(10):
            text = pen.one(("it''s", "second"))
            pen.write(f"COMMENT ON {kind} {name} IS '{text}'", f"comment on {kind.lower()}")
