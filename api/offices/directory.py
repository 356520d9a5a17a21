"""A cache of offices: every view names one, and they change a few times a year."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.errors import NotFound
from domain.policy import Policy
from process.clock import Clock
from storage.offices.offices import Office, Offices

KEPT_FOR = timedelta(seconds=2)


class OfficeDirectory:
    """All offices, read again when they are older than `KEPT_FOR`."""

    def __init__(self, offices: Offices, clock: Clock) -> None:
        self._offices = offices
        self._clock = clock
        self._by_code: Mapping[str, Office] = {}
        self._read_at: datetime | None = None
        self._one_reader = asyncio.Lock()

    async def all(self) -> list[Office]:
        """Every office, by code."""
        return list((await self._fresh()).values())

    async def find(self, code: str) -> Office | None:
        return (await self._fresh()).get(code)

    async def get(self, code: str) -> Office:
        """Raises `NotFound`."""
        office = await self.find(code)
        if office is None:
            raise NotFound
        return office

    def forget(self) -> None:
        """Read the offices again for the next caller: this process has changed one."""
        self._read_at = None

    async def _fresh(self) -> Mapping[str, Office]:
        if not self._is_fresh():
            async with self._one_reader:
                if not self._is_fresh():
                    self._by_code = {office.code: office for office in await self._offices.all()}
                    self._read_at = self._clock()
        return self._by_code

    def _is_fresh(self) -> bool:
        return self._read_at is not None and timedelta(0) <= self._clock() - self._read_at < KEPT_FOR


def policy_of(office: Office, deployment: Policy, at: datetime) -> Policy:
    """The policy of an office at an instant: its overrides, otherwise the deployment's values."""
    return deployment.with_overrides(office.overrides_at(at))
