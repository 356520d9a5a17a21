"""The state of a practice: the client keeps it, sealed with our keys, for an hour. Nothing is stored."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.errors import Refusal
from domain.instants import from_milliseconds, to_milliseconds
from storage.crypto.keyed_hash import KeyedHash
from storage.crypto.signed_texts import sign_text, signed_text

LIFETIME = timedelta(hours=1)
_LABEL = "practice state"


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
    return sign_text(keys, _LABEL, json.dumps(content, separators=(",", ":")))


def open_state(sealed: str, keys: KeyedHash, at: datetime) -> PracticeState:
    """Raises `StateInvalid`."""
    text = signed_text(keys, _LABEL, sealed)
    if text is None:
        raise StateInvalid
    given = json.loads(text)
    begun_at = from_milliseconds(given["begun"])
    if at - begun_at >= LIFETIME:
        raise StateInvalid
    return PracticeState(given["office"], given["record"], begun_at, given["tries"])
