"""The local SMS adapter: demo mode and tests."""

from typing import Protocol

from domain.sms import Sms


class Outbox(Protocol):
    """The outbox of the local adapter."""

    async def add(self, message: Sms) -> None:
        """Store the SMS; one with the same key is stored once."""
        ...


class LocalSms:
    """Delivers into our outbox, which the demo phone reads."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def send(self, message: Sms) -> None:
        await self._outbox.add(message)
