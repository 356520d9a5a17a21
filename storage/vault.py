"""Encryption and keyed hashes: personal values are unreadable in the database without the key file.

An encrypted value is: version byte, length of the key id, key id (ASCII), nonce (12 bytes), ciphertext with tag. The
column's name is authenticated with it, so that a value copied into another column does not open.
"""

import hmac
import json
import os
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = 1
_NONCE_BYTES = 12
_KEY_BYTES = 32
_HEAD_BYTES = 2
_LONGEST_KEY_ID = 255


class Unreadable(ValueError):
    """The value was not encrypted for this column, with one of these keys, or was altered."""


class Vault:
    """AES-256-GCM with several keys, of which the current one encrypts."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        if any(len(key) != _KEY_BYTES for key in keys.values()):
            raise ValueError("an encryption key has 32 bytes")
        if not 0 < len(current.encode("ascii")) <= _LONGEST_KEY_ID:
            raise ValueError("a key id is ASCII text of 1 to 255 characters")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._cipher = self._ciphers[current]
        self._head = bytes([_VERSION, len(current)]) + current.encode("ascii")

    def encrypt(self, column: str, text: str) -> bytes:
        """Seal a text for a column, named "table.column"."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._head + nonce + self._cipher.encrypt(nonce, text.encode(), column.encode())

    def decrypt(self, column: str, value: bytes) -> str:
        """The inverse of `encrypt`, with whichever key the value names; raises `Unreadable`."""
        head = _head_length(value)
        cipher = self._ciphers.get(value[_HEAD_BYTES:head].decode("ascii", "replace"))
        if cipher is None:
            raise Unreadable("the value names a key that is not at hand")
        nonce, sealed = value[head : head + _NONCE_BYTES], value[head + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, sealed, column.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Unreadable("the value does not open for this column") from error

    def needs_rotation(self, value: bytes) -> bool:
        """Tell whether the value was encrypted with another key than the current one."""
        return value[: _head_length(value)] != self._head


def _head_length(value: bytes) -> int:
    if len(value) < _HEAD_BYTES or value[0] != _VERSION:
        raise Unreadable("not a value of this vault")
    return _HEAD_BYTES + value[1]


class KeyedHash:
    """HMAC-SHA256 with a label for each purpose, so that equal texts of two purposes have nothing in common."""

    def __init__(self, key: bytes) -> None:
        if len(key) < _KEY_BYTES:
            raise ValueError("the hashing key has at least 32 bytes")
        self._key = key

    def hash(self, label: str, *texts: str) -> bytes:
        """32 bytes for the texts, in this order, under the label; each text is framed by its length."""
        framed = b"".join(len(part).to_bytes(4, "big") + part for part in (text.encode() for text in (label, *texts)))
        return hmac.digest(self._key, framed, sha256)


@dataclass(frozen=True)
class Keys:
    """What the key file holds, ready to use."""

    vault: Vault
    hashes: KeyedHash

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read `{"encryption": {"current": id, "keys": {id: base64 of 32 bytes}}, "hashing": base64 of 32 bytes}`.

        Raises OSError, ValueError or KeyError for a file that is missing or not of this form.
        """
        content = json.loads(path.read_text("utf-8"))
        encryption = content["encryption"]
        keys = {key_id: b64decode(key, validate=True) for key_id, key in encryption["keys"].items()}
        return cls(Vault(keys, encryption["current"]), KeyedHash(b64decode(content["hashing"], validate=True)))
