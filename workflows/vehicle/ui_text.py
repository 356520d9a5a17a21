"""The details of a running vehicle in Temporal's UI, without personal data."""

from collections.abc import Mapping
from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.durations import SHANGHAI
    from domain.preselection.deadlines import Countdown
    from domain.preselection.values import Stage

from workflows.messages import DecisionResult
from workflows.search_attributes import OFFICE
from workflows.ui_text import continued_details
from workflows.vehicle.timers import SUMMARIES, ends_of

STAGES: Mapping[str, str] = {
    Stage.SERVICE_NOTES: "选号服务说明",
    Stage.IDENTITY_VERIFICATION: "身份验证",
    Stage.PLATE_SELECTION: "预选号牌",
    Stage.COMPLETED: "完成号牌预选",
    Stage.REGISTERED: "已办理",
    Stage.EXHAUSTED: "机会已用完",
    Stage.OVERDUE: "逾期未办",
    Stage.CANCELLED: "已取消",
}
ON_ITS_WAY = "发送中 (on its way)"
HANDED_OVER = "已交付 (handed over)"
GIVEN_UP = "❌ 未能送出 (given up)"


def show_details(current: DecisionResult, now: datetime, sms: Mapping[str, str]) -> None:
    """Set the current details; it costs no event."""
    details = current_details(current, now, sms)
    if workflow.info().continued_run_id:
        # Temporal does not pass title and static details to a continued run.
        details = continued_details(workflow.info().typed_search_attributes.get(OFFICE) or "", details)
    workflow.set_current_details(details)


def current_details(current: DecisionResult, now: datetime, sms: Mapping[str, str]) -> str:
    """Stage, counts, holds and running countdowns as Markdown, the next one first; times are Shanghai's.

    `sms` are the SMS of this run: their purposes, and the state of each.
    """
    ends = ends_of(current)
    running = {name: ends[name] for name in SUMMARIES if ends.get(name, now) > now}
    lines = [
        f"**阶段 / stage**: {_stage_of(current)}",
        f"**剩余 / left**: 随机 {current.draws} · 自编 {current.composed}",
    ]
    if current.plate:
        lines.append(f"**号牌 / plate**: {current.plate}, 最后一天 / visit by {current.visit_by}")
    if current.batch and Countdown.BATCH in running:
        lines.append(f"**本批 / batch**: {' '.join(current.batch)}")
    if current.candidates and Countdown.CANDIDATES in running:
        lines.append(f"**备选 / candidates**: {' '.join(current.candidates)}")
    if sms:
        lines.append("**短信 / SMS**: " + ", ".join(f"`{purpose}` {state}" for purpose, state in sms.items()))
    countdowns = [f"- {_shanghai(end)} {SUMMARIES[name]}" for name, end in sorted(running.items(), key=_by_end)]
    return "\n\n".join(lines) + "\n\n" + "\n".join(countdowns)


def _stage_of(current: DecisionResult) -> str:
    name = STAGES.get(str(current.stage), "")
    return f"{name} `{current.stage}`" + (" 暂停 (dormant)" if current.is_dormant else "")


def _by_end(countdown: tuple[Countdown, datetime]) -> datetime:
    return countdown[1]


def _shanghai(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
