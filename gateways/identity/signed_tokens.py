"""Signed texts of the identity provider: the signature is verified, and their content is left to the caller."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import CompactSignature, JWSRegistry, extract_compact, validate_compact

from domain.errors import Unauthenticated
from gateways.identity.signing_keys import KeyType, PublicKey, SigningKeys

ALGORITHMS: Mapping[str, KeyType] = {"ES256": ECKey, "RS256": RSAKey, "PS256": RSAKey, "Ed25519": OKPKey}
LONGEST_TOKEN = 8192

# Errors that joserfc does not convert for text that is not a token, such as a header that is a list.
_DEFECTS = (JoseError, ValueError, TypeError, AttributeError, RecursionError)
# Unknown headers are ignored, as RFC 7515 requires, unless the token marks them as critical.
_REGISTRY = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)


class SignedTokens:
    """Verifies signatures with the provider's keys; the key determines the algorithm, never the token alone."""

    def __init__(self, keys: SigningKeys, algorithms: Collection[str]) -> None:
        self._keys = keys
        self._algorithms = algorithms

    async def payload(self, token: str, types: Collection[str]) -> dict[str, Any]:
        """The claims of a JWT with one of these types in its header; without a type it counts as `jwt`.

        Raises `Unauthenticated` for any defect, `DependencyUnavailable` when the provider's keys are unavailable.
        """
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise Unauthenticated
        signature = _take_apart(token.encode("ascii"))
        header = signature.headers()
        kind = ALGORITHMS.get(header["alg"]) if header["alg"] in self._algorithms else None
        if kind is None or header.get("typ", "JWT").lower() not in types:
            raise Unauthenticated
        key = await self._keys.get(header["kid"], kind)
        if key is None or key.get("alg", header["alg"]) != header["alg"]:
            raise Unauthenticated
        return _payload(signature, key)


def names_audience(payload: Mapping[str, Any], audiences: Collection[str]) -> bool:
    """Whether `aud`, one text or several, names one of these."""
    named = payload.get("aud")
    return any(name in audiences for name in (named if isinstance(named, list) else [named]) if isinstance(name, str))


def _take_apart(token: bytes) -> CompactSignature:
    """Parse the token; its header is well-formed and names a key, but nothing is verified yet."""
    try:
        signature = extract_compact(token, registry=_REGISTRY)
        _REGISTRY.check_header(signature.headers())
    except _DEFECTS:
        raise Unauthenticated from None
    if "kid" not in signature.headers():
        raise Unauthenticated
    return signature


def _payload(signature: CompactSignature, key: PublicKey) -> dict[str, Any]:
    try:
        if not validate_compact(signature, key, registry=_REGISTRY):
            raise Unauthenticated
        payload = json.loads(signature.payload or b"")
    except _DEFECTS:
        raise Unauthenticated from None
    if not isinstance(payload, dict):
        raise Unauthenticated
    return payload
