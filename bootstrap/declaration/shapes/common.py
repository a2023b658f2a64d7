"""Types and keys that many shapes share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, TypeAlias

import msgspec
from msgspec import Meta

# SQL text where a number or a boolean is as good as their text: a default, a value of an option. The JSON Schema says
# the same: schema.py widens what carries this mark.
SQL_MARK = "a text, a number, true or false"
Sql: TypeAlias = Annotated[str, Meta(extra={"verbatim": True}, extra_json_schema={"$comment": SQL_MARK})]
Options: TypeAlias = dict[str, Sql]
Count: TypeAlias = Annotated[int, Meta(ge=0)]
Positive: TypeAlias = Annotated[int, Meta(ge=1)]

Comment: TypeAlias = Annotated[str | None, Meta(description="The object's comment in the database.")]
Owner: TypeAlias = Annotated[
    str | None, Meta(description="The role that owns the object.", extra={"engine": "postgresql"})
]
RenamedFrom: TypeAlias = Annotated[
    str | list[str] | None,
    Meta(
        description="The former name, or all former names: where an object of such a name exists it is renamed, and its"
        " data is kept."
    ),
]
Grants: TypeAlias = Annotated[
    dict[str, str | list[str]],
    Meta(
        description=(
            "Privileges by role (`public` is everybody): `app: [select, insert]`. Columns in parentheses: "
            "`update (name, email)`; `with grant option` may follow. A default privilege that is taken away: "
            "`revoke execute`."
        ),
    ),
]
Definer: TypeAlias = Annotated[
    str | None,
    Meta(description="The account whose privileges hold: `app@%`. Default: who applies.", extra={"engine": "mysql"}),
]
SqlMode: TypeAlias = Annotated[
    str | None, Meta(description="The sql_mode that the body was written for.", extra={"engine": "mysql"})
]
BodyCharset: TypeAlias = Annotated[
    str | None, Meta(description="The client character set that the body was written in.", extra={"engine": "mysql"})
]
BodyCollation: TypeAlias = Annotated[
    str | None, Meta(description="The connection collation that the body was written in.", extra={"engine": "mysql"})
]
Tablespace: TypeAlias = Annotated[
    str | None, Meta(description="The tablespace, where it is not the default.", extra={"engine": "postgresql"})
]


def only(engine: str, description: str, instead: str = "") -> Meta:
    """The description of a key that one engine has, and what to use on the other."""
    product = "PostgreSQL" if engine == "postgresql" else "MySQL and MariaDB"
    return Meta(description=f"{description} ({product} only.)", extra={"engine": engine, "instead": instead})


def postgresql(description: str, instead: str = "") -> Meta:
    """A key of PostgreSQL."""
    return only("postgresql", description, instead)


def mysql(description: str, instead: str = "") -> Meta:
    """A key of MySQL and MariaDB."""
    return only("mysql", description, instead)


class Shape(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A mapping with fixed keys. ``elsewhere`` says of keys that belong into another file where that is.

    Where such a mapping is ``confidential``, a text in its place may be a password, which no message repeats.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {}
    confidential: ClassVar[bool] = False
