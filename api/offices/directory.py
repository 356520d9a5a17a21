"""A cache of offices: every view names one, and they change a few times a year."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from api.cached_value import CachedValue
from domain.errors import NotFound
from domain.policy import Policy
from process.clock import Clock
from storage.offices.offices import Office, Offices

KEPT_FOR = timedelta(seconds=2)


class OfficeDirectory:
    """All offices, read again when they are older than `KEPT_FOR`."""

    def __init__(self, offices: Offices, clock: Clock) -> None:
        self._offices = offices
        self._reading = CachedValue(self._by_code, clock, KEPT_FOR)
        self.forget = self._reading.forget

    async def all(self) -> list[Office]:
        """Every office, by code."""
        return list((await self._reading.get()).values())

    async def find(self, code: str) -> Office | None:
        return (await self._reading.get()).get(code)

    async def get(self, code: str) -> Office:
        """Raises `NotFound`."""
        office = await self.find(code)
        if office is None:
            raise NotFound
        return office

    async def _by_code(self) -> Mapping[str, Office]:
        return {office.code: office for office in await self._offices.all()}


def policy_of(office: Office, deployment: Policy, at: datetime) -> Policy:
    """The policy of an office at an instant: its overrides, otherwise the deployment's values."""
    return deployment.with_overrides(office.overrides_at(at))
