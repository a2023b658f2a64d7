"""The use-case ``apply``: bring a database to its declaration.

Comparing, planning and executing are imported only where there is something to do: an unchanged database needs none.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from bootstrap.service.same_files import early_session, unchanged_files
from bootstrap.service.work import open_work

if TYPE_CHECKING:
    from bootstrap.service.apply_report import ApplyReport
    from bootstrap.service.work import Early, Request, Work


def apply(request: Request) -> ApplyReport:
    """Bring the database to its declaration, prove it, record it.

    Raises:
        Refused: a hazard is not allowed; nothing was changed.
        VerificationFailed: the database is not what the declaration says after all.
        Incomplete: out of time; the next apply goes on.
        BootstrapError: any other problem; what was done stays done and the next apply goes on from there.
    """
    with early_session(request) as early:
        done, left = unchanged_files(request, early) if early else (None, None)
        return done or _read_and_apply(request, left)


def _read_and_apply(request: Request, early: Early | None) -> ApplyReport:
    from bootstrap.run.limits import Limits  # noqa: PLC0415  # only when it is needed, as below
    from bootstrap.run.recover import PROMOTION_SECONDS, writer  # noqa: PLC0415
    from bootstrap.service.errors import readable_server_errors  # noqa: PLC0415

    with open_work(request, writing=True, early=early) as work, readable_server_errors():
        work.check_identity()
        window = Limits.until(work.deadline, work.started).bounded(PROMOTION_SECONDS)
        with closing(writer(work.dialect, work.session, work.connect, seconds=window, waiting=request.tell)) as session:
            if session is not work.session:  # another server
                work.dialect.check_trust(session, writing=True)
            return _apply(work.with_session(session))


def _apply(work: Work) -> ApplyReport:
    from bootstrap.service.unchanged import unchanged  # noqa: PLC0415  # as above

    done = unchanged(work)
    if done is not None:
        return done
    from bootstrap.service.attempt import apply_work  # noqa: PLC0415  # only when it is needed

    return apply_work(work)
