"""Seals of workflow messages: a MAC that only holders of our keys can make.

Everybody who reaches Temporal can send any message. A seal shows that the API, the command line or our activities sent
it: it covers the workflow's subject, the act and every field of the message, so it is valid for nothing else.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass, replace
from hmac import compare_digest
from typing import Any, TypeVar

from storage.crypto.keyed_hash import KeyedHash, candidate_hashes

_LABEL = "workflow message"
_BYTES = 16

M = TypeVar("M")


class MessageSeals:
    """Makes and verifies seals with the hashing keys, also during a key rotation."""

    def __init__(self, hashes: KeyedHash) -> None:
        self._hashes = hashes

    def seal(self, subject_id: str, act: str, message: M) -> M:
        """The message with its seal. `subject_id` is its preselection, ban or operation."""
        seal = _text(self._hashes.hash(_LABEL, subject_id, act, _canonical(message)))
        return replace(message, seal=seal)  # type: ignore[type-var] # Messages are dataclasses; no type says so.

    def is_genuine(self, subject_id: str, act: str, message: Any) -> bool:
        """Whether the message's seal was made for this subject and act, with these fields."""
        if not message.seal:
            return False
        known = candidate_hashes(self._hashes.hash(_LABEL, subject_id, act, _canonical(message)))
        # Compared as bytes: the comparison of texts fails if one of them is not ASCII.
        given = message.seal.encode(errors="replace")
        return any(compare_digest(_text(each).encode(), given) for each in known)


def _text(mac: bytes) -> str:
    """128 bits of the MAC in URL-safe base64: short, because every history stores it in every message."""
    return urlsafe_b64encode(mac[-_BYTES:]).decode().rstrip("=")


def _canonical(message: Any) -> str:
    """All fields except the seal; absent fields and None are the same."""
    fields: Mapping[str, Any] = asdict(message) if is_dataclass(message) and not isinstance(message, type) else {}
    present = {name: value for name, value in fields.items() if name != "seal" and value is not None}
    return json.dumps(present, sort_keys=True, ensure_ascii=True)
