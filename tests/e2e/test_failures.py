"""What fails makes `terraform apply` fail, with one message that a person can read; the application is not deployed."""

from __future__ import annotations

import re

import pytest

from tests.e2e.stack import ENVIRONMENTS
from tests.e2e.story import EXTRA, STEP, Applied, Story

DEPLOYED = {"terraform_data.app", "aws_ecs_task_definition.app"}
RUNS = {"module.contacts.aws_lambda_invocation.run", "module.streams.terraform_data.run"}


def errors(applied: Applied, environment: str) -> list[str]:
    """The blocks that terraform prints in the end, one for each error; without its line breaks."""
    outcome = applied.outcomes[environment]
    assert outcome.code == 1, outcome.text
    assert "Traceback" not in outcome.text
    return [re.sub(r"\s+", " ", block) for block in re.split(r"^Error: ", outcome.text, flags=re.MULTILINE)[1:]]


def one(blocks: list[str], word: str) -> str:
    """The one block that has this word."""
    found = [block for block in blocks if word in block]
    assert len(found) == 1, blocks
    return found[0]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_broken_declaration(story: Story, environment: str) -> None:
    broken = story.broken()
    blocks = errors(broken, environment)
    assert len(blocks) == 2
    by_lambda = one(blocks, "invoking Lambda Function")
    assert re.search(r'"errorMessage": ?"schema/contacts.yaml:7: [^"]*typ', by_lambda), by_lambda
    on_this_machine = one(blocks, "local-exec provisioner error")
    assert re.search(r"Output:.*db-bootstrap: schema/streams.yaml:\d+: .*stream_key", on_this_machine, re.DOTALL)
    assert "exit status 1" in on_this_machine

    assert not broken.addresses[environment] & DEPLOYED
    assert broken.deployed == set()


def test_the_outputs_name_the_databases_although_their_runs_failed(story: Story) -> None:
    for outputs in story.broken().outputs.values():
        assert set(outputs["db_bootstrap_targets"]) == {"contacts", "streams"}
        assert "ready_token" not in outputs


def test_a_wrong_password(story: Story) -> None:
    failing = story.failing()
    blocks = errors(failing, "production")
    assert len(blocks) == 2
    by_lambda = one(blocks, "invoking Lambda Function")
    assert "refuses the login of admin" in by_lambda
    assert '"errorType":"TargetError"' in by_lambda.replace(": ", ":")
    on_this_machine = one(blocks, "local-exec provisioner error")
    assert "refuses the login of streams_admin" in on_this_machine
    assert "exit status 1" in on_this_machine
    for block in blocks:
        assert "check the password in secret arn:aws:secretsmanager:" in block
    assert not failing.addresses["production"] & (DEPLOYED | RUNS - {"module.streams.terraform_data.run"})


def test_a_step_that_fails_half_way_is_taken_up_where_it_stopped(story: Story) -> None:
    failing = story.failing()
    [block] = errors(failing, "staging")
    assert failing.deployed == set()
    assert f"{STEP}:2" in block
    assert "Duplicate entry" in block
    assert not failing.addresses["staging"] & DEPLOYED
    # The other database of the environment is done, and is not done again.
    assert "module.streams.terraform_data.run" in failing.addresses["staging"]

    story.mended()
    found = story.hand("staging", "contacts").sql(f"SELECT id, name, phone FROM contacts WHERE email = '{EXTRA}'")
    assert found == [(42, "Frank H. Miller", "+1-555-0106 x1")], "its first statement ran once"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_after_the_mend_the_next_apply_finishes_the_job(story: Story, environment: str) -> None:
    mended = story.mended()
    assert mended.outcomes[environment].code == 0, mended.outcomes[environment].text
    assert mended.addresses[environment] >= DEPLOYED | RUNS
    assert mended.outputs[environment]["ready_token"]
    assert environment in mended.deployed
