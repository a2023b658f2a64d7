"""A schema in the making: its tables, and the objects that can be commented or given to a role."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.property.drawing import Pen

ROLES = ("property_reader", "property_writer")
OWNER = "property_owner"  # may read everything: what a view of its shows is no question of privileges
MAKE_ROLES = (*(f"CREATE ROLE {role}" for role in ROLES), f"CREATE ROLE {OWNER} IN ROLE pg_read_all_data")


@dataclass
class Table:
    """A table as the parts that point to it need it."""

    name: str
    columns: dict[str, str] = field(default_factory=dict)  # those of the families: name → type
    identity: str = ""  # how the key column gets its numbers: serial, identity, or nothing
    key: str = ""  # the name of the primary key

    @property
    def plain(self) -> str:
        """The name without schema and quotes, for the names of what belongs to the table."""
        return self.name.rpartition(".")[2].replace('"', "").lower()

    @property
    def schema(self) -> str:
        """The schema with a dot, empty for public."""
        return self.name.rpartition(".")[0] and self.name.rpartition(".")[0] + "."


class Draft(Pen):
    """Draws one schema on a server of a version."""

    def __init__(self, draw: st.DrawFn, version: int) -> None:
        super().__init__(draw)
        self.version = version
        self.labels: list[str] = []  # of the enum
        self.tables: dict[str, Table] = {}
        self.things: list[tuple[str, str]] = []  # kind and name, as COMMENT ON writes them
        self.ownable: list[tuple[str, str]] = []  # as ALTER … OWNER TO writes them

    def make(self, kind: str, name: str, statement: str, *features: str, owned: str = "") -> None:
        """Write the statement that makes an object.

        Args:
            kind: as COMMENT ON writes it, such as ``TABLE``.
            name: with its schema, and ``ON table`` where the kind needs it.
            statement: the SQL.
            features: those of the coverage list that it holds.
            owned: the kind as ALTER … OWNER TO writes it, where the object may be given to a role.
        """
        self.write(statement, *features)
        self.things.append((kind, name))
        if owned:
            self.ownable.append((owned, name))
