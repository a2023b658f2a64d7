"""The demo from beginning to end, and what it proves on its way; each proof that fails ends it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from demo import apps, databases, pages, roads, summary, work_copy
from demo.aws import local
from demo.aws.runtime_environment import runtime_python
from demo.errors import DemoError
from demo.paths import Paths
from demo.progress import Progress
from demo.servers import MySQLServer
from demo.servers.mysql_programs import Container, find_programs
from demo.servers.postgresql_programs import find_postgresql, program_version

ENVIRONMENTS = ("staging", "production")
OK, BROKEN = 200, 500
ROWS = (
    {"stream_id": "evening-show", "status": "live", "created_at": "2026-01-05T18:00:00"},
    {"stream_id": "morning-news", "status": "offline", "created_at": "2026-01-06T06:30:00"},
    {"stream_id": "new-studio", "status": "testing", "created_at": "2026-01-07T11:15:00"},
)


class Story:
    """One run of the demo."""

    def __init__(self, paths: Paths, progress: Progress) -> None:
        self.paths = paths
        self.progress = progress

    def tell(self, *, keep: bool) -> None:
        """Do the whole job.

        Args:
            keep: leave everything standing in the end.

        Raises:
            DemoError: something is not as promised.
        """
        self._begin()
        self.aws = local.start(self.paths.aws)
        self._leave_other_accounts()
        self.progress.line(f"local AWS at {self.aws.endpoint}; its servers' CA: {self.aws.ca_file}")
        work_copy.make(self.paths)
        self.road = roads.choose(self.paths, self.aws, self.progress)
        if isinstance(self.road, roads.CommandLineRoad):
            self.progress.line("terraform is not installed: the same is done through the command line")
        self._create()
        self._use()
        self._apply_again()
        self._change()
        self._summarise()
        if keep:
            self._keep()

    def end(self) -> None:
        """Take down what stands."""
        local.stop(self.paths.aws)
        self.paths.env.unlink(missing_ok=True)

    def _begin(self) -> None:
        """End what an earlier demo left, and get what has to be downloaded before anything waits for it."""
        self.end()
        for folder in (self.paths.apps, self.paths.logs, self.paths.aws):
            shutil.rmtree(folder, ignore_errors=True)
        self.progress.step("Servers: found on this machine, or unpacked into a private cache folder")
        self.progress.line(f"PostgreSQL {program_version(find_postgresql())}")
        programs = find_programs("mysql" if MySQLServer.is_available() else "mariadb")
        if isinstance(programs, Container):
            self.progress.line(f"{programs.image} for MySQL")
        else:
            programs.empty_data()
            self.progress.line(f"{programs.flavour} {programs.version()} for MySQL")
        runtime = roads.package_runtime()
        runtime_python(runtime)
        self.progress.line(f"{runtime} with nothing but AWS's runtime client and boto3, for the Lambda function")

    def _leave_other_accounts(self) -> None:
        """Lead this process and all that it starts to the local AWS, away from whatever account the user has."""
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(self.aws.environment)

    def _create(self) -> None:
        """From nothing to two environments; the application is there before its databases are ready."""
        wait = " (terraform waits 80 seconds for an RDS instance)" if self.road.creates_databases else ""
        self.progress.step(f"{self.road.name} for {' and '.join(ENVIRONMENTS)}{wait}")
        self.road.prepare(ENVIRONMENTS)
        tasks = [self._application_before, lambda environment: self.road.apply(environment, 1)]
        if self.road.creates_databases:
            self._everywhere(*tasks)
        else:
            for task in tasks:
                self._everywhere(task)
        for environment in ENVIRONMENTS:
            self._expect_ready(environment, code=1)

    def _application_before(self, environment: str) -> None:
        """Deployed the old way, the application of a fresh environment answers 500, as it did in the incident."""
        roads.deploy_as_before(self.paths, self.aws, environment, code=1)
        for path in ("/contacts", "/dashboard"):
            self._expect_broken(environment, path)

    def _use(self) -> None:
        """Put rows into the streams tables, through the application."""
        self.progress.step("The applications are used: streams are added")
        for environment in ENVIRONMENTS:
            for row in ROWS:
                status, answer = apps.ask(self.paths.apps, environment, "/streams", dict(row))
                if status != OK:
                    raise DemoError(f"the application of {environment} could not add a stream: {answer}")
            self.progress.line(f"{len(ROWS)} streams", environment)

    def _apply_again(self) -> None:
        """A second time the same: nothing may change."""
        self.progress.step(f"{self.road.name} again: nothing has changed, so nothing may")
        changed = self._everywhere(lambda environment: self.road.apply_again(environment, 1))
        if any(changed.values()):
            raise DemoError(f"the second apply changed something: {[name for name in changed if changed[name]]}")
        for environment in ENVIRONMENTS:
            self.progress.line("no changes", environment)

    def _change(self) -> None:
        """New code wants three columns; the declaration brings them to a table with rows."""
        self.progress.step("New code selects three columns that streams does not have: deployed the old way, it breaks")
        for environment in ENVIRONMENTS:
            roads.deploy_as_before(self.paths, self.aws, environment, code=2)
            self._expect_broken(environment, "/dashboard")
        self.progress.step(f"The columns are declared, then {self.road.name}: into a table with rows")
        work_copy.declare_change(self.paths)
        self._everywhere(lambda environment: self.road.apply(environment, 2))
        for environment in ENVIRONMENTS:
            answer = self._expect_ready(environment, code=2)
            self._expect_rows(environment, answer["rows"])

    def _summarise(self) -> None:
        """Say what is in the databases, as they say it themselves."""
        self.progress.step("What is in the databases")
        for environment in ENVIRONMENTS:
            targets = databases.targets(environment, self.aws.region, self.aws.endpoint) or {}
            for name, target in targets.items():
                print(f"\n{environment} / " + "\n".join(summary.describe(name, target)), flush=True)
        self.progress.step("The same as pages for people, both environments side by side")
        targets = {name: databases.targets(name, self.aws.region, self.aws.endpoint) or {} for name in ENVIRONMENTS}
        for page in pages.write(self.paths, targets):
            self.progress.line(str(page))

    def _keep(self) -> None:
        """Let everything stand, and say how to go on."""
        local.keep(self.paths.aws)
        variables = {
            **self.aws.environment,
            **self.road.variables(),
            "DATABASE_DIR": str(self.paths.work / "database"),
        }
        self.paths.env.write_text("".join(f"{name} := {value}\n" for name, value in variables.items()))
        self.progress.step("Everything stands; go on with")
        self.progress.line("make verify ENV=production     plan, bootstrap and history likewise")
        self.progress.line(f"change {self.paths.work / 'database'}, then make plan ENV=production")
        self.progress.line("make demo-down                 ends it")

    def _everywhere(self, *tasks: Callable[[str], Any]) -> dict[str, Any]:
        """Run the tasks for all environments at once; return the first task's results by environment."""
        pool = ThreadPoolExecutor(max_workers=len(tasks) * len(ENVIRONMENTS))
        started = {name: [pool.submit(task, name) for task in tasks] for name in ENVIRONMENTS}
        try:
            results = {name: [future.result() for future in futures] for name, futures in started.items()}
        except BaseException:
            self.road.abort()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        return {name: first for name, (first, *_) in results.items()}

    def _expect_broken(self, environment: str, path: str) -> None:
        status, answer = apps.ask(self.paths.apps, environment, path)
        self.progress.line(f"app {path}: {status} {answer.get('error', '')}", environment)
        if status != BROKEN:
            raise DemoError(f"the application of {environment} answers {status} on {path} before there is a table")

    def _expect_ready(self, environment: str, *, code: int) -> dict[str, Any]:
        """Both pages answer, from a revision deployed with the token of this very state; return the dashboard."""
        token = self.road.ready_token(environment)
        answer: dict[str, Any] = {}
        for path in ("/contacts", "/dashboard"):
            status, answer = apps.ask(self.paths.apps, environment, path)
            if status != OK or answer["token"] != token:
                raise DemoError(f"the application of {environment} answers {status} on {path}: {answer}, token {token}")
            rows = len(answer["rows"])
            self.progress.line(f"app {path}: {status}, {rows} rows, code {code}, token {token[:12]}", environment)
        return answer

    def _expect_rows(self, environment: str, rows: list[dict[str, Any]]) -> None:
        """Every row from before is there, and has the new columns."""
        kept = [{name: row[name] for name in ("stream_id", "status")} for row in rows]
        before = [{name: row[name] for name in ("stream_id", "status")} for row in ROWS]
        missing = [name for name in work_copy.NEW_COLUMNS if any(name not in row for row in rows)]
        if kept != before or missing:
            raise DemoError(f"the streams of {environment} are not what they were, or lack {missing}: {rows}")
