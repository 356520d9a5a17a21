"""Every keyed hash by which rows are found, each under a label of its own, in one place.

Two hashes of the same value under different labels have nothing in common: a copied table tells no more than itself.
"""

from uuid import UUID

from domain.ascii_folding import fold_capitals
from storage.vault import KeyedHash


class PersonalHashes:
    """What stands in the columns that end in `_hash`. All are 32 bytes."""

    def __init__(self, hashes: KeyedHash) -> None:
        self._hash = hashes.hash

    def owner(self, subject: str) -> bytes:
        """The account: the token's `sub`."""
        return self._hash("owner", subject)

    def party(self, id_number: str) -> bytes:
        """Whoever acts and may be barred: a person's identity number or an organisation's credit code."""
        return self._hash("party", fold_capitals(id_number))

    def vehicle(self, vin: str) -> bytes:
        return self._hash("vehicle", fold_capitals(vin))

    def transfer(self, vin: str, certificate_number: str, party_id: str) -> bytes:
        """One transfer: this car, by this certificate, to this buyer. Counts belong to it (R-45)."""
        return self._hash("transfer", fold_capitals(vin), certificate_number, fold_capitals(party_id))

    def seller(self, id_number: str) -> bytes:
        return self._hash("seller", fold_capitals(id_number))

    def phone(self, phone: str) -> bytes:
        return self._hash("phone", phone)

    def code(self, purpose: str, subject_hash: bytes, preselection_id: UUID | None, digits: str) -> bytes:
        """A typed code, good for one person, purpose and preselection only. This is what may travel, not the digits."""
        return self._hash("code", purpose, subject_hash.hex(), str(preselection_id or ""), digits)

    def rate_window(self, name: str, subject: str) -> bytes:
        """The key of a rate window in Redis, which must hold no personal value."""
        return self._hash("rate window", name, subject)
