"""What a policy and ``--allow`` name: a kind of hazard, or one of an object's."""

from __future__ import annotations

from enum import StrEnum

EVERYTHING = "all"


class HazardKind(StrEnum):
    """What can go wrong with a statement; the name is what ``--allow`` takes."""

    DATA_LOSS = "data_loss"
    TABLE_REWRITE = "table_rewrite"
    LONG_LOCK = "long_lock"
    BREAKS_RUNNING_CODE = "breaks_running_code"
    VALIDATION_MAY_FAIL = "validation_may_fail"
    PRIVILEGE_CHANGE = "privilege_change"
    UNTRACKED_DEPENDENCY = "untracked_dependency"
    NO_BACKUP = "no_backup"
    # Decisions about a step that may have been done already.
    RUN_STEP = "run_step"
    SKIP_STEP = "skip_step"


def misspelt(permission: str) -> tuple[str, str] | None:
    """What is wrong with a permission and what to do; a typing error must not look like a refusal later."""
    kind, colon, subject = permission.partition(":")
    known = {EVERYTHING, *HazardKind}
    if kind not in known:
        return "there is no such hazard", f"use one of {', '.join(sorted(known))}"
    if colon and not subject:
        return "nothing stands behind the colon", "name the object, or leave it out"
    return None
