"""All keyed hashes with which rows are found, each with its own label.

Two hashes of the same value with different labels are unrelated: a copied table can't be linked with another.
"""

from uuid import UUID

from domain.ascii_folding import fold_capitals
from storage.crypto.keyed_hash import Hash, KeyedHash, candidate_hashes

CODE_DIGITS = 6


class PersonalHashes:
    """The values of the columns that end in `_hash`. Lookups search for `every` value that a text may be stored as."""

    def __init__(self, hashes: KeyedHash) -> None:
        self.keyed = hashes
        self._hash = hashes.hash

    def owner(self, subject: str) -> Hash:
        """The account: the token's `sub`."""
        return self._hash("owner", subject)

    def party(self, id_number: str) -> Hash:
        """The party that acts and can be banned: a person's identity number or an organisation's credit code."""
        return self._hash("party", fold_capitals(id_number))

    def person(self, id_number: str) -> bytes:
        """The person behind an account, whoever they act for: always with the first key, to be compared for years."""
        return self._hash("person", fold_capitals(id_number)).stable

    def vehicle(self, vin: str) -> Hash:
        return self._hash("vehicle", fold_capitals(vin))

    def transfer(self, vin: str, certificate_number: str, party_id: str) -> Hash:
        """One transfer: this car, with this certificate, to this buyer. Counts belong to it (R-45)."""
        return self._hash("transfer", fold_capitals(vin), certificate_number, fold_capitals(party_id))

    def seller(self, id_number: str) -> Hash:
        return self._hash("seller", fold_capitals(id_number))

    def phone(self, phone: str) -> Hash:
        return self._hash("phone", phone)

    def code(self, purpose: str, subject_hash: bytes, preselection_id: UUID | None, digits: str) -> Hash:
        """A typed code, valid for one person, purpose and preselection. Messages hold this hash, never the digits."""
        whom = str(preselection_id or "")
        first, *further = [
            self._hash("code", purpose, known.hex(), whom, digits) for known in candidate_hashes(subject_hash)
        ]
        return Hash.of(
            first, [*first.others, *(value for known in further for value in candidate_hashes(known))], first.stable
        )

    def digits(self, code_id: UUID) -> str:
        """The six digits of a code: the same in every attempt to send it, and unpredictable without the key."""
        number = int.from_bytes(self._hash("code digits", str(code_id)).stable, "big") % 10**CODE_DIGITS
        return f"{number:0{CODE_DIGITS}d}"

    def clerk(self, subject: str) -> str:
        """A clerk in the audit, in hexadecimal digits: always with the first key, because sealed rows never change."""
        return self.owner(subject).stable.hex()

    def sign_in(self, kind: str, text: str) -> bytes:
        """A session at the identity provider, or all of a subject; such rows live for a day, with the first key."""
        return self._hash("sign-in", kind, text).stable

    def logout_token(self, token_id: str) -> bytes:
        return self._hash("logout token", token_id).stable

    def rate_window(self, name: str, subject: str) -> bytes:
        """The key of a rate window in Redis, which must hold no personal value and survives a key rotation."""
        return self._hash("rate window", name, subject).stable
