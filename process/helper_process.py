"""A helper process: a long-lived child that computes for a server, whose event loop and interpreter stay free.

The two speak over a socket, which is the helper's standard input. The helper ends when the other end of the socket is
closed, and so with its parent, however that ends.
"""

import asyncio
import contextlib
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from io import BufferedIOBase
from pathlib import Path
from typing import NamedTuple

import structlog

PACKAGES = Path(__file__).resolve().parent.parent
NICENESS = 10
"""A server's own calls go before the work of its helper, which still gets a tenth of a busy core."""

_QUESTION = struct.Struct(">I")
_ANSWER = struct.Struct(">?I")

log = structlog.get_logger("helper")


class HelperFailed(RuntimeError):
    """The helper has no answer: its log says why, or it ended twice over this question."""


class _Running(NamedTuple):
    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class HelperProcess:
    """Runs `python -m <module>`, which calls `answer_parent`. It starts with the first question."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._command = (sys.executable, "-m", module, *arguments)
        self._turn = asyncio.Lock()
        self._running: _Running | None = None

    @property
    def pid(self) -> int | None:
        """The process, if it has been started."""
        return self._running.process.pid if self._running else None

    async def ask(self, question: bytes) -> bytes:
        """The helper's answer; one question after the other. A helper that was killed is replaced once.

        Raises `HelperFailed`.
        """
        async with self._turn:
            try:
                return await self._exchange(question)
            except (OSError, EOFError):
                log.warning("helper.replaced")
            try:
                return await self._exchange(question)
            except (OSError, EOFError) as ended:
                raise HelperFailed from ended

    async def close(self) -> None:
        """End the process; it holds nothing that must be kept."""
        running, self._running = self._running, None
        if running is None:
            return
        with contextlib.suppress(ProcessLookupError):
            running.process.kill()
        running.writer.close()
        with contextlib.suppress(OSError):
            await running.writer.wait_closed()
        await running.process.wait()

    async def _exchange(self, question: bytes) -> bytes:
        answer = None
        try:
            self._running = running = self._running or await self._start()
            running.writer.write(_QUESTION.pack(len(question)) + question)
            await running.writer.drain()
            is_good, length = _ANSWER.unpack(await running.reader.readexactly(_ANSWER.size))
            answer = await running.reader.readexactly(length)
        finally:
            if answer is None:
                # Whoever asks next would read the answer to this question.
                await self.close()
        if not is_good:
            raise HelperFailed
        return answer

    async def _start(self) -> _Running:
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=theirs.fileno(), cwd=PACKAGES, env=_environment()
            )
        return _Running(process, *await asyncio.open_connection(sock=ours))


def answer_parent(answer: Callable[[bytes], bytes]) -> None:
    """In the helper: answer one question after the other until the parent closes the socket or ends."""
    # Ctrl-C and a service manager signal all processes of a group: the parent still has calls to finish then.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # Not in addition to the server's own niceness: a helper of a server that gives way itself would starve.
    os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
    with (
        contextlib.suppress(ConnectionError),
        socket.socket(fileno=sys.stdin.fileno()) as parent,
        parent.makefile("rwb") as stream,
    ):
        while (question := _read_question(stream)) is not None:
            stream.write(_answer_to(question, answer))
            stream.flush()


def _answer_to(question: bytes, answer: Callable[[bytes], bytes]) -> bytes:
    try:
        text = answer(question)
    except Exception:
        log.exception("helper.failed")
        return _ANSWER.pack(False, 0)
    return _ANSWER.pack(True, len(text)) + text


def _read_question(stream: BufferedIOBase) -> bytes | None:
    head = stream.read(_QUESTION.size)
    return stream.read(*_QUESTION.unpack(head)) if len(head) == _QUESTION.size else None


def _environment() -> dict[str, str]:
    """Our environment without the settings: no helper needs a secret."""
    return {name: value for name, value in os.environ.items() if not name.startswith("XUANHAO_")}
