"""Maintenance: a Temporal schedule starts it every minute, and each step runs as often as it needs.

A run does the steps that are due, reports their results, and passes the instants at which they were done to the next
run. A failed step is due again a minute later, and makes its run fail, so that operators see it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy, VersioningBehavior
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.instants import format_instant, parse_instant, whole_milliseconds

from workflows.maintenance.types import (
    FairnessSteps,
    FigureSteps,
    MaintenanceInput,
    MaintenanceReport,
    MaintenanceSteps,
    StepInput,
)
from workflows.maintenance.ui_text import details
from workflows.refusals import application_error

PAUSE = timedelta(seconds=20)
"""Runs start a little early or late; a step is due if no more than this is missing."""


@dataclass(frozen=True)
class Step:
    """`name` is a field of the report."""

    name: str
    every: timedelta
    work: Callable[..., Any]
    summary: str
    at_most: timedelta = timedelta(seconds=50)
    heartbeat: timedelta | None = None
    """The heartbeat timeout; None for a step of a few statements, which sends no heartbeats."""
    patch: str | None = None
    """The patch with which the step came: runs that began before it go on without it."""


STEPS = (
    Step("sealed", timedelta(minutes=1), MaintenanceSteps.seal_audit, "封存审计记录 (seal the audit)"),
    Step(
        "keyboards",
        timedelta(minutes=1),
        MaintenanceSteps.refresh_keyboards,
        "更新键盘快照 (refresh keyboards)",
        heartbeat=timedelta(seconds=40),
    ),
    Step(
        "indexes",
        timedelta(minutes=10),
        MaintenanceSteps.compare_indexes,
        "核对号池索引 (compare and repair indexes)",
        timedelta(minutes=5),
        timedelta(seconds=40),
    ),
    Step(
        "removed",
        timedelta(hours=1),
        MaintenanceSteps.remove_expired,
        "清理过期记录 (remove what has expired)",
        timedelta(minutes=5),
    ),
    Step(
        "purged",
        timedelta(days=1),
        MaintenanceSteps.purge_people,
        "清除到期个人信息 (purge personal data)",
        timedelta(minutes=10),
    ),
    # New steps are at the end: a run that is in progress during a deployment continues with them.
    Step(
        "revived",
        timedelta(minutes=2),
        MaintenanceSteps.revive_workflows,
        "恢复被外部终止的流程 (revive workflows)",
        timedelta(minutes=5),
        timedelta(seconds=40),
    ),
    Step("texts", timedelta(minutes=5), MaintenanceSteps.count_open_texts, "清点未送达短信 (count open SMS)"),
    Step("calendar", timedelta(minutes=5), MaintenanceSteps.check_calendar, "检查日历年份 (check the calendar)"),
    Step(
        "resynced",
        timedelta(minutes=1),
        MaintenanceSteps.resync_vehicles,
        "让落后的流程重读记录 (resync vehicles)",
        timedelta(minutes=10),
        timedelta(seconds=40),
    ),
    Step(
        "fairness",
        timedelta(minutes=1),
        FairnessSteps.publish_days,
        "核对并公布抽号记录 (verify and publish draws)",
        timedelta(minutes=30),
        patch="publish_days",
    ),
    Step(
        "figures",
        timedelta(minutes=5),
        FigureSteps.count_figures,
        "统计每小时、每日数字 (count by hour and day)",
        timedelta(minutes=10),
        timedelta(seconds=90),
        patch="count_figures",
    ),
)


@workflow.defn(name="Upkeep", versioning_behavior=VersioningBehavior.PINNED)
class MaintenanceWorkflow:
    """One run. Steps run one after the other, so that maintenance never takes more than one activity slot."""

    def __init__(self) -> None:
        self._outcomes: dict[str, Any] = {}
        self._failed: list[str] = []
        self._done, self._mark = _last_report()

    @workflow.run
    async def run(self, given: MaintenanceInput) -> MaintenanceReport:
        at = whole_milliseconds(workflow.now())
        for step in STEPS:
            is_wanted = step.name in given.steps or (not given.steps and self._is_due(step, at))
            if is_wanted and (step.patch is None or workflow.patched(step.patch)):
                await self._do(step, at)
                workflow.set_current_details(details(self._outcomes, self._failed))
        if self._failed:
            raise ApplicationError(
                f"could not be done: {', '.join(self._failed)}",
                self._outcomes,
                {"done": self._done, "mark": self._mark},
                type="upkeep_incomplete",
                non_retryable=True,
            )
        return MaintenanceReport(at, self._done, **self._outcomes, mark=self._mark)

    def _is_due(self, step: Step, at: datetime) -> bool:
        last = self._last(step)
        return last is None or at - last >= step.every - PAUSE

    def _last(self, step: Step) -> datetime | None:
        last = self._done.get(step.name)
        return parse_instant(last) if last else None

    async def _do(self, step: Step, at: datetime) -> None:
        try:
            self._outcomes[step.name] = await workflow.execute_activity(
                step.work,
                StepInput(at, self._last(step), self._mark if step.name == "resynced" else None),
                summary=step.summary,
                start_to_close_timeout=step.at_most,
                schedule_to_close_timeout=2 * step.at_most,
                heartbeat_timeout=step.heartbeat,
                retry_policy=RetryPolicy(initial_interval=timedelta(seconds=2), maximum_attempts=2),
            )
        except ActivityError as failure:
            if is_cancelled_exception(failure):
                raise
            self._failed.append(step.name)
            workflow.logger.warning("upkeep step failed", extra={"step": step.name})
        else:
            self._done[step.name] = format_instant(at)
            if step.name == "resynced":
                self._mark = self._outcomes[step.name].mark


def _last_report() -> tuple[dict[str, str], int | None]:
    """When each step was last done, and the last mark: from the schedule's last run, even if a step of it has failed.

    Read without a type: a report in the form of an older or newer version must not stop maintenance.
    """
    failure = application_error(workflow.get_last_failure())
    if failure and len(failure.details) > 1:
        report = failure.details[1]
    elif workflow.has_last_completion_result():
        report = workflow.get_last_completion_result(dict)
    else:
        report = None
    done, mark = (report.get("done"), report.get("mark")) if isinstance(report, dict) else (None, None)
    return (
        {str(name): str(instant) for name, instant in done.items()} if isinstance(done, dict) else {},
        mark if isinstance(mark, int) else None,
    )
