"""Refuses a write for which the queue has no room before anything else is done for it.

A refusal must cost little: of ten times the load nine parts are refused, and their cost is lost to what is admitted.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.context import AppContext
from api.http.problems import refusal_response
from api.http.secured_route import BASE, WRITES
from api.limits.admission import ask_again
from domain.errors import Busy
from locales.languages import preferred_language


class EarlyRefusals:
    """Knows the account of a token that was verified before; others are refused, if they are, after their check."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._app
        if scope["type"] == "http" and scope["method"] in WRITES and scope["path"].startswith(BASE):
            headers, context = Headers(scope=scope), scope["app"].state.context
            if _has_no_room(context, headers.get("authorization", "")):
                now, language = context.clock(), preferred_language(headers.get("accept-language"))
                answer = refusal_response(Busy(ask_again(now)), language, now)
        await answer(scope, receive, send)


def _has_no_room(context: AppContext, token: str) -> bool:
    account = context.admission.accounts.get(token)
    return account is not None and context.admission.writes.would_refuse(account)
