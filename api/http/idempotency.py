"""The same request with the same key acts once, and gets its first response again (api.md, Conventions)."""

import asyncio
import re
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID, uuid5

import structlog
from fastapi import Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from api.http.request_context import RequestContext
from api.http.strict_json import ReadRequest
from domain.dependencies import DependencyUnavailable
from domain.errors import IdempotencyKeyInvalid, OutcomeUnknown, Refusal
from storage.preselections.idempotency import Answered, Fresh, InFlight, OtherBody, RequestKey

LEASE = timedelta(seconds=15)
"""The longest time of a request, so that a lease expires only if its process has died."""

LONGEST_WAIT = timedelta(seconds=11)

REFUSALS_KEPT = timedelta(minutes=5)
"""How long a final refusal is kept that changed nothing: refused calls fill no table, and repeats come soon."""

_KEY = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.25
_OWN_HEADERS = {"content-length"}
NEVER_KEPT = {401, 429}

log = structlog.get_logger("requests")


async def begin_request(request: ReadRequest, context: RequestContext) -> Response | None:
    """The response that an earlier request with this key got, if it is final; else the key is the context's from now.

    Raises `IdempotencyKeyInvalid`, and `OutcomeUnknown` while another request with the key is running for too long.
    """
    header = request.headers.get("idempotency-key")
    if header is None:
        return None
    if not _KEY.fullmatch(header):
        raise IdempotencyKeyInvalid
    key = RequestKey(context.caller.owner_hash, request.scope["path"], UUID(header))
    earlier = await _begin(request, context, key)
    if isinstance(earlier, Answered):
        return Response(earlier.body, earlier.status, dict(earlier.headers))
    context.key, context.operation_id, context.is_repeat = key, earlier.operation_id, earlier.is_repeat
    return None


def name_of_request(request: Request) -> str | None:
    """The same name for each repeat of a request; None for a request without a key."""
    key = request.headers.get("idempotency-key", "")
    return uuid5(UUID(key), request.scope["path"]).hex if _KEY.fullmatch(key) else None


def store_afterwards(response: Response, context: RequestContext, refusal: Refusal | None) -> Response:
    """Store the response after it was sent: if it is lost, a repeat is checked again and has the same result."""
    is_final = is_cacheable(response.status_code) and not (refusal and refusal.is_retryable)
    kept_until = context.now() + REFUSALS_KEPT if refusal and not refusal.is_costly else None
    response.background = BackgroundTask(_keep, response, context, is_final=is_final, kept_until=kept_until)
    return response


async def abandon_request(context: RequestContext) -> None:
    """End the lease of a request without a response, so that a repeat with its key is checked again at once."""
    if context.key is not None:
        with suppress(DependencyUnavailable):
            await context.repositories.idempotency.abandon(context.key, context.now())


def is_cacheable(status: int) -> bool:
    """Whether a response with this status is final (api.md, Idempotency-Key)."""
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in NEVER_KEPT


async def _begin(request: ReadRequest, context: RequestContext, key: RequestKey) -> Fresh | Answered:
    """Wait while another request with this key is running. Raises `OutcomeUnknown` if that takes too long."""
    # The query says what is asked for as the body does: which year and office, for instance.
    content = "?".join(filter(None, (request.canonical.decode("ascii"), request.url.query)))
    digest = context.repositories.keys.hashes.hash("request body", content)
    pause = _FIRST_PAUSE
    began_at = context.now()
    while context.now() - began_at < LONGEST_WAIT:
        begun = await context.repositories.idempotency.begin(
            key, body_digest=digest, operation_id=context.operation_id, at=context.now(), lease=LEASE
        )
        match begun:
            case OtherBody():
                raise IdempotencyKeyInvalid
            case InFlight():
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            case Fresh() | Answered():
                return begun
    raise OutcomeUnknown


async def _keep(response: Response, context: RequestContext, *, is_final: bool, kept_until: datetime | None) -> None:
    """If the response can't be stored, a repeat is checked again with the same operation id, with the same result."""
    store, key = context.repositories.idempotency, context.key
    if key is None:
        return
    try:
        if is_final:
            headers = {name: text for name, text in response.headers.items() if name not in _OWN_HEADERS}
            await store.answer(key, response.status_code, headers, bytes(response.body).decode(), kept_until=kept_until)
        elif response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            # Nothing has happened, and nothing of this attempt can happen later.
            await store.forget(key)
        else:
            await store.abandon(key, context.now())
    except DependencyUnavailable as down:
        log.warning("response not stored", part=down.part)
