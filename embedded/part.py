"""Common to servers, worker and API: start, wait until ready, freeze, kill, stop."""

import asyncio
import signal
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from pathlib import Path

from embedded.folders import DataFolder
from embedded.managed_process import ManagedProcess
from embedded.problems import StartProblem
from embedded.process_tree import freeze, temporary_freeze

READY_WITHIN_S = 60.0
ASK_EVERY_S = 0.02
# The lines after it are consequences.
WORDS_OF_FULL_DISK = "No space left on device"
WORDS_OF_FAILURE = ("FATAL", "PANIC", "rror", "denied")


class Part(ABC):
    """A component of the system as a child process. It can be restarted at the same address after it has ended."""

    name: str
    stop_timeout_s = 5.0
    stops_by = signal.SIGTERM

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self._child: ManagedProcess | None = None
        self._log_start = 0

    @abstractmethod
    async def _launch(self, log: Path) -> ManagedProcess:
        """Start the process; it need not be ready yet."""

    @abstractmethod
    async def _is_ready(self) -> bool:
        """Whether it serves a client."""

    async def start(self) -> None:
        """Start the process unless it runs, without waiting until it is ready. Raises `StartProblem`."""
        if self._child is not None and self._child.is_running:
            return
        try:
            log = self.folder.begin_log(self.name)
            self._log_start = log.stat().st_size if log.exists() else 0
            self._child = await self._launch(log)
        except OSError as problem:
            raise StartProblem(f"{self.name} can't be started: {problem}") from None

    async def wait_until_ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Wait until it is ready. Raises `StartProblem` with the last line of its log if it never is."""
        deadline = asyncio.get_running_loop().time() + within_s
        while not await self._is_ready():
            if not self._process.is_running:
                raise StartProblem(f"{self.name} did not start: {self._last_error_line()}")
            if asyncio.get_running_loop().time() > deadline:
                raise StartProblem(f"{self.name} was not ready within {within_s:.0f} s; see {self.log}")
            await asyncio.sleep(ASK_EVERY_S)

    async def bring_up(self) -> None:
        """Start it, and wait until it is ready."""
        await self.start()
        await self.wait_until_ready()

    async def wait_for_end(self) -> int:
        """The exit code, negative for a signal, once the process has ended for any reason."""
        return await self._process.wait()

    async def stop(self) -> None:
        """Stop the process, or kill it when that takes too long. It is not an error if it does not run."""
        if self._child is not None:
            await self._child.stop(self.stops_by, timeout_s=self.stop_timeout_s)

    async def kill(self) -> None:
        """Kill the process, as a crash would."""
        self._process.send(signal.SIGKILL)
        await self._process.wait()

    def freeze(self) -> None:
        """Stop the process and its children (SIGSTOP) until `thaw`; all are stopped when this returns."""
        freeze(self.pid)

    def thaw(self) -> None:
        self._process.signal_tree(signal.SIGCONT)

    def temporary_freeze(self) -> AbstractContextManager[None]:
        """Freeze it for the duration of a block."""
        return temporary_freeze(self.pid)

    @property
    def pid(self) -> int:
        """Its process. Raises `StartProblem` if it was never started."""
        return self._process.pid

    @property
    def _process(self) -> ManagedProcess:
        if self._child is None:
            raise StartProblem(f"{self.name} was not started")
        return self._child

    @property
    def log(self) -> Path:
        return self.folder.log(self.name)

    def _last_error_line(self) -> str:
        """The last line since this start that reports a failure, otherwise the last line."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        full_disk = [line for line in lines if WORDS_OF_FULL_DISK in line]
        failures = [line for line in lines if any(word in line for word in WORDS_OF_FAILURE)]
        return (full_disk or failures or lines or [f"see {self.log}"])[-1]
