from datetime import timedelta

import pytest
from joserfc.jwk import ECKey, KeyParameters, OKPKey, RSAKey

from domain.dependencies import DependencyUnavailable
from domain.errors import Unauthenticated
from gateways.identity.provider import TokenVerifier
from gateways.identity.signing_keys import KEPT_FOR, PAUSE, USED_AT_MOST
from tests.support.clocks import SettableClock
from tests.support.http_server import LocalServer
from tests.support.tokens import APPLICANT, GOOD, KEY, STRANGER, publish, token_of


async def test_the_keys_are_fetched_once_for_many_tokens(
    verifier: TokenVerifier, http_server: LocalServer, clock: SettableClock
) -> None:
    for number in range(5):
        await verifier.verify(token_of(APPLICANT | {"jti": number}))
        clock.now += timedelta(seconds=1)
    assert len(http_server.received) == 1


async def test_a_new_key_is_picked_up_when_a_token_names_it(
    verifier: TokenVerifier, http_server: LocalServer, clock: SettableClock
) -> None:
    await verifier.verify(GOOD)
    new = ECKey.generate_key("P-256", {"kid": "k-2"})
    publish(http_server, KEY, new)
    clock.now += PAUSE
    claims = await verifier.verify(token_of(APPLICANT, new))
    assert claims.subject == "applicant-001"


async def test_unknown_keys_make_no_storm_of_fetches(
    verifier: TokenVerifier, http_server: LocalServer, clock: SettableClock
) -> None:
    await verifier.verify(GOOD)
    for number in range(20):
        clock.now += PAUSE / 10
        with pytest.raises(Unauthenticated):
            await verifier.verify(token_of(APPLICANT, STRANGER, kid=f"k-{number + 2}"))
    assert len(http_server.received) == 3


async def test_a_key_that_was_taken_back_ends_with_the_next_fetch(
    verifier: TokenVerifier, http_server: LocalServer, clock: SettableClock
) -> None:
    await verifier.verify(GOOD)
    publish(http_server, ECKey.generate_key("P-256", {"kid": "k-2"}))
    clock.now += KEPT_FOR
    with pytest.raises(Unauthenticated):
        await verifier.verify(GOOD)


async def test_old_keys_serve_on_for_a_while_when_the_provider_is_away(
    verifier: TokenVerifier, http_server: LocalServer, clock: SettableClock
) -> None:
    await verifier.verify(GOOD)
    http_server.answers(503)
    clock.now += USED_AT_MOST - timedelta(seconds=1)
    claims = await verifier.verify(GOOD)
    assert claims.subject == "applicant-001"
    clock.now += timedelta(minutes=2)
    with pytest.raises(DependencyUnavailable) as down:
        await verifier.verify(token_of(APPLICANT | {"exp": int(clock.now.timestamp()) + 60}))
    assert down.value.part == "identity"


@pytest.mark.parametrize(
    "status, body",
    [(500, b""), (404, b""), (200, b"<html>"), (200, b"[]"), (200, {"keys": 1}), (200, {"keys": [1]}), (200, {})],
)
async def test_without_any_keys_the_provider_is_down(
    verifier: TokenVerifier, http_server: LocalServer, status: int, body: object
) -> None:
    http_server.answers(status, body)
    with pytest.raises(DependencyUnavailable):
        await verifier.verify(GOOD)


async def test_keys_of_different_types_may_share_an_id(verifier: TokenVerifier, http_server: LocalServer) -> None:
    shared: KeyParameters = {"kid": "k-1"}
    rsa, okp = RSAKey.generate_key(2048, shared), OKPKey.generate_key("Ed25519", shared)
    for keys in ((KEY, rsa, okp), (okp, rsa, KEY)):
        publish(http_server, *keys)
        for key, algorithm in ((KEY, "ES256"), (rsa, "RS256"), (rsa, "PS256"), (okp, "Ed25519")):
            accepted = await verifier.verify(token_of(APPLICANT | {"jti": algorithm}, key, algorithm))
            assert accepted.subject == "applicant-001"


async def test_keys_that_can_not_check_a_token_are_left_out(verifier: TokenVerifier, http_server: LocalServer) -> None:
    unfit = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "k-1"},
        {"kty": "new", "kid": "k-2"},
        {"kty": "EC", "kid": "k-3"},
        ECKey.generate_key("P-384", {"kid": "k-4"}).as_dict(private=False),
        ECKey.generate_key("P-256", {"kid": "k-5", "use": "enc"}).as_dict(private=False),
    ]
    http_server.answers(200, {"keys": [*unfit, KEY.as_dict(private=False)]})
    claims = await verifier.verify(GOOD)
    assert claims.subject == "applicant-001"
    for kid in ("k-2", "k-3", "k-4", "k-5"):
        with pytest.raises(Unauthenticated):
            await verifier.verify(token_of(APPLICANT, STRANGER, kid=kid))
