"""Random foreign keys: to the same table, in circles, over several columns, to numbers and to texts."""

from __future__ import annotations

from tests.property.drawing import Pen


def foreign_keys(pen: Pen, tables: list[str], *, id_type: str, tag_type: str) -> None:
    """Columns that point to the tables' ids and tags."""
    tagged = [name for name in tables if f"UNIQUE KEY {name}_tag (tag)" in pen.script.sql]
    pointing = set[tuple[str, str]]()
    for name in tables:
        if tagged and pen.chance(5):
            _to_text(pen, name, pen.one(tagged), tag_type)
        for target in pen.some(tables, most=2):
            action = pen.one(("", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE"))
            # MySQL lets no action touch a column that a CHECK or a stored generated column reads.
            pair = not action and pen.chance(2)
            pen.note("foreign key", *(("self FK",) if name == target else ()), *(("composite FK",) if pair else ()))
            pen.note(
                *(("FK cascade",) if "DELETE CASCADE" in action else ()),
                *(("FK ON UPDATE",) if "UPDATE" in action else ()),
            )
            named = f"CONSTRAINT {name}_to_{target} "
            if pen.chance(4):
                named = ""
                pen.note("unnamed FK")
            source, wanted = (f"ref_{target}, code", "id, code") if pair else (f"ref_{target}", "id")
            pen.write(f"ALTER TABLE {name} ADD COLUMN ref_{target} {id_type}")
            pointing.add((name, target))
            pen.write(f"ALTER TABLE {name} ADD {named}FOREIGN KEY ({source}) REFERENCES {target} ({wanted}){action}")
    if any(name != target and (target, name) in pointing for name, target in pointing):
        pen.note("cyclic FKs")


def _to_text(pen: Pen, name: str, target: str, tag_type: str) -> None:
    action = pen.one(("", " ON DELETE CASCADE ON UPDATE CASCADE", " ON UPDATE CASCADE"))
    pen.write(f"ALTER TABLE {name} ADD COLUMN tagged {tag_type}")
    pen.write(f"ALTER TABLE {name} ADD CONSTRAINT {name}_tagged FOREIGN KEY (tagged) REFERENCES {target} (tag){action}",
              "FK to a text")  # fmt: skip
