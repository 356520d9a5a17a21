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
from typing import Any

import structlog
from temporalio import activity

from activities.clock import WorkerClock
from domain.draw_evidence import ALARM, Evidence
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


class DayPublisher:
    """Publishes the secret and the log of each day that is over, once no number of its draws is held any more."""

    def __init__(self, days: FairnessDays, export: DayExport, archive: LogArchive) -> None:
        self._days = days
        self._export = export
        self._archive = archive

    async def publish_due(self, at: datetime) -> dict[str, bool]:
        """Publish what can be published; returns the days, and whether each was right."""
        published: dict[str, bool] = {}
        for day in await self._days.unpublished(at - LATEST_DRAW):
            if not await self._days.is_held(day.day, at):
                published[day.day] = await self._publish(day, at)
        if published:
            await self._archive.remove_published(at)
        return published

    async def _publish(self, day: CommittedDay, at: datetime) -> bool:
        content = await self._export.files_of(day, self._days.secret(day))
        verified = await verify(content)
        evidence = await self._evidence(day, content)
        draws = json.loads(content["day.json"])["draws"]
        await self._days.store_files(day.day, content)
        await self._days.reveal(
            day.day, at, draws=draws, verified=verified.is_right, report=_report(verified, evidence)
        )
        level = log.info if verified.is_right else log.error
        level("day_published", day=day.day, draws=draws, verified=verified.is_right)
        if evidence.strength >= ALARM:
            log.error("draws_biased", day=day.day, evidence=round(evidence.strength), most=evidence.strongest())
        return verified.is_right

    async def _evidence(self, day: CommittedDay, content: Mapping[str, bytes]) -> Evidence:
        """What has been gathered since the start of the year, with this day."""
        evidence = Evidence.read(await self._days.latest_evidence(), day.begins.year)
        with suppress(*_UNREADABLE):
            await asyncio.to_thread(weigh_day, content, evidence)
        return evidence


def _report(verified: Verified, evidence: Evidence) -> dict[str, Any]:
    line = f"evidence against uniform draws this year: {evidence.strength:.2f} (an alarm from {ALARM:.0f} on)"
    text = f"{verified.text.strip()}\n{line}"
    return {"text": text, "evidence": evidence.as_record(), "strength": evidence.strength}


class FairnessActivities(FairnessSteps):
    """The step of maintenance."""

    def __init__(self, publisher: DayPublisher, clock: WorkerClock) -> None:
        self._publisher = publisher
        self._clock = clock

    @activity.defn(name="upkeep.publish_days")
    async def publish_days(self, order: StepInput) -> PublishedDays:
        published = await self._publisher.publish_due(self._clock.now(order.at))
        return PublishedDays(len(published), [day for day, is_right in published.items() if not is_right])


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
