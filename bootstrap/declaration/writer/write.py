"""A whole declaration: which object goes into which file, in an order that makes a diff of two imports readable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.code import Event, EventTrigger, Routine, View
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.replication import Publication
from bootstrap.catalog.security import Role
from bootstrap.catalog.tables import Table
from bootstrap.catalog.types import (
    Collation,
    CompositeType,
    Domain,
    EnumType,
    Extension,
    Operator,
    RangeType,
    Schema,
    Sequence,
    TextSearchConfiguration,
    TextSearchDictionary,
)
from bootstrap.declaration.convert.written_in import usual_of, without
from bootstrap.declaration.report import shown
from bootstrap.declaration.writer.code import routine_name, write_event, write_event_trigger, write_routine, write_view
from bootstrap.declaration.writer.context import Writing
from bootstrap.declaration.writer.emit import Flow, Plain, document
from bootstrap.declaration.writer.reduce import reduced
from bootstrap.declaration.writer.replication import write_publication
from bootstrap.declaration.writer.security import write_default_privileges, write_role
from bootstrap.declaration.writer.tables import is_plain_partition, write_table
from bootstrap.declaration.writer.types import (
    operator_key,
    write_collation,
    write_composite,
    write_dictionary,
    write_domain,
    write_enum,
    write_extension,
    write_operator,
    write_range,
    write_schema,
    write_sequence,
    write_text_search,
)
from bootstrap.problems import BootstrapError, Refused
from bootstrap.sql.lexer import MYSQL

_UNSAFE = re.compile(r"[^\w.-]+|\.{2,}")
_NAME = 80


class LeftOut(Protocol):
    """Something that the database has and the declaration cannot say (``bootstrap.dialects.base.Unsupported``)."""

    @property
    def what(self) -> str:
        """The kind of thing."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def reason(self) -> str:
        """Why it is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSettings:
    """What the writer may know beside the catalog.

    ``owner`` is who will apply the declaration: what belongs to that role has no owner (MySQL: no definer) written.
    ``schemas``, ``tables`` and ``ignore`` are the scope that the catalog was read in.
    """

    name: str | None = None
    default_schema: str = "public"
    owner: str | None = None
    schemas: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def write(
    catalog: Catalog,
    engine: str,
    directory: Path,
    *,
    unsupported: Iterable[LeftOut] = (),
    settings: WriteSettings | None = None,
) -> list[Path]:
    """Write a declaration into an empty or new directory.

    Args:
        catalog: what to declare, as a server printed it.
        engine: postgresql or mysql.
        directory: where to.
        unsupported: what was left out; said in comments.
        settings: name, default schema and owner.

    Returns:
        The files, in the order written.

    Raises:
        BootstrapError: the directory is not empty, or cannot be written.
        Refused: something in the catalog has no place in a declaration.
    """
    check_empty(directory)
    return save(render(catalog, engine, unsupported=unsupported, settings=settings), directory)


def check_empty(directory: Path) -> None:
    """Raise BootstrapError where something is in the way: nothing is ever overwritten."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise BootstrapError(f"{directory} is not empty: choose a new directory; nothing was overwritten")


def save(files: Mapping[str, bytes], directory: Path) -> list[Path]:
    """Write the files that :func:`render` made; returns their paths. Raises BootstrapError where that fails."""
    written = []
    try:
        for name, content in files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            written.append(path)
    except OSError as error:
        raise BootstrapError(f"{directory} cannot be written: {error.strerror}") from error
    return written


def render(
    catalog: Catalog,
    engine: str,
    *,
    unsupported: Iterable[LeftOut] = (),
    settings: WriteSettings | None = None,
) -> dict[str, bytes]:
    """The files of the declaration in memory: path → content. Arguments and errors as :func:`write`."""
    settings = settings or WriteSettings()
    default_schema = "" if engine == MYSQL else settings.default_schema
    declared = reduced(catalog, engine, owner=settings.owner)
    written_in = usual_of(declared) if engine == MYSQL else {}
    writing = Writing(without(declared, written_in), engine, default_schema, settings.owner or "")
    names = _FileNames()
    contents: dict[str, Mapping[str, Plain]] = {}
    for topic, content in _topics(writing, written_in):
        if content:
            contents[names.take(topic)] = content
    for table, content in _tables(writing):
        contents[names.take(table)] = {"tables": content}
    _refuse_left_over(writing)
    files = {"bootstrap.yaml": _main(engine, settings, unsupported)}
    files |= {f"schema/{name}.yaml": document(content) for name, content in contents.items()}
    return {name: text.encode() for name, text in files.items()}


def _main(engine: str, settings: WriteSettings, unsupported: Iterable[LeftOut]) -> str:
    content: dict[str, Plain] = {"version": 1, "engine": engine}
    if settings.name:
        content["name"] = settings.name
    if engine != MYSQL and settings.default_schema != "public":
        content["default_schema"] = settings.default_schema
    scope = {key: list(patterns) for key in ("schemas", "tables", "ignore") if (patterns := getattr(settings, key))}
    if scope:
        content["scope"] = scope
    lines = [
        shown(f"  {item.what} {item.name}" + (f": {item.reason}" if item.reason else ""), 200) for item in unsupported
    ]
    comments = ("Left out, because it cannot be declared:", *lines) if lines else ()
    return document(content, comments)


def _topics(writing: Writing, written_in: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Plain]]]:
    """Everything but the tables: file and content."""
    of, key = writing.catalog.of, writing.key
    yield "database", _database(writing, written_in)
    yield "roles", _section("roles", of(Role), lambda item: item.name, write_role)
    yield "schemas", _section("schemas", of(Schema), lambda item: item.name, lambda item: write_schema(item, writing))
    yield "extensions", _section("extensions", of(Extension), lambda item: item.name, write_extension)

    def qualified(item: Any) -> str:
        return key(item.schema, item.name)

    def section(name: str, kind: type[Any], made: Callable[[Any, Writing], Plain]) -> dict[str, Plain]:
        return _section(name, of(kind), qualified, lambda item: made(item, writing))

    yield (
        "types",
        (
            section("enums", EnumType, write_enum)
            | section("domains", Domain, write_domain)
            | section("composite_types", CompositeType, write_composite)
            | section("range_types", RangeType, write_range)
        ),
    )
    yield "collations", _section("collations", of(Collation), qualified, write_collation)
    yield (
        "text_search",
        _section("text_search_dictionaries", of(TextSearchDictionary), qualified, write_dictionary)
        | _section("text_search_configurations", of(TextSearchConfiguration), qualified, write_text_search),
    )
    operators = of(Operator)
    yield (
        "operators",
        _section(
            "operators", operators, lambda item: operator_key(item, writing), lambda item: write_operator(item, writing)
        ),
    )
    yield "sequences", section("sequences", Sequence, write_sequence)
    views = of(View)
    for name, stored in (("views", False), ("materialized_views", True)):
        chosen = [view for view in views if view.materialized is stored]
        yield name, _section(name, chosen, qualified, lambda item: write_view(item, writing))
    for name, kind in (("functions", Kind.FUNCTION), ("procedures", Kind.PROCEDURE), ("aggregates", Kind.AGGREGATE)):
        yield name, _routines(name, kind, writing)
    yield "events", _section("events", of(Event), lambda item: item.name, write_event)
    triggers = of(EventTrigger)
    yield (
        "event_triggers",
        _section("event_triggers", triggers, lambda item: item.name, lambda item: write_event_trigger(item, writing)),
    )
    publications = of(Publication)
    yield (
        "publications",
        _section("publications", publications, lambda item: item.name, lambda item: write_publication(item, writing)),
    )
    privileges = write_default_privileges(writing.catalog.default_privileges)
    yield "default_privileges", {"default_privileges": privileges} if privileges else {}


def _routines(name: str, kind: Kind, writing: Writing) -> dict[str, Plain]:
    chosen = [routine for routine in writing.catalog.of(Routine) if routine.kind is kind]
    return _section(name, chosen, lambda item: routine_name(item, writing), lambda item: write_routine(item, writing))


def _section(
    name: str, items: Iterable[Any], key: Callable[[Any], str], made: Callable[[Any], Plain]
) -> dict[str, Plain]:
    content = {key(item): made(item) for item in items}
    if not content:
        return {}
    if all(value is None for value in content.values()):
        return {name: list(content)}
    # What has nothing more to say stands there with an empty mapping, where a key without value looks forgotten.
    return {name: {key: Flow() if value is None else value for key, value in content.items()}}


def _database(writing: Writing, written_in: Mapping[str, str]) -> dict[str, Plain]:
    settings = writing.catalog.settings
    content: dict[str, Plain] = {}
    if writing.engine == MYSQL:
        content = {key: settings[key] for key in ("charset", "collation") if settings.get(key)}
    if written_in:
        content["bodies"] = dict(written_in)
    content |= writing.grants(None)
    return {"database": content} if content else {}


def _tables(writing: Writing) -> Iterator[tuple[str, dict[str, Plain]]]:
    """One file per table; partitions with more than their bounds stand behind their parent."""
    children: dict[Ref, list[Table]] = {}
    roots: list[Table] = []
    for table in writing.catalog.of(Table):
        parent = table.partition_of and Ref(Kind.TABLE, table.partition_of.schema, table.partition_of.table)
        if parent in writing.catalog.objects:
            children.setdefault(parent, []).append(table)  # type: ignore[arg-type]  # in the catalog, so not None
        else:
            roots.append(table)
    for root in roots:
        content: dict[str, Plain] = {}
        waiting = [root]
        while waiting:
            table = waiting.pop(0)
            waiting = children.get(table.ref, []) + waiting
            if not is_plain_partition(table, writing):
                content[writing.key(table.schema, table.name)] = write_table(table, writing)
            else:
                writing.grants(table.ref)
        yield writing.key(root.schema, root.name), content


def _refuse_left_over(writing: Writing) -> None:
    owners = {(ref.schema, ref.name) for ref in writing.catalog.objects if not ref.table}
    lost = [str(item.ref) for key, items in writing.attached.items() if key not in owners for item in items]
    lost += [f"grants on {on}" for on in writing.left_over()]
    if lost:
        raise Refused(f"{', '.join(lost)}: the objects that these belong to are not in what was read: import those too")


class _FileNames:
    """Names for files, each once, also where a file system does not tell case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """A free name made from an object's name."""
        base = _UNSAFE.sub("_", wanted).strip(".-")[:_NAME] or "table"
        name, number = base, 2
        while name.casefold() in self._taken:
            name, number = f"{base}_{number}", number + 1
        self._taken.add(name.casefold())
        return name
