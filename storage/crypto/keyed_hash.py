"""Keyed hashes with several keys, so that a key can be rotated while rows still have hashes of an earlier one.

A hash with the first key is 32 bytes; a later key's has four more bytes at its start, which identify the key. A hash
that can't be recomputed, because its text is gone, is wrapped: hashed once more, with the new key. So a text may be
stored as any of a few values, and a lookup searches for all of them (`every`).
"""

import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

KEY_BYTES = 32
TAG_BYTES = 4
_HASH_BYTES = 32
# Texts are framed by their lengths, and none is as long as this, so a wrapped hash is never the hash of a text.
_WRAPPED = b"\xff\xff\xff\xff"
_SEVERAL = b"\x00"


class Hash(bytes):
    """A hash with the current key, and all values that the same text may be stored as.

    `stable` is the hash with the first key. It is the same after every key rotation: for values that can't be
    recomputed, or that must be the same for all processes during a rotation.
    """

    others: tuple[bytes, ...]
    stable: bytes

    @classmethod
    def of(cls, current: bytes, others: Sequence[bytes] = (), stable: bytes | None = None) -> Self:
        value = cls(current)
        value.others, value.stable = tuple(others), stable or current
        return value


def candidate_hashes(value: bytes) -> list[bytes]:
    """The hash first, then the other values that its text may be stored as."""
    return [bytes(value), *value.others] if isinstance(value, Hash) else [value]


def stable_hash(value: bytes) -> bytes:
    return value.stable if isinstance(value, Hash) else value


def encode_candidates(value: bytes) -> str:
    """Hexadecimal digits for a message: of the hash, or of all possible values of its text, each after its length."""
    known = candidate_hashes(value)
    framed = b"".join(bytes([len(each)]) + each for each in known)
    return (known[0] if len(known) == 1 else _SEVERAL + framed).hex()


def decode_candidates(digits: str) -> bytes:
    """The inverse of `encode_candidates`. Raises ValueError for other digits."""
    value = bytes.fromhex(digits)
    if not value.startswith(_SEVERAL) or len(value) <= TAG_BYTES + _HASH_BYTES:
        return value
    rest, known = value[len(_SEVERAL) :], []
    while rest:
        known.append(rest[1 : 1 + rest[0]])
        rest = rest[1 + rest[0] :]
    return Hash.of(known[0], known[1:])


@dataclass(frozen=True)
class _HashKey:
    """`tag` is empty for the first key. Hashes of a closed key are stored only wrapped."""

    id: str
    tag: bytes
    secret: bytes = field(repr=False)
    is_closed: bool

    def digest(self, framed: bytes) -> bytes:
        return self.tag + hmac.digest(self.secret, framed, sha256)


@dataclass(frozen=True)
class _HashKeys:
    """Oldest first. `current` is the index of the key that writes."""

    keys: tuple[_HashKey, ...]
    current: int

    def hash(self, framed: bytes) -> Hash:
        found: list[bytes] = []
        below: list[bytes] = []
        levels: list[list[bytes]] = []
        for key in self.keys:
            below = [key.digest(framed), *(key.digest(_WRAPPED + inner) for inner in below)]
            levels.append(below)
        current, *wrapped = levels[self.current]
        for place, (key, level) in enumerate(zip(self.keys, levels, strict=True)):
            found += level if place != self.current and not key.is_closed else []
        return Hash.of(current, (*wrapped, *found), levels[0][0])


class KeyedHash:
    """HMAC-SHA256 with a label for each purpose, so that equal texts of two purposes have unrelated hashes."""

    def __init__(self, key: bytes) -> None:
        self._state = _state({"": key}, "", ())

    def adopt(self, keys: Mapping[str, bytes], current: str, closed: Collection[str] = ()) -> None:
        """Use these keys from now on, oldest first: the first has any id, the others eight hexadecimal digits.

        Raises ValueError for impossible keys.
        """
        self._state = _state(keys, current, closed)

    @property
    def is_changing(self) -> bool:
        """Whether rows may have hashes of another key than the current one."""
        state = self._state
        return any(not key.is_closed for place, key in enumerate(state.keys) if place != state.current)

    @property
    def ids(self) -> list[str]:
        return [key.id for key in self._state.keys]

    @property
    def current(self) -> str:
        state = self._state
        return state.keys[state.current].id

    @property
    def closed_ids(self) -> list[str]:
        return [key.id for key in self._state.keys if key.is_closed]

    @property
    def tag(self) -> bytes:
        """The first bytes of hashes of the current key; empty for the first key."""
        state = self._state
        return state.keys[state.current].tag

    def hash(self, label: str, *texts: str) -> Hash:
        """The hash of the texts, in this order, with the label; each text is framed by its length."""
        return self._state.hash(_frame(label, *texts))

    def digest_with(self, key_id: str, label: str, *texts: str) -> bytes:
        """The 32 bytes of the hash with one named key, which may be closed. Raises KeyError for an unknown key."""
        key = next((key for key in self._state.keys if key.id == key_id), None)
        if key is None:
            raise KeyError(key_id)
        return hmac.digest(key.secret, _frame(label, *texts), sha256)

    def wrap(self, value: bytes) -> bytes:
        """Wrap a hash of the previous key: hash it once more with the current one."""
        state = self._state
        return state.keys[state.current].digest(_WRAPPED + value)

    def is_current(self, value: bytes) -> bool:
        """Whether a hash of a row was made, or wrapped, with the current key."""
        tag = self.tag
        return len(value) == len(tag) + _HASH_BYTES and value.startswith(tag)


def _frame(*texts: str) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in (text.encode() for text in texts))


def _state(keys: Mapping[str, bytes], current: str, closed: Collection[str]) -> _HashKeys:
    if any(len(key) < KEY_BYTES for key in keys.values()):
        raise ValueError("the hashing key needs at least 32 bytes")
    ids = list(keys)
    tags = [b"", *(bytes.fromhex(key_id) for key_id in ids[1:])]
    if any(len(tag) != TAG_BYTES for tag in tags[1:]) or len(set(tags)) < len(tags):
        raise ValueError("the id of a further hashing key must be eight hexadecimal digits")
    if current not in keys or current in closed:
        raise ValueError("the current hashing key is not among the keys")
    made = (_HashKey(key_id, tag, keys[key_id], key_id in closed) for tag, key_id in zip(tags, ids, strict=True))
    return _HashKeys(tuple(made), ids.index(current))
