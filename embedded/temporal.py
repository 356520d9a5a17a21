"""Temporal: the real development server with its UI, and its state in a file."""

import secrets
import socket
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from temporalio.client import Client
from temporalio.service import RPCError

from config.temporal_setup import RETENTION, SEARCH_ATTRIBUTES, extend_retention, retention_of
from embedded.binaries import temporal_program
from embedded.folders import DataFolder
from embedded.managed_process import ManagedProcess
from embedded.part import Part

if TYPE_CHECKING:
    from embedded.ui_guard import UiGuard

HOST = "127.0.0.1"
# As in production: unlike in other projects' tests, all search attributes are registered at the start, so the server
# does not have to look them up again for each use.
REMEMBER_SEARCH_ATTRIBUTES = "system.forceSearchAttributesCacheRefreshOnRead=false"
# Temporal's defaults suit a cluster: a shard reads each queue at most 20 times per second, for there are many shards,
# and a timer may be a second late, for the clocks of the hosts differ. Here is one process with one shard.
# docs/figures.md lists what was tried.
# The server's HTTP interface, which we don't use, can't be switched off, and it carries out what pages of other sites
# post to it. It refuses every request for another host than this, and this name can't exist (RFC 2606).
REFUSE_HTTP = 'frontend.httpAllowedHosts=["refused.invalid"]'
DYNAMIC_CONFIG: Mapping[str, str] = {
    "history.transferProcessorMaxPollRPS": "1000",
    "history.timerProcessorMaxTimeShift": '"100ms"',
    # Temporal 1.32.0 takes the third read of timers within a second for a queue that is stuck, and writes its state.
    "history.queueReaderStuckCriticalAttempts": "1000000",
    # States of workflows in memory, of which the default is 128,000: about 30 MB for a thousand vehicles that wait.
    "history.hostLevelCacheMaxSize": "500",
}


class Temporal(Part):
    name = "temporal"
    stop_timeout_s = 4.0

    def __init__(
        self,
        folder: DataFolder,
        *,
        port: int,
        ui_port: int | None = None,
        ui_hosts: Collection[str] = (),
        time_skipping: bool = False,
        dynamic_config: Mapping[str, str] = DYNAMIC_CONFIG,
    ) -> None:
        """Without a `ui_port` there is no UI; `time_skipping` is for tests.

        Requests to the UI may name this machine or one of `ui_hosts` as their host. The bench compares other values of
        `dynamic_config`, which are JSON.
        """
        super().__init__(folder)
        self.port = port
        self.ui_port = ui_port
        self.hidden_ui = None if ui_port is None else hidden_address()
        self._ui_hosts = ui_hosts
        self._guard: UiGuard | None = None
        self._time_skipping = time_skipping
        self._dynamic_config = dynamic_config

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    async def start(self) -> None:
        await super().start()
        if self.hidden_ui and self.ui_port and self._guard is None:
            # Its imports take time, which passes while the server starts.
            from embedded.ui_guard import UiGuard  # noqa: PLC0415 - see above.

            host, port = self.hidden_ui
            self._guard = UiGuard(host=HOST, port=self.ui_port, ui=f"http://{host}:{port}", hosts=self._ui_hosts)
            self._guard.open()

    async def stop(self) -> None:
        if self._guard is not None:
            await self._guard.close()
            self._guard = None
        await super().stop()

    async def _launch(self, log: Path) -> ManagedProcess:
        return await ManagedProcess.start(
            [temporal_program(), "server", "start-dev", *self._options()], log=log, folder=self.folder.temporal
        )

    async def _is_ready(self) -> bool:
        """True once the namespace exists; closed workflows are then kept for 30 days instead of one."""
        try:
            client = await Client.connect(self.address)
            known = await retention_of(client)
            if known is not None and known != RETENTION:
                await extend_retention(client)
        except (RPCError, RuntimeError):
            return False
        return known is not None

    def _options(self) -> list[str | Path]:
        tuned = (f"{key}={value}" for key, value in self._dynamic_config.items())
        settings = [REMEMBER_SEARCH_ATTRIBUTES, REFUSE_HTTP, *tuned]
        if self._time_skipping:
            settings.append("frontend.WorkflowTimeSkippingEnabled=true")
        return [
            *("--ip", HOST, "--port", str(self.port), "--log-level", "error"),
            *("--db-filename", self.folder.temporal / "temporal.sqlite"),
            *("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"),
            *(w for name, kind in SEARCH_ATTRIBUTES.items() for w in ("--search-attribute", f"{name}={kind}")),
            *self._ui_options(),
            *(w for setting in settings for w in ("--dynamic-config-value", setting)),
        ]

    def _ui_options(self) -> tuple[str, ...]:
        if self.hidden_ui is None:
            return ("--headless",)
        host, port = self.hidden_ui
        return ("--ui-ip", host, "--ui-port", str(port), "--ui-disable-news-fetch")


def hidden_address() -> tuple[str, int]:
    """A random address and port of the loopback, which no web page can guess or try out.

    Only Linux answers at the whole of 127.0.0.0/8; elsewhere the port alone is random.
    """
    numbers = (secrets.randbelow(254) + 1 for _ in range(3))
    host = ".".join(["127", *map(str, numbers)]) if sys.platform == "linux" else HOST
    with socket.create_server((host, 0)) as probe:
        port: int = probe.getsockname()[1]
    return host, port
