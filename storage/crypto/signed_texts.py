"""Texts that go with the client and come back: readable by it, and changed by nobody (a MAC with our keys)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest

from storage.crypto.keyed_hash import KeyedHash, candidate_hashes

_MAC_BYTES = 32


def sign_text(keys: KeyedHash, label: str, text: str) -> str:
    """The text and its MAC in the alphabet of base64url, separated by a dot."""
    return f"{_encode(text.encode())}.{_encode(keys.hash(label, text)[-_MAC_BYTES:])}"


def signed_text(keys: KeyedHash, label: str, signed: str) -> str | None:
    """The text; None if it was not signed here with this label, or was changed."""
    try:
        content, mac = (urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in signed.split("."))
        text = content.decode()
    except ValueError:
        return None
    known = candidate_hashes(keys.hash(label, text))
    return text if any(compare_digest(each[-_MAC_BYTES:], mac) for each in known) else None


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
