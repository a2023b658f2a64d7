"""The part of a dialect that plans are made with: pure, without a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # what an unchanged database never needs
    from bootstrap.plan.context import RenderContext
    from bootstrap.plan.operations import PlannedOperation
    from bootstrap.plan.rules import Rules
    from bootstrap.plan.statement import Hazard, Statement


class Engine(Protocol):
    """What changes mean to one engine, what can go wrong with them, and the SQL that carries them out."""

    @property
    def rules(self) -> Rules:
        """What changes mean on this engine: which need a rebuild, and what depends on what they change."""

    def hazards(self, operation: PlannedOperation, context: RenderContext) -> list[Hazard]:
        """What can go wrong with one operation, whether or not it has a statement of its own."""

    def render(self, operation: PlannedOperation, context: RenderContext) -> list[Statement]:
        """The statements that carry out one operation, safest way first. Raises Refused for what cannot be done."""
