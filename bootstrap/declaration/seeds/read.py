"""All seeds of a declaration: which table, which rows, in which way; checked row by row before anything is changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.columns import Column
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import Domain
from bootstrap.declaration.convert.assembly import Assembly, Builder, listed
from bootstrap.declaration.decode import Reading, decode
from bootstrap.declaration.model import Position, Seed, SeedMode
from bootstrap.declaration.names import join_path
from bootstrap.declaration.nodes import Mapping as MappingNode
from bootstrap.declaration.nodes import Scalar, Sequence
from bootstrap.declaration.project import DATA_FILES, Project
from bootstrap.declaration.report import near, shown
from bootstrap.declaration.seeds.check import RowChecker, primary_key
from bootstrap.declaration.seeds.csv_rows import NO_DELIMITERS, QUOTE
from bootstrap.declaration.seeds.entries import Entry, merged
from bootstrap.declaration.seeds.identities import Identities
from bootstrap.declaration.seeds.rows import Converter, FileRows, ListedRows, RowSource, WrittenRow
from bootstrap.declaration.seeds.values import Form, from_node
from bootstrap.declaration.shapes.files import SeedFile, SeedShape
from bootstrap.declaration.store import inside


def read_seeds(project: Project, assembly: Assembly, catalog: Catalog) -> tuple[Seed, ...]:
    """Read all seeds; what is wrong goes to the project's problems."""
    return _Seeds(project, assembly, catalog).read()


class _Seeds:
    """The state of reading all seeds."""

    def __init__(self, project: Project, assembly: Assembly, catalog: Catalog) -> None:
        self.project = project
        self.assembly = assembly
        self.catalog = catalog
        self.problems = project.problems
        self.named_files: set[str] = set()

    def read(self) -> tuple[Seed, ...]:
        base = list(self._files(self.project.seeds))
        overlay = list(self._files(self.project.overlay_seeds))
        if isinstance(self.project.overlay.seeds, dict):
            overlay += self._entries(self.project.overlay.seeds, self.project.overlay_reading)
        base += self._data_files(self.project.seeds)
        overlay += self._data_files(self.project.overlay_seeds)
        tables: dict[Ref, list[Entry]] = {}
        for entry in merged(base, overlay, self.problems):
            tables.setdefault(entry.table, []).append(entry)
        return tuple(seed for group in tables.values() for seed in self._table(group))

    def _files(self, paths: list[str]) -> Iterator[Entry]:
        for path in paths:
            if path.endswith(DATA_FILES):
                continue
            reading = self.project.reading(path)
            if not path.endswith((".yaml", ".yml")):
                reading.problem(1, "not a seed file", "use .yaml, .csv or .jsonl")
                continue
            node = self.project.compose(path)
            if node is None or (isinstance(node, Scalar) and not node.text):
                continue
            shape = decode(node, SeedFile, reading, path)
            if shape is not None:
                yield from self._entries(shape.seeds, reading)

    def _data_files(self, paths: list[str]) -> Iterator[Entry]:
        """Data files that no YAML file speaks of: the table is the file's name, the rows are inserted."""
        for path in paths:
            if path.endswith(DATA_FILES) and path not in self.named_files:
                yield from self._entry(
                    PurePosixPath(path).stem, SeedShape(), FileRows(self.project.store, path), Position(path, 1)
                )

    def _entries(self, seeds: Mapping[str, SeedShape], reading: Reading) -> Iterator[Entry]:
        for name, shape in seeds.items():
            position = reading.position(seeds, name)
            source = self._source(name, shape, reading, position)
            if source is not None:
                yield from self._entry(name, shape, source, position)

    def _entry(self, name: str, shape: SeedShape, source: RowSource, position: Position) -> Iterator[Entry]:
        builder = Builder(self.project.reading(position.file), self.assembly)
        schema, table = builder.name(name, position, "table")
        ref = Ref(Kind.TABLE, schema, table)
        if ref not in self.catalog.objects:
            default = self.assembly.default_schema
            known = [join_path("" if t.schema == default else t.schema, t.name) for t in self.catalog.of(Table)]
            self.problems.add(
                position, f"seeds of {shown(name)}, a table that is not declared",
                near(name, known, "declare the table under schema/, or remove the seeds"),
            )  # fmt: skip
            return
        yield Entry(
            table=ref,
            mode=SeedMode(shape.mode) if shape.mode else None,
            key=listed(shape.key) if shape.key else None,
            source=source,
            position=position,
            replaces=shape.replace,
            delete_limit=shape.delete_limit,
        )

    def _source(self, name: str, shape: SeedShape, reading: Reading, position: Position) -> RowSource | None:
        if (shape.rows is None) == (shape.file is None):
            reading.problems.add(position, f"seeds of {shown(name)} need rows or file", "give one of the two")
            return None
        if shape.rows is not None:
            return ListedRows(reading.file, tuple(_written(shape.rows, shape.columns, reading)))
        return self._file_source(shape, reading, reading.position(shape, "file"))

    def _file_source(self, shape: SeedShape, reading: Reading, position: Position) -> RowSource | None:
        given = shape.file or ""
        paths = [inside(reading.file, given), inside("bootstrap.yaml", given)]
        found = next((path for path in paths if path in self.project.store.paths), None)
        if found is None or not found.endswith(DATA_FILES):
            self.problems.add(
                position, f"there is no data file {shown(given)}", "name a .csv or .jsonl file, relative to this one"
            )
            return None
        self.named_files.add(found)
        return self._csv_source(found, shape, position)

    def _csv_source(self, path: str, shape: SeedShape, position: Position) -> RowSource | None:
        delimiter = "," if shape.delimiter is None else shape.delimiter
        null = shape.null or ""
        if len(delimiter) != 1 or delimiter in NO_DELIMITERS:
            what = f'delimiter: "{shown(delimiter)}" cannot separate cells'
            self.problems.add(position, what, 'write one character that is no quote and no line break, as "\\t"')
            return None
        if null.startswith(QUOTE) or any(char in null for char in (delimiter, "\r", "\n")):
            what = f'null: "{shown(null)}" can never be an unquoted cell'
            self.problems.add(position, what, "write a text without quotes, delimiters and line breaks, as \\N")
            return None
        return FileRows(self.project.store, path, delimiter, null)

    def _table(self, entries: list[Entry]) -> Iterator[Seed]:
        """The seeds of one table: entries with the same mode, key and kind of values together."""
        groups: dict[tuple[SeedMode | None, tuple[str, ...], Form], list[Entry]] = {}
        table = self.catalog.table(entries[0].table)
        default = primary_key(table)
        for entry in entries:
            groups.setdefault((entry.mode, entry.key or default, entry.source.form), []).append(entry)
        whole = next((entry for entry in entries if entry.mode in {SeedMode.SYNC, SeedMode.ONCE}), None)
        if whole is not None and len(groups) > 1:
            other = next(entry for entry in entries if entry.mode is not whole.mode or entry.source is not whole.source)
            self.problems.add(
                other.position,
                f"more rows of {self._name(whole)}, whose rows in {whole.position} have mode {whole.mode}",
                "declare all rows of this table in one place and format, or with mode insert or upsert",
            )
            return
        columns = {column.name: _of_base_type(column, self.catalog) for column in table.columns}
        keys = dict.fromkeys(key for _, key, _ in groups if key and all(name in columns for name in key))
        identities = Identities(columns, keys, all_of_them=len(groups) > 1)
        for (_, _, form), group in groups.items():
            converter = Converter(columns, self.project.manifest.engine, form)
            yield from self._group(group, table, converter, identities)

    def _name(self, entry: Entry) -> str:
        return entry.table.name if entry.table.schema == self.assembly.default_schema else entry.table.path

    def _group(
        self, entries: list[Entry], table: Table, converter: Converter, identities: Identities
    ) -> Iterator[Seed]:  # fmt: skip
        first = entries[0]
        mode = first.mode or SeedMode.INSERT
        checker = RowChecker(table, self.catalog, mode, first.key, converter, identities, self.problems)
        sources = tuple(entry.source for entry in entries)
        signatures = checker.check(sources, first.position)
        content = "\n".join(source.digest() for source in sources)
        for signature in signatures:
            facts: tuple[Any, ...] = (
                first.table.path, mode, checker.key, sorted(signature.columns), sorted(signature.expressions)
            )  # fmt: skip
            yield Seed(
                table=first.table,
                columns=signature.columns,
                key=() if mode is SeedMode.ONCE else checker.key,
                mode=mode,
                rows=lambda signature=signature: converter.stream(sources, signature),  # type: ignore[misc]  # the default binds the loop's value
                expressions=signature.expressions,
                computed=signature.computed,
                delete_limit=_delete_limit(entries),
                digest=hashlib.sha256(f"{facts!r}\n{content}".encode()).hexdigest(),
                position=first.position,
            )


def _delete_limit(entries: list[Entry]) -> int | None:
    """What the last place says that says it: an overlay wins."""
    return next((entry.delete_limit for entry in reversed(entries) if entry.delete_limit is not None), None)


def _of_base_type(column: Column, catalog: Catalog) -> Column:
    """A column whose type is a declared domain, as one of the type that the domain is made of."""
    bases = {name: domain.type for domain in catalog.of(Domain) for name in (domain.name, domain.ref.path)}
    seen: set[str] = set()
    while column.type in bases and column.type not in seen:
        seen.add(column.type)
        column = replace(column, type=bases[column.type])
    return column


def _written(rows: list[Any], columns: list[str] | None, reading: Reading) -> Iterator[WrittenRow]:
    for node in rows:
        if isinstance(node, MappingNode):
            yield WrittenRow({name: from_node(value) for name, (value, _) in node.entries.items()}, node.line)
        elif isinstance(node, Sequence) and columns is not None:
            if len(node.items) != len(columns):
                reading.problem(
                    node.line, f"{len(node.items)} values for {len(columns)} columns", "give each column one value"
                )
                continue
            yield WrittenRow(dict(zip(columns, map(from_node, node.items), strict=True)), node.line)
        else:
            remedy = "write {column: value}" if columns is None else "write a list with one value for each column"
            reading.problem(node.line, "this is not a row", remedy)
