"""The authorization codes of the demo's identity provider, each valid once and for a short time."""

import re
import secrets
from base64 import urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from urllib.parse import urlsplit

from demo.tokens import SignIn
from demo.world import DemoUser

CODE_LIFETIME = timedelta(seconds=60)

_MOST_CODES = 1000
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")


@dataclass(frozen=True)
class Request:
    """A client's request to the authorization endpoint."""

    redirect_uri: str
    code_challenge: str
    nonce: str | None


@dataclass(frozen=True)
class Grant:
    user: DemoUser
    sign_in: SignIn
    request: Request
    until: datetime


class Grants:
    """Issued codes that have not been exchanged."""

    def __init__(self) -> None:
        self._by_code: OrderedDict[str, Grant] = OrderedDict()

    def issue(self, user: DemoUser, sign_in: SignIn, request: Request, at: datetime) -> str:
        code = secrets.token_urlsafe(32)
        self._by_code[code] = Grant(user, sign_in, request, at + CODE_LIFETIME)
        if len(self._by_code) > _MOST_CODES:
            self._by_code.popitem(last=False)
        return code

    def redeem(self, code: str, redirect_uri: str, verifier: str, at: datetime) -> Grant | None:
        """Take the grant of a code; `None` if anything about it is wrong."""
        grant = self._by_code.pop(code, None)
        if grant is None or at >= grant.until or grant.request.redirect_uri != redirect_uri:
            return None
        return grant if _proves(verifier, grant.request.code_challenge) else None


def is_challenge(text: str) -> bool:
    """The PKCE challenge (S256) of a verifier."""
    return _CHALLENGE.fullmatch(text) is not None


def is_own_address(address: str) -> bool:
    """Whether it is a page on this machine: the demo's provider redirects nowhere else."""
    try:
        parts = urlsplit(address)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and not parts.fragment and not parts.username
    return plain and port_is_right and parts.scheme == "http" and parts.hostname in _LOOPBACK


def _proves(verifier: str, challenge: str) -> bool:
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()
    return compare_digest(digest, challenge)
