"""The pass of a waiting room: it says to whom it belongs and when they came, and until when they may begin.

The person has it, so a place outlives the server's memory.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.instants import from_milliseconds, to_milliseconds
from storage.crypto.keyed_hash import KeyedHash
from storage.crypto.signed_texts import sign_text, signed_text

_LABEL = "queue pass"


@dataclass(frozen=True)
class QueuePass:
    """`ends` is None until the person is let in."""

    room_id: UUID
    person: str
    arrived_at: datetime
    ends: datetime | None

    def lets_in(self, room_id: UUID, person: str, at: datetime) -> bool:
        return self.had_turn(room_id, person) and self.ends is not None and at < self.ends

    def had_turn(self, room_id: UUID, person: str) -> bool:
        """Whether the person's turn has come, even if it is over."""
        return self.is_of(room_id, person) and self.ends is not None

    def is_of(self, room_id: UUID, person: str) -> bool:
        return (self.room_id, self.person) == (room_id, person)


def sign(given: QueuePass, keys: KeyedHash) -> str:
    ends = to_milliseconds(given.ends) if given.ends else None
    return sign_text(
        keys, _LABEL, json.dumps([str(given.room_id), given.person, to_milliseconds(given.arrived_at), ends])
    )


def read_pass(signed: str, keys: KeyedHash) -> QueuePass | None:
    """The pass; None for anything that was not signed here."""
    text = signed_text(keys, _LABEL, signed)
    if text is None:
        return None
    room_id, person, arrived, ends = json.loads(text)
    return QueuePass(UUID(room_id), person, from_milliseconds(arrived), from_milliseconds(ends) if ends else None)
