"""Publications."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from bootstrap.declaration.shapes.common import Comment, Owner, Shape


class PublishedTableShape(Shape):
    """A table in a publication."""

    columns: Annotated[list[str] | None, Meta(description="Only these columns are sent. Default: all.")] = None
    where: Annotated[str | None, Meta(description="Only rows for which this holds are sent.")] = None


class PublicationShape(Shape):
    """A publication: what logical replication sends to subscribers."""

    tables: Annotated[dict[str, PublishedTableShape | None] | list[str] | None, Meta(description="These tables.")] = (
        None
    )
    schemas: Annotated[list[str] | None, Meta(description="All tables of these schemas, also of the future.")] = None
    all_tables: Annotated[bool, Meta(description="All tables, also of the future.")] = False
    operations: Annotated[
        list[Literal["insert", "update", "delete", "truncate"]] | None,
        Meta(description="Which changes are sent. Default: all."),
    ] = None
    via_root: Annotated[bool, Meta(description="Changes of partitions are sent as those of the partitioned table.")] = (
        False
    )
    generated_columns: Annotated[
        Literal["stored"] | None, Meta(description="Stored generated columns are sent too (from 18 on).")
    ] = None
    comment: Comment = None
    owner: Owner = None
