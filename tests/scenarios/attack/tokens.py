"""Tokens that were forged, changed, or issued for another purpose."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.tokens import DemoSigner
from embedded.folders import DataFolder
from process.clock import system_clock
from storage.crypto.sources import FileKeys
from tests.scenarios.acceptance.people import DemoService
from tests.scenarios.attack.results import AttackResult

HOUR = timedelta(hours=1)
# One for each role, and one that writes.
CALLS = (
    ("GET", "/preselections"), ("POST", "/entries"), ("GET", "/desk/reservations"), ("GET", "/operations/audit"),
    ("POST", "/operations/withholdings"),
)  # fmt: skip


async def forged_tokens(service: DemoService) -> AttackResult:
    """Forgeries without the provider's key: no signature, another algorithm, another key, a changed claim."""
    result = AttackResult("forged tokens")
    genuine = (await service.caller("applicant")).token
    for token in _forgeries(genuine, await _published_key(service)):
        await _try(service, result, token)
    return result


async def swapped_tokens(service: DemoService) -> AttackResult:
    """Signed with the provider's key, but not for this service, not for now, or not for this role."""
    result = AttackResult("tokens for something else")
    issuer = await _issuer(service)
    signer = DemoSigner.from_keys(FileKeys(DataFolder(service.stack.folder).keys).read(), issuer)
    claims = _claims((await service.caller("applicant")).token)
    for token in _swapped_tokens(signer, claims):
        await _try(service, result, token)
    return result


async def tokens_elsewhere(service: DemoService) -> AttackResult:
    """A valid token in wrong places, and an applicant's token where another role is needed."""
    result = AttackResult("good tokens in wrong places")
    operator = (await service.caller("operator")).token
    applicant = await service.caller("applicant")
    url = f"{service.stack.url}/api/v1/operations/audit"
    async with httpx.AsyncClient() as http:
        result.must_be(await http.get(url, params={"access_token": operator}), {"unauthenticated"})
        result.must_be(await http.get(url, headers={"Cookie": f"access_token={operator}"}), {"unauthenticated"})
        for scheme in ("Basic", "Token", "Bearer Bearer"):
            headers = {"Authorization": f"{scheme} {operator}"}
            result.must_be(await http.get(url, headers=headers), {"unauthenticated"})
        pair = [("Authorization", f"Bearer {applicant.token}"), ("Authorization", f"Bearer {operator}")]
        result.must_be(await http.get(url, headers=pair), {"forbidden", "unauthenticated", "bad_request"})
    for method, path in CALLS[2:]:
        result.must_be(
            await applicant.http.request(method, f"/api/v1{path}", **_claims_of(applicant.token)), {"forbidden"}
        )
    return result


async def _try(service: DemoService, result: AttackResult, token: str) -> None:
    async with httpx.AsyncClient(base_url=service.stack.url) as http:
        for method, path in CALLS:
            result.must_be(await http.request(method, f"/api/v1{path}", **_claims_of(token)), {"unauthenticated"})


def _claims_of(token: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


def _forgeries(genuine: str, public: dict[str, Any]) -> Iterator[str]:
    header, payload, signature = genuine.split(".")
    head, claims = json.loads(_decode(header)), json.loads(_decode(payload))
    operator = _part(claims | {"roles": ["operator", "clerk", "applicant"], "office": "440300"})
    for name in ("none", "None", "NONE", ""):
        for ending in ("", signature):
            yield f"{_part(head | {'alg': name})}.{operator}.{ending}"
    # The public key used as the secret of an HMAC, in every encoding that a library might use.
    for secret in (_decode(public["x"]), public["x"].encode(), json.dumps(public).encode(), b""):
        signed = f"{_part(head | {'alg': 'HS256'})}.{operator}"
        yield f"{signed}.{_encode(hmac.digest(secret, signed.encode(), hashlib.sha256))}"
    stranger = Ed25519PrivateKey.generate()
    own = {"kty": "OKP", "crv": "Ed25519", "x": _encode(stranger.public_key().public_bytes_raw()), "kid": head["kid"]}
    for extra in (
        {},
        {"jwk": own},
        {"jku": "http://127.0.0.1:9/keys"},
        {"kid": "../../../dev/null"},
        {"crit": ["exp"]},
    ):
        made = {"alg": "Ed25519", "kid": head["kid"]} | extra
        yield _by(stranger, made, claims | {"roles": ["operator"]})
    yield f"{header}.{operator}.{signature}"
    yield f"{header}.{_part(claims | {'sub': 'applicant-002'})}.{signature}"
    yield f"{header}.{_part(claims | {'exp': claims['exp'] + 10**6})}.{signature}"
    yield from (f"{header}.{payload}.", f"{header}.{payload}", f"{header}..{signature}", f"{genuine[:-4]}")
    yield from (f"{genuine}.{signature}", f"{genuine}=", "e30.e30.", "." * 8000)


def _by(key: Ed25519PrivateKey, header: dict[str, Any], claims: dict[str, Any]) -> str:
    signed = f"{_part(header)}.{_part(claims)}"
    return f"{signed}.{_encode(key.sign(signed.encode()))}"


def _swapped_tokens(signer: DemoSigner, claims: dict[str, Any]) -> Iterator[str]:
    now = system_clock()
    ours = {name: value for name, value in claims.items() if name not in ("iss", "iat", "nbf", "exp")}
    yield signer.sign(ours | {"aud": "another-service"}, now, HOUR)
    yield signer.sign(ours | {"aud": []}, now, HOUR)
    yield signer.sign({name: value for name, value in ours.items() if name != "aud"}, now, HOUR)
    yield signer.sign(ours | {"iss": "http://127.0.0.1:9/"}, now, HOUR)
    yield signer.sign(ours, now - 2 * HOUR, HOUR)
    yield signer.sign(ours, now + HOUR, HOUR)
    yield signer.sign(ours | {"sub": None}, now, HOUR)
    yield signer.sign(ours | {"roles": "operator"}, now, HOUR)
    yield signer.sign(ours | {"phone_number_verified": False}, now, HOUR)
    yield signer.sign(ours, now, HOUR, kind="demo-session+jwt")


async def _issuer(service: DemoService) -> str:
    async with httpx.AsyncClient() as http:
        return str((await http.get(f"{service.stack.url}/config.json")).json()["oidc"]["issuer"])


async def _published_key(service: DemoService) -> dict[str, Any]:
    async with httpx.AsyncClient() as http:
        found = (await http.get(f"{await _issuer(service)}/.well-known/openid-configuration")).json()
        keys: list[dict[str, Any]] = (await http.get(found["jwks_uri"])).json()["keys"]
    return keys[0]


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(_decode(token.split(".")[1]))
    return claims


def _part(content: object) -> str:
    return _encode(json.dumps(content).encode())


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
