"""Reading keys, checks and foreign keys of SHOW CREATE TABLE."""

from __future__ import annotations

from dataclasses import replace

from bootstrap.catalog.constraints import Check, ForeignKey, KeyConstraint
from bootstrap.catalog.indexes import Index, IndexPart
from bootstrap.catalog.ref import Kind
from bootstrap.dialects.mysql.introspection.columns import sorted_options
from bootstrap.dialects.mysql.introspection.lexer import Reader, UnknownSyntaxError

_ACTIONS = ("NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT")


class KeyReader:
    """Reads keys and constraints from the place where the reader stands."""

    def __init__(self, reader: Reader, database: str) -> None:
        self.reader = reader
        self.database = database
        self.without_overlaps = False

    def key(self, name: str | None = None) -> Index:
        """One key, behind the word KEY; the primary key has no name of its own."""
        reader = self.reader
        index = Index(name=reader.name() if name is None else name, parts=self._key_parts())
        if self.without_overlaps:
            index = replace(index, options=sorted_options((*index.options, ("without overlaps", "true"))))
        while not (reader.at(",") or reader.at(")")):
            index = self._key_option(index)
        return index

    def _key_parts(self) -> tuple[IndexPart, ...]:
        self.reader.expect("(")
        parts = [self._key_part()]
        while self.reader.accept(","):
            parts.append(self._key_part())
        self.without_overlaps = self.reader.accept("WITHOUT", "OVERLAPS")  # of the last part, which is a period
        self.reader.expect(")")
        return tuple(parts)

    def _key_part(self) -> IndexPart:
        reader = self.reader
        if reader.at("("):
            part = IndexPart(expression=reader.parenthesised())
        else:
            part = IndexPart(column=reader.name())
            if reader.at("("):
                part = replace(part, length=int(reader.parenthesised()))
        if reader.accept("DESC"):
            part = replace(part, descending=True)
        reader.accept("ASC")
        return part

    def _key_option(self, index: Index) -> Index:
        reader = self.reader
        if reader.accept("USING"):
            method = reader.name().lower()
            if method == "btree":  # said explicitly: printed again by the server, and by nothing else
                return replace(index, options=sorted_options((*index.options, ("using", "btree"))))
            return replace(index, method=method)
        if reader.accept("COMMENT"):
            return replace(index, comment=reader.string())
        if reader.accept("WITH", "PARSER"):
            return replace(index, parser=reader.name())
        if reader.accept("INVISIBLE") or reader.accept("IGNORED"):
            return replace(index, visible=False)
        if reader.accept("KEY_BLOCK_SIZE"):
            reader.expect("=")
            return replace(index, options=sorted_options((*index.options, ("key_block_size", reader.name()))))
        raise UnknownSyntaxError(f"key {index.name}: unknown option at: {reader.rest()[:60]}")

    def constraint(self) -> Check | ForeignKey:
        """What stands behind the word CONSTRAINT."""
        reader = self.reader
        name = reader.name()
        if reader.accept("FOREIGN", "KEY"):
            return self._foreign_key(name)
        if reader.accept("CHECK"):
            expression = reader.parenthesised()
            enforced = not reader.accept("NOT", "ENFORCED")
            return Check(name=name, expression=expression, enforced=enforced)
        raise UnknownSyntaxError(f"constraint {name}: unknown kind at: {reader.rest()[:60]}")

    def _foreign_key(self, name: str) -> ForeignKey:
        reader = self.reader
        columns = reader.names()
        reader.expect("REFERENCES")
        schema, table = "", reader.name()
        if reader.accept("."):
            schema, table = table, reader.name()
        key = ForeignKey(
            name=name, columns=columns, ref_schema="" if schema == self.database else schema, ref_table=table,
            ref_columns=reader.names(),
        )  # fmt: skip
        while not (reader.at(",") or reader.at(")")):
            key = self._foreign_key_option(key)
        return key

    def _foreign_key_option(self, key: ForeignKey) -> ForeignKey:
        reader = self.reader
        if reader.accept("MATCH"):
            return replace(key, match=reader.name().upper())
        reader.expect("ON")
        event = reader.name().upper()
        action = next((action for action in _ACTIONS if reader.accept(*action.split())), None)
        if action is None or event not in ("DELETE", "UPDATE"):
            raise UnknownSyntaxError(f"foreign key {key.name}: unknown action at: {reader.rest()[:60]}")
        key = replace(key, on_delete=action) if event == "DELETE" else replace(key, on_update=action)
        if action == "NO ACTION":
            said = sorted((*key.explicit_actions, f"on_{event.lower()}"))
            return replace(key, explicit_actions=tuple(said))
        return key


def as_constraint(index: Index, kind: Kind) -> KeyConstraint | None:
    """A key as a constraint, or None where only an index can say what it is."""
    if any(part.expression for part in index.parts):
        return None
    options = dict(index.options)
    without_overlaps = options.pop("without overlaps", None) is not None
    using = options.pop("using", None) or (index.method if index.method != "btree" else None)
    return KeyConstraint(
        kind=kind, name=index.name, columns=index.parts, index_type=using, index_comment=index.comment,
        options=sorted_options(options.items()), visible=index.visible, without_overlaps=without_overlaps,
    )  # fmt: skip
