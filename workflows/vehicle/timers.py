"""Durable timers that follow deadlines.

Deadlines are data, and every rule compares them with the clock; a timer only wakes the workflow, so that expiries
become visible. A countdown whose deadline moves often (`LAZY`) is not restarted at each move: it fires at the
old deadline and continues to the new one. This saves two history events per act.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.instants import from_milliseconds
    from domain.preselection.deadlines import Countdown

from workflows.messages import DecisionResult

SUMMARIES = {
    Countdown.CONFIRM_DELAY: "确认按钮倒计时 (confirm_delay)",
    Countdown.COMPOSE_INTERVAL: "自编提交间隔 (compose_interval)",
    Countdown.BATCH: "随机号牌失效 (batch)",
    Countdown.CANDIDATES: "备选号牌失效 (candidates)",
    Countdown.SESSION: "选号会话超时 (session)",
    Countdown.IDLE: "长期未操作 (unfinished_idle)",
    Countdown.VALIDITY: "预选号牌有效期 (validity)",
    Countdown.REMINDER: "提醒短信，之后为有效期 (reminder, then validity)",
    Countdown.LAST_DAY: "最后一天提醒，之后为有效期 (last_day, then validity)",
}
LAZY = frozenset({Countdown.SESSION, Countdown.IDLE})
ONE_AT_A_TIME = (Countdown.REMINDER, Countdown.LAST_DAY, Countdown.VALIDITY)
"""After the confirmation: three parallel timers would cost events and show operators nothing more."""


def ends_of(result: DecisionResult) -> dict[str, datetime]:
    """The end of each countdown, by its name."""
    return {name: from_milliseconds(end) for name, end in result.timers.items()}


class Countdowns:
    """The running timers, one for each name. `wake(name)` is called when one fires; it must not raise."""

    def __init__(self, wake: Callable[[Countdown], None]) -> None:
        self._wake = wake
        self._running: dict[Countdown, tuple[datetime, asyncio.Task[None]]] = {}

    def follow(self, ends: Mapping[str, datetime], now: datetime) -> None:
        """Start, move and cancel timers, so that each running countdown has one."""
        running = {name: ends[name] for name in Countdown if name in ends and now < ends[name]}
        chain = [name for name in ONE_AT_A_TIME if name in running]
        if chain:
            first = min(chain, key=running.__getitem__)
            running = {name: end for name, end in running.items() if name == first or name not in chain}
        for name in [name for name in self._running if name not in running]:
            self._drop(name, ends.get(Countdown.VALIDITY))
        for name, end in running.items():
            self._aim(name, end)

    def _drop(self, name: Countdown, end_of_all: datetime | None) -> None:
        """Keep a remaining timer that could only fire after the workflow's end: cancelling it costs an event."""
        deadline, timer = self._running[name]
        if end_of_all is None or deadline < end_of_all:
            del self._running[name]
            timer.cancel()

    def _aim(self, name: Countdown, deadline: datetime) -> None:
        if name in self._running:
            running_until = self._running[name][0]
            if running_until == deadline or (name in LAZY and running_until < deadline):
                return
            self._drop(name, None)
        self._running[name] = (deadline, asyncio.create_task(self._run(name, deadline)))

    async def _run(self, name: Countdown, deadline: datetime) -> None:
        remaining = max(deadline - workflow.now(), timedelta(0))
        await workflow.sleep(remaining, summary=SUMMARIES[name])
        self._running.pop(name, None)
        self._wake(name)
