"""The SMS gateway of the tests."""

from collections.abc import Callable
from dataclasses import dataclass, field

from domain.dependencies import DependencyUnavailable
from domain.sms import Sms

SWITCHED_OFF = DependencyUnavailable("sms", "switched off")


@dataclass
class Phone:
    """Stores every SMS that is sent to anybody, and may be switched off.

    `accepted` is called when an SMS has been accepted, before the sender gets the response.
    """

    messages: list[Sms] = field(default_factory=list)
    down: Exception | None = None
    accepted: Callable[[], None] = lambda: None

    async def send(self, message: Sms) -> None:
        if self.down:
            raise self.down
        if all(known.idempotency_key != message.idempotency_key for known in self.messages):
            self.messages.append(message)
            self.accepted()

    def of(self, phone: str, purpose: str | None = None) -> list[Sms]:
        return [sms for sms in self.messages if sms.phone == phone and purpose in (None, sms.purpose)]

    def last_code(self, phone: str) -> str:
        return next(sms.code for sms in reversed(self.of(phone)) if sms.code)
