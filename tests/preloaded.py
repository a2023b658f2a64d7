"""What the fork server of `tests/forked.py` imports once: all that commands import.

The fork server ignores an import that fails, and each command would import the rest again: a test holds that none does.
"""

from __future__ import annotations

import importlib
import pkgutil

import bootstrap

# Scripts that run in the application's interpreter, beside a module that is not there.
_ELSEWHERE = "bootstrap.insight.models.exporters."

for module in pkgutil.walk_packages(bootstrap.__path__, "bootstrap."):
    if not module.name.endswith("__main__") and not module.name.startswith(_ELSEWHERE):
        importlib.import_module(module.name)
