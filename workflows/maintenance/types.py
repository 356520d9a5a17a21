"""Inputs and results of maintenance, and the signatures of its activities; `activities/maintenance/` implements them.

All may be repeated at any time, and each does all its work at one instant, which is an argument.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from temporalio import activity


@dataclass(frozen=True)
class StepInput:
    """The instant of the run; `since` is when the step was last done, if that is known, and `mark` the last mark."""

    at: datetime
    since: datetime | None = None
    mark: int | None = None


@dataclass(frozen=True)
class SealedAudit:
    """The number of sealed rows, and the newest seal of the chain, with its digest for comparison."""

    rows: int
    seal: int | None = None
    digest: str | None = None


@dataclass(frozen=True)
class RefreshedKeyboards:
    """Prefixes whose snapshot was renewed."""

    made: int
    prefixes: int


@dataclass(frozen=True)
class ComparedIndexes:
    """Numbers that were wrongly free in an index (`too_many`), and wrongly taken (`too_few`).

    `repaired` are the prefixes that were rebuilt; `missing` had no index, and the worker builds one.
    """

    prefixes: int
    too_many: int = 0
    too_few: int = 0
    repaired: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RemovedRows:
    """Expired rows, by kind."""

    claims: int
    answers: int
    codes: int
    failed_checks: int
    submissions: int
    messages: int
    decisions: int
    deliveries: int = 0
    attachments: int = 0


@dataclass(frozen=True)
class PurgedPeople:
    """Rows whose personal values were overwritten; reasons of the desk are deleted."""

    before: datetime
    preselections: int
    bans: int
    reasons: int
    appeals: int = 0


@dataclass(frozen=True)
class RevivedWorkflows:
    """Rows that were checked because a transition is missing, and the number of workflows that were restarted."""

    suspects: int
    vehicles: int
    bans: int
    appeals: int = 0


@dataclass(frozen=True)
class ResyncedVehicles:
    """Vehicles that had to reread their rows: all if `is_restored`, otherwise those that may lag behind.

    `mark` is the database's number. If it was not the same as Temporal's, one of them was restored.
    """

    mark: int
    is_restored: bool
    vehicles: int


@dataclass(frozen=True)
class OpenSms:
    """SMS that have been waiting for some time, and those that were given up within the last day."""

    waiting: int
    given_up: int


@dataclass(frozen=True)
class CheckedCalendar:
    """The years that have deadlines, and those of them whose official holiday notice has not been entered.

    `moved` is the number of last days on closed days that nothing else had moved.
    """

    years: list[int]
    provisional: list[int]
    moved: int = 0


@dataclass(frozen=True)
class PublishedDays:
    """How many days of draws were published; those that our checker found wrong, and those with a statistical alarm."""

    days: int
    wrong: list[str] = field(default_factory=list)
    biased: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CountedFigures:
    """How many days were counted, whole or in part, and of how many prefixes the free numbers."""

    days: int
    prefixes: int


@dataclass(frozen=True)
class MaintenanceInput:
    """With `steps`, exactly these are done, due or not: for a run that an operator starts by hand."""

    steps: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class MaintenanceReport:
    """The results of a run; a step that was not due is empty. `done` are the instants for the next run."""

    at: datetime
    done: dict[str, str]
    sealed: SealedAudit | None = None
    keyboards: RefreshedKeyboards | None = None
    indexes: ComparedIndexes | None = None
    removed: RemovedRows | None = None
    purged: PurgedPeople | None = None
    revived: RevivedWorkflows | None = None
    texts: OpenSms | None = None
    calendar: CheckedCalendar | None = None
    resynced: ResyncedVehicles | None = None
    mark: int | None = None
    fairness: PublishedDays | None = None
    figures: CountedFigures | None = None


class MaintenanceSteps(Protocol):
    @activity.defn(name="upkeep.seal_audit")
    async def seal_audit(self, order: StepInput) -> SealedAudit:
        """Seal the audit's new rows with a digest chained to the previous one."""
        ...

    @activity.defn(name="upkeep.refresh_keyboards")
    async def refresh_keyboards(self, order: StepInput) -> RefreshedKeyboards:
        """Renew the keyboard's snapshots that are in use and will soon be too old."""
        ...

    @activity.defn(name="upkeep.compare_indexes")
    async def compare_indexes(self, order: StepInput) -> ComparedIndexes:
        """Compare each prefix's index with the database, and repair it."""
        ...

    @activity.defn(name="upkeep.remove_expired")
    async def remove_expired(self, order: StepInput) -> RemovedRows:
        """Remove expired rows."""
        ...

    @activity.defn(name="upkeep.purge_people")
    async def purge_people(self, order: StepInput) -> PurgedPeople:
        """Overwrite personal values after their retention."""
        ...

    @activity.defn(name="upkeep.revive_workflows")
    async def revive_workflows(self, order: StepInput) -> RevivedWorkflows:
        """Restart workflows that were ended by hand."""
        ...

    @activity.defn(name="upkeep.resync_vehicles")
    async def resync_vehicles(self, order: StepInput) -> ResyncedVehicles:
        """Make vehicles that may lag behind reread their rows: after a restore of any part, all of them."""
        ...

    @activity.defn(name="upkeep.count_open_texts")
    async def count_open_texts(self, order: StepInput) -> OpenSms:
        """Count undelivered SMS."""
        ...

    @activity.defn(name="upkeep.check_calendar")
    async def check_calendar(self, order: StepInput) -> CheckedCalendar:
        """Find the years whose working days are a prediction, and move last days that were left on closed days."""
        ...


class FairnessSteps(Protocol):
    @activity.defn(name="upkeep.publish_days")
    async def publish_days(self, order: StepInput) -> PublishedDays:
        """Verify and publish the draws of days that are over."""
        ...


class FigureSteps(Protocol):
    @activity.defn(name="upkeep.count_figures")
    async def count_figures(self, order: StepInput) -> CountedFigures:
        """Count acts and free numbers by hour and by day, for the operators' charts."""
        ...
