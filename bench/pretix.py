"""pretix with our servers: its web workers and its Celery worker as its manual starts them, and one seat after another.

A journey holds a seat (a cart position, which expires) and confirms it (a paid order that consumes the cart), with an
idempotency key each, as our clients send one.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from bench.figures import Half, Seconds
from bench.http_client import connect
from bench.stack import Stack
from embedded.managed_process import ManagedProcess
from embedded.part import Part
from embedded.ports import HOST, free_port

DATABASE = "pretix"
SEATS = 20_000
SHOP, EVENT = "bench", "plates"
SCRIPT = Path(__file__).with_name("pretix_shop.py")
PATH = f"/api/v1/organizers/{SHOP}/events/{EVENT}"
# As in the systemd units of its manual.
WEB_WORKERS = 5
WEB = ("-m", "gunicorn", "pretix.wsgi", "--workers", str(WEB_WORKERS), "--log-level", "info")
READY = {"pretix-web": b"Booting worker", "pretix-celery": b" ready."}
CELERY = ("-m", "celery", "-A", "pretix.celery_app", "worker", "-l", "info")


class PretixProgram(Part):
    """One of its two programs, ready when its log says so."""

    def __init__(self, stack: Stack, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        super().__init__(stack.folder)
        self.name = name
        self._command, self._environment = command, environment

    async def _launch(self, log: Path) -> ManagedProcess:
        folder = self.folder.root
        return await ManagedProcess.start(self._command, log=log, environment=self._environment, folder=folder)

    async def _is_ready(self) -> bool:
        return READY[self.name] in self.log.read_bytes()[self._log_start :]


@dataclass(frozen=True)
class Shop:
    """A running shop with seats that nobody has taken."""

    port: int
    item: int
    token: str
    seats: Iterator[int]

    def journeys(self, *, many: int, at_once: int) -> Half:
        async def half() -> Seconds:
            left = iter(range(many))

            async def buyer() -> None:
                for _ in left:
                    await self._buy(str(next(self.seats)))

            began = time.perf_counter()
            await asyncio.gather(*(buyer() for _ in range(at_once)))
            return (time.perf_counter() - began) / many

        return half

    async def _buy(self, seat: str) -> None:
        place = {"item": self.item, "price": "0.00", "seat": seat}
        cart = await self._post("cartpositions", place)
        order = {
            "email": "buyer@example.org",
            "locale": "en",
            "sales_channel": "web",
            "status": "p",
            "payment_provider": "free",
            "consume_carts": [cart["cart_id"]],
            "positions": [{**place, "attendee_name_parts": {"full_name": "Buyer"}, "answers": []}],
        }
        assert (await self._post("orders", order))["status"] == "p"

    async def _post(self, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """On a new connection, for its web workers close it after each answer."""
        fields = {
            "Host": f"{HOST}:{self.port}",
            "Authorization": f"Token {self.token}",
            "X_Idempotency_Key": str(uuid4()),
        }
        async with connect(self.port) as connection:
            answer: dict[str, Any] = json.loads(
                await connection.post(f"{PATH}/{what}/", json.dumps(body).encode(), **fields)
            )
        return answer


@asynccontextmanager
async def running_pretix(stack: Stack, python: Path) -> AsyncIterator[Shop]:
    """Its database is made first, which takes two minutes."""
    port, data = free_port(), stack.folder.root / "pretix"
    data.mkdir(exist_ok=True)
    await _create_database(stack)
    environment = _environment(stack, port, data)
    await _run(stack, [str(python), "-m", "pretix", "migrate", "-v", "0"], environment)
    # `-P`: beside the script lies a module of ours that is called `requests`.
    made = await _run(stack, [str(python), "-P", str(SCRIPT), SHOP, EVENT, str(SEATS)], environment)
    item, token = made.split()
    web = [str(python), *WEB, "--bind", f"{HOST}:{port}"]
    parts = (
        PretixProgram(stack, "pretix-web", web, environment),
        PretixProgram(stack, "pretix-celery", [str(python), *CELERY], environment),
    )
    try:
        await asyncio.gather(*(part.bring_up() for part in parts))
        shop = Shop(port, int(item), token, iter(range(SEATS)))
        # Each web worker loads its modules with its first calls.
        await shop.journeys(many=8 * WEB_WORKERS, at_once=2 * WEB_WORKERS)()
        yield shop
    finally:
        await asyncio.gather(*(part.stop() for part in parts))


async def _create_database(stack: Stack) -> None:
    dsn = stack.owner_url.replace("postgresql+psycopg:", "postgresql:", 1)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        with suppress(psycopg.errors.DuplicateDatabase):
            await connection.execute(f"CREATE DATABASE {DATABASE}".encode())


async def _run(stack: Stack, command: list[str], environment: Mapping[str, str]) -> str:
    """The standard output of a command of pretix."""
    with stack.folder.log("pretix").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=log, cwd=stack.folder.root
        )
    output, _ = await process.communicate()
    assert process.returncode == 0, f"{command} failed; see {stack.folder.log('pretix')}"
    return output.decode()


def _environment(stack: Stack, port: int, data: Path) -> dict[str, str]:
    """The same PostgreSQL and Valkey as ours, with its cache and its queue in separate databases."""
    database, redis = make_url(stack.owner_url), stack.settings.redis_url
    queue = redis.replace("unix://", "redis+socket://", 1).partition("?")[0]
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "pretix.settings",
        "PRETIX_PRETIX_DATADIR": str(data),
        "PRETIX_PRETIX_URL": f"http://{HOST}:{port}",
        "PRETIX_PRETIX_ECB_RATES": "false",
        "PRETIX_DATABASE_BACKEND": "postgresql",
        "PRETIX_DATABASE_NAME": DATABASE,
        "PRETIX_DATABASE_USER": str(database.username),
        "PRETIX_DATABASE_HOST": str(database.query["host"]),
        "PRETIX_REDIS_LOCATION": redis.replace("db=0", "db=1"),
        "PRETIX_REDIS_SESSIONS": "true",
        "PRETIX_CELERY_BROKER": f"{queue}?virtual_host=2",
        "PRETIX_CELERY_BACKEND": f"{queue}?virtual_host=3",
    }
