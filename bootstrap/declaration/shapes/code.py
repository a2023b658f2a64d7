"""Objects whose body is SQL text: views, routines, triggers, rules, policies, events."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from bootstrap.declaration.shapes.common import (
    BodyCharset,
    BodyCollation,
    Comment,
    Definer,
    Grants,
    Options,
    Owner,
    RenamedFrom,
    Shape,
    Sql,
    SqlMode,
    mysql,
    postgresql,
)

Enabled = Literal["origin", "disabled", "replica", "always"]


class TriggerShape(Shape):
    """A trigger: `fires: before insert or update`, and the function (PostgreSQL) or body (MySQL) that it runs."""

    fires: Annotated[
        str, Meta(description="When: `before update`, `after insert or update of a, b`, `instead of delete`.")
    ]
    level: Annotated[Literal["row", "statement"], postgresql("Once per row or per statement.")] = "row"
    when: Annotated[str | None, postgresql("Only for rows for which this holds.")] = None
    function: Annotated[str | None, postgresql("The trigger function.", "write the body")] = None
    arguments: Annotated[list[str] | None, postgresql("Texts given to the function.")] = None
    constraint: Annotated[bool, postgresql("A constraint trigger.")] = False
    deferrable: Annotated[bool, postgresql("May run at the end of the transaction.")] = False
    initially_deferred: Annotated[bool, postgresql("Runs at the end of the transaction.")] = False
    from_table: Annotated[str | None, postgresql("The other table of a constraint trigger.")] = None
    old_table: Annotated[str | None, postgresql("Name of the transition table with the old rows.")] = None
    new_table: Annotated[str | None, postgresql("Name of the transition table with the new rows.")] = None
    enabled: Annotated[Enabled, postgresql("In which replication role it fires.")] = "origin"
    comment: Annotated[str | None, postgresql("The trigger's comment.")] = None
    definer: Definer = None
    sql_mode: SqlMode = None
    charset: BodyCharset = None
    collation: BodyCollation = None
    header: Annotated[
        str | None, mysql("The words before the body as first written; by import only.", "leave it out")
    ] = None
    order: Annotated[
        int, mysql("Its place among the triggers of the same time and event.", "PostgreSQL fires them by name")
    ] = 1
    body: Annotated[str | None, mysql("The statement that runs, usually begin … end.", "write function:")] = None


class RuleShape(Shape):
    """A rewrite rule. The short form is the text behind AS."""

    definition: Annotated[str, Meta(description="The text behind AS: `on insert to t do instead nothing`.")]
    enabled: Annotated[Enabled, Meta(description="In which replication role it holds.")] = "origin"
    comment: Comment = None


class PolicyShape(Shape):
    """A row level security policy."""

    command: Annotated[
        Literal["all", "select", "insert", "update", "delete"], Meta(description="Which commands it is about.")
    ] = "all"
    permissive: Annotated[bool, Meta(description="false: restrictive, it must hold beside the others.")] = True
    roles: Annotated[list[str] | None, Meta(description="For whom; default: everybody.")] = None
    using: Annotated[str | None, Meta(description="Which rows are seen.")] = None
    check: Annotated[str | None, Meta(description="Which rows may be written.")] = None
    comment: Comment = None


class RoutineShape(Shape):
    """A function or procedure. Overloads have their argument types in the key: `add(integer, integer)`.

    Without `arguments`, what the brackets hold is the argument list.
    """

    arguments: Annotated[str, Meta(description="The whole argument list: `a integer, b text default 'x'`.")] = ""
    returns: Annotated[str | None, Meta(description="Return type: `trigger`, `setof text`, `table (a integer)`.")] = (
        None
    )
    language: Annotated[str, postgresql("sql, plpgsql …")] = "sql"
    atomic: Annotated[bool, postgresql("The body is `begin atomic … end` or `return …`, parsed by the server.")] = False
    volatility: Annotated[Literal["volatile", "stable", "immutable"] | None, postgresql("Default: volatile.")] = None
    strict: Annotated[bool, postgresql("Returns NULL for any NULL argument.")] = False
    security: Annotated[
        Literal["definer", "invoker"] | None, postgresql("Whose rights hold.", "write sql_security")
    ] = None
    leakproof: Annotated[bool, postgresql("Tells nothing about its arguments.")] = False
    window: Annotated[bool, postgresql("A window function.")] = False
    parallel: Annotated[Literal["safe", "restricted", "unsafe"] | None, postgresql("In parallel plans.")] = None
    cost: Annotated[Sql | None, postgresql("Estimated cost.")] = None
    rows: Annotated[Sql | None, postgresql("Estimated number of rows.")] = None
    support: Annotated[str | None, postgresql("Planner support function.")] = None
    library: Annotated[str | None, postgresql("The object file of a C function.")] = None
    transform: Annotated[str | None, postgresql("Transforms: `for type hstore`.")] = None
    set: Annotated[Options | None, postgresql("Settings while it runs: `{search_path: app}`.")] = None
    deterministic: Annotated[bool, mysql("Same arguments, same result.", "write volatility: immutable")] = False
    aggregate: Annotated[bool, mysql("It takes the rows of a group (MariaDB).", "write it under aggregates")] = False
    data_access: Annotated[
        Literal["contains sql", "no sql", "reads sql data", "modifies sql data"] | None,
        mysql("What it does with data."),
    ] = None
    sql_security: Annotated[Literal["definer", "invoker"] | None, mysql("Whose rights hold.", "write security")] = None
    attributes: Annotated[Options | None, Meta(description="Any further clause between RETURNS and the body.")] = None
    comment: Comment = None
    owner: Owner = None
    grants: Grants | None = None
    definer: Definer = None
    sql_mode: SqlMode = None
    charset: BodyCharset = None
    collation: BodyCollation = None
    body: Annotated[str | None, Meta(description="The body, without quotes around it. It must be valid.")] = None


class AggregateShape(Shape):
    """An aggregate function of PostgreSQL."""

    arguments: Annotated[str, Meta(description="The argument list: `integer`; `*` for none.")]
    options: Annotated[Options, Meta(description="What CREATE AGGREGATE takes: `{sfunc: …, stype: …, initcond: …}`.")]
    returns: Annotated[str | None, Meta(description="Result type; follows from the functions.")] = None
    comment: Comment = None
    owner: Owner = None
    grants: Grants | None = None


class EventShape(Shape, kw_only=True):
    """A scheduled event of MySQL or MariaDB."""

    schedule: Annotated[str, Meta(description="The text behind ON SCHEDULE: `every 1 day starts '2024-01-01'`.")]
    preserve: Annotated[bool, Meta(description="Kept after its last run.")] = False
    enabled: Annotated[Literal["enable", "disable", "disable on slave"], Meta(description="Whether it runs.")] = (
        "enable"
    )
    definer: Definer = None
    sql_mode: SqlMode = None
    charset: BodyCharset = None
    collation: BodyCollation = None
    time_zone: Annotated[str | None, Meta(description="The time zone of the schedule.")] = None
    comment: Comment = None
    body: Annotated[str, Meta(description="The statement that runs.")]


class EventTriggerShape(Shape):
    """An event trigger of PostgreSQL."""

    event: Annotated[str, Meta(description="ddl_command_start, ddl_command_end, sql_drop, table_rewrite.")]
    function: Annotated[str, Meta(description="The function that runs.")]
    tags: Annotated[list[str] | None, Meta(description="Only for these commands: `CREATE TABLE`.")] = None
    enabled: Annotated[Enabled, Meta(description="In which replication role it fires.")] = "origin"
    comment: Comment = None
    owner: Owner = None
    renamed_from: RenamedFrom = None


class ViewBase(Shape):
    """What views and materialized views share."""

    definition: Annotated[str, Meta(description="The SELECT.")]
    columns: Annotated[
        list[str] | None, Meta(description="Names of the columns, where the SELECT's are not wanted.")
    ] = None
    options: Annotated[Options | None, postgresql("`security_barrier: true`, storage parameters.")] = None
    column_comments: Annotated[dict[str, str] | None, postgresql("Comments by column.")] = None
    comment: Annotated[str | None, postgresql("The view's comment.")] = None
    owner: Owner = None
    grants: Grants | None = None
    rules: Annotated[dict[str, str | RuleShape] | None, postgresql("Rewrite rules by name.")] = None
    renamed_from: RenamedFrom = None


class ViewShape(ViewBase):
    """A view. The short form is its SELECT."""

    check_option: Annotated[Literal["local", "cascaded"] | None, Meta(description="WITH CHECK OPTION.")] = None
    column_defaults: Annotated[Options | None, postgresql("Defaults by column, for inserts into the view.")] = None
    triggers: Annotated[dict[str, TriggerShape] | None, postgresql("Triggers by name.")] = None
    algorithm: Annotated[Literal["merge", "temptable", "undefined"] | None, mysql("How it is carried out.")] = None
    definer: Definer = None
    sql_security: Annotated[Literal["definer", "invoker"] | None, mysql("Whose rights hold.")] = None
    charset: BodyCharset = None
    collation: BodyCollation = None
