"""One comment of ours on a pull request: made once, then updated in place."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

# GitHub's limit is 65536 characters.
LONGEST = 65_000
PAGE = 100
SECONDS = 30


class CommentError(Exception):
    """GitHub did not take the comment; the message says why."""


@dataclass(frozen=True)
class PullRequest:
    """A pull request, reached through GitHub's REST API."""

    api: str
    repository: str
    number: int
    token: str

    def put(self, name: str, text: str) -> str:
        """Write the comment of this name, over the one that an earlier run wrote. Returns its address.

        Raises:
            CommentError: the token may not write comments, as on a pull request from a fork, or GitHub is not reached.
        """
        marker = f"<!-- db-bootstrap: {name} -->"
        body = {"body": f"{marker}\n{_shortened(text)}"}
        comments = f"/repos/{self.repository}/issues"
        found = self._find(marker)
        if found is None:
            return str(self._call("POST", f"{comments}/{self.number}/comments", body)["html_url"])
        return str(self._call("PATCH", f"{comments}/comments/{found}", body)["html_url"])

    def _find(self, marker: str) -> int | None:
        page = 1
        while True:
            path = f"/repos/{self.repository}/issues/{self.number}/comments?per_page={PAGE}&page={page}"
            comments = self._call("GET", path)
            for comment in comments:
                if str(comment["body"]).startswith(marker):
                    return int(comment["id"])
            if len(comments) < PAGE:
                return None
            page += 1

    def _call(self, method: str, path: str, data: object = None) -> Any:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        content = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(self.api + path, content, headers, method=method)  # noqa: S310  # the API's own
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310  # as above
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise CommentError(f"GitHub answers {error.code} to {method} {path.partition('?')[0]}") from error
        except OSError as error:
            raise CommentError(f"cannot reach {self.api}: {error}") from error


def pull_request() -> PullRequest | None:
    """Return the pull request that this workflow runs for; None where it runs for something else."""
    event = os.environ.get("GITHUB_EVENT_PATH")
    token = os.environ.get("DB_BOOTSTRAP_GITHUB_TOKEN")
    if not event or not token:
        return None
    with open(event, encoding="utf-8") as file:  # noqa: PTH123  # one file
        number = json.load(file).get("pull_request", {}).get("number")
    if number is None:
        return None
    return PullRequest(os.environ["GITHUB_API_URL"], os.environ["GITHUB_REPOSITORY"], int(number), token)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    # What is open at the cut is closed: a fence, and what is folded.
    return text[:LONGEST] + "\n````````\n</details>\n\n**Cut off here:** the job summary has the rest."
