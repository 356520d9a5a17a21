"""The details of a maintenance run in Temporal's UI."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workflows.maintenance.types import (
    CheckedCalendar,
    ComparedIndexes,
    CountedFigures,
    OpenSms,
    PublishedDays,
    PurgedPeople,
    RefreshedKeyboards,
    RemovedRows,
    ResyncedVehicles,
    RevivedWorkflows,
    SealedAudit,
)


def details(outcomes: Mapping[str, Any], failed: Sequence[str]) -> str:
    """One line for each step that was done or failed, as Markdown."""
    lines = [f"- {LINES[name](outcome)}" for name, outcome in outcomes.items()]
    lines += [f"- ❌ **{name}**: 未完成，下一分钟重试 (failed, due again in a minute)" for name in failed]
    return "\n".join(lines)


def _seal_line(outcome: SealedAudit) -> str:
    chain = f"，最新第 {outcome.seal} 号 `{outcome.digest}`" if outcome.seal else ""
    return f"**审计 / audit**: 封存 {outcome.rows} 行{chain}"


def _keyboard_line(outcome: RefreshedKeyboards) -> str:
    return f"**键盘快照 / keyboards**: {outcome.prefixes} 个号段前缀中更新 {outcome.made} 个"


def _index_line(outcome: ComparedIndexes) -> str:
    line = f"**号池索引 / indexes**: 核对 {outcome.prefixes} 个前缀"
    if outcome.repaired:
        wrong = f"多 {outcome.too_many} 少 {outcome.too_few}"
        line += f"，⚠️ 修复 {len(outcome.repaired)} 个（{wrong}）：{' '.join(outcome.repaired)}"
    if outcome.missing:
        line += f"，⚠️ 缺少 {len(outcome.missing)} 个：{' '.join(outcome.missing)}"
    return line


def _removal_line(outcome: RemovedRows) -> str:
    counts = " ".join(f"{name} {count}" for name, count in vars(outcome).items() if count)
    return f"**过期记录 / expired**: {counts or '无 (none)'}"


def _purge_line(outcome: PurgedPeople) -> str:
    return (
        f"**个人信息 / personal data**: 清除 {outcome.preselections} 件预选、{outcome.bans} 条黑名单、"
        f"{outcome.reasons} 条事由（结束于 {outcome.before:%Y-%m-%d} 之前）"
    )


def _revival_line(outcome: RevivedWorkflows) -> str:
    found = f"⚠️ 恢复车辆流程 {outcome.vehicles} 个、黑名单流程 {outcome.bans} 个"
    return f"**流程 / workflows**: {found if outcome.vehicles or outcome.bans else '无须恢复 (all run)'}"


def _sms_line(outcome: OpenSms) -> str:
    found = f"⚠️ 等待发送 {outcome.waiting} 条，近一天放弃 {outcome.given_up} 条：`xuanhao texts list`"
    return f"**短信 / SMS**: {found if outcome.waiting or outcome.given_up else '全部送出 (all handed over)'}"


def _calendar_line(outcome: CheckedCalendar) -> str:
    years = " ".join(map(str, outcome.provisional))
    found = f"⚠️ {years} 年的放假通知尚未录入，工作日为预测 (provisional)：`xuanhao calendar official`"
    moved = f"，⚠️ 顺延停业日的期限 {outcome.moved} 个 (last days moved)" if outcome.moved else ""
    return f"**日历 / calendar**: {found if years else '已录入正式通知 (official)'}{moved}"


def _resync_line(outcome: ResyncedVehicles) -> str:
    if outcome.is_restored:
        return f"**对齐 / resync**: ⚠️ 数据库或 Temporal 曾恢复或丢失 (restored),{outcome.vehicles} 个流程重读记录"
    return f"**对齐 / resync**: {outcome.vehicles} 个流程重读记录"


def _fairness_line(outcome: PublishedDays) -> str:
    found = f"，⚠️ 核对不符 (wrong): {' '.join(outcome.wrong)}" if outcome.wrong else ""
    biased = f"，⚠️ 统计异常 (biased): {' '.join(outcome.biased)}" if outcome.biased else ""
    return f"**抽号核对 / draws**: 公布并核对 {outcome.days} 日{found}{biased}"


def _figure_line(outcome: CountedFigures) -> str:
    return f"**统计 / figures**: 统计 {outcome.days} 日，号池 {outcome.prefixes} 个前缀"


LINES: Mapping[str, Callable[[Any], str]] = {
    "sealed": _seal_line,
    "keyboards": _keyboard_line,
    "indexes": _index_line,
    "removed": _removal_line,
    "purged": _purge_line,
    "revived": _revival_line,
    "texts": _sms_line,
    "calendar": _calendar_line,
    "resynced": _resync_line,
    "fairness": _fairness_line,
    "figures": _figure_line,
}
