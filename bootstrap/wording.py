"""How messages name an option: as the command line does, or as the Terraform module's variables.

A message that reaches its reader through ``terraform apply`` must not tell to add ``--allow`` to a command that nobody
typed. The Lambda handler and the module's local runner say so for all that is said within :func:`in_terraform`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

VARIABLE = "DB_BOOTSTRAP_WORDING"  # of the environment; the module's local runner sets it
TERRAFORM = "terraform"

_by_terraform: ContextVar[bool] = ContextVar("by_terraform", default=False)


@contextmanager
def in_terraform(wanted: bool = True) -> Iterator[None]:
    """Name options as the module's variables within this block."""
    token = _by_terraform.set(wanted)
    try:
        yield
    finally:
        _by_terraform.reset(token)


def allowing(permissions: Iterable[str]) -> str:
    """Return what a person adds to allow hazards: ``--allow 'data_loss:t.c'``, or ``allow = ["data_loss:t.c"]``."""
    if _by_terraform.get():
        return f"allow = [{', '.join(map(_quoted, permissions))}]"
    return " ".join(f"--allow '{permission}'" for permission in permissions)


def switch(name: str) -> str:
    """Return what a person adds to turn on an option: ``--adopt-environment``, or ``adopt_environment = true``."""
    return f"{name.replace('-', '_')} = true" if _by_terraform.get() else f"--{name}"


def _quoted(text: str) -> str:
    """Return a string of HCL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{")
    return f'"{escaped}"'
