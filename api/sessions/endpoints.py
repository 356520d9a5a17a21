"""Where the identity provider says that a session has ended (OpenID Connect Back-Channel Logout 1.0).

A route of the protocol, not of the contract: a form instead of JSON, and its own errors.
"""

from http import HTTPStatus
from urllib.parse import parse_qs

import structlog
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from api.context import AppContext
from api.http.problems import DOWN, refusal_response
from api.http.strict_json import BodyRefused, receive
from domain.dependencies import DependencyUnavailable
from domain.errors import Unauthenticated, Unavailable
from locales.languages import preferred_language

PATH = "/oidc/backchannel-logout"
LARGEST_FORM = 16 * 1024

log = structlog.get_logger("requests")


def add_logout(app: FastAPI) -> None:
    app.add_route(PATH, end_session, methods=["POST"], include_in_schema=False, name="end_session_of_provider")


async def end_session(request: Request) -> Response:
    """200 once the end is stored, which other processes read within seconds; 400 for a defective or used token."""
    context: AppContext = request.app.state.context
    try:
        await end_by_logout_token(context, await _logout_token(request))
    except (Unauthenticated, BodyRefused):
        log.warning("logout token refused")
        return JSONResponse({"error": "invalid_request"}, HTTPStatus.BAD_REQUEST)
    except DependencyUnavailable as down:
        language = preferred_language(request.headers.get("accept-language"))
        return refusal_response(Unavailable({down.part: DOWN}), language, context.clock())
    return Response(status_code=HTTPStatus.OK)


async def end_by_logout_token(context: AppContext, token: str) -> None:
    """Raises `Unauthenticated` for a defect, `DependencyUnavailable` while keys or database are unavailable."""
    await context.live_sessions.end(await context.gateways.verifier.read_logout(token))


async def _logout_token(request: Request) -> str:
    """The form's only `logout_token`. Raises `Unauthenticated` for another body, `BodyRefused` for one too large."""
    received = await receive(request, LARGEST_FORM)
    if received.refusal:
        raise received.refusal
    try:
        fields = parse_qs(received.raw.decode("ascii"), max_num_fields=10, strict_parsing=True)
    except ValueError:
        raise Unauthenticated from None
    tokens = fields.get("logout_token", [])
    if len(tokens) != 1:
        raise Unauthenticated
    return tokens[0]
