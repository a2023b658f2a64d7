"""Environments are read at the same time, each by a thread."""

from __future__ import annotations

from typing import Any

import pytest

from bootstrap.declaration import decode
from bootstrap.declaration.shapes.files import SchemaFile


def test_no_thread_sees_a_type_that_is_half_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: dict[Any, decode.Spec] = {}
    add = decode._add

    def watched(spec: decode.Spec, kind: Any) -> None:
        assert all(known is not spec for known in compiled.values()), f"{kind} is kept before it is compiled"
        add(spec, kind)

    monkeypatch.setattr(decode, "_COMPILED", compiled)
    monkeypatch.setattr(decode, "_add", watched)
    pending = [decode.spec_of(SchemaFile)]
    while pending:
        spec = pending.pop()
        if spec._keys is None and spec.struct:
            pending += [key.spec for key in spec.keys.values()]
        pending += [item for item in (spec.items, spec.values) if item and item._keys is None]
    assert len(compiled) > 20
