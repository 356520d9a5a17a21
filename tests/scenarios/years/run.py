"""One run: people and staff act, maintenance runs, time passes, and at the end every promise is checked."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

from domain.policy import Policy
from embedded.programs import ROOT
from process.clock import system_clock
from tests.scenarios.fault_injection.calls import CallLog
from tests.scenarios.fault_injection.checker import CHECKS
from tests.scenarios.fault_injection.evidence import Ledger, gather_evidence
from tests.scenarios.fault_injection.report import promise_lines
from tests.scenarios.fault_injection.run import counts_of
from tests.scenarios.fault_injection.system import System
from tests.scenarios.years.passing import Passing
from tests.scenarios.years.people import Resident
from tests.scenarios.years.promises import PROMISES, late_vehicles
from tests.scenarios.years.simulated_time import SimulatedClock
from tests.scenarios.years.staff import Staff, plan_years
from tests.scenarios.years.system import SimulatedService, simulated_service
from tests.scenarios.years.town import Town
from workflows.maintenance.types import ComparedIndexes, MaintenanceInput
from workflows.maintenance.workflow import STEPS, MaintenanceWorkflow
from workflows.messages import vehicle_workflow_id

Show = Callable[[str], None]
MINUTE_S = timedelta(minutes=1).total_seconds()
YEAR = timedelta(days=365.25)
# `resynced` compares Temporal with a database of another age, which would be a restored one here.
MAINTENANCE = [step.name for step in STEPS if step.name != "resynced"]
RARELY = ("indexes", "keyboards", "fairness", "figures")
"""What costs most; the rest is done at every step."""

HISTORIES = ROOT / ".data" / "years"
KINDS = (
    "missed working days",
    "notices",
    "late notices",
    "closings",
    "extended deadlines",
    "bans",
    "bans that ended by time",
    "early releases",
    "appeals granted",
    "appeals refused",
    "rotations",
    "retired keys",
    "policies",
    "continued as new",
    "people purged",
    "days of draws published",
)
"""What years are for: a run in which one of them does not happen shows nothing about it."""


@dataclass(frozen=True)
class Plan:
    """So many vehicles over so many years; time passes in steps of about so many days. The seed decides the choices.

    After `minutes` the run ends where it is, and the promises are checked.
    """

    seed: int
    vehicles: int
    years: int
    step_days: float
    minutes: float
    rarely_days: float = 30
    """How often the costly part of maintenance runs."""

    is_whole: bool = False
    """Whether everything of `KINDS` has to happen."""


@dataclass
class YearsReport:
    """`seconds` are those of each simulated year, and `violations` has an entry for each promise."""

    plan: Plan
    lived: float = 0.0
    seconds: list[float] = field(default_factory=list)
    parts: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """The seconds of each part of the work."""
    counts: Counter[str] = field(default_factory=Counter)
    violations: dict[str, Sequence[str]] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not any(self.violations.values())

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.parts[part] += time.monotonic() - began

    def markdown(self) -> str:
        plan, years = self.plan, ", ".join(f"{seconds:.0f}" for seconds in self.seconds)
        minutes = sum(self.seconds) / MINUTE_S
        made = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        parts = ", ".join(f"{part} {seconds:.0f}" for part, seconds in sorted(self.parts.items()))
        return "\n".join(
            [
                f"Seed {plan.seed}, {plan.vehicles} vehicles.",
                f"{self.lived:.1f} of {plan.years} years in {minutes:.1f} minutes.",
                f"Seconds of each year: {years}; of each part: {parts}.",
                "",
                f"{made}.",
                "",
                *promise_lines(self.violations),
            ]
        )


async def run(plan: Plan, system: System, keys: Path, show: Show) -> YearsReport:
    """Raises nothing for a broken promise: the report has it."""
    begins = system_clock() + timedelta(days=1)
    clock = SimulatedClock(begins)
    async with simulated_service(system, clock, keys) as service:
        town = Town(system, CallLog(), service.http, random.Random(plan.seed), service=service)
        staff = Staff(town, random.Random(plan.seed + 1))
        town.employ(staff)
        await staff.open_offices()
        plan_years(staff, begins, plan.years)
        plan_arrivals(town, plan, begins)
        rng, passing = random.Random(plan.seed + 2), Passing(service)
        return await YearsRun(plan, town, YearsReport(plan), show, rng, passing).go(begins)


def plan_arrivals(town: Town, plan: Plan, begins: datetime) -> None:
    for _ in range(plan.vehicles):
        resident, office = Resident(town, random.Random(town.rng.random())), town.rng.choice(town.staff.offices)
        arrives = begins + plan.years * YEAR * town.rng.random()
        town.agenda.add(arrives, partial(resident.come, office))


@dataclass
class YearsRun:
    plan: Plan
    town: Town
    report: YearsReport
    show: Show
    rng: random.Random
    passing: Passing
    ledger: Ledger = field(default_factory=Ledger)
    whole: datetime | None = None
    """When all of maintenance has run."""

    @property
    def service(self) -> SimulatedService:
        return self.town.service

    async def go(self, begins: datetime) -> YearsReport:
        give_up = time.monotonic() + self.plan.minutes * MINUTE_S
        for year in range(1, self.plan.years + 1):
            began = time.monotonic()
            while self.service.clock() < begins + year * YEAR and time.monotonic() < give_up:
                await self._live()
                with self.report.timed("time passes"):
                    await self._let_time_pass()
            self.report.seconds.append(time.monotonic() - began)
            self.show(f"year {year}: {self.report.seconds[-1]:.0f} s, {len(self.town.problems)} problems")
        await self._live()
        self.report.lived = (self.service.clock() - begins) / YEAR
        return await self._checked()

    async def _let_time_pass(self) -> None:
        step = timedelta(days=self.plan.step_days * self.rng.uniform(0.5, 1.5))
        try:
            self.report.counts["skips of a workflow"] += await self.passing.until(self.service.clock() + step)
        except TimeoutError:
            self.town.problems.append(f"{self.service.clock()}: something due has no effect")

    async def _live(self) -> None:
        """One step: what is due is done, and maintenance runs."""
        now, timed = self.service.clock(), self.report.timed
        with timed("worker's repeated work"):
            await self.service.container.fairness_keeper().keep(now)
            await self.service.repositories.pool_reconciler.reconcile(now)
        with timed("people act"):
            await self.town.act()
        with timed("ledger"):
            await self.ledger.collect(self.service.system.owner_dsn)
        is_whole = self.whole is None or now - self.whole >= timedelta(days=self.plan.rarely_days)
        with timed("maintenance"):
            await self._maintain([name for name in MAINTENANCE if name not in RARELY])
        if is_whole:
            self.whole = now
            for name in RARELY:
                with timed(f"maintenance: {name}"):
                    await self._maintain([name])
        self.report.counts["steps"] += 1

    async def _maintain(self, steps: list[str]) -> None:
        handle = await self.service.client.start_workflow(
            MaintenanceWorkflow.run,
            MaintenanceInput(steps),
            id=f"upkeep-{uuid4()}",
            task_queue=self.service.system.task_queue,
        )
        done = await handle.result()
        if done.indexes and done.indexes != ComparedIndexes(done.indexes.prefixes):
            self.town.problems.append(f"{self.service.clock()}: {done.indexes}")
        if done.fairness and done.fairness.wrong:
            self.town.problems.append(f"{self.service.clock()}: {done.fairness}")
        self.report.counts["days of draws published"] += done.fairness.days if done.fairness else 0
        self.report.counts["people purged"] += done.purged.preselections if done.purged else 0

    async def _checked(self) -> YearsReport:
        evidence = await gather_evidence(
            self.town.system,
            self.service.repositories,
            self.town.log,
            [],
            now=self.service.clock(),
            ledger=self.ledger,
        )
        for promise, check in CHECKS.items():
            self.report.violations[promise] = await check(evidence)
        for promise, check_years in PROMISES.items():
            self.report.violations[promise] = await check_years(evidence, self.town)
        if late := [fault.split()[0] for fault in late_vehicles(evidence)]:
            await self._keep_histories(late)
        for counts in (counts_of(evidence), self.town.staff.counts, await self._workflows()):
            self.report.counts.update(counts)
        self.report.counts["missed working days"] = sum(
            row["stage"] == "overdue" and Policy.from_dict(row["policy"]).validity_working_days
            for row in evidence.preselections.values()
        )
        self.report.counts["bans that ended by time"] = sum(
            ban["released_at"] is not None and ban["released_by"] is None for ban in evidence.bans
        )
        self.report.counts["POSTs"] = len(self.town.log.attempts)
        self.report.counts["SMS"] = len(evidence.deliveries)
        if self.plan.is_whole:
            missing = [f"no {kind}" for kind in KINDS if not self.report.counts[kind]]
            self.report.violations["everything that years are for happens"] = missing
        return self.report

    async def _keep_histories(self, preselections: Sequence[str]) -> None:
        """What time did to these is in Temporal only, and ends with the run."""
        HISTORIES.mkdir(parents=True, exist_ok=True)
        for preselection in preselections:
            query = f"WorkflowId = '{vehicle_workflow_id(preselection)}'"
            async for found in self.service.client.list_workflows(query):
                run = self.service.client.get_workflow_handle(found.id, run_id=found.run_id)
                file = (
                    HISTORIES / f"{self.plan.seed}-{preselection}-{found.start_time:%Y%m%dT%H%M%S}-{found.run_id}.json"
                )
                file.write_text((await run.fetch_history()).to_json())
        self.show(f"histories of {len(preselections)} late vehicles are in {HISTORIES.relative_to(ROOT)}")

    async def _workflows(self) -> Mapping[str, int]:
        runs: Counter[str] = Counter()
        async for found in self.service.client.list_workflows(f"TaskQueue = '{self.service.system.task_queue}'"):
            runs["runs of workflows"] += 1
            if found.status and found.status.name == "CONTINUED_AS_NEW":
                runs["continued as new"] += 1
        return runs
