"""Every keyed hash by which rows are found, each under a label of its own, in one place.

Two hashes of the same value under different labels have nothing in common: a copied table tells no more than itself.
"""

from uuid import UUID

from domain.ascii_folding import fold_capitals
from storage.crypto.keyed_hash import Hash, KeyedHash, every


class PersonalHashes:
    """What stands in the columns that end in `_hash`. Look-ups ask for `every` value that a text may stand as."""

    def __init__(self, hashes: KeyedHash) -> None:
        self.keyed = hashes
        self._hash = hashes.hash

    def owner(self, subject: str) -> Hash:
        """The account: the token's `sub`."""
        return self._hash("owner", subject)

    def party(self, id_number: str) -> Hash:
        """Whoever acts and may be barred: a person's identity number or an organisation's credit code."""
        return self._hash("party", fold_capitals(id_number))

    def vehicle(self, vin: str) -> Hash:
        return self._hash("vehicle", fold_capitals(vin))

    def transfer(self, vin: str, certificate_number: str, party_id: str) -> Hash:
        """One transfer: this car, by this certificate, to this buyer. Counts belong to it (R-45)."""
        return self._hash("transfer", fold_capitals(vin), certificate_number, fold_capitals(party_id))

    def seller(self, id_number: str) -> Hash:
        return self._hash("seller", fold_capitals(id_number))

    def phone(self, phone: str) -> Hash:
        return self._hash("phone", phone)

    def code(self, purpose: str, subject_hash: bytes, preselection_id: UUID | None, digits: str) -> Hash:
        """A typed code, good for one person, purpose and preselection only. This is what may travel, not the digits."""
        whom = str(preselection_id or "")
        first, *further = [self._hash("code", purpose, known.hex(), whom, digits) for known in every(subject_hash)]
        return Hash.of(first, [*first.others, *(value for known in further for value in every(known))], first.anchor)

    def clerk(self, subject: str) -> str:
        """A clerk in the audit, in hexadecimal digits: always by the first key, since what is sealed stays as it is."""
        return self.owner(subject).anchor.hex()

    def rate_window(self, name: str, subject: str) -> bytes:
        """The key of a rate window in Redis, which must hold no personal value and outlives a change of keys."""
        return self._hash("rate window", name, subject).anchor
