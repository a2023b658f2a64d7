"""The use-case ``apply``: bring a database to its declaration.

Comparing, planning and executing are imported only where there is something to do: an unchanged database needs none.
"""

from __future__ import annotations

from bootstrap.service.errors import readable_server_errors
from bootstrap.service.reports import ApplyReport
from bootstrap.service.unchanged import unchanged
from bootstrap.service.work import Request, open_work


def apply(request: Request) -> ApplyReport:
    """Bring the database to its declaration, prove it, record it.

    Raises:
        Refused: a hazard is not allowed; nothing was changed.
        VerificationFailed: the database is not what the declaration says after all.
        Incomplete: out of time; the next apply goes on.
        BootstrapError: any other problem; what was done stays done and the next apply goes on from there.
    """
    with open_work(request) as work, readable_server_errors():
        work.dialect.check_writable(work.session)
        work.dialect.check_trust(work.session, writing=True)
        done = unchanged(work)
        if done is not None:
            return done
        from bootstrap.service.attempt import apply_work  # noqa: PLC0415

        return apply_work(work)
