"""Puts figures of decisions, of the database and of the pool into the metrics."""

import asyncio
import itertools
from datetime import timedelta
from typing import Never

import structlog

from domain.dependencies import DependencyUnavailable
from domain.preselection.state import Preselection
from process.clock import Clock
from process.metrics import (
    CHANCES,
    DEADLINE_LATENESS,
    DECISIONS,
    DRAW_BIAS,
    DRAW_TEST_ALARM,
    DRAW_TESTS,
    FIGURES_AGE,
    PLATES,
    SMS,
)
from storage.figures import read_figures
from storage.repositories import Repositories

EVERY = timedelta(seconds=30)
PLATES_EVERY = 10
"""Rounds between two counts of the numbers, which read all claims of a prefix."""

log = structlog.get_logger("worker")


def count_decision(action: str, before: Preselection | None, after: Preselection) -> None:
    """Count a committed decision, once, and the chances that it has spent."""
    DECISIONS.labels(action, after.stage.value).inc()
    if before is not None:
        CHANCES.labels("draw").inc(max(0, before.draws_remaining - after.draws_remaining))
        CHANCES.labels("composed").inc(max(0, before.composed_remaining - after.composed_remaining))


async def keep_figures(repositories: Repositories, clock: Clock, *, every: timedelta = EVERY) -> Never:
    """Read them again and again. What can't be read keeps its last value, and the alert looks at the age."""
    for number in itertools.count():
        try:
            await update_figures(repositories, clock)
            if number % PLATES_EVERY == 0:
                await update_plates(repositories, clock)
        except DependencyUnavailable as down:
            log.warning("figures not read", part=down.part)
        await asyncio.sleep(every.total_seconds())
    raise AssertionError("the count never ends")


async def update_figures(repositories: Repositories, clock: Clock) -> None:
    """Raises `DependencyUnavailable`."""
    figures = await read_figures(repositories.database, clock())
    DEADLINE_LATENESS.set(figures.lateness)
    for state, number in figures.sms.items():
        SMS.labels(state).set(number)
    report = await repositories.fairness_days.latest_report()
    DRAW_BIAS.set(report.get("strength", 1.0))
    DRAW_TEST_ALARM.set(report.get("threshold", 0.0))
    for test in report.get("results", ()):
        DRAW_TESTS.labels(test["kind"], test["period"]).set(test["probability"])
    FIGURES_AGE.set_to_current_time()


async def update_plates(repositories: Repositories, clock: Clock) -> None:
    """Raises `DependencyUnavailable`."""
    for prefix in await repositories.pool_records.revisions():
        levels = await repositories.pool_records.levels(prefix, clock())
        for kind in levels.keys() - {"total"}:
            PLATES.labels(prefix, kind).set(levels[kind])
