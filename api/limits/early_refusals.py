"""Refuses a write for which the queue has no room before anything else is done for it.

A refusal must cost little: of ten times the load nine parts are refused, and their cost is lost to what is admitted.
"""

from datetime import datetime

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.context import AppContext
from api.http.problems import refusal_response
from api.http.secured_route import BASE, WRITES
from api.limits.admission import ask_again
from domain.errors import Busy
from locales.languages import preferred_language


class EarlyRefusals:
    """Knows the account of a token that was verified before; others are refused, if they are, after their check.

    So is a token that has ended since: `unauthenticated` goes before `busy`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._app
        if scope["type"] == "http" and scope["method"] in WRITES and scope["path"].startswith(BASE):
            headers, context = Headers(scope=scope), scope["app"].state.context
            now = context.clock()
            if _has_no_room(context, headers.get("authorization", ""), now):
                language = preferred_language(headers.get("accept-language"))
                answer = refusal_response(Busy(ask_again(now)), language, now)
        await answer(scope, receive, send)


def _has_no_room(context: AppContext, token: str, at: datetime) -> bool:
    claims = context.admission.verified.get(token)
    if claims is None or not context.admission.writes.would_refuse(claims.subject):
        return False
    return at < claims.expires_at and context.live_sessions.is_known_to_live(claims)
