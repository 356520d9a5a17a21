"""SMS codes as rows: expiry, attempts and limits survive a restart, and are exact under parallel requests.

Digits are never stored, only their keyed hash (`PersonalHashes.code`), bound to person, purpose and preselection. A
code is live from the instant it was sent until it is used or a newer one is sent; it is right until it expires.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple, cast
from uuid import UUID, uuid5

from sqlalchemy import update

from domain.errors import CodeAttemptsExceeded, CodeExpired, CodeIncorrect, CodeNotSent, RateLimited
from domain.policy import Policy
from storage.crypto.keyed_hash import candidate_hashes, stable_hash
from storage.postgres.database import Database
from storage.postgres.tables import code

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
# A code that is neither sent nor given up after this time was lost with its sender, and no longer counts.
_UNDER_WAY = timedelta(seconds=15)
_SALT_BYTES = 16

_LIVE = "sent_at IS NOT NULL AND used_at IS NULL AND replaced_at IS NULL"
_SAME = """
    subject_hash = ANY(%(subject_hashes)s) AND purpose = %(purpose)s
    AND preselection_id IS NOT DISTINCT FROM CAST(%(preselection_id)s AS uuid)
"""

# Of several requests of one phone, or about one person, each sees the earlier ones.
_LOCK_PHONE = b"SELECT pg_advisory_xact_lock(%(lock)s)"

_COUNTED = b"""
    SELECT purpose, created_at, while_holding FROM code
    WHERE phone_hash = ANY(%(phone_hashes)s) AND created_at > %(since)s AND id <> %(id)s AND failed_at IS NULL
      AND (sent_at IS NOT NULL OR created_at > %(under_way_since)s)
    ORDER BY created_at DESC
"""

_ISSUE = b"""
    INSERT INTO code
        (id, purpose, phone_hash, subject_hash, preselection_id, code_hash, created_at, expires_at, while_holding)
    VALUES
        (
            %(id)s, %(purpose)s, %(phone_hash)s, %(subject_hash)s, CAST(%(preselection_id)s AS uuid), %(code_hash)s,
            %(at)s, %(expires_at)s, %(while_holding)s
        )
    ON CONFLICT (id) DO UPDATE SET
        code_hash = excluded.code_hash, created_at = excluded.created_at, expires_at = excluded.expires_at,
        while_holding = excluded.while_holding, attempts = 0, wrong_tries = '{}', failed_at = NULL
    WHERE code.used_at IS NULL
    RETURNING xmax <> 0
"""

_MOVE_SUBJECT = b"UPDATE code SET subject_hash = %(current)s WHERE subject_hash = ANY(%(others)s)"

_LOCK_SUBJECT = b"""
    SELECT pg_advisory_xact_lock(CAST(CAST('x' || encode(substr(subject_hash, 1, 8), 'hex') AS bit(64)) AS bigint))
    FROM code WHERE id = %(id)s
"""

_MARK_SENT = b"UPDATE code SET sent_at = %(at)s WHERE id = %(id)s AND sent_at IS NULL"

_REPLACE = b"""
    UPDATE code SET replaced_at = %(at)s FROM code AS newer
    WHERE newer.id = %(id)s AND newer.sent_at IS NULL AND code.id <> newer.id
      AND code.subject_hash = newer.subject_hash AND code.purpose = newer.purpose
      AND code.preselection_id IS NOT DISTINCT FROM newer.preselection_id
      AND code.sent_at IS NOT NULL AND code.used_at IS NULL AND code.replaced_at IS NULL
"""

# Neither the comparison nor its time reveals whether the code is right: both sides are hashed first, with a salt of
# this call. An attempt that was counted before is found by its name, and gets its first result.
_TRY = f"""
    UPDATE code SET
        attempts = attempts + CAST(tried.wrong AND tried.place IS NULL AS int),
        wrong_tries = CASE
            WHEN tried.wrong AND tried.place IS NULL THEN array_append(wrong_tries, %(name)s) ELSE wrong_tries
        END
    FROM (
        SELECT
            id, sha256(CAST(%(salt)s AS bytea) || code_hash) <> ALL(%(salted)s) AS wrong,
            array_position(wrong_tries, %(name)s) AS place
        FROM code
        WHERE {_SAME} AND {_LIVE} AND expires_at > %(at)s
          AND (attempts < %(limit)s OR %(name)s = ANY (wrong_tries))
        FOR UPDATE
    ) AS tried
    WHERE code.id = tried.id
    RETURNING code.id, COALESCE(tried.place, attempts), NOT tried.wrong
""".encode()  # noqa: S608 -- constants

_WHY_NOT = f"SELECT attempts >= %(limit)s FROM code WHERE {_SAME} AND {_LIVE}".encode()  # noqa: S608 -- constants


_LIVE_UNTIL = f"SELECT expires_at FROM code WHERE {_SAME} AND {_LIVE} AND expires_at > %(at)s".encode()  # noqa: S608 -- constants


@dataclass(frozen=True)
class CodeOwner:
    """The person and the purpose of a code."""

    purpose: str
    subject_hash: bytes
    preselection_id: UUID | None = None


@dataclass(frozen=True)
class NewCode:
    """A code about to be sent. The caller sets the id, so that a repeated request has the same code."""

    id: UUID
    owner: CodeOwner
    phone_hash: bytes
    code_hash: bytes
    at: datetime
    while_holding: bool = False


@dataclass(frozen=True)
class IssuedCode:
    """Both instants count from `NewCode.at`. `is_repeat` where its SMS may have been sent before."""

    id: UUID
    resend_at: datetime
    expires_at: datetime
    is_repeat: bool = False


class _Counted(NamedTuple):
    purpose: str
    created_at: datetime
    while_holding: bool


class Codes:
    """Issues codes, checks them and marks them used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def issue(self, new: NewCode, policy: Policy) -> IssuedCode:
        """Write a code that is to be sent now; it is valid from `mark_sent` on, and the older one until then.

        A repeated id is the same code with new digits and a new countdown, because the repeated request sends those.
        Raises `RateLimited`. Of several parallel requests of one phone, each sees the earlier ones.
        """
        issued = IssuedCode(new.id, policy.code_resend.after(new.at), policy.code_ttl.after(new.at))
        counted = {"since": new.at - _DAY, "under_way_since": new.at - _UNDER_WAY, "id": new.id}
        async with self._database.raw_transaction() as connection:
            await connection.execute(
                _LOCK_PHONE, {"lock": int.from_bytes(stable_hash(new.phone_hash)[:8], "big", signed=True)}
            )
            found = await connection.execute(_COUNTED, counted | {"phone_hashes": candidate_hashes(new.phone_hash)})
            retry_at = _retry_at(new, policy, [_Counted(*row) for row in await found.fetchall()])
            if retry_at:
                raise RateLimited(retry_at)
            if len(known := candidate_hashes(new.owner.subject_hash)) > 1:
                # So that this code and earlier ones have the same subject, whichever key they were made with.
                await connection.execute(_MOVE_SUBJECT, {"current": known[0], "others": known[1:]})
            written = await (await connection.execute(_ISSUE, _values(new, issued))).fetchall()
        return replace(issued, is_repeat=written != [(False,)])

    async def live_until(self, owner: CodeOwner, at: datetime) -> datetime | None:
        """The end of the code that has been sent and can still be typed, or None."""
        found = await self._database.fetch_raw(_LIVE_UNTIL, _owner_values(owner) | {"at": at})
        return cast("datetime", found[0][0]) if found else None

    async def mark_sent(self, code_id: UUID, at: datetime) -> None:
        """The SMS was sent: from now on this code is the live one, with all its attempts."""
        values = {"id": code_id, "at": at}
        async with self._database.raw_transaction() as connection:
            await connection.execute(_LOCK_SUBJECT, values)
            await connection.execute(_REPLACE, values)
            await connection.execute(_MARK_SENT, values)

    async def mark_failed(self, code_id: UUID, at: datetime) -> None:
        """The SMS could not be sent: the code counts towards no limit."""
        await self._database.rows(
            update(code).where(code.c.id == code_id, code.c.sent_at.is_(None)).values(failed_at=at)
        )

    async def verify(
        self, owner: CodeOwner, code_hash: bytes, *, at: datetime, attempts: int, request_id: UUID
    ) -> UUID:
        """Check a code and return its id when it is right; a wrong one costs one of its `attempts`.

        A request costs one attempt however often it is repeated, and gets the same result. Raises `CodeNotSent`,
        `CodeAttemptsExceeded`, `CodeExpired` or `CodeIncorrect`. A right code stays right until it expires or `use`
        (or a decision) uses it up.
        """
        salt = os.urandom(_SALT_BYTES)
        values = _owner_values(owner) | {"at": at, "limit": attempts, "salt": salt}
        values["salted"] = [sha256(salt + known).digest() for known in candidate_hashes(code_hash)]
        # Other digits are another attempt, also in the same request.
        values["name"] = uuid5(request_id, code_hash.hex())
        tried = await self._database.fetch_raw(_TRY, values)
        if not tried:
            raise await self._why_not(owner, attempts)
        [(code_id, spent, right)] = tried
        if not right:
            raise CodeIncorrect(attempts - spent)
        return cast("UUID", code_id)

    async def _why_not(self, owner: CodeOwner, attempts: int) -> Exception:
        found = await self._database.fetch_raw(_WHY_NOT, _owner_values(owner) | {"limit": attempts})
        if not found:
            return CodeNotSent()
        return CodeAttemptsExceeded() if found[0][0] else CodeExpired()


def _retry_at(new: NewCode, policy: Policy, earlier: Sequence[_Counted]) -> datetime | None:
    """The instant at which every limit allows the next code, or None when that is now; `earlier` newest first."""
    instants = [policy.code_resend.after(sent.created_at) for sent in earlier if sent.purpose == new.owner.purpose][:1]
    if not new.while_holding:
        ordinary = [sent.created_at for sent in earlier if not sent.while_holding]
        instants += [instant + _HOUR for instant in ordinary[policy.codes_per_hour - 1 :][:1]]
    instants += [sent.created_at + _DAY for sent in earlier[policy.codes_per_day - 1 :][:1]]
    return max((instant for instant in instants if instant > new.at), default=None)


def _owner_values(owner: CodeOwner) -> dict[str, Any]:
    return {
        "purpose": owner.purpose,
        "subject_hashes": candidate_hashes(owner.subject_hash),
        "preselection_id": owner.preselection_id,
    }


def _values(new: NewCode, issued: IssuedCode) -> dict[str, Any]:
    return _owner_values(new.owner) | {
        "id": new.id,
        "subject_hash": bytes(new.owner.subject_hash),
        "phone_hash": bytes(new.phone_hash),
        "code_hash": bytes(new.code_hash),
        "at": new.at,
        "expires_at": issued.expires_at,
        "while_holding": new.while_holding,
    }
