"""`python -m tests.histories.record [WAY …]`: run journeys on real servers, and store their histories beside this file.

The journeys are the functions of `tests.histories.paths`; by default all of them run.

Run it when a workflow's commands have changed on purpose, and say so in the commit: older runs then need
`workflow.patched` or workers of the older version.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client, WorkflowHistory

from config.payloads import DATA_CONVERTER
from embedded.folders import DataFolder
from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.stack import Servers
from embedded.temporal import Temporal
from embedded.valkey import Valkey
from process.exit import leave
from storage.crypto.vault import Keys
from storage.postgres.migrate import migrate
from tests.histories.paths import PATHS, Recorded, dependency_unavailable
from tests.support.key_files import write_keys
from tests.support.phones import Phone
from tests.support.workers import running_worker, worker_container
from tests.support.world import World

FOLDER = Path(__file__).parent
IDENTITY = "recorder"
"""In the place of process id and host name, which are nobody's business."""
DATABASE = "histories"
SUGGESTED_AT = 150
"""Events after which this server suggests to continue as new, so that such a history is small."""


class SuggestingTemporal(Temporal):
    def _options(self) -> list[str | Path]:
        suggestion = f"limit.historyCount.suggestContinueAsNew={SUGGESTED_AT}"
        return [*super()._options(), "--dynamic-config-value", suggestion]


@asynccontextmanager
async def recording_world(folder: DataFolder, servers: Servers) -> AsyncIterator[World]:
    """The tests' world on separate servers, with a worker that does not report its machine."""
    await servers.postgres.create_database(DATABASE)
    await asyncio.to_thread(migrate, servers.postgres.owner_url(DATABASE))
    keys, phone = Keys.from_file(write_keys(folder.root / "test-keys.json")), Phone()
    container = worker_container(servers.postgres.url(DATABASE), servers.valkey.url(), keys, phone)
    client = await Client.connect(servers.temporal.address, identity=IDENTITY, data_converter=DATA_CONVERTER)
    async with running_worker(container, client, "vehicles", identity=IDENTITY):
        yield World(container, client, "vehicles", phone)


async def record(folder: DataFolder, names: Sequence[str]) -> None:
    """Go these ways, or every one, and write what became of each."""
    wanted = [path for path in PATHS if path.__name__ in names or not names]
    temporal = SuggestingTemporal(folder, port=free_port())
    servers = Servers(Postgres(folder, durable=False), Valkey(folder), temporal)
    async with servers, recording_world(folder, servers) as world:
        for recorded in await asyncio.gather(*(path(world) for path in wanted)):
            await keep(recorded)
        if dependency_unavailable.__name__ in names or not names:
            await keep(await dependency_unavailable(world, servers.postgres))


async def keep(recorded: Recorded) -> None:
    for name, handle in recorded.items():
        file, history = FOLDER / f"{name}.json", await handle.fetch_history()
        file.write_text(one_event_a_line(history), "utf-8")
        sys.stdout.write(f"{name}: {len(history.events)} events, {file.stat().st_size // 1024} KiB\n")


def one_event_a_line(history: WorkflowHistory) -> str:
    """JSON without stack traces, which would contain paths of this machine; a replay does not read them."""
    events = json.loads(history.to_json(), object_hook=without_stack_trace)["events"]
    lines = ",\n".join(json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in events)
    return f'{{"events":[\n{lines}\n]}}\n'


def without_stack_trace(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name != "stackTrace"}


def load(name: str) -> WorkflowHistory:
    """The history that is kept under this name."""
    return WorkflowHistory.from_json(name, (FOLDER / f"{name}.json").read_text("utf-8"))


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        folder = DataFolder(Path(place))
        with folder.lock():
            asyncio.run(record(folder, sys.argv[1:]))
    return 0


if __name__ == "__main__":
    leave(main())
