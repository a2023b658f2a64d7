"""The page of a report as a strict parser reads it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import html5lib

HTML = "{http://www.w3.org/1999/xhtml}"
_LOADING = {"src", "srcset", "action", "formaction", "poster", "data", "background", "ping"}


@dataclass(frozen=True)
class Page:
    """A page; parsing it fails where it is not valid HTML."""

    text: str
    root: Any

    @property
    def ids(self) -> set[str]:
        """The ids, each of which is there once."""
        found = Counter(element.get("id") for element in self.root.iter() if element.get("id"))
        assert {name for name, times in found.items() if times > 1} == set()
        return set(found)

    @property
    def links(self) -> set[str]:
        """Where its links lead."""
        return {element.get("href") for element in self.root.iter() if element.get("href")}

    @property
    def words(self) -> str:
        """All that is to be read, with one blank between words."""
        return " ".join(" ".join(self.root.find(f"{HTML}body").itertext()).split())

    def element(self, name: str) -> Any:
        """The one element of an id."""
        [found] = [element for element in self.root.iter() if element.get("id") == name]
        return found

    def is_safe(self) -> None:
        """Nothing runs but the page's own script, nothing is asked of anybody, and no link leads into nothing."""
        assert self.links <= {f"#{name}" for name in self.ids}
        elements = list(self.root.iter())
        names = Counter(element.tag.rpartition("}")[2] for element in elements)
        assert (names["script"], names["style"]) == (1, 1)
        assert not {"iframe", "object", "embed", "img", "image", "link", "base", "form", "foreignObject"} & set(names)
        for element in elements:
            attributes = {str(name).lower() for name in element.attrib}
            assert not attributes & _LOADING, element.attrib
            assert not [name for name in attributes if name.startswith("on") or name == "style"], element.attrib
        [policy] = [e.get("content") for e in elements if e.get("http-equiv") == "Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        for name in ("script", "style"):
            [content] = [element.text for element in elements if element.tag == HTML + name]
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert f"{name}-src 'sha256-{digest}'" in policy
            assert set(re.findall(r"url\(.*?\)|@import|https?:|fetch|XMLHttp", content)) <= {"url(#arrow)"}


def page_of(text: str) -> Page:
    """Parse a page. Raises html5lib.html5parser.ParseError."""
    return Page(text, html5lib.HTMLParser(strict=True).parse(text))
