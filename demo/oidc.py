"""The demo's identity provider: OpenID Connect with authorization code and PKCE, for one public client.

Everybody can sign in as any user. A session cookie remembers the user, so that `prompt=none` works.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Request
from joserfc.errors import JoseError
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.sessions.endpoints import end_by_logout_token
from demo import oidc_grants as grants
from demo.page_texts import language_of
from demo.pages import notice_page, sign_in_page
from demo.routes import CurrentDemo, Demo
from demo.tokens import CLIENT, LIFETIME, SignIn, session_claims
from demo.world import DemoUser
from domain.dependencies import DependencyUnavailable

PATH = "/demo/oidc"
COOKIE = "demo_session"
SESSION_LIFETIME = timedelta(days=7)

_SESSION_KIND = "demo-session+jwt"
_LONGEST_FORM = 16 * 1024
_PROMPTS = {"none", "login", "select_account", "consent"}
_OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}

router = APIRouter(prefix=PATH, include_in_schema=False)


@dataclass(frozen=True)
class Session:
    user: DemoUser
    sign_in: SignIn


class Misdirected(Exception):
    """The redirect URI of the request must not be used, so only a page can show the refusal."""


class ClientRefused(Exception):
    """An OAuth error, sent to the client at its redirect URI."""

    def __init__(self, error: str) -> None:
        self.error = error
        super().__init__(error)


@router.get("/.well-known/openid-configuration")
async def describe(demo: CurrentDemo) -> Response:
    issuer = demo.signer.issuer
    return JSONResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks.json",
            "end_session_endpoint": f"{issuer}/end_session",
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["Ed25519"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "prompt_values_supported": sorted(_PROMPTS),
            "acr_values_supported": ["1", "2"],
            "scopes_supported": ["openid", "profile", "phone"],
            "authorization_response_iss_parameter_supported": True,
        },
        headers=_OPEN_TO_ALL,
    )


@router.get("/jwks.json")
async def publish_keys(demo: CurrentDemo) -> Response:
    return JSONResponse(demo.signer.jwks(), headers={"Access-Control-Allow-Origin": "*"})


@router.get("/authorize")
async def authorize(request: Request, demo: CurrentDemo) -> Response:
    """Redirect to the client if the session has a user, otherwise show the page to choose a user."""
    asked = request.query_params
    grant_request = _grant_request_or_refusal(request, demo)
    if isinstance(grant_request, Response):
        return grant_request
    session, prompts = _session(request, demo), _prompts(asked)
    if session and not prompts & {"login", "select_account"}:
        code = demo.grants.issue(session.user, session.sign_in, grant_request, _now(request))
        return _return(asked, demo, {"code": code})
    if "none" in prompts:
        return _return(asked, demo, {"error": "login_required"})
    return sign_in_page(
        demo.world.users, _own_address(request), language_of(request), unknown=False, hint=asked.get("login_hint", "")
    )


@router.post("/authorize")
async def sign_in(request: Request, demo: CurrentDemo) -> Response:
    """A user was chosen: start a session, and give the client its code."""
    asked = request.query_params
    grant_request = _grant_request_or_refusal(request, demo)
    if isinstance(grant_request, Response):
        return grant_request
    user = demo.world.users.get((await _form(request)).get("user", ""))
    if user is None:
        return sign_in_page(demo.world.users, _own_address(request), language_of(request), unknown=True)
    now = _now(request)
    begun = SignIn(secrets.token_hex(8), now)
    response = _return(asked, demo, {"code": demo.grants.issue(user, begun, grant_request, now)})
    cookie = demo.signer.sign({"sub": user.user} | session_claims(begun), now, SESSION_LIFETIME, _SESSION_KIND)
    response.set_cookie(COOKIE, cookie, int(SESSION_LIFETIME.total_seconds()), path=PATH, httponly=True, samesite="lax")
    return response


@router.post("/token")
async def exchange(request: Request, demo: CurrentDemo) -> Response:
    """Exchange a code for tokens, once, and only with its verifier."""
    form = await _form(request)
    if form.get("grant_type") != "authorization_code":
        return _token_error("unsupported_grant_type")
    if form.get("client_id") != CLIENT:
        return _token_error("invalid_client")
    now = _now(request)
    grant = demo.grants.redeem(form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", ""), now)
    if grant is None:
        return _token_error("invalid_grant")
    nonce = {"nonce": grant.request.nonce} if grant.request.nonce else {}
    identity = {"aud": CLIENT, "sub": grant.user.user, "name": grant.user.party.name} | nonce
    return JSONResponse(
        {
            "access_token": demo.signer.access_token(grant.user, grant.sign_in, now),
            "id_token": demo.signer.sign(identity | session_claims(grant.sign_in), now, LIFETIME),
            "token_type": "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "scope": "openid profile phone",
        },
        headers=_OPEN_TO_ALL,
    )


@router.get("/end_session")
async def end_session(request: Request, demo: CurrentDemo) -> Response:
    """End the session of the cookie, and of the token in `id_token_hint`, and redirect the browser to a named address.

    The service gets a logout token, as by any provider, so the session's other tokens end too.
    """
    for ending in _sessions_to_end(request, demo):
        # A service that can't be reached keeps nobody signed in here.
        with suppress(DependencyUnavailable):
            await end_by_logout_token(request.app.state.context, demo.signer.logout_token(*ending, _now(request)))
    address = request.query_params.get("post_logout_redirect_uri", "")
    response: Response
    if grants.is_own_address(address):
        state = request.query_params.get("state")
        response = RedirectResponse(_with_query(address, {"state": state} if state else {}), 303)
    else:
        response = notice_page("signed_out", language_of(request), 200)
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
    return response


def _grant_request_or_refusal(request: Request, demo: Demo) -> grants.Request | Response:
    try:
        return _grant_request(request.query_params)
    except Misdirected:
        return notice_page("refused", language_of(request), 400)
    except ClientRefused as refused:
        return _return(request.query_params, demo, {"error": refused.error})


def _grant_request(asked: Mapping[str, str]) -> grants.Request:
    """Raises `Misdirected`, or `ClientRefused` once the redirect URI is known to be the client's."""
    redirect_uri = asked.get("redirect_uri", "")
    if asked.get("client_id") != CLIENT or not grants.is_own_address(redirect_uri):
        raise Misdirected
    if asked.get("response_type") != "code":
        raise ClientRefused("unsupported_response_type")
    if "openid" not in asked.get("scope", "").split():
        raise ClientRefused("invalid_scope")
    challenge = asked.get("code_challenge", "")
    if asked.get("code_challenge_method") != "S256" or not grants.is_challenge(challenge):
        raise ClientRefused("invalid_request")
    _prompts(asked)
    return grants.Request(redirect_uri, challenge, asked.get("nonce"))


def _prompts(asked: Mapping[str, str]) -> set[str]:
    prompts = set(asked.get("prompt", "").split())
    if prompts - _PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise ClientRefused("invalid_request")
    return prompts


def _session(request: Request, demo: Demo) -> Session | None:
    try:
        claims: dict[str, Any] = demo.signer.read(request.cookies.get(COOKIE, ""), _SESSION_KIND)
    except (JoseError, ValueError):
        return None
    user = demo.world.users.get(claims["sub"])
    if user is None or _now(request).timestamp() >= claims["exp"]:
        return None
    return Session(user, SignIn(claims["sid"], datetime.fromtimestamp(claims["auth_time"], UTC)))


def _sessions_to_end(request: Request, demo: Demo) -> set[tuple[str, str]]:
    """Subject and session of the cookie, and of a token that was issued here, expired or not."""
    session = _session(request, demo)
    ending = {(session.user.user, session.sign_in.id)} if session else set()
    with suppress(JoseError, ValueError, KeyError):
        claims = demo.signer.read(request.query_params["id_token_hint"], "JWT")
        ending.add((claims["sub"], claims["sid"]))
    return ending


def _return(asked: Mapping[str, str], demo: Demo, answer: dict[str, str]) -> Response:
    """Redirect to the client's address with the response, its state, and the issuer (RFC 9207)."""
    state = {"state": asked["state"]} if "state" in asked else {}
    address = _with_query(asked["redirect_uri"], answer | state | {"iss": demo.signer.issuer})
    return RedirectResponse(address, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def _with_query(address: str, values: Mapping[str, str]) -> str:
    if not values:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"


def _own_address(request: Request) -> str:
    return f"{PATH}/authorize?{request.url.query}"


def _token_error(error: str) -> Response:
    return JSONResponse({"error": error}, 400, _OPEN_TO_ALL)


async def _form(request: Request) -> dict[str, str]:
    """The form's fields; empty for a body that is too long or not a form."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return {}
    try:
        fields = parse_qs(body.decode("utf-8"), max_num_fields=50, errors="strict")
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items() if len(values) == 1}


def _now(request: Request) -> datetime:
    now: datetime = request.app.state.context.clock()
    return now
