"""The state of a practice: it goes with the client, sealed with our keys, and lives for an hour. Nothing is stored."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from domain.errors import Refusal
from domain.instants import from_milliseconds, to_milliseconds
from storage.crypto.keyed_hash import KeyedHash, candidate_hashes

LIFETIME = timedelta(hours=1)
_LABEL = "practice state"
_MAC_BYTES = 32


@dataclass(eq=False)
class StateInvalid(Refusal):
    """The state was not made here, was changed, or is older than an hour."""

    code = "state_invalid"


@dataclass(frozen=True)
class PracticeState:
    """`record` is the domain's; `tries` counts wrong codes since the last one was sent."""

    office_code: str
    record: dict[str, Any]
    begun_at: datetime
    tries: int = 0


def seal(state: PracticeState, keys: KeyedHash) -> str:
    content = {
        "office": state.office_code,
        "record": state.record,
        "begun": to_milliseconds(state.begun_at),
        "tries": state.tries,
    }
    text = json.dumps(content, separators=(",", ":"))
    return f"{_encode(text.encode())}.{_encode(keys.hash(_LABEL, text)[-_MAC_BYTES:])}"


def open_state(sealed: str, keys: KeyedHash, at: datetime) -> PracticeState:
    """Raises `StateInvalid`."""
    try:
        content, mac = (urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in sealed.split("."))
        text = content.decode()
    except ValueError:
        raise StateInvalid from None
    known = candidate_hashes(keys.hash(_LABEL, text))
    if not any(compare_digest(each[-_MAC_BYTES:], mac) for each in known):
        raise StateInvalid
    given = json.loads(text)
    begun_at = from_milliseconds(given["begun"])
    if at - begun_at >= LIFETIME:
        raise StateInvalid
    return PracticeState(given["office"], given["record"], begun_at, given["tries"])


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
