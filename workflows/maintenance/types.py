"""What upkeep is told and tells, and the signatures of its activities; `activities/upkeep.py` implements them.

All may be repeated at any time, and each does the whole of its work at one moment, which it is given.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from temporalio import activity


@dataclass(frozen=True)
class UpkeepOrder:
    """The moment of the run; `since` is when the step was last done, if that is known, and `mark` the last mark."""

    at: datetime
    since: datetime | None = None
    mark: int | None = None


@dataclass(frozen=True)
class SealedAudit:
    """Rows that were sealed, and the newest seal of the chain: its digest stands here for comparison."""

    rows: int
    seal: int | None = None
    digest: str | None = None


@dataclass(frozen=True)
class RefreshedKeyboards:
    """Prefixes whose snapshot was made anew."""

    made: int
    prefixes: int


@dataclass(frozen=True)
class ComparedIndexes:
    """Numbers that an index thought free and were not (`too_many`), and the other way round.

    `repaired` are the prefixes that were built anew; `missing` had no index, and one is built by the worker.
    """

    prefixes: int
    too_many: int = 0
    too_few: int = 0
    repaired: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RemovedRows:
    """Rows that were over, by kind."""

    claims: int
    answers: int
    codes: int
    failed_checks: int
    submissions: int
    messages: int
    decisions: int
    deliveries: int = 0


@dataclass(frozen=True)
class PurgedPeople:
    """Rows whose personal values were overwritten; reasons of the desk are deleted."""

    before: datetime
    preselections: int
    bans: int
    reasons: int


@dataclass(frozen=True)
class RevivedWorkflows:
    """Rows without effect of time that were looked at, and how many workflows were begun anew for them."""

    suspects: int
    vehicles: int
    bans: int


@dataclass(frozen=True)
class ResyncedVehicles:
    """Vehicles that were told to read their rows: all, where `is_restored`, else those that may lag behind.

    `mark` is the number that the database has now. Where it was not the one that Temporal knew, either was restored.
    """

    mark: int
    is_restored: bool
    vehicles: int


@dataclass(frozen=True)
class OpenTexts:
    """SMS that have been waiting for a while, and those that were given up within the last day."""

    waiting: int
    given_up: int


@dataclass(frozen=True)
class CheckedCalendar:
    """The years into which deadlines fall, and those of them whose official holiday notice has not been entered."""

    years: list[int]
    provisional: list[int]


@dataclass(frozen=True)
class UpkeepInput:
    """`steps` does these, due or not, and no others: for a run that an operator starts by hand."""

    steps: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class UpkeepReport:
    """What a run has done; a step that was not due is empty. `done` are the moments for the next run."""

    at: datetime
    done: dict[str, str]
    sealed: SealedAudit | None = None
    keyboards: RefreshedKeyboards | None = None
    indexes: ComparedIndexes | None = None
    removed: RemovedRows | None = None
    purged: PurgedPeople | None = None
    revived: RevivedWorkflows | None = None
    texts: OpenTexts | None = None
    calendar: CheckedCalendar | None = None
    resynced: ResyncedVehicles | None = None
    mark: int | None = None


class UpkeepWork(Protocol):
    @activity.defn(name="upkeep.seal_audit")
    async def seal_audit(self, order: UpkeepOrder) -> SealedAudit:
        """Seal the audit's new rows with a digest chained to the one before."""
        ...

    @activity.defn(name="upkeep.refresh_keyboards")
    async def refresh_keyboards(self, order: UpkeepOrder) -> RefreshedKeyboards:
        """Make the keyboard's snapshots anew that are in use and will soon be too old."""
        ...

    @activity.defn(name="upkeep.compare_indexes")
    async def compare_indexes(self, order: UpkeepOrder) -> ComparedIndexes:
        """Compare each prefix's index with the database, and repair it."""
        ...

    @activity.defn(name="upkeep.remove_expired")
    async def remove_expired(self, order: UpkeepOrder) -> RemovedRows:
        """Remove rows that have done their work."""
        ...

    @activity.defn(name="upkeep.purge_people")
    async def purge_people(self, order: UpkeepOrder) -> PurgedPeople:
        """Overwrite personal values whose retention is over."""
        ...

    @activity.defn(name="upkeep.revive_workflows")
    async def revive_workflows(self, order: UpkeepOrder) -> RevivedWorkflows:
        """Begin workflows anew that were ended from outside."""
        ...

    @activity.defn(name="upkeep.resync_vehicles")
    async def resync_vehicles(self, order: UpkeepOrder) -> ResyncedVehicles:
        """Let vehicles read their rows that may know something else: after a restore of any part, all of them."""
        ...

    @activity.defn(name="upkeep.count_open_texts")
    async def count_open_texts(self, order: UpkeepOrder) -> OpenTexts:
        """Count the SMS that nobody has received."""
        ...

    @activity.defn(name="upkeep.check_calendar")
    async def check_calendar(self, order: UpkeepOrder) -> CheckedCalendar:
        """Find the years whose working days are a prediction."""
        ...
