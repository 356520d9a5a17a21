"""Encryption and keyed hashes: personal values are unreadable in the database without the keys.

An encrypted value is: version byte, length of the key id, key id (ASCII), nonce (12 bytes), ciphertext with tag. The
column's name is authenticated with it, so a value copied into another column can't be decrypted.
"""

import os
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column

from storage.crypto.keyed_hash import KeyedHash
from storage.crypto.sources import FileKeys, KeySource
from storage.postgres.sealed import SEALED_VERSION, is_sealed, sealed_name

_NONCE_BYTES = 12
_KEY_BYTES = 32
_HEAD_BYTES = 2
_LONGEST_KEY_ID = 255


class Unreadable(ValueError):
    """The value was not encrypted for this column, with one of these keys, or was altered."""


class _Ciphers(NamedTuple):
    """All keys, the current one's cipher, and the first bytes of its values."""

    known: Mapping[str, AESGCM]
    current: AESGCM
    head: bytes


class Vault:
    """AES-256-GCM with several keys, of which the current one encrypts."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        self._ciphers = _ciphers(keys, current)
        self.reread: Callable[[], object] | None = None
        """Reads newer keys; called when a value names an unknown key."""

    def adopt(self, keys: Mapping[str, bytes], current: str) -> None:
        """Use these keys from now on. Raises ValueError or KeyError for impossible keys."""
        self._ciphers = _ciphers(keys, current)

    def encrypt(self, column: Column[Any], text: str) -> bytes:
        """Encrypt a text for a sealed column."""
        nonce, ciphers = os.urandom(_NONCE_BYTES), self._ciphers
        return ciphers.head + nonce + ciphers.current.encrypt(nonce, text.encode(), sealed_name(column).encode())

    def decrypt(self, column: Column[Any], value: bytes) -> str:
        """The inverse of `encrypt`, with the key that the value names; raises `Unreadable`."""
        head = _head_length(value)
        cipher = self._cipher(value[_HEAD_BYTES:head].decode("ascii", "replace"))
        nonce, sealed = value[head : head + _NONCE_BYTES], value[head + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, sealed, sealed_name(column).encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Unreadable("the value can't be decrypted for this column") from error

    def decrypt_row(self, columns: Iterable[Column[Any]], row: Iterable[Any]) -> dict[str, Any]:
        """The values of these columns by name; those of sealed columns decrypted."""
        pairs = zip(columns, row, strict=True)
        return {
            column.name: self.decrypt(column, value) if value is not None and is_sealed(column) else value
            for column, value in pairs
        }

    def needs_rotation(self, value: bytes) -> bool:
        """Return whether the value was encrypted with another key than the current one."""
        return value[: _head_length(value)] != self._ciphers.head

    @property
    def ids(self) -> list[str]:
        return list(self._ciphers.known)

    @property
    def current(self) -> str:
        return self._ciphers.head[_HEAD_BYTES:].decode("ascii")

    @property
    def head(self) -> bytes:
        """The first bytes of values of the current key only."""
        return self._ciphers.head

    @staticmethod
    def head_of(key_id: str) -> bytes:
        """The same for any key."""
        return SEALED_VERSION + bytes([len(key_id)]) + key_id.encode("ascii")

    def _cipher(self, key_id: str) -> AESGCM:
        if key_id not in self._ciphers.known and self.reread:
            self.reread()
        cipher = self._ciphers.known.get(key_id)
        if cipher is None:
            raise Unreadable("the value names an unknown key")
        return cipher


def _ciphers(keys: Mapping[str, bytes], current: str) -> _Ciphers:
    if any(len(key) != _KEY_BYTES for key in keys.values()):
        raise ValueError("an encryption key must be 32 bytes")
    if not 0 < len(current.encode("ascii")) <= _LONGEST_KEY_ID:
        raise ValueError("a key id must be ASCII text of 1 to 255 characters")
    known = {key_id: AESGCM(key) for key_id, key in keys.items()}
    return _Ciphers(known, known[current], Vault.head_of(current))


def _head_length(value: bytes) -> int:
    if len(value) < _HEAD_BYTES or not value.startswith(SEALED_VERSION):
        raise Unreadable("not a value of this vault")
    return _HEAD_BYTES + value[1]


@dataclass(frozen=True)
class Keys:
    """The keys of the deployment, ready to use. All users of this object see new keys once `refresh` has read them."""

    vault: Vault
    hashes: KeyedHash
    source: KeySource | None = None

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Raises OSError, ValueError or KeyError for a missing or malformed file (`from_source`)."""
        return cls.from_source(FileKeys(path))

    @classmethod
    def from_source(cls, source: KeySource) -> Self:
        """Read `{"encryption": {"current": id, "keys": {id: key}}, "hashing": key, …}`; see `storage.crypto.sources`.

        Raises OSError, ValueError or KeyError for unreadable or malformed content.
        """
        content = source.read()
        vault, hashing = Vault(*encryption_keys(content)), hashing_keys(content)
        keys = cls(vault, KeyedHash(next(iter(hashing.keys.values()))), source)
        keys.hashes.adopt(*hashing)
        vault.reread = keys.refresh
        return keys

    @property
    def known_ids(self) -> list[str]:
        """The ids of all keys that can be read, each with its kind."""
        return [*(f"encryption:{key_id}" for key_id in self.vault.ids), *(f"hashing:{it}" for it in self.hashes.ids)]

    @property
    def current_ids(self) -> list[str]:
        """The ids of the two keys with which values are written, each with its kind."""
        return [f"encryption:{self.vault.current}", f"hashing:{self.hashes.current}"]

    def refresh(self) -> None:
        """Adopt the keys of the source. If they can't be read, nothing changes, and this raises."""
        if self.source is None:
            return
        content = self.source.read()
        encryption, hashing = encryption_keys(content), hashing_keys(content)
        self.hashes.adopt(*hashing)
        self.vault.adopt(*encryption)


class EncryptionKeys(NamedTuple):
    keys: Mapping[str, bytes]
    current: str


class HashingKeys(NamedTuple):
    """Oldest first."""

    keys: Mapping[str, bytes]
    current: str
    closed: tuple[str, ...]


def encryption_keys(content: Mapping[str, Any]) -> EncryptionKeys:
    """Raises ValueError or KeyError."""
    encryption = _section(content["encryption"])
    return EncryptionKeys(_decode_keys(encryption["keys"]), encryption["current"])


def hashing_keys(content: Mapping[str, Any]) -> HashingKeys:
    """`hashing` is one key, or `{"current": id, "keys": {id: key}, "closed"?: [id]}`. Raises ValueError or KeyError."""
    hashing = content["hashing"]
    if isinstance(hashing, str):
        return HashingKeys(_decode_keys({FIRST: hashing}), FIRST, ())
    hashing = _section(hashing)
    return HashingKeys(_decode_keys(hashing["keys"]), hashing["current"], tuple(hashing.get("closed", ())))


def _section(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not isinstance(value.get("keys"), Mapping):
        raise ValueError("the keys are not of this form")  # noqa: TRY004 -- as for every other malformed value
    return value


FIRST = "first"
"""The id of the first hashing key of an instance."""


def _decode_keys(keys: Mapping[str, str]) -> dict[str, bytes]:
    return {key_id: b64decode(key, validate=True) for key_id, key in keys.items()}
