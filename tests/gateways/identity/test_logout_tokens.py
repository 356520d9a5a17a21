"""Logout tokens end sessions only if they are what OpenID Connect Back-Channel Logout 1.0 says."""

from datetime import timedelta
from typing import Any

import pytest

from domain.dependencies import DependencyUnavailable
from domain.errors import Unauthenticated
from gateways.identity.logout_tokens import EVENT, VALID_FOR, LogoutToken
from gateways.identity.provider import TokenVerifier
from tests.support.clocks import NOW, SettableClock
from tests.support.http_server import LocalServer
from tests.support.tokens import APPLICANT, AUDIENCE, GOOD, ISSUER, STRANGER, token_of, without

SECONDS = int(NOW.timestamp())
LOGOUT: dict[str, Any] = {
    "iss": ISSUER,
    "aud": [AUDIENCE, "another"],
    "iat": SECONDS,
    "exp": SECONDS + 120,
    "jti": "logout-1",
    "sid": "session-1",
    "sub": "applicant-001",
    "events": {EVENT: {}},
}


@pytest.mark.parametrize("kind", [{}, {"typ": "logout+jwt"}, {"typ": "JWT"}], ids=str)
async def test_a_logout_token_names_a_session_or_a_subject(verifier: TokenVerifier, kind: dict[str, str]) -> None:
    expected = LogoutToken("logout-1", NOW.replace(microsecond=0), "session-1", "applicant-001")
    assert await verifier.read_logout(token_of(LOGOUT, **kind)) == expected
    for missing in ("sid", "sub", "exp"):
        read = await verifier.read_logout(token_of(without(LOGOUT, missing), **kind))
        assert read.session or read.subject


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.test"}, {"aud": "another"}, {"aud": None}, {"aud": [["xuanhao"]]},
        {"iat": None}, {"iat": SECONDS + 60}, {"iat": SECONDS - 400}, {"iat": "now"}, {"exp": SECONDS - 60},
        {"jti": None}, {"jti": ""}, {"jti": 7}, {"sid": None, "sub": None}, {"sid": 7}, {"sub": ["applicant-001"]},
        {"nonce": "n"}, {"nonce": None}, {"events": None}, {"events": {}}, {"events": [EVENT]}, {"events": EVENT},
        {"events": {EVENT: None}}, {"events": {EVENT: True}}, {"events": {EVENT.upper(): {}}},
    ],
    ids=str,
)  # fmt: skip
async def test_a_logout_token_with_a_defect_is_refused(verifier: TokenVerifier, changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.read_logout(token_of(LOGOUT | changes))


async def test_neither_a_strangers_signature_nor_another_type_ends_a_session(verifier: TokenVerifier) -> None:
    head, payload, signature = token_of(LOGOUT).split(".")
    forged = (
        token_of(LOGOUT, STRANGER), token_of(LOGOUT, typ="at+jwt"), f"{head}.{payload}.", f"{payload}.{signature}", "",
        f"{head}.{token_of(LOGOUT | {'sid': 'session-2'}).split('.')[1]}.{signature}", "秘" * 9,
    )  # fmt: skip
    for token in forged:
        with pytest.raises(Unauthenticated):
            await verifier.read_logout(token)


async def test_an_access_token_is_no_logout_token_nor_the_reverse(verifier: TokenVerifier) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.read_logout(GOOD)
    with pytest.raises(Unauthenticated):
        await verifier.verify(token_of(APPLICANT | {"events": {EVENT: {}}}))


async def test_a_logout_token_is_valid_for_minutes_only(verifier: TokenVerifier, clock: SettableClock) -> None:
    token = token_of(without(LOGOUT, "exp"))
    clock.now += VALID_FOR
    assert (await verifier.read_logout(token)).id == "logout-1"
    clock.now += timedelta(seconds=6)
    with pytest.raises(Unauthenticated):
        await verifier.read_logout(token)


async def test_without_the_providers_keys_nothing_is_said_of_it(
    verifier: TokenVerifier, http_server: LocalServer
) -> None:
    http_server.answers(503)
    with pytest.raises(DependencyUnavailable):
        await verifier.read_logout(token_of(LOGOUT))
