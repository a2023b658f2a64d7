"""Where the structure and the privileges of two environments differ, by the product's own comparison of catalogs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bootstrap.catalog.changes import (
    AddColumn,
    AddConstraint,
    Alter,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    Change,
    Create,
    CreateIndex,
    Drop,
    DropColumn,
    DropConstraint,
    DropIndex,
    GrantPrivilege,
    RevokePrivilege,
    subject_of,
)
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.security import Grant
from bootstrap.catalog.types import Sequence
from bootstrap.insight.compare.common import catalog_difference
from bootstrap.insight.compare.model import Difference, Finding, Reason, Section, Side
from bootstrap.insight.compare.reasons import why_different, why_missing
from bootstrap.plan.rules import Rules
from bootstrap.run.sentences import differing, privilege_in_words

_LACKS = (Create, AddColumn, AddConstraint, CreateIndex, GrantPrivilege)
_HAS = (Drop, DropColumn, DropConstraint, DropIndex, RevokePrivilege)


@dataclass(frozen=True, slots=True)
class _Group:
    """Columns of one table that are missing for the same reason are one finding."""

    difference: Difference
    section: Section
    table: Ref | None
    name: str
    reason: Reason
    why: str


def structure_findings(reference: Side, other: Side, rules: Rules) -> Iterator[Finding]:
    """What the structure and the privileges of ``other`` lack, have beside, or have otherwise."""
    changes = list(_alone(catalog_difference(reference, other, rules).changes))
    yield from _presence(reference, other, [change for change in changes if isinstance(change, (*_LACKS, *_HAS))])
    reason, why = why_different(other, reference)
    for change in changes:
        if not isinstance(change, Alter | AlterColumn | AlterConstraint | AlterIndex):
            continue
        texts = [
            f"{name} is {mine} in {other.label}, {yours} in {reference.label}"
            for name, mine, yours in differing(change.before, change.after)
        ]
        yield Finding(
            environment=other.label,
            section=Section.ACCESS if change.ref.kind is Kind.ROLE else Section.STRUCTURE,
            difference=Difference.DIFFERS,
            objects=(str(change.ref),),
            sentence=f"{change.ref} differs: {'; '.join(texts) or 'its definition'}{f' ({why})' if why else ''}",
            reason=reason,
        )


def _alone(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes without those of what belongs to a missing object: its members, sequences and privileges."""
    pending = list(changes)
    whole = {change.ref for change in pending if isinstance(change, Create | Drop)}
    for change in pending:
        if not _is_part_of(change, whole):
            yield change


def _is_part_of(change: Change, whole: set[Ref]) -> bool:
    if isinstance(change, GrantPrivilege | RevokePrivilege):
        privilege = change.after if isinstance(change, GrantPrivilege) else change.before
        grantee = Ref(Kind.ROLE, "", privilege.grantee)
        on = privilege.on if isinstance(privilege, Grant) else None
        return grantee in whole or (on is not None and bool({on, on.owner} & whole))
    if change.ref.owner in whole:
        return True
    item = change.after if isinstance(change, Create) else change.before if isinstance(change, Drop) else None
    if isinstance(item, Sequence) and item.owned_by:
        schema, table, _ = item.owned_by
        return Ref(Kind.TABLE, schema, table) in whole
    return False


def _presence(reference: Side, other: Side, changes: list[Change]) -> Iterator[Finding]:
    groups: dict[_Group, list[Ref]] = defaultdict(list)
    for change in changes:
        lacks = isinstance(change, _LACKS)
        difference = Difference.LACKS if lacks else Difference.HAS
        one, another = (other, reference) if lacks else (reference, other)  # one lacks it, another has it
        if isinstance(change, GrantPrivilege | RevokePrivilege):
            ref = subject_of(change)
            name = privilege_in_words(change.after if isinstance(change, GrantPrivilege) else change.before)
            reason, why = why_different(one, another)
            groups[_Group(difference, Section.ACCESS, None, name, reason, why)].append(ref)
            continue
        ref = change.ref
        section = Section.ACCESS if ref.kind is Kind.ROLE else Section.STRUCTURE
        reason, why = why_missing(one, another, ref)
        column = ref.kind is Kind.COLUMN
        group = _Group(difference, section, ref.owner if column else None, "" if column else str(ref), reason, why)
        groups[group].append(ref)
    for group, refs in groups.items():
        yield _present(reference, other, group, refs)


def _present(reference: Side, other: Side, group: _Group, refs: list[Ref]) -> Finding:
    what = group.name or _columns(group.table, refs)
    if group.difference is Difference.LACKS:
        sentence = f"{other.label} lacks {what}"
    else:
        sentence = f"{other.label} has {what}, {reference.label} lacks {'them' if len(refs) > 1 else 'it'}"
    return Finding(
        environment=other.label,
        section=group.section,
        difference=group.difference,
        objects=tuple(map(str, refs)),
        sentence=f"{sentence}: {group.why}" if group.why else sentence,
        reason=group.reason,
    )


def _columns(table: Ref | None, refs: list[Ref]) -> str:
    names = [ref.name for ref in refs]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"column{'s' if len(names) > 1 else ''} {listed} of {table}"
