"""Everybody in simulated time, and what they intend to do."""

import asyncio
import random
import traceback
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from domain.instants import parse_instant
from tests.scenarios.fault_injection.calls import Caller
from tests.scenarios.fault_injection.crowd import Crowd
from tests.scenarios.years.agenda import Agenda, Deed
from tests.scenarios.years.system import URL, SimulatedService
from tests.support.tokens import AUDIENCE, ISSUER, token_of

if TYPE_CHECKING:
    from tests.scenarios.years.staff import Staff

AT_ONCE = 12


@dataclass(kw_only=True)
class Town(Crowd):
    service: SimulatedService
    agenda: Agenda = field(default_factory=Agenda)
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    _staff: "Staff | None" = None

    @property
    def staff(self) -> "Staff":
        assert self._staff
        return self._staff

    def employ(self, staff: "Staff") -> None:
        self._staff = staff

    def later(self, wait: timedelta, deed: Deed) -> None:
        self.agenda.add(self.service.clock() + wait, deed)

    async def act(self) -> None:
        """Do all that is due, several things at the same time."""
        places = asyncio.Semaphore(AT_ONCE)
        while due := self.agenda.due(self.service.clock()):
            await asyncio.gather(*(self._do(deed, places) for deed in due))

    async def _do(self, deed: Deed, places: asyncio.Semaphore) -> None:
        async with places:
            try:
                await deed()
            except Exception:  # noqa: BLE001 -- what one person does must not end the run; it is reported.
                self.problems.append(traceback.format_exc(limit=-3))

    def signed_in(self, user: str, **claims: Any) -> Caller:
        self.claims[user] = claims
        caller = Caller(self.system, self.log, self.http, random.Random(self.rng.random()), user)
        self.refresh(caller)
        return caller

    def refresh(self, caller: Caller) -> None:
        """A token of today."""
        now = int(self.service.clock().timestamp())
        token = {"iss": ISSUER, "aud": AUDIENCE, "sub": caller.user, "iat": now, "exp": now + 3600, "amr": ["mfa"]}
        caller.tokens[URL] = token_of(token | self.claims[caller.user])

    async def is_banned(self, missed: list[str]) -> bool:
        """Whether one of these missed last days bans its party now."""
        now, operator = self.service.clock(), self.staff.operator()
        for preselection in missed:
            for ban in (await operator.get("/operations/blacklist", {"preselection_id": preselection}))["items"]:
                if not ban["released_at"] and parse_instant(ban["since"]) <= now < parse_instant(ban["until"]):
                    return True
        return False
