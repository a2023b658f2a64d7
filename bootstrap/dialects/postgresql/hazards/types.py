"""Hazards of types and collations: what they do to the values of the columns that are of them."""

from __future__ import annotations

from bootstrap.catalog.types import CompositeType, Domain, EnumType, RangeType
from bootstrap.dialects.postgresql.hazards.making import note
from bootstrap.dialects.postgresql.render.statements import rows_of
from bootstrap.dialects.postgresql.render.type_rebuild import columns_of_type, rewritten_tables
from bootstrap.dialects.postgresql.type_use import Remakable, is_recreated, labels_only_added
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import RenderContext
from bootstrap.plan.statement import Hazard


def altered(before: Remakable, after: Remakable, context: RenderContext) -> list[Hazard]:
    """Return what another definition of a type costs and loses."""
    if isinstance(before, EnumType) and isinstance(after, EnumType):
        return _labels(before, after, context)
    hazards: list[Hazard] = []
    if is_recreated(before, after, context.current):
        hazards.append(_rewrite(before, after, _what(before, after), context))
    if isinstance(before, CompositeType) and isinstance(after, CompositeType) and _loses(before, after):
        used, message = bool(columns_of_type(after, context)), f"{after.ref} loses attributes and values"
        hazards.append(note(HazardKind.DATA_LOSS, after.ref, message, blocking=used))
    return hazards


def _what(before: Remakable, after: Remakable) -> str:
    match before, after:
        case Domain(), Domain():
            return "gets another base type" if before.type != after.type else "is recreated to test values in arrays"
        case CompositeType(), _:
            return "gets attributes of other types or in another order"
        case RangeType(), _:
            return "becomes another range"
        case _:
            return "sorts in another way"


def _loses(before: CompositeType, after: CompositeType) -> bool:
    """Whether an attribute goes that is not renamed."""
    kept = {item.name for item in after.attributes} | {item.renamed_from for item in after.attributes}
    return any(item.name not in kept for item in before.attributes)


def _labels(before: EnumType, after: EnumType, context: RenderContext) -> list[Hazard]:
    labels, hazards = list(before.labels), []
    for new, old in after.renamed_labels:
        if old in labels and new not in labels:
            labels[labels.index(old)] = new
            message = f"code that still says {old!r} fails"
            hazards.append(note(HazardKind.BREAKS_RUNNING_CODE, after.ref, message))
    if labels_only_added(labels, after.labels) or tuple(labels) == after.labels:
        return hazards
    gone = [label for label in labels if label not in after.labels]
    if not gone:
        what, advice = "has its labels in another order", "add labels at the end"
        return [*hazards, _rewrite(before, after, what, context, advice=advice)]
    what, advice = f"loses {', '.join(map(repr, gone))}", "change the rows that have it first, in a step"
    return [*hazards, _rewrite(before, after, what, context, kind=HazardKind.DATA_LOSS, advice=advice)]


def _rewrite(
    before: Remakable, after: Remakable, what: str, context: RenderContext,
    *, kind: HazardKind = HazardKind.TABLE_REWRITE, advice: str = "",
) -> Hazard:  # fmt: skip
    """What a new type costs. ``what`` says what changes, ``kind`` what is worst about it, ``advice`` a safer way."""
    used = any(rows_of(table, context) != 0 for table in rewritten_tables(before, after, context))
    message = f"{after.ref} {what}: every column of it is rewritten under an exclusive lock"
    return note(kind, after.ref, message, advice, blocking=used)
