"""Random PostgreSQL schemas: names from small pools, so that two of them have much in common and differ in the rest."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.property.drawing import Script
from tests.property.postgresql import comments
from tests.property.postgresql.code import functions, used
from tests.property.postgresql.columns import storage
from tests.property.postgresql.draft import MAKE_ROLES, Draft
from tests.property.postgresql.indexes import indexes, settings
from tests.property.postgresql.partitions import inherited, partitioned
from tests.property.postgresql.security import owners, privileges
from tests.property.postgresql.tables import foreign_keys, tables
from tests.property.postgresql.triggers import policies, triggers
from tests.property.postgresql.types import sequences, types
from tests.property.postgresql.views import views

ROLES = MAKE_ROLES

_ALL = """
    plain index|foreign key|composite primary key|serial default|unique index|owned sequence|function|expression index
    |FK cascade|json|extension|expression default|partial index|GIN|enum|array|check|self FK|non-default opclass
    |unique constraint|trigger|view|uuid|index DESC/NULLS|trigger arguments|standalone sequence|FK SET NULL|GiST
    |partitioned table|other schema|deferrable|ON UPDATE|domain|composite FK|materialized view|aggregate|BRIN|rule
    |overloaded function|trigger WHEN|SECURITY DEFINER|reloptions|constraint trigger|clustered index|generated column
    |INCLUDE|index collation|inheritance|NOT VALID|composite type|hash index|user collation|text search configuration
    |unlogged|mixed-case table|mixed-case column|identity|grant|sequence options|policy|replica identity
    |index storage parameter|row level security|exclusion|ATOMIC body|column collation|procedure|default privilege
    |range type|statistics|event trigger|column grant|sequence grant|schema that comes with its table
    |domain over a domain|domain over an array|domain over an enum|column of a domain over a domain
    |column of a domain over an array|column of a domain over an enum|array of a domain|array of an enum
    |sequence of another column|default from a sequence|compression|storage|statistics target|index statistics target
    |named primary key|deferrable unique|NO INHERIT|check of an enum|exclusion with GiST|index on an enum
    |index on a composite type|function in a generated column|function in an index|function in a check
    |function in a view|function in a policy|function in a trigger|function settings|function of an enum
    |function of domains|function of a composite type|function of rows|default argument|RETURNS TABLE|VARIADIC
    |sub-partitions|default partition|partition key of an enum|partition with columns in another order
    |partition with a default of its own|check of a partition|check of partitions|foreign key to a partitioned table
    |inheritance over two levels|inheritance from two|join view|recursive view|check option|view options
    |default of a view's column|index of a materialized view|view over a materialized view|trigger on a view
    |rule on a view|trigger state|statement trigger|restrictive policy|grant option|grant on a function|grant on a view
    |owner of a table|owner of a view|owner of a schema|owner of a type|owner of a domain|owner of a sequence
    |owner of a routine
"""
_SINCE = {15: "NULLS NOT DISTINCT", 17: "identity of a partitioned table", 18: "virtual generated column|not enforced"}


def features(version: int) -> frozenset[str]:
    """What the schemas for that major version are to hold."""
    newer = [names for since, names in _SINCE.items() if version >= since]
    named = {name.strip() for text in (_ALL, *newer) for name in text.replace("\n", "").split("|")}
    gone = {"partition with columns in another order"} if version >= 18 else set()
    return comments.FEATURES | (named - gone)


@st.composite
def schemas(draw: st.DrawFn, version: int) -> Script:
    """One random schema for a server of that major version."""
    pen = Draft(draw, version)
    types(pen)
    used(pen)
    tables(pen)
    foreign_keys(pen)
    for table in pen.tables.values():
        indexes(pen, table)
        storage(pen, table)
        settings(pen, table)
        policies(pen, table)
    sequences(pen)
    if pen.chance(2):
        partitioned(pen)
    if pen.chance(4):
        inherited(pen)
    if pen.chance(5):  # nothing permanent may point to it
        made = f"CREATE {pen.one(('UNLOGGED ', ''))}TABLE lost_in_a_crash (id integer PRIMARY KEY)"
        pen.make("TABLE", "lost_in_a_crash", made, *(("unlogged",) if "UNLOGGED" in made else ()))
    functions(pen)
    views(pen)
    triggers(pen)
    owners(pen)
    privileges(pen)
    comments.comments(pen)
    return pen.script
