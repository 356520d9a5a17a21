"""Responses that are stored for a day, and refusals that cost nothing for minutes (api.md, Conventions).

The first request gets a lease; a parallel repeat finds it in flight and waits. An expired lease, whose process died, is
taken over with the same operation id, so that the first one's result is found and not repeated.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from storage.crypto.keyed_hash import candidate_hashes
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.preselections.tables import idempotency

_KEPT = timedelta(hours=24)

_BEGIN = b"""
    INSERT INTO idempotency AS kept
        (caller_hash, path, key, body_digest, operation_id, created_at, lease_until, kept_until)
    VALUES
        (%(caller_hash)s, %(path)s, %(key)s, %(body_digest)s, %(operation_id)s, %(at)s, %(lease_until)s, %(kept_until)s)
    ON CONFLICT (caller_hash, path, key) DO UPDATE SET
        lease_until = excluded.lease_until,
        body_digest = excluded.body_digest,
        operation_id =
            CASE WHEN kept.kept_until <= %(at)s THEN excluded.operation_id ELSE kept.operation_id END,
        created_at = CASE WHEN kept.kept_until <= %(at)s THEN excluded.created_at ELSE kept.created_at END,
        kept_until = CASE WHEN kept.kept_until <= %(at)s THEN excluded.kept_until ELSE kept.kept_until END,
        status = NULL, answer = NULL
    WHERE kept.kept_until <= %(at)s
       OR kept.status IS NULL AND kept.lease_until <= %(at)s AND kept.body_digest = excluded.body_digest
    RETURNING operation_id
"""

# So that two processes, one of which does not use the current key yet, never both start the same request.
_LOCK = b"SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))"
_MOVE = b"""
    UPDATE idempotency SET
        caller_hash = %(caller_hash)s,
        body_digest = CASE WHEN body_digest = ANY(%(digests)s) THEN %(body_digest)s ELSE body_digest END
    WHERE caller_hash = ANY(%(callers)s) AND path = %(path)s AND key = %(key)s
"""

_FIND = b"""
    SELECT body_digest, status, answer FROM idempotency
    WHERE caller_hash = %(caller_hash)s AND path = %(path)s AND key = %(key)s
"""

_SAME = "caller_hash = %(caller_hash)s AND path = %(path)s AND key = %(key)s AND status IS NULL"
_ANSWER = f"""
    UPDATE idempotency SET
        status = %(status)s, answer = %(answer)s, kept_until = COALESCE(%(kept_until)s::timestamptz, kept_until)
    WHERE {_SAME}
""".encode()  # noqa: S608 -- constants
_FORGET = f"DELETE FROM idempotency WHERE {_SAME}".encode()  # noqa: S608 -- constants
_ABANDON = f"UPDATE idempotency SET lease_until = %(at)s WHERE {_SAME}".encode()  # noqa: S608 -- constants


@dataclass(frozen=True)
class RequestKey:
    """A key belongs to caller and path."""

    caller_hash: bytes = field(repr=False)
    path: str
    key: UUID


@dataclass(frozen=True)
class Fresh:
    """Act with this operation id, then call `answer`, `abandon` or `forget`.

    `is_repeat` where an earlier attempt had this operation id, and its outcome is unknown.
    """

    operation_id: UUID
    is_repeat: bool = False


@dataclass(frozen=True)
class InFlight:
    """The first request has no response yet: check again soon."""


@dataclass(frozen=True)
class Answered:
    """The stored response."""

    status: int
    headers: Mapping[str, str]
    body: str = field(repr=False)


@dataclass(frozen=True)
class OtherBody:
    """The key was used for a request with another body."""


Begun = Fresh | InFlight | Answered | OtherBody


class Idempotency:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault

    async def begin(
        self, request: RequestKey, *, body_digest: bytes, operation_id: UUID, at: datetime, lease: timedelta
    ) -> Begun:
        """Take the request for the time of the lease, or return its state.

        `operation_id` is a new one; `Fresh` has the one of the request's first attempt.
        """
        values = _key_values(request) | {
            "body_digest": bytes(body_digest),
            "operation_id": operation_id,
            "at": at,
            "lease_until": at + lease,
            "kept_until": at + _KEPT,
        }
        known = candidate_hashes(request.caller_hash)
        # A lease whose response was lost would be found in flight by its own repeat.
        if len(known) > 1:
            begun = await self._convert_and_begin(values, candidate_hashes(body_digest), known)
        else:
            begun = await self._database.execute_raw(_BEGIN, values)
        if begun:
            return Fresh(begun[0][0], is_repeat=begun[0][0] != operation_id)
        kept = await self._database.fetch_raw(_FIND, _key_values(request))
        return self._to_begun(kept[0], body_digest) if kept else InFlight()

    async def _convert_and_begin(
        self, values: dict[str, Any], digests: list[bytes], callers: list[bytes]
    ) -> list[tuple[Any, ...]]:
        """During a key rotation, an earlier request may have a hash of another key: convert it to the current one."""
        async with self._database.raw_transaction() as connection:
            await connection.execute(_LOCK, {"name": f"{values['path']} {values['key']}"})
            await connection.execute(_MOVE, values | {"digests": digests, "callers": callers})
            begun = await connection.execute(_BEGIN, values)
            return await begun.fetchall()

    async def answer(
        self,
        request: RequestKey,
        status: int,
        headers: Mapping[str, str],
        body: str,
        *,
        kept_until: datetime | None = None,
    ) -> None:
        """Store the response, for a day unless `kept_until` says otherwise; the first one stays."""
        answer = json.dumps({"headers": dict(headers), "body": body}, ensure_ascii=False)
        sealed = self._vault.encrypt(idempotency.c.answer, answer)
        await self._database.fetch_raw(
            _ANSWER, _key_values(request) | {"status": status, "answer": sealed, "kept_until": kept_until}
        )

    async def abandon(self, request: RequestKey, at: datetime) -> None:
        """Release the lease without a response: a repeat is checked again, with the same operation id."""
        await self._database.fetch_raw(_ABANDON, _key_values(request) | {"at": at})

    async def forget(self, request: RequestKey) -> None:
        """Drop a request that was refused and may succeed later: a repeat is a new request."""
        await self._database.fetch_raw(_FORGET, _key_values(request))

    def _to_begun(self, kept: Any, body_digest: bytes) -> Begun:
        digest, status, sealed = kept
        if digest not in candidate_hashes(body_digest):
            return OtherBody()
        if status is None:
            return InFlight()
        answer = json.loads(self._vault.decrypt(idempotency.c.answer, sealed))
        return Answered(status, answer["headers"], answer["body"])


def _key_values(request: RequestKey) -> dict[str, Any]:
    return {"caller_hash": bytes(request.caller_hash), "path": request.path, "key": request.key}
