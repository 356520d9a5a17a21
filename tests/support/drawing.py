"""Draws without Temporal: the activity of the worker, on rows at 预选号牌, at any time."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from activities.plates import PlateActivities
from domain.policy import Policy
from domain.preselection.record import from_record, to_record
from domain.preselection.state import Preselection
from domain.segments import Segment
from fairness.verify_draws import verify
from storage.audit.trail import Act
from storage.fairness.export import DayExport
from storage.offices.offices import Office
from tests.support.rows import any_row
from tests.support.stored_preselections import Stored, decision
from worker.container import WorkerContainer
from workflows.messages import DecisionInput, DecisionResult, Draw

BEGIN = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = "2026-11-23"
SECOND = timedelta(seconds=1)
NONCES = itertools.count()


@dataclass
class DrawWorld:
    """One worker's draws. `now` moves a second with each draw, so that no two have the same instant."""

    container: WorkerContainer
    now: datetime = BEGIN
    offices: list[Office] = field(default_factory=list)

    @property
    def plates(self) -> PlateActivities:
        [draw] = [one for one in self.container.activities() if one.__name__ == "draw"]
        owner = draw.__self__  # type: ignore[attr-defined]  # bound methods, as the worker registers them
        assert isinstance(owner, PlateActivities)
        return owner

    async def add_office(self, segments: Mapping[str, list[str]]) -> Office:
        """An office with these templates by prefix, and their indexes."""
        office = Office(f"office {len(self.offices)}", "车管所", "龙井路", "广东", tuple(segments))
        self.offices.append(office)
        await self.container.repositories.offices.save(office)
        for prefix, templates in segments.items():
            await self.release(prefix, *templates)
        return office

    async def release(self, prefix: str, *templates: str) -> None:
        long_ago, repositories = self.now - timedelta(days=30), self.container.repositories
        for template in templates:
            released = Segment(prefix, template, (), long_ago, long_ago)
            await repositories.segments.release(released, Act(self.now, "operator", "op-1", "测试"))
        await repositories.pool_reconciler.rebuild(prefix, self.now)

    async def selecting(self, office: Office) -> UUID:
        """A new preselection with every chance left."""
        repositories = self.container.repositories
        stored = Stored(repositories.database, office.code)
        submission = stored.submission(policy=Policy().to_dict(), at=self.now)
        await repositories.preselections.insert_submission(submission)
        begun = Preselection.begin(Policy(), self.now).start(self.now).send_identity_code(self.now)
        state = to_record(begun.confirm_identity(self.now + timedelta(seconds=10)))
        first = decision(submission.id, action="begin", expected_revision=0, state=state, answer={}, at=self.now)
        await repositories.decisions.commit(first)
        self.now += timedelta(seconds=10)
        return submission.id

    async def draw(self, preselection: UUID, **given: Any) -> DecisionResult:
        """A draw with the client's nonce; `nonce=None` leaves it to the server."""
        self.now += SECOND
        command = Draw(**({"request_id": str(uuid4()), "nonce": f"nonce-of-a-client-{next(NONCES):06d}"} | given))
        return await self.plates.draw(DecisionInput(str(preselection), "draw", self.now, self.now), command)

    async def state(self, preselection: UUID) -> Preselection:
        row = await any_row(self.container.repositories.database, self.container.repositories.keys, preselection)
        assert row
        return from_record(row.state, row.rules)

    async def write_files(self, folder: Path, day: str = DAY) -> dict[str, int]:
        """The day's files in a folder, as published, and what the checker counts in them."""
        await self.container.fairness_keeper().keep(self.now)
        repositories = self.container.repositories
        committed = await repositories.fairness_days.get(day)
        assert committed
        content = await DayExport(repositories.database).files_of(
            committed, repositories.fairness_days.secret(committed)
        )
        for name, text in content.items():
            (folder / name).write_bytes(text)
        return verify(folder)
