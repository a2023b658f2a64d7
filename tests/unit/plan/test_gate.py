"""The gate: hazards pass by name only."""

from __future__ import annotations

import pytest

from bootstrap.catalog.ref import Kind, Ref
from bootstrap.hazards import HazardKind
from bootstrap.plan.gate import check_gate, check_permissions, refused_hazards
from bootstrap.plan.statement import Hazard, Operation, Plan
from bootstrap.problems import BootstrapError, Refused

COLUMN = Ref(Kind.COLUMN, "app", "phone", "contacts")
LOSS = Hazard(
    kind=HazardKind.DATA_LOSS, subject=COLUMN, message="its values are lost", advice="rename it", blocking=True
)
NOTE = Hazard(kind=HazardKind.LONG_LOCK, subject=COLUMN, message="reads wait")


def plan(*hazards: Hazard) -> Plan:
    return Plan(operations=(Operation(subject=COLUMN, hazards=hazards),))


def test_a_plan_without_blocking_hazards_passes() -> None:
    check_gate(Plan(), [])
    check_gate(plan(NOTE), [])


def test_a_refusal_names_the_object_the_safer_way_and_the_exact_option() -> None:
    with pytest.raises(Refused) as refusal:
        check_gate(plan(LOSS, NOTE), [])
    assert refusal.value.exit_code == 3
    assert str(refusal.value).splitlines() == [
        "refused: this plan has hazards that are not allowed; nothing was changed",
        "  column app.contacts.phone: its values are lost",
        "    safer: rename it",
        "    to allow it: --allow 'data_loss:app.contacts.phone'",
    ]


@pytest.mark.parametrize("permission", ["all", "data_loss", "data_loss:app.contacts.phone"])
def test_what_allows_it(permission: str) -> None:
    check_gate(plan(LOSS), [permission])


@pytest.mark.parametrize("permission", ["long_lock", "data_loss:app.contacts", "data_loss:app.contacts.phone2"])
def test_what_does_not_allow_it(permission: str) -> None:
    with pytest.raises(Refused):
        check_gate(plan(LOSS), [permission])


def test_each_hazard_is_named_once() -> None:
    assert refused_hazards(plan(LOSS, LOSS), []) == [LOSS]


@pytest.mark.parametrize("permission", ["dataloss", "data_los:app.t", ""])
def test_a_misspelt_permission_is_an_error_and_no_refusal(permission: str) -> None:
    with pytest.raises(BootstrapError, match="no such hazard: use one of all, "):
        check_permissions([permission])
    with pytest.raises(BootstrapError, match="nothing stands behind the colon"):
        check_permissions(["data_loss:"])
    check_permissions(["all", "data_loss", "table_rewrite:app.t"])
