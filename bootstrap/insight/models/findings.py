"""Findings: one expectation of the models, what the declaration and the database have instead, and what to type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.insight.models.faults import Aspect, Fault, FaultKind
from bootstrap.insight.models.sources import Place


class Role(StrEnum):
    """Which release of the application expects it: a closed vocabulary of the JSON form."""

    CURRENT = "current"
    OLD = "old"  # runs now, and still runs while the change is applied
    NEW = "new"  # is deployed after the apply


class Verdict(StrEnum):
    """What a finding means: a closed vocabulary of the JSON form."""

    FAULT = "fault"
    REFUSED = "refused"  # the declared change takes away what the old release needs
    PENDING = "pending"  # the next apply brings what the new release needs


class Fit(StrEnum):
    """What the declaration or the database has of an expectation: a closed vocabulary of the JSON form."""

    FITS = "fits"
    MISSING = "missing"
    DIFFERS = "differs"
    REQUIRED = "required"
    UNKNOWN = "unknown"  # not looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that the models expect and do not find. ``declared`` and ``live`` are None where they fit or were not
    looked at; ``live_checked`` tells these apart.
    """

    role: Role
    verdict: Verdict
    fault: Fault
    declared: Fault | None
    live: Fault | None
    live_checked: bool
    model: str
    model_place: str
    declaration: str
    sentence: str
    remedy: str
    yaml: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "release": self.role.value,
            "verdict": self.verdict.value,
            "finding": self.fault.kind.value,
            "aspect": self.fault.aspect.value,
            "kind": self.fault.ref.kind.value,
            "object": self.fault.ref.path,
            "expected": self.fault.expected,
            "declared": _side(self.declared, checked=True),
            "live": _side(self.live, checked=self.live_checked),
            "where": {"model": self.model, "file": self.model_place or None, "declaration": self.declaration or None},
            "sentence": self.sentence,
            "remedy": self.remedy or None,
            "yaml": self.yaml or None,
        }


def _side(fault: Fault | None, *, checked: bool) -> dict[str, Any]:
    """Return what the declaration or the database has."""
    if not checked:
        return {"fit": Fit.UNKNOWN.value, "found": None}
    if fault is None:
        return {"fit": Fit.FITS.value, "found": None}
    return {"fit": Fit(fault.kind.value).value, "found": fault.found or None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What sentences are made of: the environment and its command, where things are written, what an apply drops."""

    environment: str
    apply: str
    locate: Callable[[Ref], str]
    source: str
    models: Mapping[str, Place]
    is_dropped: Callable[[Ref], bool]
    yaml: Callable[[Ref], str]


def findings(
    role: Role, declared: Iterable[Fault], live: Iterable[Fault] | None, around: Surroundings
) -> list[Finding]:
    """Join the faults of the declaration and of the database, each thing once."""
    in_declared = {fault.key: fault for fault in declared}
    in_live = {fault.key: fault for fault in live or ()}
    found = []
    for key in sorted({**in_declared, **in_live}, key=lambda key: (key[0].path, key)):
        finding = _finding(role, in_declared.get(key), in_live.get(key), around, live_checked=live is not None)
        if finding is not None:
            found.append(finding)
    return found


def _finding(
    role: Role, declared: Fault | None, live: Fault | None, around: Surroundings, *, live_checked: bool
) -> Finding | None:
    fault = live or declared
    assert fault is not None  # noqa: S101  # the key is that of one of them
    verdict = _verdict(role, declared, live, around, live_checked=live_checked)
    if verdict is None:
        return None
    table = fault.ref.owner or fault.ref
    place = around.models.get(table.path) or around.models.get(table.name) or Place(model=around.source)
    declaration = around.locate(fault.ref) or around.locate(table)
    told = _Told(fault, declared, live, around, place.model, declaration, live_checked=live_checked)
    lacks = declared is not None and declared.kind is FaultKind.MISSING and verdict is Verdict.FAULT
    return Finding(
        role=role, verdict=verdict, fault=fault, declared=declared, live=live, live_checked=live_checked,
        model=place.model, model_place=f"{place.file}:{place.line}" if place.file else "", declaration=declaration,
        sentence=told.refusal() if verdict is Verdict.REFUSED else told.sentence(),
        remedy=told.way_out() if verdict is Verdict.REFUSED else told.remedy(),
        yaml=around.yaml(fault.ref) if lacks else "",
    )  # fmt: skip


def _verdict(
    role: Role, declared: Fault | None, live: Fault | None, around: Surroundings, *, live_checked: bool
) -> Verdict | None:
    """Return what it means for this release; None for nothing."""
    if role is Role.NEW and declared is None:
        return Verdict.PENDING
    if role is Role.OLD and live is None and declared is not None:
        if declared.kind is FaultKind.MISSING and live_checked and not around.is_dropped(declared.ref):
            return None
        return Verdict.REFUSED
    return Verdict.FAULT


@dataclass(frozen=True, slots=True)
class _Told:
    """The words of one finding."""

    fault: Fault
    declared: Fault | None
    live: Fault | None
    around: Surroundings
    model: str
    declaration: str
    live_checked: bool

    @property
    def _file(self) -> str:
        return self.declaration.rpartition(":")[0] or "a file in schema/"

    @property
    def _what(self) -> str:
        """The thing: ``column streams.status``, or what of it: ``the type of column streams.status``."""
        aspect = self.fault.aspect
        return str(self.fault.ref) if aspect is Aspect.EXISTENCE else f"the {aspect.value} of {self.fault.ref}"

    def sentence(self) -> str:
        """What is wrong, and where."""
        match self.fault.kind:
            case FaultKind.MISSING:
                return self._missing()
            case FaultKind.REQUIRED:
                return (
                    f"{self.fault.ref} {self._where()} is {self.fault.found}, without a default, and {self.model} does"
                    " not know it: its INSERT statements fail"
                )
            case FaultKind.DIFFERS:
                return self._differs()

    def _missing(self) -> str:
        ref, environment = self.fault.ref, self.around.environment
        if self.live is not None:
            declared = "it is not declared" if self.declared else f"it is declared{self._at()}"
            return f"{environment} lacks {ref}, which {self.model} expects; {declared}"
        if self.live_checked:
            return f"{ref} is in {environment}, and {self.model} expects it, but it is not declared"
        return f"the declaration lacks {ref}, which {self.model} expects"

    def _differs(self) -> str:
        fault, aspect = self.fault, self.fault.aspect
        if aspect is Aspect.LABELS:
            said = f"{fault.ref} {self._where()} has no label {fault.expected}, which {self.model} expects"
        else:
            said = f"{self._what} {self._where()} is {fault.found}, but {self.model} expects {fault.expected}"
        if self.live is not None and self.declared is None:
            said += f"; it is declared as expected{self._at()}"
        return said

    def _where(self) -> str:
        if self.live is not None and self.declared is not None:
            return f"in {self.around.environment} and in the declaration{self._at()}"
        return f"in {self.around.environment}" if self.live is not None else f"in the declaration{self._at()}"

    def _at(self) -> str:
        return f" ({self.declaration})" if self.declaration else ""

    def remedy(self) -> str:
        """What to type."""
        apply = f"run `{self.around.apply}`"
        then = f", then {apply}" if self.live is not None or not self.live_checked else ""
        if self.declared is None:
            if self.fault.kind is FaultKind.REQUIRED:
                return f"give {self.fault.ref} a default, or drop it: it is not declared"
            return apply
        match self.declared.kind:
            case FaultKind.MISSING:
                return f"add it to {self._file}{then}"
            case FaultKind.REQUIRED:
                return (
                    f"give it a default in {self._file}, or declare it without NOT NULL, or add it to the model{then}"
                )
            case FaultKind.DIFFERS:
                return f"change {self._file}, or the model{then}"

    def refusal(self) -> str:
        """What the declared change would break."""
        fault, model = self.fault, f"{self.model} of the old release"
        match fault.kind:
            case FaultKind.MISSING:
                return f"the declaration{self._at()} no longer has {fault.ref}, which {model} still needs"
            case FaultKind.REQUIRED:
                return (
                    f"the declaration{self._at()} has {fault.ref} as {fault.found}, without a default, and {model} does"
                    " not know it: its INSERT statements would fail"
                )
            case FaultKind.DIFFERS:
                return (
                    f"the declaration{self._at()} changes {self._what} to {fault.found or 'something else'}, but"
                    f" {model} still expects {fault.expected}"
                )

    def way_out(self) -> str:
        """How the old release goes on working."""
        match self.fault.kind:
            case FaultKind.MISSING:
                keep = "declare `policy: {removed: keep}` and run `db-bootstrap contract` once no old release runs"
                return (
                    keep if self.fault.ref.kind in {Kind.TABLE, Kind.COLUMN} else f"declare it again until then: {keep}"
                )
            case FaultKind.REQUIRED:
                return "give it a default, or add NOT NULL in a later release"
            case FaultKind.DIFFERS:
                return "make the change in a later release, once no old release runs"
