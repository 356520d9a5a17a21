"""The deny list: sessions that the identity provider has ended while their tokens are still valid.

It is kept in PostgreSQL, which all API processes read. `EVERYONE` is the row that refuses every token issued before its
instant. It is made with the first ended session, at an instant that refuses nobody, and moved after a restore of the
database, because rows may be missing then (decision 34).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.crypto.personal_hashes import PersonalHashes
from storage.postgres.database import Database
from storage.postgres.tables import FOREVER
from storage.sessions.tables import ended_session, logout_token

EVERYONE = b""

_NOBODY_BEFORE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ending:
    """Tokens of the session that were issued at `at` or before are refused; the row is needed until `until`."""

    at: datetime
    until: datetime


Endings = Mapping[bytes, Ending]


class EndedSessions:
    def __init__(self, database: Database, hashes: PersonalHashes) -> None:
        self._database = database
        self._hashes = hashes

    async def end(self, token_id: str, endings: Endings, *, token_until: datetime, now: datetime) -> bool:
        """Add the endings of one logout token; False if the token was used before. Removes what is over."""
        columns, used = ended_session.c, logout_token.c
        first = insert(logout_token).values(name=self._hashes.logout_token(token_id), until=token_until)
        async with self._database.transaction() as connection:
            if not (await connection.execute(first.on_conflict_do_nothing().returning(used.name))).one_or_none():
                return False
            await _add(connection, {EVERYONE: Ending(_NOBODY_BEFORE, FOREVER), **endings})
            await connection.execute(delete(ended_session).where(columns.until <= now))
            await connection.execute(delete(logout_token).where(used.until <= now))
        return True

    async def all(self, now: datetime) -> dict[bytes, Ending]:
        """All endings that still matter."""
        columns = ended_session.c
        rows = await self._database.rows(
            select(columns.name, columns.ended_at, columns.until).where(columns.until > now)
        )
        return {bytes(name): Ending(at, until) for name, at, until in rows}

    async def add_again(self, endings: Endings) -> None:
        """Write what a process still knows, and the database does not: it was restored to an earlier state."""
        async with self._database.transaction() as connection:
            await _add(connection, endings)

    async def refuse_earlier(self, now: datetime) -> bool:
        """Refuse every token issued until now, if the provider has ever ended a session; returns whether it has.

        For a database that was restored: the sessions that were ended since then are not known.
        """
        columns = ended_session.c
        moved = update(ended_session).where(columns.name == EVERYONE).values(ended_at=now)
        return bool(await self._database.rows(moved.returning(columns.name)))


async def _add(connection: AsyncConnection, endings: Endings) -> None:
    values = [{"name": name, "ended_at": each.at, "until": each.until} for name, each in sorted(endings.items())]
    adding: Insert = insert(ended_session).values(values)
    later = {name: func.greatest(ended_session.c[name], adding.excluded[name]) for name in ("ended_at", "until")}
    await connection.execute(adding.on_conflict_do_update(index_elements=["name"], set_=later))
