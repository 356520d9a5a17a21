"""One check a second, shared by all callers: `/readyz` needs no token, so its cost must not depend on their number."""

import asyncio
from collections.abc import Awaitable, Callable

INTERVAL_SECONDS = 1.0


class SharedCheck:
    """Begins a check at most once in `INTERVAL_SECONDS`; all calls until it ends share its outcome.

    A call waits for the next check instead of getting an earlier one, so no outcome is older than the call.
    """

    def __init__(self, check: Callable[[], Awaitable[object]]) -> None:
        self._check = check
        self._running: asyncio.Task[None] | None = None
        self._next_at = 0.0

    async def outcome(self) -> None:
        """Return or raise what the check does."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
            # All callers may be gone by then, and asyncio warns about an exception that is never retrieved.
            self._running.add_done_callback(lambda done: done.cancelled() or done.exception())
        # A caller that disconnects does not end the check of the others.
        await asyncio.shield(self._running)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._next_at - loop.time())
        self._next_at = loop.time() + INTERVAL_SECONDS
        await self._check()
