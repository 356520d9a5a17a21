"""Tokens and keys of any content: claims or the named refusal, never anything else."""

import json
from contextlib import suppress
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from domain.dependencies import DependencyUnavailable
from domain.errors import Unauthenticated
from gateways.identity.provider import TokenVerifier
from gateways.identity.signing_keys import KeyType, SigningKeys, read_keys
from tests.support.clocks import SettableClock
from tests.support.tokens import APPLICANT, AUDIENCE, ISSUER, KEY, part, token_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=12)
    | st.sampled_from(["applicant", "operator", "ES256", "none", "13800138000", "+8613800138000", KEY.kid, ISSUER]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
HEADERS = st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "x"]), VALUES, max_size=5)
CHANGES = st.dictionaries(st.sampled_from([*APPLICANT, "nbf", "office", "organisation", "sid"]), VALUES, max_size=3)
SEGMENTS = st.text(max_size=30) | VALUES.map(part)


class OneKey:
    async def get(self, key_id: str, kind: KeyType) -> ECKey | None:
        return KEY if (key_id, kind) == (KEY.kid, ECKey) else None


def verifier() -> TokenVerifier:
    return TokenVerifier(ISSUER, AUDIENCE, keys=cast("SigningKeys", OneKey()), clock=SettableClock())


@given(st.text(max_size=100) | st.lists(SEGMENTS, max_size=5).map(".".join))
async def test_no_text_is_a_token(text: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier().verify(text)


@pytest.mark.slow
@given(HEADERS)
async def test_no_header_makes_up_for_a_signature(header: dict[str, Any]) -> None:
    payload, signature = token_of(APPLICANT).split(".")[1:]
    with pytest.raises(Unauthenticated):
        await verifier().verify(f"{part(header)}.{payload}.{signature}")


@given(CHANGES)
async def test_any_signed_claims_are_read_or_refused(changes: dict[str, Any]) -> None:
    with suppress(Unauthenticated):
        claims = await verifier().verify(token_of(APPLICANT | changes))
        assert claims.subject
        assert "applicant" not in claims.roles or claims.acting_party.id_number


@given(
    st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode())
    | st.lists(st.dictionaries(st.sampled_from(["kty", "kid", "use", "crv", "x", "y", "n", "e"]), VALUES), max_size=3)
    .map(lambda keys: json.dumps({"keys": keys}).encode())
)  # fmt: skip
def test_any_key_set_is_read_or_refused(body: bytes) -> None:
    with suppress(DependencyUnavailable):
        assert isinstance(read_keys(body), dict)
