"""The files of a declaration: bootstrap.yaml, overlays, schema, seeds, checks and steps."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta

from bootstrap.declaration.shapes.code import (
    AggregateShape,
    EventShape,
    EventTriggerShape,
    RoutineShape,
    ViewShape,
)
from bootstrap.declaration.shapes.common import Count, Positive, Shape, Sql, mysql, postgresql
from bootstrap.declaration.shapes.replication import PublicationShape
from bootstrap.declaration.shapes.security import DefaultPrivilegeShape, RoleShape
from bootstrap.declaration.shapes.tables import Strings, TableShape
from bootstrap.declaration.shapes.types import (
    CollationShape,
    CompositeShape,
    DatabaseShape,
    DictionaryShape,
    DomainShape,
    EnumShape,
    ExtensionShape,
    MaterializedViewShape,
    OperatorShape,
    RangeShape,
    SchemaShape,
    SequenceShape,
    TextSearchShape,
)

Variables: TypeAlias = Annotated[
    dict[str, Sql | None],
    Meta(description="Values for `${name}`. Nothing (null): every environment must give one. Never a secret."),
]


class ScopeShape(Shape):
    """Which part of the database is managed. Names may have `*` and `?`."""

    schemas: Annotated[Strings | None, postgresql("These schemas.")] = None
    tables: Annotated[Strings | None, Meta(description="These tables.")] = None
    ignore: Annotated[Strings | None, Meta(description="Never these, whatever the others say.")] = None


class LimitsShape(Shape):
    """Limits, and what is allowed in this environment."""

    max_block: Annotated[
        str | int | None,
        Meta(
            description="How long a change may block writes, as estimated, without `allow`: `500ms`; `0s` refuses all"
            " that block. Default: 1s."
        ),
    ] = None
    large_table_rows: Annotated[Count | None, Meta(description="Replaced by `max_block`, and rejected.")] = None
    lock_timeout: Annotated[
        str | int | None, Meta(description="How long a statement waits for locks: `3s`, `500ms`.")
    ] = None
    statement_timeout: Annotated[str | int | None, Meta(description="How long a statement may run: `10min`.")] = None
    deadline: Annotated[str | int | None, Meta(description="How long a whole run may take: `15min`.")] = None
    backfill_batch: Annotated[
        Count | None, Meta(description="How many rows a `backfill` fills in one transaction. Default: 5000.")
    ] = None
    backfill_pause: Annotated[
        str | int | None, Meta(description="The pause between two such transactions: `100ms`. Default: none.")
    ] = None
    online: Annotated[bool | None, Meta(description="false: take the direct way, where nobody else is connected.")] = (
        None
    )
    removed: Annotated[
        Literal["drop", "keep"] | None,
        Meta(
            description="What was declared before and is not any more: `drop` (default; behind the gate) or `keep`"
            " (reported; `db-bootstrap contract` drops it)."
        ),
    ] = None
    on_failure: Annotated[
        Literal["keep", "rollback"] | None,
        Meta(
            description="The changes of a run that fails: `keep` (default; the next run goes on from there) or"
            " `rollback` (undo what the run did, as far as no value is lost)."
        ),
    ] = None
    backup: Annotated[
        Literal["none", "table", "rds_snapshot"] | None,
        Meta(
            description="Keep values before a plan loses them: `none` (default), `table` (columns and rows are copied"
            " to tables of the history) or `rds_snapshot` (a snapshot of the RDS instance or Aurora cluster)."
        ),
    ] = None
    backup_days: Annotated[
        Count | None, Meta(description="How many days a backup table is kept; a later run drops it. Default: 30.")
    ] = None
    backup_limit_mb: Annotated[
        Count | None,
        Meta(description="How many megabytes one run may copy to backup tables. Default: 1024."),
    ] = None
    protected: Annotated[
        bool | None,
        Meta(description="Whether `db-bootstrap rebuild` is refused. Default: true for `production` and `prod`."),
    ] = None
    allow: Annotated[Strings | None, Meta(description="Hazards that are allowed: `data_loss:orders.note`.")] = None


class CredentialsShape(Shape):
    """Where the password comes from: exactly one of these."""

    confidential = True

    secret_arn: Annotated[str | None, Meta(description="A secret of Secrets Manager.")] = None
    ssm_parameter: Annotated[str | None, Meta(description="A SecureString of the Parameter Store.")] = None
    iam: Annotated[bool | None, Meta(description="An IAM token.")] = None
    environment: Annotated[str | None, Meta(description="An environment variable.")] = None


class TlsShape(Shape):
    """How the server proves who it is."""

    mode: Annotated[
        Literal["verify-full", "verify-ca", "require", "disable"] | None, Meta(description="Default: verify-full.")
    ] = None
    ca_file: Annotated[str | None, Meta(description="CA certificates; default: the RDS bundle of the package.")] = None


class TerraformShape(Shape):
    """A target that Terraform's outputs name."""

    directory: Annotated[str, Meta(description="Terraform's directory, relative to the declaration.")]
    key: Annotated[str, Meta(description="This database's entry in the output.")]
    output: Annotated[str, Meta(description="The output: a map of targets.")] = "db_bootstrap_targets"
    workspace: Annotated[
        str | bool | None,
        Meta(
            description=(
                "Terraform's workspace. Default: the environment's name. false: the configuration has one state only, "
                "or TF_WORKSPACE, TF_DATA_DIR or `terraform init` have selected it."
            )
        ),
    ] = None


class TargetShape(Shape):
    """The database to bring into line: either `terraform`, or the endpoint itself."""

    confidential = True  # a URL has a password in it

    terraform: Annotated[TerraformShape | None, Meta(description="Read it from Terraform's outputs.")] = None
    engine: Annotated[Literal["postgresql", "mysql"] | None, Meta(description="Default: the declaration's.")] = None
    host: Annotated[str | None, Meta(description="Host name of the writer.")] = None
    port: Annotated[Positive | None, Meta(description="Default: 5432 or 3306.")] = None
    database: Annotated[str | None, Meta(description="Name of the database.")] = None
    username: Annotated[str | None, Meta(description="As whom; a secret may bring it along.")] = None
    region: Annotated[str | None, Meta(description="AWS region.")] = None
    credentials: Annotated[CredentialsShape | None, Meta(description="Default: DB_BOOTSTRAP_PASSWORD.")] = None
    tls: TlsShape | None = None
    connect_deadline_seconds: Annotated[Count | None, Meta(description="How long to wait for it. Default: 120.")] = None


class SeedShape(Shape):
    """Rows of one table."""

    key: Annotated[
        Strings | None,
        Meta(
            description=(
                "Columns that identify a row. Default: the primary key; in an overlay, the base's key for the table."
            )
        ),
    ] = None
    mode: Annotated[
        Literal["insert", "upsert", "sync", "once"] | None,
        Meta(
            description=(
                "insert (default): never touch a row that exists; upsert; sync: also delete the rest; "
                "once: only into an empty table. In an overlay the default is the base's mode for the table."
            )
        ),
    ] = None
    columns: Annotated[list[str] | None, Meta(description="Columns, where the rows are lists.")] = None
    rows: Annotated[
        list[Any] | None,
        Meta(
            description=(
                "Rows: `{column: value}`, or lists with `columns`. A value is text, a number, true, false, null, "
                "`{sql: expression}`, `{binary: base64}`, `{json: …}`, or a list or mapping for JSON and arrays."
            )
        ),
    ] = None
    file: Annotated[str | None, Meta(description="A .csv or .jsonl file with the rows, relative to this file.")] = None
    replace: Annotated[bool, Meta(description="In an overlay: instead of the base's rows of this table.")] = False
    null: Annotated[str | None, Meta(description="CSV: the unquoted text that is NULL. Default: nothing at all.")] = (
        None
    )
    delete_limit: Annotated[
        Count | None, Meta(description="sync: how many rows may go without `--allow`. Default: one in two, at most 10.")
    ] = None
    delimiter: Annotated[str | None, Meta(description="CSV: what separates the cells. Default: a comma.")] = None


class ExpectShape(Shape):
    """What the answer must be: exactly one of these."""

    value: Annotated[Sql | None, Meta(description="One row, one column, with this value.")] = None
    at_least: Annotated[Sql | None, Meta(description="One number, at least this.")] = None
    at_most: Annotated[Sql | None, Meta(description="One number, at most this.")] = None
    rows: Annotated[Count | None, Meta(description="Exactly so many rows.")] = None


class AssertionShape(Shape):
    """An assertion. The short form is a query that must give true."""

    query: Annotated[str, Meta(description="A SELECT.")]
    expect: Annotated[
        Literal["true", "empty", "rows"] | bool | ExpectShape | None,
        Meta(description="true (default), empty, rows, or `{value: 5}`, `{at_least: 5}`, `{at_most: 5}`, `{rows: 5}`."),
    ] = None
    message: Annotated[str | None, Meta(description="What it means when it fails.")] = None


class BootstrapFile(Shape):
    """bootstrap.yaml: what this declaration is, and what it reads."""

    version: Annotated[int, Meta(description="Version of the format: 1.")]
    engine: Annotated[Literal["postgresql", "mysql"], Meta(description="mysql is MySQL and MariaDB.")]
    name: Annotated[str | None, Meta(description="Default: the directory's name.")] = None
    description: Annotated[str | None, Meta(description="For people.")] = None
    default_schema: Annotated[str | None, postgresql("The schema of names without one. Default: public.")] = None
    schema: Annotated[Strings | None, Meta(description="Structure. Default: `schema/**/*.yaml`.")] = None
    steps: Annotated[Strings | None, Meta(description="Versioned steps. Default: `steps/*.sql`, `steps/*.yaml`.")] = (
        None
    )
    seeds: Annotated[Strings | None, Meta(description="Rows. Default: `seeds/*` (YAML, CSV, JSON Lines).")] = None
    checks: Annotated[Strings | None, Meta(description="Assertions. Default: `checks.yaml`.")] = None
    environments: Annotated[Strings | None, Meta(description="Overlays. Default: `environments/*.yaml`.")] = None
    scope: ScopeShape | None = None
    policy: LimitsShape | None = None
    variables: Variables | None = None


class OverlayFile(Shape):
    """environments/NAME.yaml: what differs in one environment."""

    description: Annotated[str | None, Meta(description="For people.")] = None
    target: TargetShape | None = None
    seeds: Annotated[
        str | list[str] | dict[str, SeedShape] | None,
        Meta(description="Further seed files, or seeds by table: added to the base's."),
    ] = None
    base_seeds: Annotated[bool, Meta(description="false: the base's seeds are not brought in.")] = True
    checks: Annotated[dict[str, str | AssertionShape] | None, Meta(description="Further assertions.")] = None
    scope: ScopeShape | None = None
    policy: LimitsShape | None = None
    variables: Variables | None = None


class SeedFile(Shape):
    """A seed file: rows by table."""

    seeds: Annotated[dict[str, SeedShape], Meta(description="Seeds by table.")]


class CheckFile(Shape):
    """checks.yaml: assertions that must hold after every run."""

    checks: Annotated[dict[str, str | AssertionShape] | None, Meta(description="Assertions by name.")] = None


class StepFile(Shape):
    """A step in YAML. In SQL the same stands in the first comments: `-- phase: before`."""

    statements: Annotated[Strings, Meta(description="The SQL.")]
    phase: Annotated[Literal["before", "after"], Meta(description="Before or after the structural change.")] = "after"
    transaction: Annotated[bool, Meta(description="false: outside of a transaction.")] = True
    description: Annotated[str | None, Meta(description="For people.")] = None
    when: Annotated[
        Strings | None,
        Meta(description="Run it only where all of these hold: `exists(table)`, `not exists(table.column)`."),
    ] = None
    batch: Annotated[
        Positive | None, Meta(description="Run the UPDATE or DELETE in ranges of so many rows, each committed.")
    ] = None
    key: Annotated[str | None, Meta(description="The column of the ranges: NOT NULL, and better with an index.")] = None
    pause: Annotated[str | None, Meta(description="Between two ranges: `100ms`.")] = None
    replaces: Annotated[
        Strings | None, Meta(description="Checksums that this step had before: where one was applied, it is done.")
    ] = None


class SchemaFile(Shape):
    """A file under schema/: structure. Any of these may stand in any file; a name only once in all of them."""

    database: Annotated[DatabaseShape | None, Meta(description="The database itself.")] = None
    roles: Annotated[dict[str, RoleShape | None] | list[str] | None, Meta(description="Roles, accounts.")] = None
    schemas: Annotated[dict[str, SchemaShape | None] | list[str] | None, postgresql("Schemas.")] = None
    extensions: Annotated[dict[str, ExtensionShape | None] | list[str] | None, postgresql("Extensions.")] = None
    collations: Annotated[dict[str, CollationShape] | None, postgresql("Collations.")] = None
    text_search_dictionaries: Annotated[dict[str, DictionaryShape] | None, postgresql("Text search dictionaries.")] = (
        None
    )
    text_search_configurations: Annotated[dict[str, TextSearchShape] | None, postgresql("Text search.")] = None
    operators: Annotated[dict[str, OperatorShape] | None, postgresql("Operators.")] = None
    enums: Annotated[
        dict[str, list[str] | EnumShape] | None,
        postgresql("Enum types.", "write the type enum('a', 'b') at the column"),
    ] = None
    composite_types: Annotated[dict[str, CompositeShape] | None, postgresql("Composite types.")] = None
    range_types: Annotated[dict[str, str | RangeShape] | None, postgresql("Range types.")] = None
    domains: Annotated[
        dict[str, str | DomainShape] | None, postgresql("Domains.", "write the type and a check at each column")
    ] = None
    sequences: Annotated[
        dict[str, SequenceShape | None] | list[str] | None, Meta(description="Sequences (MariaDB too).")
    ] = None
    tables: Annotated[dict[str, TableShape] | None, Meta(description="Tables.")] = None
    views: Annotated[dict[str, str | ViewShape] | None, Meta(description="Views.")] = None
    materialized_views: Annotated[
        dict[str, str | MaterializedViewShape] | None, postgresql("Materialized views.", "use a table and an event")
    ] = None
    functions: Annotated[dict[str, RoutineShape] | None, Meta(description="Functions.")] = None
    procedures: Annotated[dict[str, RoutineShape] | None, Meta(description="Procedures.")] = None
    aggregates: Annotated[dict[str, AggregateShape] | None, postgresql("Aggregate functions.")] = None
    events: Annotated[dict[str, EventShape] | None, mysql("Scheduled events.")] = None
    event_triggers: Annotated[dict[str, EventTriggerShape] | None, postgresql("Event triggers.")] = None
    publications: Annotated[dict[str, PublicationShape] | None, postgresql("Publications of logical replication.")] = (
        None
    )
    default_privileges: Annotated[
        list[DefaultPrivilegeShape] | None, postgresql("Privileges of future objects, by owner.")
    ] = None


def _say_what_belongs_elsewhere() -> None:
    """A key of another file is no misspelling: each file knows where the keys of the others belong."""
    homes: dict[type[Shape], str] = {
        SchemaFile: "structure is the same in every environment: move it to a file under schema/",
        SeedFile: "move it to a file under seeds/",
        CheckFile: "move it to checks.yaml",
        BootstrapFile: "move it to bootstrap.yaml",
        OverlayFile: "move it to environments/NAME.yaml",
    }
    for shape in homes:
        shape.elsewhere = {
            name: remedy
            for other, remedy in reversed(homes.items())
            for name in other.__struct_fields__
            if name not in shape.__struct_fields__
        }


_say_what_belongs_elsewhere()
