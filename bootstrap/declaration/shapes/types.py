"""Schemas, extensions, types, sequences, collations and text search configurations."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from bootstrap.declaration.shapes.code import ViewBase
from bootstrap.declaration.shapes.common import (
    BodyCharset,
    BodyCollation,
    Comment,
    Grants,
    Options,
    Owner,
    RenamedFrom,
    Shape,
    Sql,
    SqlMode,
    Tablespace,
    mysql,
    postgresql,
)
from bootstrap.declaration.shapes.tables import (
    CheckShape,
    IndexShape,
    Parts,
    SequenceOptionsShape,
    Strings,
    TextLiteral,
)


class WrittenInShape(Shape):
    """What bodies were written in, where they do not say otherwise."""

    sql_mode: SqlMode = None
    charset: BodyCharset = None
    collation: BodyCollation = None


class DatabaseShape(Shape):
    """The database itself."""

    charset: Annotated[str | None, mysql("Default character set.")] = None
    collation: Annotated[str | None, mysql("Default collation.")] = None
    bodies: Annotated[
        WrittenInShape | None, mysql("What views, routines, triggers and events were written in, unless they say it.")
    ] = None
    grants: Grants | None = None


class SchemaShape(Shape):
    """A schema."""

    comment: Comment = None
    owner: Owner = None
    grants: Grants | None = None
    renamed_from: RenamedFrom = None


class ExtensionShape(Shape):
    """An extension."""

    schema: Annotated[str | None, Meta(description="Where its objects go.")] = None
    version: Annotated[Sql | None, Meta(description="The version; default: the server's, and never a difference.")] = (
        None
    )
    comment: Comment = None


class EnumShape(Shape):
    """An enum type. The short form is the list of its labels."""

    labels: Annotated[list[str], Meta(description="The labels, in order.")]
    comment: Comment = None
    owner: Owner = None
    grants: Grants | None = None
    renamed_from: RenamedFrom = None
    renamed_labels: Annotated[dict[str, str] | None, Meta(description="New label: the old one that it replaces.")] = (
        None
    )


class AttributeShape(Shape):
    """An attribute of a composite type. The short form is its type."""

    type: Annotated[str, Meta(description="The type.")]
    collation: Annotated[str | None, Meta(description="The collation.")] = None
    comment: Comment = None
    renamed_from: RenamedFrom = None


class CompositeShape(Shape):
    """A composite type."""

    attributes: Annotated[dict[str, str | AttributeShape], Meta(description="Attributes by name, in order.")]
    comment: Comment = None
    owner: Owner = None
    grants: Grants | None = None
    renamed_from: RenamedFrom = None


class RangeShape(Shape):
    """A range type. The short form is its subtype."""

    subtype: Annotated[str, Meta(description="The type whose ranges these are.")]
    options: Annotated[Options | None, Meta(description="subtype_diff, subtype_opclass, collation, canonical …")] = None
    comment: Comment = None
    owner: Owner = None
    grants: Grants | None = None
    renamed_from: RenamedFrom = None


class DomainShape(Shape):
    """A domain. The short form is what SQL writes: `text not null check (value <> '')`."""

    type: Annotated[str, Meta(description="The underlying type.")]
    nullable: Annotated[bool, Meta(description="Whether NULL is allowed.")] = True
    default: Annotated[Sql | TextLiteral | None, Meta(description="The default as an SQL expression.")] = None
    collation: Annotated[str | None, Meta(description="The collation.")] = None
    checks: Annotated[
        dict[str, str | CheckShape] | list[str | CheckShape] | None, Meta(description="Conditions on `value`, by name.")
    ] = None
    comment: Comment = None
    owner: Owner = None
    grants: Grants | None = None
    renamed_from: RenamedFrom = None


class SequenceShape(SequenceOptionsShape):
    """A sequence of its own; those of serial and identity columns belong to the columns."""

    owned_by: Annotated[str | None, postgresql("The column that it goes away with: `orders.number`.")] = None
    unlogged: Annotated[bool, postgresql("Not written to the log.")] = False
    engine: Annotated[str | None, mysql("Storage engine; default InnoDB.")] = None
    comment: Comment = None
    owner: Owner = None
    grants: Grants | None = None
    renamed_from: RenamedFrom = None


class CollationShape(Shape):
    """A collation."""

    options: Annotated[Options, Meta(description="`{provider: icu, locale: de-u-co-phonebk, deterministic: false}`.")]
    comment: Comment = None
    owner: Owner = None


class OperatorShape(Shape):
    """An operator. Its name carries the types of its operands: `"~<<(text, text)"`, `"!!(NONE, bigint)"`."""

    function: Annotated[str, Meta(description="The function behind it.")]
    options: Annotated[Options | None, Meta(description="commutator, negator, restrict, join, hashes, merges.")] = None
    comment: Comment = None
    owner: Owner = None


class DictionaryShape(Shape):
    """A text search dictionary."""

    template: Annotated[str, Meta(description="The template: `simple`, `snowball`, `synonym`.")]
    options: Annotated[Options | None, Meta(description="What the template takes: `{language: german}`.")] = None
    comment: Comment = None
    owner: Owner = None


class TextSearchShape(Shape):
    """A text search configuration."""

    parser: Annotated[str, Meta(description="The parser, usually `default`.")] = "default"
    mappings: Annotated[dict[str, Strings] | None, Meta(description="Token type: dictionaries in order.")] = None
    comment: Comment = None
    owner: Owner = None


class MaterializedViewShape(ViewBase):
    """A materialized view. The short form is its SELECT."""

    with_data: Annotated[bool, Meta(description="false: not filled when it is made.")] = True
    indexes: Annotated[
        dict[str, Parts | IndexShape] | list[Parts | IndexShape] | None, Meta(description="Indexes by name.")
    ] = None
    tablespace: Tablespace = None
    access_method: Annotated[str | None, postgresql("Table access method.")] = None
