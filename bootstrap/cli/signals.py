"""Ctrl-C and SIGTERM: what runs on the server is cancelled, and the program ends in order."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from bootstrap.problems import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_GRACE_SECONDS = 20.0  # for a server that rolls back, and for the record of what happened
_GRACE_WITHOUT_CONNECTION_SECONDS = 2.0  # nothing runs anywhere: only the way to the server is waited for


def handle_signals() -> None:
    """Turn both signals into :class:`bootstrap.problems.Interrupted`, also while a driver waits for a server.

    A driver that waits in C lets no handler run until it has its answer. So the interpreter writes each signal into a
    socket, and a thread that reads it asks the server to cancel; the answer then comes at once.
    """
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    threading.Thread(target=_listen, args=(receiver, sender), daemon=True, name="db-bootstrap signals").start()


def _interrupt(number: int, _: FrameType | None) -> NoReturn:
    for each in _SIGNALS:
        signal.signal(each, _nothing)  # what follows is the end in order; the listener hears a second one
    raise Interrupted(number)


def _nothing(_: int, __: FrameType | None) -> None:
    """The program is ending already."""


def _listen(receiver: socket.socket, _sender: socket.socket) -> None:
    number = 0
    while number not in _SIGNALS:
        number = receiver.recv(1)[0]
    from bootstrap.dialects.cutoff import cancel_all  # noqa: PLC0415  # nothing of it is needed before

    connections = cancel_all()
    receiver.settimeout(_GRACE_SECONDS if connections else _GRACE_WITHOUT_CONNECTION_SECONDS)
    with suppress(TimeoutError):
        receiver.recv(1)
    # Asked a second time, or the program has not ended: a driver still waits for a server that does not answer.
    os.write(2, b"db-bootstrap: interrupted; the server does not answer: run again, it goes on where the database is\n")
    os._exit(128 + number)
