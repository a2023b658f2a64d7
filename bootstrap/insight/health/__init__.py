"""Whether a database has what an application needs: as a library call, a WSGI and an ASGI application."""

from bootstrap.insight.health.monitor import Health
from bootstrap.insight.health.report import HealthReport, Status

__all__ = ["Health", "HealthReport", "Status"]
