"""Tables: columns, keys, constraints, indexes, partitions."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from bootstrap.declaration.shapes.code import PolicyShape, RuleShape, TriggerShape
from bootstrap.declaration.shapes.common import (
    Comment,
    Grants,
    Options,
    Owner,
    RenamedFrom,
    Shape,
    Sql,
    Tablespace,
    mysql,
    postgresql,
)

Action: TypeAlias = Literal["no action", "restrict", "cascade", "set null", "set default"]
Strings: TypeAlias = str | list[str]


class TextLiteral(Shape):
    """A text as a default, without SQL quotes: `default: {text: new}` is `default: "'new'"`."""

    text: Annotated[Sql, Meta(description="The text itself.")]


class GeneratedShape(Shape):
    """A generated column."""

    expression: Annotated[str, Meta(description="The SQL expression.")]
    kind: Annotated[
        Literal["stored", "virtual"] | None,
        Meta(description="Whether the value is kept in the row. Default: stored (PostgreSQL), virtual (MySQL)."),
    ] = None


class SequenceOptionsShape(Shape):
    """Options of a sequence; what is left out is the server's default."""

    type: Annotated[str | None, Meta(description="Data type: smallint, integer or bigint.")] = None
    start: Annotated[int | None, Meta(description="First value.")] = None
    increment: Annotated[int | None, Meta(description="Step.")] = None
    minimum: Annotated[int | None, Meta(description="Smallest value.")] = None
    maximum: Annotated[int | None, Meta(description="Largest value.")] = None
    cache: Annotated[int | None, Meta(description="How many values a session takes at once.")] = None
    cycle: Annotated[bool, Meta(description="Begin again after the last value.")] = False


class IdentityShape(SequenceOptionsShape):
    """An identity column with options of its sequence."""

    always: Annotated[bool, Meta(description="`generated always` instead of `by default`.")] = False
    sequence_name: Annotated[str | None, Meta(description="Name of the sequence, where it is not the usual.")] = None
    comment: Annotated[str | None, Meta(description="A comment on the sequence.")] = None


class ColumnShape(Shape):
    """A column. The short form is what SQL writes behind the name: `varchar(100) not null default 'x'`."""

    type: Annotated[str, Meta(description="The type as SQL writes it: `varchar(100)`, `int unsigned`, `text[]`.")]
    nullable: Annotated[bool, Meta(description="Whether NULL is allowed. Default: true; never in a primary key.")] = (
        True
    )
    default: Annotated[
        Sql | TextLiteral | None,
        Meta(
            description=(
                "The default as an SQL expression: `0`, `true`, `current_timestamp`, `\"'new'\"`; "
                "`{text: new}` is the text new. A function default may call anything that the engine allows."
            )
        ),
    ] = None
    generated: Annotated[
        str | GeneratedShape | None, Meta(description="`generated always as (…)`: the expression without parentheses.")
    ] = None
    comment: Comment = None
    collation: Annotated[str | None, Meta(description="The collation, where it is not the table's or type's own.")] = (
        None
    )
    identity: Annotated[
        Literal["always", "by default"] | IdentityShape | None,
        postgresql("`generated … as identity`.", "write auto_increment: true"),
    ] = None
    not_null_name: Annotated[
        str | None, postgresql("Name of the NOT NULL constraint (from PostgreSQL 18 on), where it is not the usual.")
    ] = None
    sequence_grants: Annotated[
        Grants | None, postgresql("Privileges on the sequence of a serial or identity column, by role.")
    ] = None
    storage: Annotated[str | None, postgresql("plain, external, extended or main.")] = None
    compression: Annotated[str | None, postgresql("pglz or lz4.")] = None
    statistics: Annotated[int | None, postgresql("Statistics target.")] = None
    options: Annotated[
        Options | None, Meta(description="PostgreSQL: `n_distinct: 100`. MySQL: `column_format`, `storage`.")
    ] = None
    check: Annotated[str | None, mysql("MariaDB: the check of the column.", "write checks: of the table")] = None
    inherited: Annotated[bool, postgresql("The column comes from a parent table; written by import only.")] = False
    auto_increment: Annotated[
        bool, mysql("The server counts.", "write identity: by default, or the type bigserial")
    ] = False
    on_update: Annotated[str | None, mysql("`current_timestamp`: set when the row changes.", "use a trigger")] = None
    charset: Annotated[str | None, mysql("The character set, where it is not the table's.", "use collation")] = None
    invisible: Annotated[bool, mysql("Left out of `select *`.")] = False
    srid: Annotated[int | None, mysql("Spatial reference system of a geometry.")] = None
    without_system_versioning: Annotated[bool, mysql("MariaDB: changes leave no history.")] = False
    renamed_from: RenamedFrom = None
    backfill: Annotated[
        Sql | None,
        Meta(
            description=(
                "SQL expression for rows that have no value when the column is added as NOT NULL or becomes NOT NULL; "
                "it may use the other columns of the row."
            )
        ),
    ] = None
    using: Annotated[
        str | None,
        postgresql("SQL expression that converts the values when the type changes.", "convert the values in a step"),
    ] = None


class PartShape(Shape):
    """One key of an index, where the short form (`email desc`, `lower(email)`) does not do."""

    column: Annotated[str | None, Meta(description="The column's name, exactly.")] = None
    expression: Annotated[str | None, Meta(description="An SQL expression instead of a column.")] = None
    descending: Annotated[bool, Meta(description="Largest first.")] = False
    nulls_first: Annotated[bool | None, postgresql("Where NULLs stand; default: last, when descending first.")] = None
    collation: Annotated[str | None, postgresql("The collation, where it is not the column's.")] = None
    opclass: Annotated[str | None, postgresql("The operator class: `text_pattern_ops`, `gin_trgm_ops`.")] = None
    opclass_options: Annotated[Options | None, postgresql("Parameters of the operator class.")] = None
    statistics: Annotated[int | None, postgresql("Statistics target of an expression.")] = None
    length: Annotated[int | None, mysql("Only so many characters (bytes of a binary column).")] = None


Parts: TypeAlias = list[str | PartShape]


class KeyShape(Shape):
    """A primary key or a unique constraint. The short form is the list of its columns."""

    columns: Annotated[Parts, Meta(description="The columns, in order.")]
    name: Annotated[str | None, Meta(description="The constraint's name (primary key); default: the server's.")] = None
    include: Annotated[list[str] | None, postgresql("Columns that are carried along.")] = None
    nulls_not_distinct: Annotated[bool, postgresql("Two NULLs are equal.")] = False
    deferrable: Annotated[bool, postgresql("May be checked at the end of the transaction.")] = False
    initially_deferred: Annotated[bool, postgresql("Is checked at the end of the transaction.")] = False
    options: Annotated[Options | None, Meta(description="Storage parameters of the index: `fillfactor: 70`.")] = None
    tablespace: Tablespace = None
    comment: Comment = None
    parent: Annotated[str | None, postgresql("The key of the partitioned table that this one belongs to.")] = None
    visible: Annotated[bool, mysql("false: the optimizer does not use it.")] = True
    without_overlaps: Annotated[bool, mysql("MariaDB: the last column is the table's period.")] = False
    index_type: Annotated[str | None, mysql("btree or hash.")] = None
    index_comment: Annotated[str | None, Meta(description="The comment of the index behind it.")] = None
    clustered: Annotated[bool, postgresql("CLUSTER orders the table by this index.")] = False
    replica_identity: Annotated[bool, postgresql("Logical replication knows rows by this index.")] = False
    renamed_from: RenamedFrom = None


class ForeignKeyShape(Shape, kw_only=True):
    """A foreign key. Where `columns` is left out, the key of this entry is the column and the server chooses the
    constraint's name. The short form: `user_id: users(id) on delete cascade`."""

    columns: Annotated[Strings | None, Meta(description="The columns of this table.")] = None
    references: Annotated[
        str, Meta(description="Table and columns: `users(id)`, `app.users(id)`; no columns: its key.")
    ]
    on_delete: Annotated[Action | None, Meta(description="What happens when the referenced row is deleted.")] = None
    on_update: Annotated[Action | None, Meta(description="What happens when the referenced key changes.")] = None
    on_delete_columns: Annotated[list[str] | None, postgresql("The columns that `set null` sets.")] = None
    match: Annotated[Literal["simple", "full", "partial"] | None, Meta(description="How NULLs match.")] = None
    deferrable: Annotated[bool, postgresql("May be checked at the end of the transaction.")] = False
    initially_deferred: Annotated[bool, postgresql("Is checked at the end of the transaction.")] = False
    validated: Annotated[bool, postgresql("false: NOT VALID, rows that exist are not checked.")] = True
    enforced: Annotated[bool, postgresql("false: NOT ENFORCED (from version 18).")] = True
    comment: Comment = None
    renamed_from: RenamedFrom = None


class CheckShape(Shape):
    """A check constraint. The short form is the expression."""

    expression: Annotated[str, Meta(description="The SQL condition, without outer parentheses.")]
    validated: Annotated[bool, postgresql("false: NOT VALID, rows that exist are not checked.")] = True
    no_inherit: Annotated[bool, postgresql("Holds for this table only, not for its children.")] = False
    enforced: Annotated[bool, Meta(description="false: NOT ENFORCED.")] = True
    inherited: Annotated[bool, postgresql("Comes from a parent table; written by import only.")] = False
    comment: Comment = None
    renamed_from: RenamedFrom = None


class ElementShape(PartShape, kw_only=True):
    """One comparison of an exclusion constraint, where the short form does not do."""

    operator: Annotated[str, Meta(description="The operator: `=`, `&&`.")]


class ExclusionShape(Shape):
    """An exclusion constraint: no two rows may satisfy all of the comparisons."""

    elements: Annotated[
        dict[str, str] | list[str | ElementShape],
        Meta(description='What is compared and the operator: `{room: =, during: "&&"}`; in order.'),
    ]
    method: Annotated[str, Meta(description="The index method.")] = "gist"
    include: Annotated[list[str] | None, Meta(description="Columns that are carried along.")] = None
    where: Annotated[str | None, Meta(description="Only rows for which this holds.")] = None
    deferrable: Annotated[bool, Meta(description="May be checked at the end of the transaction.")] = False
    initially_deferred: Annotated[bool, Meta(description="Is checked at the end of the transaction.")] = False
    options: Annotated[Options | None, Meta(description="Storage parameters.")] = None
    tablespace: Tablespace = None
    comment: Comment = None
    index_comment: Annotated[str | None, Meta(description="The comment of the index behind it.")] = None
    renamed_from: RenamedFrom = None


class IndexShape(Shape):
    """An index. The short form is the list of its keys: `[email, created_at desc]`."""

    columns: Annotated[Parts, Meta(description="Columns or expressions, in order.")]
    name: Annotated[str | None, Meta(description="The name, in a list of indexes; default: the server's.")] = None
    unique: Annotated[bool, Meta(description="No two rows alike.")] = False
    method: Annotated[str, Meta(description="btree, hash, gin, gist, spgist, brin; MySQL: fulltext, spatial.")] = (
        "btree"
    )
    where: Annotated[str | None, postgresql("Only rows for which this holds.")] = None
    include: Annotated[list[str] | None, postgresql("Columns that are carried along.")] = None
    nulls_not_distinct: Annotated[bool, postgresql("Two NULLs are equal.")] = False
    options: Annotated[Options | None, Meta(description="Storage parameters: `fillfactor: 70`.")] = None
    tablespace: Tablespace = None
    comment: Comment = None
    visible: Annotated[bool, mysql("false: the optimizer does not use it.")] = True
    parser: Annotated[str | None, mysql("Parser of a fulltext index: `ngram`.")] = None
    valid: Annotated[bool, postgresql("false only for what a failed build left; written by import only.")] = True
    clustered: Annotated[bool, postgresql("CLUSTER orders the table by this index.")] = False
    replica_identity: Annotated[bool, postgresql("Logical replication knows rows by this index.")] = False
    parent: Annotated[str | None, postgresql("The index of the partitioned table that this one belongs to.")] = None
    renamed_from: RenamedFrom = None


class MySqlSubpartitionShape(Shape):
    """One part of a partition of a MySQL table. The short form is its name."""

    name: Annotated[str, Meta(description="Its name.")]
    options: Annotated[Options | None, Meta(description="Options: `comment`, `max_rows`.")] = None


class MySqlPartitionShape(Shape):
    """One partition of a MySQL table. The short form is the text behind VALUES: `less than (10)`."""

    values: Annotated[str, Meta(description="The text behind VALUES: `less than (10)`, `in (1, 2)`.")] = ""
    options: Annotated[Options | None, Meta(description="Options: `comment`, `engine`.")] = None
    subpartitions: Annotated[
        list[str | MySqlSubpartitionShape] | None, Meta(description="The subpartitions, by name or with their options.")
    ] = None


class PartitionByShape(Shape):
    """How a table is partitioned. The short form is what SQL writes: `range (created_at)`."""

    method: Annotated[str, Meta(description="range, list, hash; MySQL also `range columns`, `linear key` …")]
    keys: Annotated[Parts | None, postgresql("The columns or expressions.", "write expression")] = None
    expression: Annotated[str | None, mysql("The text in the parentheses.", "write keys")] = None
    count: Annotated[int | None, mysql("How many partitions (hash, key).")] = None
    sub_method: Annotated[str | None, mysql("How the partitions are divided again.")] = None
    sub_expression: Annotated[str | None, mysql("The text in the parentheses of the subpartitioning.")] = None
    sub_count: Annotated[int | None, mysql("How many subpartitions each.")] = None


class PeriodShape(Shape):
    """The period in which a row holds, in the application's own time (MariaDB)."""

    name: Annotated[str, Meta(description="Its name, by which keys call it.")]
    start: Annotated[str, Meta(description="The column of its beginning.")]
    end: Annotated[str, Meta(description="The column of its end.")]


class PartitionOfShape(Shape):
    """That this table is a partition of another."""

    table: Annotated[str, Meta(description="The partitioned table.")]
    bound: Annotated[str, Meta(description="`for values from (1) to (10)`, `for values in (1)`, `default`.")]


class StatisticsShape(Shape):
    """Extended statistics. The short form is the list of columns or expressions."""

    columns: Annotated[list[str], Meta(description="Columns or expressions, as SQL writes them.")]
    kinds: Annotated[list[str] | None, Meta(description="ndistinct, dependencies, mcv; default: all.")] = None
    schema: Annotated[str | None, Meta(description="The schema, where it is not the table's.")] = None
    target: Annotated[int | None, Meta(description="Statistics target.")] = None
    comment: Comment = None
    owner: Owner = None


class TableShape(Shape):
    """A table with everything that belongs to it."""

    columns: Annotated[
        dict[str, str | ColumnShape] | None,
        Meta(description="Columns by name, in order. A partition may leave them out."),
    ] = None
    primary_key: Annotated[Parts | KeyShape | None, Meta(description="The columns of the primary key.")] = None
    unique: Annotated[
        dict[str, Parts | KeyShape] | list[Parts | KeyShape] | None,
        Meta(description="Unique constraints by name; a list where the server may choose the names."),
    ] = None
    foreign_keys: Annotated[
        dict[str, str | ForeignKeyShape] | list[ForeignKeyShape] | None,
        Meta(description="Foreign keys by column (`user_id: users(id)`) or, with `columns`, by name."),
    ] = None
    checks: Annotated[
        dict[str, str | CheckShape] | list[str | CheckShape] | None,
        Meta(description="Check constraints by name; a list where the server may choose the names."),
    ] = None
    exclusions: Annotated[dict[str, ExclusionShape] | None, postgresql("Exclusion constraints by name.")] = None
    indexes: Annotated[
        dict[str, Parts | IndexShape] | list[Parts | IndexShape] | None,
        Meta(description="Indexes by name; a list where the server may choose the names."),
    ] = None
    triggers: Annotated[dict[str, TriggerShape] | None, Meta(description="Triggers by name.")] = None
    rules: Annotated[dict[str, str | RuleShape] | None, postgresql("Rewrite rules by name.")] = None
    policies: Annotated[dict[str, PolicyShape] | None, postgresql("Row level security policies by name.")] = None
    statistics: Annotated[dict[str, list[str] | StatisticsShape] | None, postgresql("Extended statistics by name.")] = (
        None
    )
    grants: Grants | None = None
    comment: Comment = None
    owner: Owner = None
    options: Annotated[
        Options | None, Meta(description="Storage parameters (`fillfactor: 70`); MySQL: create options (`row_format`).")
    ] = None
    partition_by: Annotated[
        str | PartitionByShape | None, Meta(description="How the table is partitioned: `range (created_at)`.")
    ] = None
    partitions: Annotated[
        dict[str, str | MySqlPartitionShape | None] | None,
        Meta(description="Partitions by name with their bounds; a partition with more to it is a table of its own."),
    ] = None
    unlogged: Annotated[bool, postgresql("Not written to the log: lost after a crash.")] = False
    partition_of: Annotated[PartitionOfShape | None, postgresql("The table is a partition of another.")] = None
    inherits: Annotated[Strings | None, postgresql("Parent tables.")] = None
    all_columns: Annotated[
        bool, postgresql("`columns` has every column, also the inherited ones; written by import only.")
    ] = False
    row_security: Annotated[bool | None, postgresql("Policies hold. Not said: as it is; false in a new table.")] = None
    force_row_security: Annotated[
        bool | None, postgresql("Policies hold for the owner too. Not said: as it is; false in a new table.")
    ] = None
    replica_identity: Annotated[
        Literal["default", "full", "nothing", "index"] | None,
        postgresql("How logical replication knows a row. Not said: as it is."),
    ] = None
    tablespace: Tablespace = None
    access_method: Annotated[str | None, postgresql("Table access method.")] = None
    of_type: Annotated[str | None, postgresql("The composite type that the table is of.")] = None
    engine: Annotated[str | None, mysql("Storage engine; default InnoDB.")] = None
    charset: Annotated[str | None, mysql("Character set, where it is not the database's.")] = None
    collation: Annotated[str | None, mysql("Collation, where it is not the database's.")] = None
    system_versioned: Annotated[bool, mysql("MariaDB: keeps the history of its rows.")] = False
    period: Annotated[PeriodShape | None, mysql("MariaDB: PERIOD FOR, in the application's own time.")] = None
    renamed_from: RenamedFrom = None
