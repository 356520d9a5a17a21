"""An installation that is checked step by step: its connections, and what a step says.

A step says what it found and, where it is not well, the remedy. It never shows an address or a key.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from config.settings import Settings
from config.temporal import connect
from domain.dependencies import DependencyUnavailable
from storage.postgres.database import Database
from storage.redis.client import RedisClient, make_redis


@dataclass(frozen=True)
class Step:
    """What a check found. `is_usable` is false where the service can't work at all."""

    step: str
    ok: bool
    found: str
    remedy: str | None = None
    is_usable: bool = True


class Missing(Exception):
    """A step is not well; the text says why. `remedy` is what to do."""

    def __init__(self, found: str, remedy: str, *, is_usable: bool = False) -> None:
        self.remedy = remedy
        self.is_usable = is_usable
        super().__init__(found)


class Installation:
    """The connections of one check. Close it afterwards."""

    def __init__(self, settings: Settings, at: datetime, *, apply: bool) -> None:
        self.settings = settings
        self.at = at
        self.apply = apply
        self.database = Database(
            settings.database_url,
            pool_size=2,
            application_name="xuanhao-setup",
            transaction_pooling=settings.database_transaction_pooling,
        )
        self.redis: RedisClient = make_redis(settings.redis_url)
        self._temporal: Client | None = None

    async def close(self) -> None:
        await self.redis.aclose()
        await self.database.close()

    @asynccontextmanager
    async def as_owner(self) -> AsyncIterator[Database]:
        """A connection as the owner of the tables, if the settings name one; otherwise as the application.

        Raises `Missing` if the owner's server does not answer. No pooler of transactions is before it.
        """
        owner = self.settings.owner_database_url
        if not owner:
            yield self.database
            return
        database = Database(owner, pool_size=2, application_name="xuanhao-setup")
        try:
            yield database
        except DependencyUnavailable as down:
            raise Missing(_no_answer(down), _START.format("XUANHAO_OWNER_DATABASE_URL")) from None
        finally:
            await database.close()

    async def temporal(self) -> Client:
        if self._temporal is None:
            self._temporal = await connect(self.settings)
        return self._temporal


Check = Callable[[Installation], Awaitable[str]]


async def run_step(name: str, check: Check, installation: Installation) -> Step:
    try:
        return Step(name, ok=True, found=await check(installation))
    except Missing as missing:
        return Step(name, ok=False, found=str(missing), remedy=missing.remedy, is_usable=missing.is_usable)
    except DependencyUnavailable as down:
        remedy = _START.format(_VARIABLES[down.part])
        return Step(name, ok=False, found=_no_answer(down), remedy=remedy, is_usable=False)
    except (RPCError, RuntimeError, TimeoutError) as failure:
        return _temporal_failed(name, failure)
    except (OSError, ValueError, KeyError):
        return Step(name, ok=False, found="no readable keys", remedy="see the step keys", is_usable=False)
    except (SQLAlchemyError, psycopg.Error) as failure:
        return Step(name, ok=False, found=type(failure).__name__, remedy="see the step migrations", is_usable=False)


def _no_answer(down: DependencyUnavailable) -> str:
    return f"does not answer{f' ({down.reason})' if down.reason else ''}"


def _temporal_failed(name: str, failure: Exception) -> Step:
    status = failure.status if isinstance(failure, RPCError) else None
    is_refused = status in (RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.PERMISSION_DENIED)
    remedy = (
        "check TEMPORAL_API_KEY, and the certificate (docs/connections.md)"
        if is_refused
        else "start Temporal, and check XUANHAO_TEMPORAL_ADDRESS"
    )
    return Step(name, ok=False, found=status.name if status else "does not answer", remedy=remedy, is_usable=False)


_START = "start it, and check its address ({})"
_VARIABLES = {
    "database": "XUANHAO_DATABASE_URL", "redis": "XUANHAO_REDIS_URL", "sms": "XUANHAO_SMS_URL",
    "registry": "XUANHAO_REGISTRY_URL", "identity": "XUANHAO_OIDC_ISSUER",
}  # fmt: skip
