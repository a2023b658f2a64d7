"""What the fork server of `tests/forked.py` imports once: all that commands import."""

from __future__ import annotations

import importlib
import pkgutil

import bootstrap

for module in pkgutil.walk_packages(bootstrap.__path__, "bootstrap."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
