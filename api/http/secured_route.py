"""The route class of every endpoint: checks token, role, record and body, in this order, before the handler."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import Response

from api.auth.callers import caller_of
from api.auth.policy import Rule
from api.auth.records import load
from api.http.idempotency import Judgement, once
from api.http.problems import FAILURES, refusal_of, refused
from api.http.request_context import Visit
from api.http.strict_json import ReadRequest, read, refuse_body
from api.http.validation import validation_failed
from domain.errors import Forbidden
from locales.languages import preferred_language

BASE = "/api/v1"
"""The base path of every call of the contract."""

ANSWERED_WITHIN = 14.0
"""Seconds for a whole request. Each dependency has a shorter limit, so this one is for unexpected delays."""

NEVER_KEPT = {401, 429}

WRITES = ("POST", "PUT")
"""The methods whose bodies we parse ourselves, and whose repeats are identified by their key."""

Handle = Callable[[Request], Awaitable[Response]]


class GuardedRoute(APIRoute):
    """Refuses callers that the policy does not allow, and converts every refusal into a problem."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle: Handle = super().get_route_handler()
        if self.body_field is None:
            handle = without_body(handle)
        name = self.name

        async def guarded(request: Request) -> Response:
            visit = Visit(request.app.state.parts, preferred_language(request.headers.get("accept-language")))
            request.state.visit = visit
            try:
                async with asyncio.timeout(ANSWERED_WITHIN):
                    rule = await admitted(request, visit, name)
                    if request.method not in WRITES:
                        return await _handled(request, handle)
                    return await _answered(await read(request), visit, rule, handle)
            except FAILURES as failure:
                return told(failure, visit)

        return guarded


def without_body(handle: Handle) -> Handle:
    """Refuse an unexpected body, but only here: a key that was used with another body is refused before that."""

    async def handled(request: Request) -> Response:
        refuse_body(request)
        return await handle(request)

    return handled


def area(path: str = "", *, tags: list[str]) -> APIRouter:
    """A router of secured routes with the base path; their names are the operation ids of the published document."""
    return APIRouter(
        prefix=BASE + path, tags=[*tags], route_class=GuardedRoute, generate_unique_id_function=lambda route: route.name
    )


def told(failure: Exception, visit: Visit) -> Response:
    """The response for a refusal or a failed dependency."""
    refusal = refusal_of(failure)
    if refusal is None:
        raise failure
    return refused(refusal, visit.language, visit.now())


def is_kept(status: int) -> bool:
    """Whether a response with this status is final (api.md, Idempotency-Key)."""
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in NEVER_KEPT


async def admitted(request: Request, visit: Visit, name: str) -> Rule:
    """Apply the route's rule: the caller has the role, and access to the record."""
    rules: Mapping[str, Rule] = request.app.state.rules
    rule = rules.get(name)
    if rule is None:
        raise Forbidden
    if not rule.is_public:
        visit.visitor = await caller_of(request, visit.parts.gateways.verifier, visit.parts.hashes)
        rule.admit(visit.visitor)
        await load(visit, rule.record, request.path_params)
        await visit.parts.ip_throttle.delay(request, visit.now())
    return rule


async def _answered(request: ReadRequest, visit: Visit, rule: Rule, handle: Handle) -> Response:
    if rule.is_public:
        return await _handled(request, handle)

    async def judge() -> Judgement:
        try:
            return Judgement(await _handled(request, handle), is_final=True)
        except FAILURES as failure:
            refusal = refusal_of(failure)
            response = told(failure, visit)
            return Judgement(response, is_final=not (refusal and refusal.judged_anew) and is_kept(response.status_code))

    return await once(request, visit, judge)


async def _handled(request: Request, handle: Handle) -> Response:
    try:
        return await handle(request)
    except RequestValidationError as error:
        raise validation_failed(error.errors()) from None
