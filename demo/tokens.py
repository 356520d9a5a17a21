"""Keys and tokens of the demo's identity provider. It issues tokens without a password."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import OKPKey

from demo.world import DemoUser
from gateways.identity.logout_tokens import EVENT

AUDIENCE = "xuanhao"
LIFETIME = timedelta(hours=12)
LOGOUT_LIFETIME = timedelta(minutes=2)
CLIENT = "xuanhao-web"

_ALGORITHM = "Ed25519"


@dataclass(frozen=True)
class SignIn:
    """The sign-in that a token comes from."""

    id: str
    at: datetime


class DemoSigner:
    """Signs tokens for one issuer and publishes the key that checks them."""

    def __init__(self, seed: bytes, issuer: str, audience: str = AUDIENCE) -> None:
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        self._key = OKPKey.import_key(
            {"kty": "OKP", "crv": "Ed25519", "d": _text(seed), "x": _text(public)}, {"use": "sig"}
        )
        self._key.ensure_kid()
        self.issuer = issuer
        self.audience = audience

    @classmethod
    def from_keys(cls, content: Mapping[str, Any], issuer: str, audience: str = AUDIENCE) -> Self:
        """With the instance's key `demo_signing`: 32 bytes in base64. Raises ValueError, KeyError."""
        return cls(b64decode(content["demo_signing"], validate=True), issuer, audience)

    def jwks(self) -> dict[str, Any]:
        """The content of the JWKS URL."""
        return {"keys": [self._key.as_dict(private=False, alg=_ALGORITHM)]}

    def access_token(self, user: DemoUser, sign_in: SignIn, at: datetime) -> str:
        """Issue a token with which this user calls the API; it lasts `LIFETIME` from `at`."""
        return self.sign({"aud": self.audience} | claims_of(user) | session_claims(sign_in), at, LIFETIME)

    def logout_token(self, subject: str, session: str, at: datetime) -> str:
        """Issue the token that ends a session at the service."""
        claims = {"aud": CLIENT, "sub": subject, "sid": session, "jti": str(uuid4()), "events": {EVENT: {}}}
        return self.sign(claims, at, LOGOUT_LIFETIME, "logout+jwt")

    def sign(self, claims: Mapping[str, Any], at: datetime, lifetime: timedelta, kind: str = "JWT") -> str:
        """Issue a token with any claims, valid from `at`."""
        issued_at = int(at.timestamp())
        times = {"iat": issued_at, "nbf": issued_at, "exp": issued_at + int(lifetime.total_seconds())}
        header = {"alg": _ALGORITHM, "kid": self._key.kid, "typ": kind}
        return jwt.encode(header, {"iss": self.issuer} | dict(claims) | times, self._key, algorithms=[_ALGORITHM])

    def read(self, token: str, kind: str) -> dict[str, Any]:
        """The claims of a token that was signed here. Raises `JoseError` or ValueError; its expiry is not checked."""
        decoded = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
        if decoded.header.get("typ") != kind:
            raise ValueError("a token of another kind")
        return decoded.claims


def claims_of(user: DemoUser) -> dict[str, Any]:
    """The claims of a user; the phone number in E.164, as OpenID Connect recommends.

    Staff tokens name a second factor (RFC 8176), as those of a real provider.
    """
    claims: dict[str, Any] = {
        "sub": user.user,
        "roles": list(user.roles),
        "name": user.party.name,
        "id_number": user.party.id_number,
        "phone_number": f"+86{user.phone}",
        "phone_number_verified": True,
    }
    if not set(user.roles) <= {"applicant"}:
        claims |= {"acr": "2", "amr": ["pwd", "otp", "mfa"]}
    if user.office_code:
        claims["office"] = user.office_code
    if user.organisation:
        claims["organisation"] = {"name": user.organisation.name, "credit_code": user.organisation.id_number}
    return claims


def session_claims(sign_in: SignIn) -> dict[str, Any]:
    return {"sid": sign_in.id, "auth_time": int(sign_in.at.timestamp())}


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
