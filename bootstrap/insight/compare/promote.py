"""May what is in one environment go to another? The gate's answer, from two snapshots and without a session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.kept import nothing_kept
from bootstrap.catalog.ref import Kind, Ref
from bootstrap.catalog.tables import Table
from bootstrap.dialects.registry import dialect_for
from bootstrap.insight.compare.common import roles_of
from bootstrap.insight.compare.model import Health, Side, run_in_words
from bootstrap.insight.snapshot.model import Snapshot, StepProgress
from bootstrap.plan.between import Management, plan_between
from bootstrap.plan.gate import refused_hazards
from bootstrap.plan.statement import Plan
from bootstrap.problems import BootstrapError, Refused

FORMAT_VERSION = 1


class Obstacle(StrEnum):
    """What refuses a promotion: a closed vocabulary of the JSON form."""

    HAZARD = "hazard"  # of the plan, and not allowed
    NOT_PROVEN = "not_proven"  # the source has no run, or its last one did not succeed
    DRIFT = "drift"  # the source was changed since its last run
    STEP_CHANGED = "step_changed"  # both applied a step, with different contents
    INEXPRESSIBLE = "inexpressible"  # there is no plan for a difference
    VERSION = "version"  # the servers are of different kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason against the promotion. ``permission`` is what --allow takes for a hazard; "" where nothing does."""

    obstacle: Obstacle
    sentence: str
    permission: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What would happen in the target, and what refuses it. ``steps`` are those that the source has applied and the
    target has not. ``left`` are objects of the source that no run declared: they do not go.
    """

    source: Side
    target: Side
    plan: Plan
    steps: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    left: tuple[Ref, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether nothing refuses it."""
        return not self.refusals

    @property
    def data(self) -> Mapping[str, Any]:
        """The JSON form."""
        return {
            "format_version": FORMAT_VERSION,
            "from": self.source.label,
            "to": self.target.label,
            "allowed": self.allowed,
            "refusals": [
                {"obstacle": item.obstacle.value, "sentence": item.sentence, "permission": item.permission or None}
                for item in self.refusals
            ],
            "statements": [statement.text for statement in self.plan.statements],
            "hazards": [
                {
                    "kind": hazard.kind.value,
                    "object": hazard.subject.path,
                    "message": hazard.message,
                    "advice": hazard.advice,
                    "blocking": hazard.blocking,
                }
                for hazard in self.plan.hazards
            ],
            "steps": list(self.steps),
            "left": [str(ref) for ref in self.left],
        }


def promote(source: Side, target: Side, *, permissions: Sequence[str] = ()) -> Promotion:
    """Plan the way from the target's structure to the source's, and ask the gate.

    Args:
        source: where it is now.
        target: where it is to go. Its policy, sizes of tables and server decide.
        permissions: allowed hazards beside those that the target's policy allows.

    Raises:
        BootstrapError: the environments are of different engines.
    """
    if source.snapshot.engine != target.snapshot.engine:
        raise BootstrapError(
            f"{source.label} is {source.snapshot.engine}, {target.label} is {target.snapshot.engine}: environments of"
            " different engines cannot be compared"
        )
    refusals = [*_unproven(source), *_changed_steps(source, target), *_other_vendor(source, target)]
    plan = Plan()
    try:
        plan = _plan(source.snapshot, target.snapshot)
    except Refused as error:
        refusals.append(Refusal(obstacle=Obstacle.INEXPRESSIBLE, sentence=str(error)))
    for hazard in refused_hazards(plan, [*target.snapshot.policy.allow, *permissions]):
        advice = f"; safer: {hazard.advice}" if hazard.advice else ""
        sentence = f"{hazard.kind} {hazard.subject.path}: {hazard.message}{advice}"
        permission = "" if hazard.final else hazard.permission
        refusals.append(Refusal(obstacle=Obstacle.HAZARD, sentence=sentence, permission=permission))
    return Promotion(
        source=source,
        target=target,
        plan=plan,
        steps=tuple(_steps(source, target)),
        refusals=tuple(refusals),
        left=tuple(_left(source.snapshot)),
    )


def _plan(source: Snapshot, target: Snapshot) -> Plan:
    current = target.catalog
    sizes = {table.ref: target.sizes[table.ref.path] for table in current.of(Table) if table.ref.path in target.sizes}
    return plan_between(
        current,
        _as_declared(_going(source), source, target),
        engine=dialect_for(target.engine),
        server=target.server,
        management=Management(
            managed=target.managed.__contains__,
            keeps=target.managed.__contains__ if target.policy.keeps_removed else nothing_kept,
        ),
        sizes=sizes,
        policy=target.policy.limits,
        fingerprint=target.fingerprint,
    )


def _going(source: Snapshot) -> Catalog:
    """What goes: what runs have declared in the source; where none is recorded, everything but other teams' roles."""
    catalog, roles = source.catalog, roles_of(source)
    known = source.managed or frozenset(catalog.objects)

    def goes(ref: Ref) -> bool:
        return ref in known or ref.owner in known

    objects = {
        ref: item
        for ref, item in catalog.objects.items()
        if (ref in roles if ref.kind is Kind.ROLE else goes(ref) or ref.kind is Kind.SCHEMA)
    }
    grants = frozenset(
        grant for grant in catalog.grants if grant.on is None or {grant.on, grant.on.owner} & objects.keys()
    )
    return replace(catalog, objects=objects, grants=grants)


def _left(source: Snapshot) -> Iterator[Ref]:
    going = _going(source).objects
    for ref in sorted(source.catalog.objects):
        if ref not in going and ref.kind is not Kind.ROLE:
            yield ref


def _as_declared(catalog: Catalog, source: Snapshot, target: Snapshot) -> Catalog:
    """What belongs to the account that applies there belongs to the one that applies here."""

    def left_open(item: Any) -> Any:
        names = [name for name in ("owner", "definer") if getattr(item, name, None) == source.account]
        return replace(item, **dict.fromkeys(names)) if names else item

    return replace(
        catalog,
        objects={ref: left_open(item) for ref, item in catalog.objects.items()},
        grants=frozenset(grant for grant in catalog.grants if grant.grantee != source.account),
        default_privileges=frozenset(
            replace(item, owner=target.account) if item.owner == source.account else item
            for item in catalog.default_privileges
        ),
    )


def _unproven(source: Side) -> Iterator[Refusal]:
    """Only what a run has proven is known to be what somebody declared."""
    run, proven = source.snapshot.last_run, source.snapshot.proven_run
    if source.health is not Health.HEALTHY:
        sentence = f"{source.label}: {run_in_words(run)}: bring it to its declaration first"
        yield Refusal(obstacle=Obstacle.NOT_PROVEN, sentence=sentence)
    elif source.snapshot.drifted and proven:
        sentence = (
            f"{source.label}: the structure was changed since run {proven.id}: db-bootstrap verify names the changes"
        )
        yield Refusal(obstacle=Obstacle.DRIFT, sentence=sentence)


def _other_vendor(source: Side, target: Side) -> Iterator[Refusal]:
    if source.snapshot.server.vendor != target.snapshot.server.vendor:
        servers = f"{source.label} is {source.version}, {target.label} is {target.version}"
        sentence = f"{servers}: each prints definitions in its own way"
        yield Refusal(obstacle=Obstacle.VERSION, sentence=sentence)


def _steps(source: Side, target: Side) -> Iterator[str]:
    applied = {step.name for step in target.snapshot.steps if step.progress is StepProgress.APPLIED}
    for step in source.snapshot.steps:
        if step.progress is StepProgress.APPLIED and step.name not in applied:
            yield step.name


def _changed_steps(source: Side, target: Side) -> Iterator[Refusal]:
    applied = {step.name: step.checksum for step in target.snapshot.steps if step.progress is StepProgress.APPLIED}
    for step in source.snapshot.steps:
        if step.progress is StepProgress.APPLIED and applied.get(step.name, step.checksum) != step.checksum:
            yield Refusal(
                obstacle=Obstacle.STEP_CHANGED,
                sentence=f"step {step.name}: {source.label} and {target.label} applied different contents",
            )
