"""What operators read about a running vehicle in Temporal's UI. Nothing in it is personal."""

from collections.abc import Mapping
from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.durations import SHANGHAI
    from domain.preselection.deadlines import Countdown
    from domain.preselection.state import Preselection

from workflows.countdowns import SUMMARIES

NOTHING_TOLD: Mapping[str, str] = {}
ON_ITS_WAY = "发送中 (on its way)"
HANDED_OVER = "已交付 (handed over)"
GIVEN_UP = "❌ 未能送出 (given up)"


def current_details(
    state: Preselection, deadlines: Mapping[Countdown, datetime], told: Mapping[str, str] = NOTHING_TOLD
) -> str:
    """Stage, counts, holds and running countdowns as Markdown, the next one first; times are Shanghai's.

    `told` are the SMS of this run: their purposes, and what became of each.
    """
    lines = [
        f"**阶段 / stage**: `{state.stage}`" + (" (dormant)" if state.dormant else ""),
        f"**剩余 / left**: 随机 {state.draws_remaining} · 自编 {state.composed_remaining}",
    ]
    if state.reservation:
        lines.append(f"**号牌 / plate**: {state.reservation.plate}, 最后一天 / visit by {state.reservation.visit_by}")
    if state.batch and Countdown.BATCH in deadlines:
        lines.append(f"**本批 / batch**: {' '.join(state.batch.numbers)}")
    if state.candidates and Countdown.CANDIDATES in deadlines:
        lines.append(f"**备选 / candidates**: {' '.join(state.candidates.numbers)}")
    if told:
        lines.append("**短信 / SMS**: " + ", ".join(f"`{purpose}` {became}" for purpose, became in told.items()))
    running = sorted(deadlines.items(), key=lambda item: item[1])
    lines += [f"- {_shanghai(deadline)} {SUMMARIES[name]}" for name, deadline in running]
    return "\n\n".join(lines[: len(lines) - len(running)]) + "\n\n" + "\n".join(lines[len(lines) - len(running) :])


def _shanghai(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
