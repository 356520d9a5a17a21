"""The API as a separate process."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from config.settings import Settings


@asynccontextmanager
async def api_process(settings: Settings, port: int, **changes: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = os.environ | {
        "XUANHAO_DATABASE_URL": settings.database_url,
        "XUANHAO_SMS_URL": "local:",
        "XUANHAO_REGISTRY_URL": "local:",
        "XUANHAO_REDIS_URL": settings.redis_url,
        "XUANHAO_TEMPORAL_ADDRESS": settings.temporal_address,
        "XUANHAO_KEY_FILE": str(settings.key_file),
        "XUANHAO_HTTP_PORT": str(port),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "api",
        env=environment | changes,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def is_up(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz")).status_code == 200
    except httpx.TransportError:
        return False
