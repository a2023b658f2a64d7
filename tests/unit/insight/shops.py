"""Snapshots of databases of any size, made without a server."""

from __future__ import annotations

from datetime import UTC, datetime

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.columns import Column
from bootstrap.catalog.constraints import ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind
from bootstrap.catalog.tables import Table
from bootstrap.insight.snapshot.model import PlanPolicy, RunRecord, Snapshot
from bootstrap.plan.server import Server
from bootstrap.run.records import Outcome

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
_TYPES = ("text", "integer", "timestamp with time zone", "numeric(12,2)", "boolean", "character varying(200)")


def table(number: int, *parents: int, columns: int = 6) -> Table:
    """A table with that many columns, a key, an index, and a foreign key to each of the parents."""
    name = f"table_{number:04}"
    own = [Column(name=f"field_{place}", type=_TYPES[place % len(_TYPES)]) for place in range(columns)]
    keys = [f"table_{parent:04}_id" for parent in parents]
    return Table(
        schema="public",
        name=name,
        columns=(
            Column(name="id", type="bigint", nullable=False),
            *own,
            *(Column(name=key, type="bigint", nullable=False) for key in keys),
        ),
        primary_key=KeyConstraint(kind=Kind.PRIMARY_KEY, name=f"{name}_pkey", columns=(IndexPart(column="id"),)),
        foreign_keys=tuple(
            ForeignKey(
                name=f"{name}_{key}_fkey", columns=(key,), ref_schema="public", ref_table=f"table_{parent:04}",
                ref_columns=("id",), on_delete="CASCADE",
            )
            for parent, key in zip(parents, keys, strict=True)
        ),
        indexes=(Index(name=f"{name}_field_0_idx", parts=(IndexPart(column="field_0"),)),),
    )  # fmt: skip


def tables(number: int) -> list[Table]:
    """So many tables, with about 1.5 references each: to a few that many refer to, and to neighbours."""
    return [
        table(place, *dict.fromkeys(parent for parent in (place // 3, place % 7) if parent < place))
        if place % 8
        else table(place)
        for place in range(number)
    ]


def snapshot(environment: str, items: list[Table]) -> Snapshot:
    """An environment with these tables, all of them declared and applied by its one run."""
    catalog = Catalog(objects={item.ref: item for item in items})
    run = RunRecord(id=1, action="apply", outcome=Outcome.APPLIED, started_at=NOW, finished_at=NOW, by="ada")
    return Snapshot(
        environment=environment,
        declaration="shop",
        engine="postgresql",
        target=f"postgresql {environment}.example.com:5432/shop",
        taken_at=NOW,
        tool_version="1",
        server=Server(vendor="postgresql", version=(15, 6), version_text="15.6", account="admin"),
        settings={"vendor": "postgresql", "version": "15.6"},
        fingerprint="",
        structure="",
        last_run=run,
        proven_run=run,
        steps=(),
        seeds=(),
        sizes={},
        policy=PlanPolicy(),
        catalog=catalog,
        managed=catalog.members,
        declared=catalog.members,
    )
