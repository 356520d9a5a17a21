"""The signed token: only tokens of the service are accepted."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import OKPKey

from documents.voucher_token import VoucherClaims, VoucherSigner, VoucherVerifier, voucher_expiry
from domain.errors import VoucherInvalid

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DEADLINE = datetime(2026, 11, 26, 16, tzinfo=UTC)


@pytest.fixture
def verifier(signer: VoucherSigner) -> VoucherVerifier:
    return VoucherVerifier([signer.public_key])


@pytest.fixture
def token(signer: VoucherSigner, claims: VoucherClaims) -> str:
    return signer.sign(claims)


def encode(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def decode(segment: str) -> bytes:
    return urlsafe_b64decode(segment + "==")


def with_header(token: str, changed: Callable[[dict[str, str]], dict[str, str]]) -> str:
    header, rest = token.split(".", 1)
    return f"{encode(json.dumps(changed(json.loads(decode(header)))).encode())}.{rest}"


def test_a_token_reads_as_it_was_written(verifier: VoucherVerifier, token: str, claims: VoucherClaims) -> None:
    assert verifier.verify(token, now=NOW) == claims


def test_a_token_is_a_jws_to_an_independent_library(signer: VoucherSigner, token: str) -> None:
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": encode(signer.public_key)})
    registry = jws.JWSRegistry(algorithms=["Ed25519"])
    read = jws.deserialize_compact(token, key, registry=registry)
    assert key.thumbprint().startswith(read.headers()["kid"])
    assert json.loads(read.payload) == {
        "exp": 1827331200,
        "office": "440300",
        "plate": "粤BA1234",
        "sub": "3f2b8c1e-7d64-4a0b-9c55-1b2d3e4f5a6b",
        "visit_by": "2026-11-26",
    }


def test_every_print_of_a_reservation_carries_the_same_token(
    signer: VoucherSigner, token: str, claims: VoucherClaims
) -> None:
    assert signer.sign(claims) == token


def test_no_bit_of_a_token_can_be_flipped(verifier: VoucherVerifier, token: str) -> None:
    raw = token.encode()
    for place in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(VoucherInvalid):
            verifier.verify(flipped.decode("latin-1"), now=NOW)


def test_a_payload_under_the_signature_of_another_is_refused(
    signer: VoucherSigner, verifier: VoucherVerifier, token: str, claims: VoucherClaims
) -> None:
    *another, _ = signer.sign(replace(claims, plate="粤B00001")).split(".")
    *_, signature = token.split(".")
    with pytest.raises(VoucherInvalid):
        verifier.verify(".".join((*another, signature)), now=NOW)


def test_a_token_of_another_key_is_refused(verifier: VoucherVerifier, claims: VoucherClaims) -> None:
    with pytest.raises(VoucherInvalid):
        verifier.verify(VoucherSigner(b"x" * 32).sign(claims), now=NOW)


def test_a_stranger_can_not_borrow_our_key_id(verifier: VoucherVerifier, token: str) -> None:
    header, payload, _ = token.split(".")
    forged = Ed25519PrivateKey.generate().sign(f"{header}.{payload}".encode())
    with pytest.raises(VoucherInvalid):
        verifier.verify(f"{header}.{payload}.{encode(forged)}", now=NOW)


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "ES256", "EdDSA", "ed25519"])
def test_another_algorithm_is_refused(verifier: VoucherVerifier, token: str, algorithm: str) -> None:
    changed = with_header(token, lambda header: header | {"alg": algorithm})
    for forged in (changed, f"{changed.rsplit('.', 1)[0]}."):
        with pytest.raises(VoucherInvalid):
            verifier.verify(forged, now=NOW)


def test_our_public_key_does_not_pass_for_a_shared_secret(
    signer: VoucherSigner, verifier: VoucherVerifier, token: str
) -> None:
    header, payload, _ = with_header(token, lambda header: header | {"alg": "HS256"}).split(".")
    mac = hmac.HMAC(signer.public_key, hashes.SHA256())
    mac.update(f"{header}.{payload}".encode())
    with pytest.raises(VoucherInvalid):
        verifier.verify(f"{header}.{payload}.{encode(mac.finalize())}", now=NOW)


def test_a_key_that_the_token_brings_along_is_not_used(verifier: VoucherVerifier, token: str) -> None:
    stranger = Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": encode(stranger.public_key().public_bytes_raw())}
    header, payload, _ = with_header(token, lambda header: header | {"jwk": json.dumps(jwk)}).split(".")
    with pytest.raises(VoucherInvalid):
        verifier.verify(f"{header}.{payload}.{encode(stranger.sign(f'{header}.{payload}'.encode()))}", now=NOW)


@pytest.mark.parametrize("kind", ["jwt", "code", None])
def test_a_signed_text_of_another_kind_is_no_voucher(verifier: VoucherVerifier, kind: str | None) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    header = {"alg": "Ed25519", "kid": "k"} | ({"typ": kind} if kind else {})
    signed = f"{encode(json.dumps(header).encode())}.{encode(b'{}')}"
    with pytest.raises(VoucherInvalid):
        verifier.verify(f"{signed}.{encode(key.sign(signed.encode()))}", now=NOW)


@pytest.mark.parametrize("payload", [b"", b"{}", b"[]", b"null", b'"x"', b"\xff", b'{"sub": 1}'])
def test_a_payload_of_another_form_is_refused_though_it_is_signed(
    verifier: VoucherVerifier, token: str, payload: bytes
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    header, _ = token.split(".", 1)
    signed = f"{header}.{encode(payload)}"
    with pytest.raises(VoucherInvalid):
        verifier.verify(f"{signed}.{encode(key.sign(signed.encode()))}", now=NOW)


@pytest.mark.parametrize(
    "text", ["", ".", "..", "...", "a.b.c", "ａ.ｂ.ｃ", "\0", "\ud800", "7M45C-HDME0", "x" * 1_000_000, "." * 1_000_000]
)
def test_what_is_no_token_is_refused(verifier: VoucherVerifier, text: str) -> None:
    with pytest.raises(VoucherInvalid):
        verifier.verify(text, now=NOW)


def test_a_signature_has_one_spelling(verifier: VoucherVerifier, token: str) -> None:
    for spelling in (f"{token}==", f"{token}.", f"{token[:-1]} {token[-1]}", token[:-1] + "\n" + token[-1]):
        with pytest.raises(VoucherInvalid):
            verifier.verify(spelling, now=NOW)


def test_a_line_break_from_the_scanner_does_no_harm(
    verifier: VoucherVerifier, token: str, claims: VoucherClaims
) -> None:
    assert verifier.verify(f"{token}\r\n", now=NOW) == claims


def test_a_token_expires_a_year_after_the_deadline(
    verifier: VoucherVerifier, token: str, claims: VoucherClaims
) -> None:
    expiry = voucher_expiry(DEADLINE)
    assert expiry - DEADLINE == timedelta(days=366)
    assert verifier.verify(token, now=expiry - timedelta(milliseconds=1)) == claims
    with pytest.raises(VoucherInvalid):
        verifier.verify(token, now=expiry)


def test_tokens_under_a_retired_key_are_still_read(signer: VoucherSigner, token: str, claims: VoucherClaims) -> None:
    current = VoucherSigner(b"n" * 32)
    verifier = VoucherVerifier([current.public_key, signer.public_key])
    assert verifier.verify(token, now=NOW) == claims
    assert verifier.verify(current.sign(claims), now=NOW) == claims
