"""Delivery receipts of SMS. A message with receipts counts once, and receipts of unknown SMS are ignored."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.dependencies import DependencyUnavailable
from domain.sms import ReceiptState
from storage.postgres.database import Database
from storage.redis.client import RedisClient, translate_redis_errors

# The latest report counts: a provider may report a failure first, and deliver on its own second attempt.
_RECORD = b"""
    UPDATE text_delivery SET receipt = %(state)s, receipt_at = %(at)s, failure = %(failure)s
    WHERE key = %(key)s AND (receipt_at IS NULL OR receipt_at < %(at)s)
    RETURNING key
"""


@dataclass(frozen=True)
class Receipt:
    """What became of the SMS with this key at `at`. `reason` is the provider's code of a failure."""

    key: str
    state: ReceiptState
    at: datetime
    reason: str | None = None


class SmsReceipts:
    def __init__(self, database: Database, redis: RedisClient) -> None:
        self._database = database
        self._redis = redis

    async def take(self, message: str, kept_for: timedelta) -> bool:
        """Whether a message with this signature is new; it is known for a time. Raises `DependencyUnavailable`."""
        with translate_redis_errors():
            return bool(await self._redis.set(_redis_key(message), 1, nx=True, px=kept_for))

    async def give_back(self, message: str) -> None:
        """The message had no effect and may come again. Without Redis it must be signed again."""
        with suppress(DependencyUnavailable), translate_redis_errors():
            await self._redis.delete(_redis_key(message))

    async def record(self, receipt: Receipt) -> bool:
        """Whether it was recorded; not for an unknown SMS, nor after a later receipt."""
        values = vars(receipt) | {"state": receipt.state.value}
        values["failure"] = receipt.reason if receipt.state is ReceiptState.FAILED else None
        return bool(await self._database.fetch_raw(_RECORD, values))


def _redis_key(message: str) -> str:
    return f"receipt:{{{message}}}"
