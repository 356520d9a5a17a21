"""Parties: persons and organisations that buy, sell or own, and when two of them are the same."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from domain.ascii_folding import fold_capitals

_SPACES = re.compile(r"\s+")
_DOTS = re.compile("[\u2022\u2027\u22c5\u25cf\u30fb]")
_MIDDLE_DOT = "\u00b7"


class PartyKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Party:
    """`id_number` is a person's identity number or an organisation's credit code."""

    kind: PartyKind
    name: str
    id_number: str

    def is_same_as(self, other: "Party") -> bool:
        """Return whether both are the same party, however their name was typed."""
        # A tuple of three results, not a chain of `and`s: the time taken must not show which one is wrong.
        return all(
            (
                self.kind == other.kind,
                _plain_name(self.name) == _plain_name(other.name),
                fold_capitals(self.id_number) == fold_capitals(other.id_number),
            )
        )


def _plain_name(name: str) -> str:
    """Full-width brackets, blanks and the various dots of minority names depend on the keyboard."""
    return _DOTS.sub(_MIDDLE_DOT, _SPACES.sub("", unicodedata.normalize("NFKC", name)))
