"""The use-case ``report``: what is known of environments, each read as far as it can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from bootstrap import __version__
from bootstrap.insight.compare.compare import compare, sides_of
from bootstrap.insight.compare.model import Side
from bootstrap.insight.report.model import CheckResult, Environment, Gap, Part, Pending, Report
from bootstrap.insight.report.sections import changed_by
from bootstrap.insight.snapshot.model import RunRecord, Snapshot
from bootstrap.insight.snapshot.read import run_record
from bootstrap.problems import BootstrapError
from bootstrap.run.checks import failed_checks
from bootstrap.service.errors import readable_server_errors
from bootstrap.service.history import history
from bootstrap.service.plan import plan
from bootstrap.service.reports import PlanReport, counted
from bootstrap.service.snapshot import live_request, snapshot_of
from bootstrap.service.work import Request, open_work

RUNS = 50
"""So many runs of each environment are shown."""

_T = TypeVar("_T")


@dataclass(slots=True)
class _Reading:
    """What is read of one environment, as far as it goes; what cannot be read is a gap."""

    source: str
    directory: Path
    request: Request
    keys: int
    gaps: list[Gap] = field(default_factory=list)

    def read(self) -> Snapshot | None:
        """The snapshot, from a file or a live environment."""
        return self._tried(
            Part.ENVIRONMENT,
            lambda: snapshot_of(self.source, self.directory, keys=self.keys, request=self.request),
        )

    def environment(self, side: Side, live: Request | None) -> Environment:
        """Everything else about an environment that could be read."""
        runs = _known_runs(side.snapshot)
        pending, checks = None, None
        if live is not None:
            runs = self._tried(Part.HISTORY, lambda: _runs(live)) or runs
            if side.snapshot.declared is not None:
                pending = self._tried(Part.PLAN, lambda: pending_of(plan(live)))
                checks = self._tried(Part.CHECKS, lambda: _checks(live))
        return Environment(
            label=side.label, side=side, live=live is not None, runs=runs, pending=pending, checks=checks,
            gaps=tuple(self.gaps),
        )  # fmt: skip

    def _tried(self, part: Part, read: Callable[[], _T]) -> _T | None:
        try:
            return read()
        except BootstrapError as error:
            self.gaps.append(Gap(part=part, message=str(error), exit_code=error.exit_code))
            return None


def report(sources: Sequence[str], directory: Path, request: Request, *, keys: int = 0) -> Report:
    """Read environments, live or from snapshot files, and compare them with the first. Changes nothing.

    Args:
        sources: environments, URLs or snapshot files.
        directory: where the declaration is, if there is one.
        request: what holds for all of them.
        keys: how many keys of seed rows of each kind to name; 0: none.

    Raises:
        BootstrapError: a source is neither of these, or the environments are of different engines.
    """
    live = [live_request(source, directory, request) for source in sources]
    readings = [_Reading(source, directory, request, keys) for source in sources]
    with ThreadPoolExecutor(max_workers=len(sources)) as pool:
        snapshots = list(pool.map(_Reading.read, readings))
        known = [(source, found) for source, found in zip(sources, snapshots, strict=True) if found]
        sides = dict(zip((source for source, _ in known), sides_of(known), strict=True))
        comparison = compare(list(sides.values())) if len(sides) > 1 else None
        environments = pool.map(
            lambda reading, request: (
                reading.environment(sides[reading.source], request)
                if reading.source in sides
                else Environment(label=_label(reading.source), gaps=tuple(reading.gaps))
            ),
            readings,
            live,
        )
        return Report(
            title=_title([snapshot for _, snapshot in known], directory),
            made_at=datetime.now(UTC).replace(microsecond=0),
            tool_version=__version__,
            environments=tuple(environments),
            comparison=comparison,
        )


def pending_of(found: PlanReport) -> Pending:
    """What a plan says, without the SQL of steps: that may hold values of rows."""
    skips = [str(skip) for skip in found.skips]
    return Pending(
        sql=tuple(statement.text for statement in found.plan.statements),
        hazards=tuple((hazard, hazard in found.refused) for hazard in found.plan.hazards),
        steps=tuple(step.name for step in (*found.before, *found.after)),
        rows=tuple((item.table.path, counted(item)) for item in found.seeds if item.pending),
        remarks=(*found.undecided, *skips, *found.plan.backups, *found.plan.notes),
        changed=changed_by(found.plan),
        unmanaged=found.plan.unmanaged,
    )


def _runs(request: Request) -> tuple[RunRecord, ...]:
    return tuple(map(run_record, history(request, limit=RUNS).runs))


def _known_runs(snapshot: Snapshot) -> tuple[RunRecord, ...]:
    known = {run.id: run for run in (snapshot.last_run, snapshot.proven_run) if run}
    return tuple(known[number] for number in sorted(known, reverse=True))


def _checks(request: Request) -> tuple[CheckResult, ...]:
    with open_work(request) as work, readable_server_errors():
        declared = work.declaration.checks
        failed = {check.name for check, _ in failed_checks(work.session, declared)}
        return tuple(CheckResult(name=check.name, holds=check.name not in failed) for check in declared)


def _title(snapshots: Sequence[Snapshot], directory: Path) -> str:
    names = dict.fromkeys(snapshot.declaration for snapshot in snapshots if snapshot.declaration)
    return ", ".join(names) or directory.resolve().name


def _label(source: str) -> str:
    """A source that could not be read; of a URL the part without credentials."""
    if "://" not in source:
        return source
    parts = urlsplit(source)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme} {host}{parts.path}"
