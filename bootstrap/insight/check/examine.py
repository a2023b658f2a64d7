"""Compare a declaration with the snapshot of one environment: what would an apply do, and would the gate let it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bootstrap.catalog.catalog import Catalog
from bootstrap.catalog.changes import subject_of
from bootstrap.catalog.kept import nothing_kept
from bootstrap.catalog.ref import Ref
from bootstrap.catalog.tables import Table
from bootstrap.catalog.texts import with_live_texts
from bootstrap.declaration.model import Declaration, Removed
from bootstrap.dialects.registry import dialect_for
from bootstrap.insight.check.model import EnvironmentCheck, Level, Remark, Rule
from bootstrap.insight.snapshot.model import Snapshot, StepProgress
from bootstrap.plan.between import Management, plan_between
from bootstrap.plan.context import Policy
from bootstrap.plan.gate import refused_hazards
from bootstrap.plan.server import Server
from bootstrap.plan.statement import Plan
from bootstrap.problems import Refused
from bootstrap.run.seed_tables import by_table
from bootstrap.run.sentences import describe


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One environment: its declaration, its snapshot, and what the scratch server made of the declaration.

    Attributes:
        place: file and line of a declared object; the line is 0 where it is not declared.
        path: a file of the declaration as seen from where the command runs.
    """

    environment: str
    declaration: Declaration
    snapshot: Snapshot
    policy: Policy
    place: Callable[[Ref], tuple[str, int]]
    path: Callable[[str], str]
    desired: Catalog | None = None
    scratch: Server | None = None


def examine(it: Examined) -> tuple[EnvironmentCheck, list[Remark]]:
    """Return what an apply would do in one environment, and the remarks about it."""
    remarks = [*_about_snapshot(it), *_changed_steps(it)]
    plan = Plan()
    if it.desired is not None:
        try:
            plan = _plan(it, it.desired)
        except Refused as error:
            remarks.append(_remark(it, Rule.INEXPRESSIBLE, Level.ERROR, str(error)))
        remarks += _hazards(it, plan)
        remarks += _pending(it, plan)
    applied = {step.name for step in it.snapshot.steps if step.progress is StepProgress.APPLIED}
    known = {seed.table: seed.digest for seed in it.snapshot.seeds}
    check = EnvironmentCheck(
        environment=it.environment,
        compared=it.desired is not None,
        statements=tuple(statement.text for statement in plan.statements),
        steps=tuple(step.name for step in it.declaration.steps if step.name not in applied),
        seeds=tuple(
            table.path for table, item in by_table(it.declaration.seeds).items() if known.get(table.path) != item.digest
        ),
    )
    return check, remarks


def _plan(it: Examined, desired: Catalog) -> Plan:
    snapshot, current = it.snapshot, it.snapshot.catalog
    keeps = it.declaration.manifest.policy.removed is Removed.KEEP
    return plan_between(
        current,
        with_live_texts(desired, it.declaration.catalog, current),
        engine=dialect_for(snapshot.engine),
        server=snapshot.server,
        management=Management(
            managed=snapshot.managed.__contains__, keeps=snapshot.managed.__contains__ if keeps else nothing_kept
        ),
        sizes={
            table.ref: snapshot.sizes[table.ref.path] for table in current.of(Table) if table.ref.path in snapshot.sizes
        },
        policy=it.policy,
        fingerprint=snapshot.fingerprint,
    )


def _hazards(it: Examined, plan: Plan) -> Iterator[Remark]:
    refused = refused_hazards(plan, it.declaration.manifest.policy.allow)
    for hazard in plan.hazards:
        level = Level.ERROR if hazard in refused else Level.WARNING if hazard.blocking else Level.NOTE
        advice = f": {hazard.advice}" if hazard.advice else ""
        allow = f" (policy.allow: {hazard.permission})" if hazard in refused and not hazard.final else ""
        message = f"{hazard.kind} {hazard.subject.path}: {hazard.message}{advice}{allow}"
        yield _remark(it, Rule.HAZARD, level, message, hazard.subject)


def _pending(it: Examined, plan: Plan) -> Iterator[Remark]:
    for change in plan.differences:
        for sentence in describe(change):
            yield _remark(it, Rule.PENDING, Level.NOTE, sentence, subject_of(change))


def _changed_steps(it: Examined) -> Iterator[Remark]:
    applied = {step.name: step.checksum for step in it.snapshot.steps if step.progress is StepProgress.APPLIED}
    for step in it.declaration.steps:
        before = applied.get(step.name, step.checksum)
        if not before.startswith((step.checksum, *step.replaces)):
            message = f"step {step.name} was changed after it had been applied: write what is new as a step of its own"
            yield replace(_remark(it, Rule.STEP_CHANGED, Level.ERROR, message), file=it.path(step.file))


def _about_snapshot(it: Examined) -> Iterator[Remark]:
    snapshot, scratch = it.snapshot, it.scratch
    if snapshot.drifted and snapshot.proven_run:
        message = f"the structure was changed since run {snapshot.proven_run.id}"
        yield _remark(it, Rule.DRIFT, Level.WARNING, message)
    if scratch is None:
        message = "the structure was not compared: name a development server with --scratch-url"
        yield _remark(it, Rule.NOT_COMPARED, Level.NOTE, message)
    elif (scratch.vendor, scratch.version) != (snapshot.server.vendor, snapshot.server.version):
        servers = f"the scratch server is {_named(scratch)}, this environment {_named(snapshot.server)}"
        yield _remark(it, Rule.VERSION, Level.WARNING, f"{servers}: they may print definitions differently")


def _named(server: Server) -> str:
    return f"{server.vendor} {'.'.join(map(str, server.version))}"


def _remark(it: Examined, rule: Rule, level: Level, message: str, subject: Ref | None = None) -> Remark:
    file, line = it.place(subject) if subject else ("", 0)
    return Remark(rule=rule, level=level, message=message, environment=it.environment, file=file, line=line)
