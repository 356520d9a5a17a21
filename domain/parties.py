"""Parties: persons and organisations that buy, sell or own, and when two of them are the same."""

from dataclasses import dataclass
from enum import StrEnum

from domain.ascii_folding import fold_capitals
from domain.names import folded_name


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
                folded_name(self.name) == folded_name(other.name),
                fold_capitals(self.id_number) == fold_capitals(other.id_number),
            )
        )
