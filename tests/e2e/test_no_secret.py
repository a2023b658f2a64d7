"""No secret gets out: not into state, plan, logs, reports, the history or the process list."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.e2e.secrets_search import ProcessWatch, files, forms, leaks
from tests.e2e.stack import ENVIRONMENTS
from tests.e2e.story import WRONG, Story

DATABASES = ("contacts", "streams")
RUNS = {
    "contacts": ("SELECT * FROM db_bootstrap_runs", "SELECT * FROM db_bootstrap_statements"),
    "streams": ("SELECT * FROM db_bootstrap.runs", "SELECT * FROM db_bootstrap.statements"),
}


def passwords(story: Story) -> dict[str, str]:
    """The real values, by whose they are."""
    found = {f"{name} while it was another": password for name, password in WRONG.items()}
    for environment in ENVIRONMENTS:
        targets = story.stack.outputs(environment)["db_bootstrap_targets"]
        found |= {f"{environment} {name}": story.stack.secret(targets[name])["password"] for name in DATABASES}
    return found


def places(story: Story) -> dict[str, bytes]:
    """Everything that anybody gets to see: states and saved plans, what commands said, logs, reports, histories."""
    found = files(story.stack.paths.work, story.stack.reports)
    found["what the commands said"] = "\n".join(story.stack.said).encode()
    found["CloudWatch Logs"] = story.stack.logs().encode()
    for environment in ENVIRONMENTS:
        for name in DATABASES:
            rows = [row for query in RUNS[name] for row in story.hand(environment, name).sql(query)]
            found[f"history of {environment} {name}"] = repr(rows).encode()
    return found


def test_the_search_finds_each_form_that_was_planted_on_purpose(story: Story, watch: ProcessWatch) -> None:
    story.broken()
    planted = story.stack.paths.base / "planted"
    planted.mkdir()
    for whose, password in passwords(story).items():
        for name, form in forms(password).items():
            file = planted / "terraform.tfstate"
            file.write_bytes(b'{"outputs": {"x": "' + form + b'"}}')
            assert leaks({whose: password}, files(planted)), f"{whose} as {name}"
    whose, password = next(iter(passwords(story).items()))
    process = subprocess.Popen([sys.executable, "-c", "input()", f"--password={password}"], stdin=subprocess.PIPE)
    end = time.monotonic() + 300
    while not (found := leaks({whose: password}, watch.places())) and time.monotonic() < end:
        time.sleep(0.1)
    process.communicate(b"\n")
    assert found
    watch.seen = {line for line in list(watch.seen) if b"--password=" not in line}


def test_nothing_gets_out_when_a_run_fails(story: Story, watch: ProcessWatch) -> None:
    failing = story.failing()
    said = "\n".join(story.stack.said)
    assert "refuses the login" in said, "the failures that are nearest to the password are among what is searched"
    found = places(story)
    assert any(name.endswith("production/terraform.tfstate") for name in found)
    assert '"status": "failed"' in failing.reports["production"]
    assert leaks(passwords(story), found) == []
    assert leaks(passwords(story), watch.places()) == []


def test_nothing_gets_out_when_it_succeeds(story: Story, watch: ProcessWatch) -> None:
    story.drifted()
    found = places(story)
    assert any(".tfplan!" in name for name in found), "the saved plan is unpacked"
    assert '"status": "applied"' in story.mended().reports["production"]
    assert b"START RequestId" in found["CloudWatch Logs"]
    assert leaks(passwords(story), found) == []
    assert leaks(passwords(story), watch.places()) == []
    seen = b"\n".join(watch.seen)
    for program in (b"terraform apply", b"apply production --dir", b"awslambdaric bootstrap.handler"):
        assert program in seen, "the watch has seen the processes that know the passwords"
