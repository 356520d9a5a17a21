"""The same request with the same key acts once, and gets its first response again (api.md, Conventions)."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

import structlog
from starlette.background import BackgroundTask
from starlette.responses import Response

from api.http.request_context import Visit
from api.http.strict_json import ReadRequest
from domain.dependencies import DependencyUnavailable
from domain.errors import IdempotencyKeyInvalid, OutcomeUnknown
from storage.preselections.idempotency import Answered, Fresh, InFlight, OtherBody, RequestKey

LEASE = timedelta(seconds=15)
"""The longest time of a request, so that a lease expires only if its process has died."""

LONGEST_WAIT = timedelta(seconds=11)

_KEY = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.25
_OWN_HEADERS = {"content-length"}

log = structlog.get_logger("requests")


@dataclass(frozen=True)
class Judgement:
    """A response, and whether it is final for the request."""

    response: Response
    is_final: bool


Judge = Callable[[], Awaitable[Judgement]]


async def once(request: ReadRequest, visit: Visit, judge: Judge) -> Response:
    """The answer of `judge`, or the one that an earlier request with this key was given."""
    header = request.headers.get("idempotency-key")
    if header is None:
        return (await judge()).response
    if not _KEY.fullmatch(header):
        raise IdempotencyKeyInvalid
    wish = RequestKey(visit.caller.owner_hash, request.scope["path"], UUID(header))
    earlier = await _begun(request, visit, wish)
    if isinstance(earlier, Answered):
        return Response(earlier.body, earlier.status, dict(earlier.headers))
    visit.operation_id, visit.is_repeat = earlier.operation_id, earlier.is_repeat
    judgement = await judge()
    # After the response, which need not wait for it: if it is lost, a repeat is checked again and has the same result.
    judgement.response.background = BackgroundTask(_keep, visit, wish, judgement)
    return judgement.response


async def _begun(request: ReadRequest, visit: Visit, wish: RequestKey) -> Fresh | Answered:
    """Wait while another request with this key is running. Raises `OutcomeUnknown` if that takes too long."""
    digest = visit.parts.keyed_hash.hash("request body", request.canonical.decode("ascii"))
    operation_id, pause = uuid4(), _FIRST_PAUSE
    began_at = visit.now()
    while visit.now() - began_at < LONGEST_WAIT:
        begun = await visit.parts.idempotency.begin(
            wish, body_digest=digest, operation_id=operation_id, at=visit.now(), lease=LEASE
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


async def _keep(visit: Visit, wish: RequestKey, judgement: Judgement) -> None:
    """If the response can't be stored, a repeat is checked again with the same operation id, with the same result."""
    response = judgement.response
    try:
        if judgement.is_final:
            headers = {name: text for name, text in response.headers.items() if name not in _OWN_HEADERS}
            await visit.parts.idempotency.answer(wish, response.status_code, headers, bytes(response.body).decode())
        elif response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            # Nothing has happened, and nothing of this attempt can happen later.
            await visit.parts.idempotency.forget(wish)
        else:
            await visit.parts.idempotency.abandon(wish, visit.now())
    except DependencyUnavailable as down:
        log.warning("response not stored", part=down.part)
