"""What operators read about a running vehicle in Temporal's UI. Nothing in it is personal."""

from collections.abc import Mapping
from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.durations import SHANGHAI
    from domain.preselection import Preselection
    from domain.preselection_deadlines import Countdown

from workflows.countdowns import SUMMARIES


def current_details(state: Preselection, deadlines: Mapping[Countdown, datetime]) -> str:
    """Stage, counts, holds and running countdowns as Markdown, the next one first; times are Shanghai's."""
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
    running = sorted(deadlines.items(), key=lambda item: item[1])
    lines += [f"- {_shanghai(deadline)} {SUMMARIES[name]}" for name, deadline in running]
    return "\n\n".join(lines[: len(lines) - len(running)]) + "\n\n" + "\n".join(lines[len(lines) - len(running) :])


def _shanghai(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
