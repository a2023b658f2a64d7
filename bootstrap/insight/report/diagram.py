"""Where the boxes and lines of an entity diagram are. The template draws them as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bootstrap.catalog.constraints import ForeignKey
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.insight.report.graph import Group, References
from bootstrap.insight.report.layout import Layout, arrange

WIDTH = 216
HEAD, LINE, FOOT = 28, 17, 7
_GAP, _BETWEEN_LAYERS, _MARGIN = 18, 84, 10
_BEND = 14  # height of a line that passes by boxes
_LETTERS, _TYPE_LETTERS = 20, 9  # that fit in a box
_LINES = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One column in a box, cut to what fits. ``mark`` says which key it is part of."""

    name: str
    type: str
    mark: str
    full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One table. An ``outside`` box is that of a table of another picture."""

    ref: Ref
    label: str
    x: int
    y: int
    height: int
    lines: tuple[Line, ...] = ()
    more: int = 0
    outside: bool = False
    central: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One reference, as the path of a curve, with the words that say what refers to what."""

    path: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """One picture; ``title`` says in words what it shows."""

    title: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]

    @property
    def names(self) -> list[str]:
        """The tables in it."""
        return [box.ref.path for box in self.boxes]


def draw(group: Group, references: References, *, central: bool = False) -> Diagram:
    """Lay a group of tables out, in layers from left to right: what is referred to is on the left.

    With ``central`` only the references of the group's center are drawn.
    """
    shown, inside = (*group.tables, *group.outside), set(group.tables)
    edges = [edge for edge in references.edges(shown) if inside.intersection(edge)]
    if central:
        edges = [edge for edge in edges if group.center in edge]
    layout = arrange(shown, [(parent, child) for child, parent in edges])
    boxes, bends = _boxes(group, references, layout, central=central)
    lines = [
        _edge(boxes[child], boxes[parent], [bends[node] for node in layout.bends(parent, child)], references)
        for child, parent in edges
    ]
    others = len(shown) - 1
    return Diagram(
        title=f"{group.center.path} and {others} {'table' if others == 1 else 'tables'} around it",
        width=max(box.x for box in boxes.values()) + WIDTH + _MARGIN,
        height=max(box.y + box.height for box in boxes.values()) + _MARGIN,
        boxes=tuple(boxes.values()),
        edges=tuple(lines),
    )


def _boxes(
    group: Group, references: References, layout: Layout, *, central: bool
) -> tuple[dict[Ref, Box], dict[int, tuple[int, int]]]:
    """The boxes, and where the lines bend that pass by them."""
    tables = layout.refs
    lines = {ref: () if ref in group.outside else _lines(references.tables[ref]) for ref in tables}
    heights = {ref: HEAD + (len(lines[ref]) * LINE + FOOT if lines[ref] else 0) for ref in tables}
    usual = sum(heights.values()) / len(heights) + _GAP
    boxes: dict[Ref, Box] = {}
    bends: dict[int, tuple[int, int]] = {}
    for column, layer in enumerate(layout.layers):
        x, free = _MARGIN + column * (WIDTH + _BETWEEN_LAYERS), float(_MARGIN)
        for node, place in layer:
            top = max(free, _MARGIN + place * usual)
            if node >= len(tables):
                bends[node], free = (x, round(top)), top + _BEND
                continue
            ref = tables[node]
            free = top + heights[ref] + _GAP
            boxes[ref] = Box(
                ref=ref,
                label=_cut(ref.name, _LETTERS + _TYPE_LETTERS - 2),
                x=x,
                y=round(top),
                height=heights[ref],
                lines=lines[ref],
                more=len(references.tables[ref].columns) - len(lines[ref]) if lines[ref] else 0,
                outside=ref in group.outside,
                central=central and ref == group.center,
            )
    return boxes, bends


def _lines(table: Table) -> tuple[Line, ...]:
    """The columns of its keys."""
    primary = [part.column for part in table.primary_key.columns] if table.primary_key else []
    foreign = {column for key in table.foreign_keys for column in key.columns}
    keys = [column for column in table.columns if column.name in primary or column.name in foreign]
    return tuple(
        Line(
            _cut(column.name, _LETTERS),
            _cut(column.type, _TYPE_LETTERS),
            "PK" if column.name in primary else "FK",
            f"{column.name} {column.type}",
        )
        for column in keys[:_LINES]
    )


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _edge(child: Box, parent: Box, bends: Sequence[tuple[int, int]], references: References) -> Edge:
    keys = [key for key in references.tables[child.ref].foreign_keys if _leads_to(key, parent.ref)]
    title = "; ".join(f"{child.ref.path} ({', '.join(key.columns)}) → {parent.ref.path}" for key in keys)
    start, end = child.y + _port(child), parent.y + HEAD // 2
    x, y, target = child.x, start, parent.x + WIDTH + 1
    if child.x <= parent.x:  # a cycle leads back: around the right side
        x = child.x + WIDTH
        far = max(x, target) + _BETWEEN_LAYERS // 2
        return Edge(path=f"M{x} {start}C{far} {start} {far} {end} {target} {end}", title=title)
    path = f"M{x} {y}"
    for left, height in reversed(bends):
        path += f"{_curve(x, y, left + WIDTH, height)}H{left}"
        x, y = left, height
    return Edge(path=f"{path}{_curve(x, y, target, end)}", title=title)


def _curve(x: int, y: int, to_x: int, to_y: int) -> str:
    """A curve to the left that begins and ends level."""
    middle = (x + to_x) // 2
    return f"C{middle} {y} {middle} {to_y} {to_x} {to_y}"


def _leads_to(key: ForeignKey, parent: Ref) -> bool:
    return (key.ref_schema, key.ref_table) == (parent.schema, parent.name)


def _port(box: Box) -> int:
    """Where its lines begin: at the first column of a foreign key."""
    place = next((number for number, line in enumerate(box.lines) if line.mark == "FK"), None)
    return HEAD // 2 if place is None else HEAD + place * LINE + LINE // 2
