"""The signed token in a voucher's QR code: a compact JWS (RFC 7515) with Ed25519 (RFC 9864), without personal values.

It proves that this service reserved this plate for this preselection. Only the database knows whether the reservation
is still valid, and until when: a deadline may move after printing.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.errors import VoucherInvalid

# The voucher can still be inspected after registration, and a closed office moves deadlines by weeks. A year covers
# both; the expiry only limits how long a retired key must be kept.
READABLE_AFTER_DEADLINE = timedelta(days=366)

_TYPE = "voucher"
_LONGEST_TOKEN = 1024
_SEGMENTS = 3


@dataclass(frozen=True)
class VoucherClaims:
    """The claims of a token. `expires_at` is UTC in whole seconds; from then on the token is refused."""

    preselection_id: UUID
    plate: str
    visit_by: date
    office_code: str
    expires_at: datetime


def voucher_expiry(deadline: datetime) -> datetime:
    """When a token for a reservation with this deadline expires.

    It depends on nothing else, so every print of one reservation has the same token.
    """
    return (deadline + READABLE_AFTER_DEADLINE).astimezone(UTC).replace(microsecond=0)


class VoucherSigner:
    """Signs with one key, made from its seed of 32 bytes. Raises `ValueError` for a seed of another length."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()
        """32 bytes, for a `VoucherVerifier`."""
        self._header = _header(self.public_key)

    def sign(self, claims: VoucherClaims) -> str:
        payload = {
            "exp": int(claims.expires_at.timestamp()),
            "office": claims.office_code,
            "plate": claims.plate,
            "sub": str(claims.preselection_id),
            "visit_by": claims.visit_by.isoformat(),
        }
        signed = f"{self._header}.{_encode_json(payload)}"
        return f"{signed}.{_encode(self._key.sign(signed.encode()))}"


class VoucherVerifier:
    """Accepts tokens under any of several public keys (32 bytes each), found by the key id in the header."""

    def __init__(self, public_keys: Iterable[bytes]) -> None:
        # The header must be, byte for byte, the one that the signer writes for its key. So no foreign header is ever
        # interpreted, and there is no algorithm to choose.
        self._keys = {_header(key): Ed25519PublicKey.from_public_bytes(key) for key in public_keys}

    def verify(self, token: str, *, now: datetime) -> VoucherClaims:
        """Return the claims of a valid token that has not expired; raises `VoucherInvalid`.

        Surrounding blanks are ignored: scanners that act as keyboards append a line break.
        """
        token = token.strip()
        if len(token) > _LONGEST_TOKEN or not token.isascii():
            raise VoucherInvalid
        segments = token.split(".")
        key = self._keys.get(segments[0])
        if len(segments) != _SEGMENTS or key is None:
            raise VoucherInvalid
        header, payload, signature = segments
        try:
            key.verify(_decode(signature), f"{header}.{payload}".encode())
            claims = _claims(json.loads(_decode(payload)))
        except (InvalidSignature, ValueError, KeyError, TypeError) as error:
            raise VoucherInvalid from error
        if now >= claims.expires_at:
            raise VoucherInvalid
        return claims


def _claims(payload: dict[str, str]) -> VoucherClaims:
    return VoucherClaims(
        preselection_id=UUID(str(payload["sub"])),
        plate=payload["plate"],
        visit_by=date.fromisoformat(payload["visit_by"]),
        office_code=payload["office"],
        expires_at=datetime.fromtimestamp(int(payload["exp"]), UTC),
    )


def _header(public_key: bytes) -> str:
    """The encoded header of all tokens of one key, whose id is the beginning of its RFC 7638 thumbprint."""
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _encode(public_key)}
    thumbprint = _encode(sha256(json.dumps(jwk, separators=(",", ":")).encode()).digest())
    return _encode_json({"alg": "Ed25519", "kid": thumbprint[:11], "typ": _TYPE})


def _encode_json(value: Mapping[str, object]) -> str:
    return _encode(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _encode(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(segment: str) -> bytes:
    """Decode base64url without padding, in its canonical form only: a token has one spelling. Raises `ValueError`."""
    value = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if _encode(value) != segment:
        raise ValueError("not canonical base64url")
    return value
