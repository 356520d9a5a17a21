"""A reading that is kept for a while is never older than this process's own change."""

import asyncio
from datetime import timedelta

from api.cached_value import CachedValue
from process.clock import system_clock


async def test_a_reading_overtaken_by_a_change_is_not_kept() -> None:
    stored, begun, may_end = ["before"], asyncio.Event(), asyncio.Event()

    async def read() -> str:
        value = stored[0]
        begun.set()
        await may_end.wait()
        return value

    kept = CachedValue(read, system_clock, timedelta(minutes=1))
    reading = asyncio.create_task(kept.get())
    await begun.wait()
    stored[0] = "after"
    kept.forget()
    may_end.set()
    assert await reading == "before"
    assert await kept.get() == "after"
    stored[0] = "later"
    assert await kept.get() == "after"
