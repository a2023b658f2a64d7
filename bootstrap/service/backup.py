"""``policy.backup``: what a plan loses is kept before, or the plan says that it cannot be."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from bootstrap.catalog.origins import renames_of
from bootstrap.declaration.model import Backup
from bootstrap.hazards import HazardKind
from bootstrap.plan.context import TableSize
from bootstrap.plan.losses import Kept, Losses, find_losses
from bootstrap.plan.statement import Hazard, Plan
from bootstrap.run.history import History
from bootstrap.run.limits import Limits
from bootstrap.run.trash import Trash
from bootstrap.service.comparison import Structure
from bootstrap.service.work import Work

_MEGABYTE = 1 << 20
_SNAPSHOT_SECONDS = 3600.0


def losses_of(work: Work, plan: Plan, structure: Structure) -> Losses:
    """Return what the plan loses of tables that have rows."""
    if work.declaration.manifest.policy.backup is Backup.NONE:
        return Losses()
    renames = renames_of(structure.plan.differences)
    found = find_losses(plan.hazards, structure.current, structure.desired, renames)
    sizes = _sizes(work, found.kept)
    return replace(found, kept=tuple(kept for kept in found.kept if sizes[kept.table].rows))


def _sizes(work: Work, kept: Sequence[Kept]) -> dict[object, TableSize]:
    tables = {item.table for item in kept}
    known = work.dialect.table_sizes(work.session, tables) if tables else {}
    return {table: known.get(table, TableSize(rows=1, bytes=0)) for table in tables}


def _megabytes(work: Work, kept: Sequence[Kept]) -> float:
    return sum(size.bytes for size in _sizes(work, kept).values()) / _MEGABYTE


def with_backup(work: Work, plan: Plan, structure: Structure) -> Plan:
    """Return the plan with what is kept before it runs, and a hazard for each loss that cannot be kept."""
    policy = work.declaration.manifest.policy
    found = losses_of(work, plan, structure)
    if policy.backup is Backup.NONE or not (found.kept or found.unkept):
        return plan
    if policy.backup is Backup.RDS_SNAPSHOT:
        return replace(plan, backups=(f"RDS snapshot of {work.destination.endpoint.host}",))
    hazards = [_unkept(item.hazard, item.reason) for item in found.unkept]
    megabytes = _megabytes(work, found.kept)
    if megabytes > policy.backup_limit_mb:
        hazards += [_too_large(kept, megabytes, policy.backup_limit_mb) for kept in found.kept]
    backups = tuple(f"{kept}, for {policy.backup_days} days" for kept in found.kept)
    return replace(plan.with_hazards(hazards), backups=backups)


def keep_losses(work: Work, run: int, plan: Plan, structure: Structure) -> tuple[str, ...]:
    """Keep what a run is about to lose; drop copies whose time is over. Returns what was kept, and where."""
    policy = work.declaration.manifest.policy
    history = History(work.session, work.dialect)
    trash = Trash(history)
    for name in trash.drop_expired():
        work.request.tell(f"dropped {name}: its time in the backup is over")
    losses = losses_of(work, plan, structure).kept
    if policy.backup is Backup.RDS_SNAPSHOT and plan.backups:
        return (_snapshot(work, history, run),)
    if policy.backup is not Backup.TABLE:
        return ()
    if _megabytes(work, losses) > policy.backup_limit_mb:  # allowed by name
        return ()
    made = trash.keep(run, losses, policy.backup_days)
    told = tuple(f"{copy.kept} is kept in {trash.history.table(copy.name)}" for copy in made)
    for line in told:
        work.request.tell(line)
    return told


def _snapshot(work: Work, history: History, run: int) -> str:
    """Take a snapshot of the whole instance before anything runs; its identifier is a fact of the history."""
    from bootstrap.target.rds import take_snapshot  # noqa: PLC0415  # boto3: only where it is asked for

    destination = work.destination
    label = f"run-{run}-{time.strftime('%Y%m%d%H%M%S', time.gmtime())}"
    seconds = Limits.until(work.deadline, work.started).bounded(_SNAPSHOT_SECONDS)
    taken = take_snapshot(
        destination.endpoint.host, destination.region, label=label, seconds=seconds, waiting=work.request.tell
    )
    history.set_fact(f"rds_snapshot of run {run}", taken)
    return f"RDS snapshot {taken}"


def _unkept(hazard: Hazard, reason: str) -> Hazard:
    return Hazard(
        kind=HazardKind.NO_BACKUP,
        subject=hazard.subject,
        message=f"policy.backup: table cannot keep what is lost of {hazard.subject}: {reason}",
        advice="copy it by a step first",
        blocking=hazard.blocking,
    )


def _too_large(kept: Kept, megabytes: float, limit: int) -> Hazard:
    return Hazard(
        kind=HazardKind.NO_BACKUP,
        subject=kept.table,
        message=(
            f"the backup of this plan takes up to {megabytes:.1f} MB, more than policy.backup_limit_mb: {limit}: {kept}"
            " would not be kept"
        ),
        advice="raise backup_limit_mb where the disk has room, or use backup: rds_snapshot",
        blocking=True,
    )
