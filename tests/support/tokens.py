"""Tokens of the tests' provider, valid and invalid."""

import base64
import json
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import ECKey
from joserfc.registry import HeaderParameter

from tests.support.clocks import NOW
from tests.support.http_server import LocalServer

ISSUER = "http://issuer.test"
AUDIENCE = "xuanhao"
KEY = ECKey.generate_key("P-256", {"kid": "k-1"})
KEY_SET = {"keys": [KEY.as_dict(private=False)]}
"""As the provider publishes it."""
STRANGER = ECKey.generate_key("P-256", {"kid": "k-1"})
APPLICANT: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "applicant-001",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 3600,
    "roles": ["applicant"],
    "name": "张三",
    "id_number": "11010519491231002X",
    "phone_number": "13800138000",
}
# Additional claims of staff: a second factor.
STAFF: dict[str, Any] = {"amr": ["pwd", "otp", "mfa"]}
AGENT = APPLICANT | {"organisation": {"name": "深圳市贸易有限公司", "credit_code": "91110000600037341L"}}


def token_of(claims: dict[str, Any], key: Any = KEY, alg: str = "ES256", **header: Any) -> str:
    headers = {"alg": alg, "kid": key.kid} | header
    registry = jws.JWSRegistry({"x": HeaderParameter("x", "str")}, [alg], strict_check_header=False)
    return jwt.encode(headers, claims, key, registry=registry, default_type=None)


def without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def publish(http_server: LocalServer, *keys: Any) -> None:
    http_server.answers(200, {"keys": [key.as_dict(private=False) for key in keys]})


GOOD = token_of(APPLICANT)
