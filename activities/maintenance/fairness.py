"""Publishes the days of verifiable draws, after anybody could verify them: our checker replays each day first."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple

import structlog
from temporalio import activity

from activities.clock import WorkerClock
from domain.draw_statistics import DrawStatistics
from storage.fairness.archive import LogArchive
from storage.fairness.days import LATEST_DRAW, CommittedDay, FairnessDays
from storage.fairness.evidence import weigh_day
from storage.fairness.export import DayExport
from workflows.maintenance.types import FairnessSteps, PublishedDays, StepInput

# A day whose files are wrong may not be replayable; the checker has said so.
_UNREADABLE = (ArithmeticError, LookupError, ValueError)

log = structlog.get_logger("fairness")


@dataclass(frozen=True)
class Verified:
    """What the checker said about one day."""

    is_right: bool
    text: str


class PublishedDay(NamedTuple):
    """Whether the checker found a day right, and whether its statistics raised an alarm."""

    is_right: bool
    is_biased: bool


class DayPublisher:
    """Publishes the secret and the log of each day that is over, once no number of its draws is held any more."""

    def __init__(self, days: FairnessDays, export: DayExport, archive: LogArchive) -> None:
        self._days = days
        self._export = export
        self._archive = archive

    async def publish_due(self, at: datetime) -> dict[str, PublishedDay]:
        """Publish what can be published."""
        published: dict[str, PublishedDay] = {}
        for day in await self._days.list_unpublished(at - LATEST_DRAW):
            if await self._is_over(day, at):
                published[day.day] = await self._publish(day, at)
        if published:
            await self._archive.remove_published(at)
        return published

    async def _is_over(self, day: CommittedDay, at: datetime) -> bool:
        """Whether no number of the day is held, and no draw of a worker that stalled can commit to it any more."""
        if await self._days.is_held(day, at):
            return False
        if day.closed_at is not None:
            return True
        await self._days.close(day.day, at)
        # A draw may have been committed before the closing and after the first look.
        return not await self._days.is_held(day, at)

    async def _publish(self, day: CommittedDay, at: datetime) -> PublishedDay:
        content = await self._export.files_of(day, self._days.secret(day))
        verified = await verify(content)
        statistics = await self._statistics(day, content)
        draws = json.loads(content["day.json"])["draws"]
        report = {"text": "\n".join([verified.text.strip(), *statistics.lines()]), **statistics.as_report()}
        await self._days.store_files(day.day, content)
        await self._days.reveal(day.day, at, draws=draws, verified=verified.is_right, report=report)
        level = log.info if verified.is_right else log.error
        level("day_published", day=day.day, draws=draws, verified=verified.is_right)
        if report["alarms"]:
            log.error("draws_biased", day=day.day, alarms=report["alarms"])
        return PublishedDay(verified.is_right, bool(report["alarms"]))

    async def _statistics(self, day: CommittedDay, content: Mapping[str, bytes]) -> DrawStatistics:
        """What has been gathered since the start of the year, with this day."""
        before = await self._days.latest_report()
        statistics = DrawStatistics.read(before, day.begins.year, day.ends - day.begins)
        with suppress(*_UNREADABLE):
            await asyncio.to_thread(weigh_day, content, statistics)
        return statistics


class FairnessActivities(FairnessSteps):
    """The step of maintenance."""

    def __init__(self, publisher: DayPublisher, clock: WorkerClock) -> None:
        self._publisher = publisher
        self._clock = clock

    @activity.defn(name="upkeep.publish_days")
    async def publish_days(self, order: StepInput) -> PublishedDays:
        published = await self._publisher.publish_due(self._clock.now(order.at))
        return PublishedDays(
            len(published),
            [name for name, day in published.items() if not day.is_right],
            [name for name, day in published.items() if day.is_biased],
        )


async def verify(content: Mapping[str, bytes]) -> Verified:
    """Run the public checker on these files, in a separate process: a day may take it minutes."""
    with tempfile.TemporaryDirectory() as folder, as_file(files("fairness") / "verify_draws.py") as checker:
        await asyncio.to_thread(_write, Path(folder), content)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(checker), folder),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    return Verified(process.returncode == 0, output.decode(errors="replace"))


def _write(folder: Path, content: Mapping[str, bytes]) -> None:
    for name, text in content.items():
        (folder / name).write_bytes(text)
