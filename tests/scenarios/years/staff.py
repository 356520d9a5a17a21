"""Operators and clerks over the years: holidays that are announced late, closings, policies, keys, bans and appeals."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from domain.calendar import DayKind, shanghai_day
from domain.durations import SHANGHAI
from domain.instants import format_instant
from operations.commands import OperatorCommand
from operations.holiday_calendar import days_of
from operations.key_changes import KINDS, key_states, make_key, retire_key
from storage.offices.offices import Notice, Office
from tests.scenarios.fault_injection.calls import RETRIED, RETRY_FOR_S, Caller
from tests.scenarios.years.system import URL
from tests.scenarios.years.town import Town
from tests.support.offices import new_office
from tests.support.people import an_id_number

_DAY = timedelta(days=1)
_WEEKEND = 5
OPERATORS = ("wang", "zhao")
PASSES = timedelta(minutes=20)
"""All passes of a deadline extension take less."""


@dataclass
class Staff:
    """`policies` are the changes in the order of their confirmation: office, from when, and the number of draws."""

    town: Town
    rng: random.Random
    offices: list[Office] = field(default_factory=list)
    policies: list[tuple[str, datetime, int]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    _signed_in: dict[str, Caller] = field(default_factory=dict)
    _rotating: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open_offices(self) -> None:
        """Three, two of them with few numbers, each with its own way to count the last day."""
        repositories = self.town.service.repositories
        for templates, policy in (
            ((), {}),
            (("A!!!!",), {"validity": "P10D", "validity_working_days": "false"}),
            (("B!!!!", "!C!!!"), {"validity": "P5D", "reminder": "P2D"}),
        ):
            office = await new_office(repositories, *templates, policy=policy)
            await repositories.offices.publish(
                Notice(office.code, "1", "业务须知", "须知正文", self.town.service.clock() - 30 * _DAY)
            )
            self.offices.append(office)
            clerk = {"roles": ["clerk"], "name": "陈静", "office": office.code, "id_number": an_id_number()}
            self.town.office_clerks[office.code] = self.town.signed_in(f"clerk-{office.code}", **clerk)

    def operator(self, which: int = 0) -> Caller:
        user = OPERATORS[which]
        if user not in self._signed_in:
            self._signed_in[user] = self.town.signed_in(user, roles=["operator"], name=user, id_number=an_id_number())
        self.town.refresh(self._signed_in[user])
        return self._signed_in[user]

    async def announce_holidays(self, year: int) -> None:
        """The notice of a year, which may come when the year has begun: some days off move, and weekends are worked."""
        today = shanghai_day(self.town.service.clock())
        off = {day for day, kind in days_of([year]).items() if kind is DayKind.HOLIDAY}
        moved = {day + _DAY for day in off if (day + _DAY).weekday() < _WEEKEND and self.rng.random() < 0.3}
        worked = {_saturday_after(day) for day in moved if _saturday_after(day).year == year}
        days = dict.fromkeys(off | moved, "holiday") | dict.fromkeys(worked, "working")
        await self._enter(year, days, official=True)
        if today >= date(year, 1, 1):
            self._count("late notices")

    async def close(self, office: Office, first: date | None = None) -> None:
        """A closing of one to three days, from today, tomorrow or the day after on unless it is given."""
        first = first or shanghai_day(self.town.service.clock()) + self.rng.randint(0, 2) * _DAY
        days = [first + step * _DAY for step in range(self.rng.randint(1, 3))]
        await self._enter(first.year, dict.fromkeys((day for day in days if day.year == first.year), "holiday"), office)

    async def _enter(
        self, year: int, days: dict[date, str], office: Office | None = None, *, official: bool | None = None
    ) -> None:
        today = shanghai_day(self.town.service.clock())
        entries = [{"day": day.isoformat(), "kind": kind} for day, kind in sorted(days.items()) if day >= today]
        body = {"days": entries, "reason": "节假日安排"} | ({"official": True} if official else {})
        query = {"year": str(year)} | ({"office": office.code} if office else {})
        answer = await self._put("/operations/calendar", body, query)
        self._count("closings" if office else "notices")
        if answer["postponement"]:
            self._count("extended deadlines", answer["postponement"]["reservations"])
            await self.town.service.skipper.move_to(
                answer["postponement"]["workflow_id"], self.town.service.clock() + PASSES
            )

    async def _put(self, path: str, body: dict[str, Any], query: dict[str, str]) -> Any:
        """Repeated while the service is busy."""
        headers = {"Authorization": f"Bearer {self.operator().tokens[URL]}", "Idempotency-Key": str(uuid4())}
        async with asyncio.timeout(RETRY_FOR_S):
            while True:
                answer = await self.town.http.put(f"{URL}/api/v1{path}", json=body, params=query, headers=headers)
                if answer.status_code not in RETRIED:
                    break
                await asyncio.sleep(1)
        assert answer.status_code == 200, f"PUT {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def change_policy(self, office: Office) -> None:
        """One operator requests a number of draws from a day on, and another confirms it."""
        draws, clock = self.rng.randint(3, 7), self.town.service.clock
        begins = clock().replace(microsecond=0) + timedelta(days=self.rng.uniform(1, 60))
        begins = begins.replace(microsecond=0)
        path = f"/operations/offices/{office.code}/policies"
        body = {"overrides": {"draws": draws}, "effective_from": format_instant(begins), "reason": "调整次数"}
        requested = await self.operator().post(path, body)
        assert requested.is_good, requested.answer
        confirmed = await self.operator(1).post(f"{path}/{requested.answer['id']}/confirmation")
        assert confirmed.is_good, confirmed.answer
        self.policies.append((office.code, begins, draws))
        self._count("policies")

    async def rotate_keys(self) -> None:
        """A new key of each kind; all values are converted. The old ones are retired a month later.

        Two years' rotations may fall into one step, and a second one is refused until the first is finished.
        """
        async with self._rotating:
            for kind in KINDS:
                change = await make_key(self.town.service.context.operations, kind, self._command())
                assert change.obstacle is None, change.obstacle
                self._count("rotations")
        self.town.later(timedelta(days=30), self.retire_keys)

    async def retire_keys(self, attempts: int = 10) -> None:
        """Rows that expire within two days, and a rotation that is under way, are waited for."""
        context = self.town.service.context.operations
        for key in await key_states(context):
            if key.is_current or key.is_closed:
                continue
            change = await retire_key(context, key.kind, key.id, self._command())
            if change.obstacle and attempts:
                self.town.later(timedelta(days=2), partial(self.retire_keys, attempts - 1))
                break
            assert change.obstacle is None, f"{key}: {change.obstacle}"
            self._count("retired keys")

    async def release_ban(self, preselection_id: str) -> None:
        """One operator ends a ban early, and another confirms it."""
        bans = (await self.operator().get("/operations/blacklist", {"preselection_id": preselection_id}))["items"]
        for ban in bans:
            if ban["released_at"] is None:
                path = f"/operations/blacklist/{ban['id']}"
                released = await self.operator().post(f"{path}/release", {"reason": "证明材料已补"})
                assert released.is_good, released.answer
                confirmed = await self.operator(1).post(f"{path}/confirmation")
                assert confirmed.is_good, confirmed.answer
                self._count("early releases")

    async def answer_appeal(self, appeal_id: str) -> None:
        """One operator decides, another confirms; some answers are late."""
        path, decision = f"/operations/appeals/{appeal_id}", self.rng.choice(("granted", "refused"))
        decided = await self.operator().post(f"{path}/decision", {"decision": decision, "reason": "已核实住院证明"})
        assert decided.is_good, decided.answer
        confirmed = await self.operator(1).post(f"{path}/confirmation", {"decision": decision})
        assert confirmed.is_good, confirmed.answer
        self._count(f"appeals {decision}")

    def draws_of(self, office: str, at: datetime, default: int) -> int:
        """The number of draws of an office's policy at an instant."""
        known = [(begins, draws) for code, begins, draws in self.policies if code == office and begins <= at]
        return max(known)[1] if known else default

    def _command(self) -> OperatorCommand:
        return OperatorCommand(uuid4(), "root", self.town.service.clock(), "每年更换")

    def _count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number


def plan_years(staff: Staff, begins: datetime, years: int) -> None:
    """What operators do each year, on random days."""
    town, rng, first = staff.town, staff.rng, begins.astimezone(SHANGHAI).year

    def some_day(year: int) -> datetime:
        return begins + timedelta(days=365.25 * (year + rng.random()))

    for index in range(years):
        # A notice is published about November, and here up to three weeks after New Year.
        announced = datetime(first + index, 11, 1, 1, tzinfo=begins.tzinfo) + timedelta(days=rng.uniform(0, 81))
        if announced > begins:
            town.agenda.add(announced, partial(staff.announce_holidays, first + index + 1))
        town.agenda.add(some_day(index), staff.rotate_keys)
        for office in staff.offices:
            town.agenda.add(some_day(index), partial(staff.change_policy, office))
            town.agenda.add(some_day(index), partial(staff.close, office))


def _saturday_after(day: date) -> date:
    return day + timedelta(days=(_WEEKEND - day.weekday()) % 7 or 7)
