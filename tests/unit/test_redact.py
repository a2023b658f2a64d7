import base64
import json
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest

from bootstrap import redact as module
from bootstrap.redact import redact, remember

SECRET = "s3cr3t/ü+\"quo'te\\%"


@pytest.fixture(autouse=True)
def _only_this_tests_secrets() -> Iterator[None]:
    before = set(module._known)
    module._known.clear()
    yield
    module._known.clear()
    module._known.update(before)


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        SECRET.replace("'", "''"),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_every_form_of_a_secret_is_hidden(form: str) -> None:
    assert form in f"before {form} after"
    remember(SECRET)
    assert redact(f"before {form} after") == "before *** after"


@pytest.mark.parametrize("before", ["", "a", "ab", "user:"])
def test_a_secret_inside_of_longer_base64_is_hidden(before: str) -> None:
    secret = "correct horse battery"
    remember(secret)
    text = base64.b64encode(f"{before}{secret}{before}".encode()).decode()
    core = base64.b64encode(secret.encode()).decode().rstrip("=")
    shown = redact(text)
    assert "***" in shown
    assert core[4:-4] not in shown
    assert len(shown) < len(text)


def test_a_short_word_is_hidden_only_where_it_stands_alone() -> None:
    remember("app")
    assert redact("application app: 'app' app_user") == "application ***: '***' ***_user"


def test_nothing_to_hide() -> None:
    remember("")
    remember(None)
    assert redact("text") == "text"
