"""An event loop whose time goes on at once to the next timer: waiting takes no time, and nothing happens by chance."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _Selector(selectors.DefaultSelector):
    """Waits for nobody: only for timers, by moving the time to them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._simulated = _Selector()
        super().__init__(self._simulated)

    def time(self) -> float:
        return self._simulated.now


def run_simulated(work: Coroutine[Any, Any, None]) -> None:
    """Run it in simulated time. It must wait for timers only."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        runner.run(work)
