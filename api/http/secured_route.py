"""The route class of every endpoint: checks token, role, record and body, in this order, before the handler.

Each call has a place among the work in flight (`api.limits.admission`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import Response

from api.auth.callers import caller_of
from api.auth.policy import LARGEST_BODY, Record, Rule
from api.auth.records import LOADERS
from api.http.causes import log_cause
from api.http.idempotency import abandon_request, begin_request, name_of_request, store_afterwards
from api.http.operation_ids import time_ordered_id
from api.http.problems import DOWN, FAILURES, refusal_of, refusal_response
from api.http.request_context import RequestContext
from api.http.strict_json import ReadRequest, announced_length, parse_body, receive, refuse_body
from api.http.validation import validation_refusal
from api.limits.retries import ask_again
from domain.dependencies import DependencyBusy
from domain.errors import Busy, Forbidden, OutcomeUnknown, Refusal, Unavailable
from locales.languages import preferred_language

BASE = "/api/v1"
"""The base path of every call of the contract."""

ANSWERED_WITHIN = 14.0
"""Seconds for a whole request. Each dependency has a shorter limit, so this one is for unexpected delays."""

REFUSAL_SECONDS = 0.005
"""How long a call of another role holds its place, so that an account that sends many at once is noticed."""

WRITES = ("POST", "PUT")
"""The methods whose bodies we parse ourselves, and whose repeats are identified by their key."""

Handle = Callable[[Request], Awaitable[Response]]


class SecuredRoute(APIRoute):
    """Refuses callers that the policy does not allow, and converts every refusal into a problem."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle: Handle = super().get_route_handler()
        if self.body_field is None:
            handle = without_body(handle)
        name = self.name

        async def handle_secured(request: Request) -> Response:
            language = preferred_language(request.headers.get("accept-language"))
            request.state.context = context = RequestContext(request.app.state.context, language)
            refusal: Refusal | None = None
            response: Response | None = None
            try:
                async with asyncio.timeout(ANSWERED_WITHIN):
                    response = await answer_admitted(request, context, name, handle)
            except (RequestValidationError, *FAILURES) as failure:
                refusal = to_refusal(failure, context)
                log_cause(failure, refusal)
                response = refusal_response(refusal, language, context.now())
            except asyncio.CancelledError:
                # The server is stopping, and waits no longer. Nobody knows whether a write was carried out.
                refusal = OutcomeUnknown() if request.method in WRITES else Unavailable({"api": DOWN})
                response = refusal_response(refusal, language, context.now())
            finally:
                if response is None:
                    # A defect in our code. The lease ends with its holder, so that a repeat does not wait for it.
                    await abandon_request(context)
            return response if context.key is None else store_afterwards(response, context, refusal)

        return handle_secured


def without_body(handle: Handle) -> Handle:
    """Refuse an unexpected body, but only here: a key that was used with another body is refused before that."""

    async def handle_without_body(request: Request) -> Response:
        refuse_body(request)
        return await handle(request)

    return handle_without_body


def area(path: str = "", *, tags: list[str]) -> APIRouter:
    """A router of secured routes with the base path; their names are the operation ids of the published document."""
    return APIRouter(
        prefix=BASE + path, tags=[*tags], route_class=SecuredRoute, generate_unique_id_function=lambda route: route.name
    )


def to_refusal(failure: Exception, context: RequestContext) -> Refusal:
    """The refusal for a body that can't be, or for a failed dependency; raises the failure if it is neither."""
    if isinstance(failure, RequestValidationError):
        return validation_refusal(failure.errors())
    if isinstance(failure, DependencyBusy) and not context.has_begun:
        return Busy(ask_again(context.now()))
    refusal = refusal_of(failure)
    if refusal is None:
        raise failure
    return refusal


async def answer_admitted(request: Request, context: RequestContext, name: str, handle: Handle) -> Response:
    """Check token, role, record and body, in this order, and call the handler. Raises the refusal.

    The body has arrived before the call gets its place, so that slow clients hold none.
    """
    rule = await identify_caller(request, context, name)
    if not rule.admits(context.caller if context.has_caller else None):
        # Refusing costs time too: it is done in the account's turn, but without waiting for the body.
        async with place_of(request, context, rule):
            await asyncio.sleep(REFUSAL_SECONDS)
            raise Forbidden
    with room_of(request, context, rule):
        if request.method in WRITES:
            request = await receive(request, rule.largest_body)
        async with place_of(request, context, rule):
            await load_record(request, context, rule)
            if context.has_preselection:
                # A creation keeps its random id, the preselection's: the voucher's code is its first bits.
                context.operation_id = time_ordered_id(context.now())
            if isinstance(request, ReadRequest):
                parse_body(request)
                if not rule.is_public and (earlier := await begin_request(request, context)):
                    return earlier
                context.has_begun = True
            return await handle(request)


async def identify_caller(request: Request, context: RequestContext, name: str) -> Rule:
    """The route's rule; the caller is known afterwards where the rule needs one."""
    rules: Mapping[str, Rule] = request.app.state.rules
    rule = rules.get(name)
    if rule is None:
        raise Forbidden
    if not rule.is_public or (rule.takes_token and request.headers.get("authorization")):
        context.caller = await caller_of(request, context.app.gateways.verifier, context.repositories.hashes)
        await context.app.live_sessions.require(context.caller.claims)
        context.app.admission.remember(request.headers["authorization"], context.caller.claims)
        await context.app.call_rate.count(context.caller.claims.subject, context.now())
    if rule.is_delayed:
        await context.app.ip_throttle.delay(request, context.now())
    return rule


def room_of(request: Request, context: RequestContext, rule: Rule) -> AbstractContextManager[None]:
    """Room for a body that may be large. Raises `Busy` on entry."""
    announced = announced_length(request)
    if rule.largest_body <= LARGEST_BODY or (announced is not None and announced <= LARGEST_BODY):
        return nullcontext()
    return context.app.admission.large_bodies.room(context.caller.claims.subject, context.now())


def place_of(request: Request, context: RequestContext, rule: Rule) -> AbstractAsyncContextManager[None]:
    """The call's place among the work in flight. Raises `Busy` on entry."""
    if not rule.is_queued:
        return nullcontext()
    admission = context.app.admission
    queue = admission.writes if request.method in WRITES else admission.reads
    account = context.caller.claims.subject if context.has_caller else context.app.ip_throttle.source_of(request)
    return queue.place(account, context.now(), request.is_disconnected)


async def load_record(request: Request, context: RequestContext, rule: Rule) -> None:
    """Load the record in the path, if the caller has access to it, and count a write, also one that has none."""
    try:
        if rule.record is not Record.NONE:
            parameter, load = LOADERS[rule.record]
            await load(context, request.path_params[parameter])
    except Refusal:
        await _count_write(request, context, rule)
        raise
    await _count_write(request, context, rule)


async def _count_write(request: Request, context: RequestContext, rule: Rule) -> None:
    """Count before anything is kept. An office may allow more writes than the deployment, or fewer acts."""
    if rule.is_public or request.method not in WRITES:
        return
    limit = context.app.operations.policy.writes_per_minute
    if context.has_preselection:
        limit = max(limit, context.preselection.rules.writes_per_minute)
    context.writes_allowed = limit
    account, repeated = context.caller.account(), name_of_request(request)
    await context.app.call_counts.count_write(account, limit, context.now(), repeated)
