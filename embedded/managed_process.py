"""Child processes that end with us: each in its own session, stopped in order, killed by the kernel if we die."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from embedded.accounts import Account
from embedded.process_tree import signal_tree

LAUNCHER = Path(__file__).with_name("launch.py")
LAST_WAIT_S = 5.0


def tie_to_parent(
    command: Sequence[str | Path], *, account: Account | None = None, lifeline: int | None = None
) -> list[str]:
    """The command, wrapped so that it ends with this process. Start it from the main thread only.

    The kernel ties a child to the thread that forked it, and the main thread lives longest. Where the kernel can't do
    that (other systems than Linux), the child ends when `lifeline`, the reading end of our pipe, is closed.
    """
    orders = {
        "parent": os.getpid(),
        "uid": account.uid if account else None,
        "gid": account.gid if account else None,
        "reach_everything": account.reach_everything if account else False,
        "lifeline": lifeline,
    }
    return [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(orders), *map(str, command)]


class ManagedProcess:
    """A running process. Its output goes to a log file, and its end can be awaited."""

    def __init__(self, process: asyncio.subprocess.Process, lifeline: int | None) -> None:
        self._process = process
        self._lifeline = lifeline

    @classmethod
    async def start(
        cls,
        command: Sequence[str | Path],
        *,
        log: Path,
        account: Account | None = None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> "ManagedProcess":
        """Start the command (its first word is an absolute path). Call it from the main thread only."""
        reader, lifeline = (None, None) if sys.platform == "linux" else os.pipe()
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *tie_to_parent(command, account=account, lifeline=reader),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                cwd=folder,
                start_new_session=True,
                pass_fds=() if reader is None else (reader,),
            )
        if reader is not None:
            os.close(reader)
        return cls(process, lifeline)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.returncode is None

    async def wait(self) -> int:
        """The exit code, negative for a signal, once the process has ended."""
        code = await self._process.wait()
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        return code

    async def stop(self, how: signal.Signals = signal.SIGTERM, *, timeout_s: float) -> int:
        """Ask it to end, and kill it if it has not ended in time."""
        self.send(how)
        # A frozen process never receives the request, and a frozen child does not notice that its parent has ended.
        self.signal_tree(signal.SIGCONT)
        try:
            return await asyncio.wait_for(self.wait(), timeout_s)
        except TimeoutError:
            self.signal_tree(signal.SIGKILL)
            return await asyncio.wait_for(self.wait(), LAST_WAIT_S)

    def send(self, how: signal.Signals) -> None:
        """Send a signal to this process only; it is not an error if it has ended."""
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, how)

    async def kill_with_helpers(self) -> None:
        """End a command at once, together with all processes of its session."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        await self.wait()

    def signal_tree(self, how: signal.Signals) -> None:
        """Send a signal to the process and all its descendants."""
        if self.is_running:
            signal_tree(self.pid, how)
