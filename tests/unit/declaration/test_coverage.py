"""Nothing that a catalog holds is forgotten by the declaration: every field has a key, or a reason to have none."""

from __future__ import annotations

from dataclasses import fields

import msgspec
import pytest

from bootstrap.catalog import code, columns, constraints, indexes, replication, security, tables, types
from bootstrap.declaration.schema import FILE, text
from bootstrap.declaration.shapes import code as code_shapes
from bootstrap.declaration.shapes import replication as replication_shapes
from bootstrap.declaration.shapes import security as security_shapes
from bootstrap.declaration.shapes import tables as table_shapes
from bootstrap.declaration.shapes import types as type_shapes

IDENTITY = {"schema", "name", "table", "kind"}  # where it stands, and under which key
# Fields that are declared under another key, or that are no one's to declare.
ELSEWHERE: dict[type, set[str]] = {
    columns.Column: {"serial"},  # the type serial
    columns.Identity: {"options"},  # its keys stand beside
    columns.SequenceOptions: {"data_type"},  # type
    constraints.ForeignKey: {
        "ref_schema",
        "ref_table",
        "ref_columns",
        "explicit_actions",
    },  # references; on_delete: no action
    indexes.Index: {"parts"},  # columns
    tables.Table: {"uniques", "partitioning", "unsaid"},  # unique, partition_by; which keys are left out
    tables.PartitionBy: {"strategy"},  # method
    tables.MySqlPartitioning: {"partitions"},  # of the table
    code.View: {"materialized", "column_types"},  # materialized_views; what introspection found
    code.Routine: {"identity"},  # the key
    code.Trigger: {"timing", "events"},  # fires
    types.Operator: {"left", "right"},  # the key
    types.Sequence: {"options"},  # its keys stand beside
    types.Statistics: {"expressions", "table_schema"},  # columns; the table that it stands in
}
SHAPES: list[tuple[type, list[type[msgspec.Struct]]]] = [
    (columns.Column, [table_shapes.ColumnShape]),
    (columns.Generated, [table_shapes.GeneratedShape]),
    (columns.Identity, [table_shapes.IdentityShape]),
    (columns.SequenceOptions, [table_shapes.SequenceOptionsShape]),
    (constraints.KeyConstraint, [table_shapes.KeyShape]),
    (constraints.ForeignKey, [table_shapes.ForeignKeyShape]),
    (constraints.Check, [table_shapes.CheckShape]),
    (constraints.Exclusion, [table_shapes.ExclusionShape]),
    (indexes.IndexPart, [table_shapes.PartShape]),
    (indexes.Index, [table_shapes.IndexShape]),
    (tables.Table, [table_shapes.TableShape]),
    (tables.PartitionBy, [table_shapes.PartitionByShape]),
    (tables.PartitionOf, [table_shapes.PartitionOfShape]),
    (tables.MySqlPartitioning, [table_shapes.PartitionByShape]),
    (tables.MySqlPartition, [table_shapes.MySqlPartitionShape]),
    (tables.MySqlSubpartition, [table_shapes.MySqlSubpartitionShape]),
    (tables.Period, [table_shapes.PeriodShape]),
    (code.View, [code_shapes.ViewShape, type_shapes.MaterializedViewShape]),
    (code.Routine, [code_shapes.RoutineShape]),
    (code.Trigger, [code_shapes.TriggerShape]),
    (code.Rule, [code_shapes.RuleShape]),
    (code.Policy, [code_shapes.PolicyShape]),
    (code.Event, [code_shapes.EventShape]),
    (code.EventTrigger, [code_shapes.EventTriggerShape]),
    (replication.Publication, [replication_shapes.PublicationShape]),
    (replication.PublishedTable, [replication_shapes.PublishedTableShape]),
    (security.Role, [security_shapes.RoleShape]),
    (security.DefaultPrivilege, []),
    (types.Schema, [type_shapes.SchemaShape]),
    (types.Extension, [type_shapes.ExtensionShape]),
    (types.EnumType, [type_shapes.EnumShape]),
    (types.Attribute, [type_shapes.AttributeShape]),
    (types.CompositeType, [type_shapes.CompositeShape]),
    (types.RangeType, [type_shapes.RangeShape]),
    (types.Domain, [type_shapes.DomainShape]),
    (types.Sequence, [type_shapes.SequenceShape]),
    (types.Collation, [type_shapes.CollationShape]),
    (types.TextSearchDictionary, [type_shapes.DictionaryShape]),
    (types.TextSearchConfiguration, [type_shapes.TextSearchShape]),
    (types.Statistics, [table_shapes.StatisticsShape]),
    (types.Operator, [type_shapes.OperatorShape]),
]


@pytest.mark.parametrize(("kind", "shapes"), [pair for pair in SHAPES if pair[1]])
def test_every_field_has_a_key(kind: type, shapes: list[type[msgspec.Struct]]) -> None:
    keys = {key for shape in shapes for key in shape.__struct_fields__}
    names = {field.name for field in fields(kind)}
    assert names - keys - IDENTITY - ELSEWHERE.get(kind, set()) == set()


def test_every_class_is_looked_at() -> None:
    found = {
        item
        for module in (columns, constraints, indexes, tables, code, replication, security, types)
        for item in vars(module).values()
        if isinstance(item, type) and item.__module__ == module.__name__ and hasattr(item, "__dataclass_fields__")
    }
    assert found - {kind for kind, _ in SHAPES} == {security.Grant}  # grants: {role: [privilege]}


def test_the_json_schema_is_that_of_the_shapes() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run python -m bootstrap.declaration.schema"
