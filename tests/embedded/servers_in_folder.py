"""Run by tests as a separate process: starts the servers in a folder, prints their addresses, waits to be killed."""

import asyncio
import json
import sys
from pathlib import Path

from embedded.folders import DataFolder
from embedded.stack import Servers


async def main() -> None:
    folder = DataFolder(Path(sys.argv[1]))
    with folder.lock():
        async with Servers.in_folder(folder, temporal_port=int(sys.argv[2])) as servers:
            facts = {"pids": [server.pid for server in servers.all], "dsn": servers.postgres.dsn("postgres")}
            sys.stdout.write(json.dumps(facts) + "\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


asyncio.run(main())
