"""What makes a Redis refuse, and the code with which it does."""

from tests.support.valkeys import TcpValkey
from tests.support.waiting import eventually

NOBODY_LISTENS = 1


async def refuse_for_replicas(server: TcpValkey) -> None:
    await server.call("CONFIG", "SET", "min-replicas-to-write", 1)


async def refuse_as_replica(server: TcpValkey) -> None:
    await server.call("REPLICAOF", "127.0.0.1", NOBODY_LISTENS)


async def refuse_as_stale_replica(server: TcpValkey) -> None:
    await server.call("CONFIG", "SET", "replica-serve-stale-data", "no")
    await refuse_as_replica(server)


async def refuse_for_snapshots(server: TcpValkey) -> None:
    """Its folder has vanished, so that the last snapshot has failed."""
    await server.call("CONFIG", "SET", "save", "3600 1")
    server.directory.rmdir()
    await server.call("BGSAVE")

    async def has_failed() -> bool:
        facts = await server.call("INFO", "persistence")
        return isinstance(facts, dict) and facts["rdb_last_bgsave_status"] == "err"

    await eventually(has_failed)


async def refuse_for_rights(server: TcpValkey) -> None:
    await server.call("ACL", "SETUSER", "default", "-@all", "+info", "+acl")


async def refuse_for_memory(server: TcpValkey) -> None:
    await server.call("CONFIG", "SET", "maxmemory", 1)


REFUSALS = [
    (refuse_for_replicas, "NOREPLICAS"),
    (refuse_as_replica, "READONLY"),
    (refuse_as_stale_replica, "MASTERDOWN"),
    (refuse_for_snapshots, "MISCONF"),
    (refuse_for_rights, "NOPERM"),
]
"""Those that every write meets. Without memory, releasing something still works."""
