"""Encrypts workflow messages before they reach Temporal, where a setting asks for it. They hold no personal values."""

import json
import os
import time
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from config.settings import Settings

ENCODING = b"binary/encrypted"
READ_AGAIN_S = 10.0
"""How often the current key is looked up, so that a rotation needs no restart."""

_KEY_ID = "encryption-key-id"
_PURPOSE = b"xuanhao temporal payloads"
_NONCE_BYTES, _KEY_BYTES = 12, 32

Encryption = Mapping[str, Any]
"""The section of the keys: `{"current": id, "keys": {id: key}}`."""


class UnreadablePayload(ValueError):
    """The payload was not encrypted with one of our keys, or was altered."""


class _Ciphers(NamedTuple):
    known: Mapping[str, AESGCM]
    current: str


class EncryptedPayloads(PayloadCodec):
    """AES-256-GCM with a key derived from each of our encryption keys. The current one encrypts, all of them decrypt.

    What is not encrypted is read as it is, so that the setting can be switched on while workflows run.
    """

    def __init__(self, read: Callable[[], Encryption], clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._ciphers = _ciphers(read())
        self._read_at = clock()

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        if self._clock() - self._read_at >= READ_AGAIN_S:
            self._read_again()
        return [self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises `UnreadablePayload`."""
        return [
            self._decrypt(payload) if payload.metadata.get("encoding") == ENCODING else payload for payload in payloads
        ]

    def _encrypt(self, payload: Payload) -> Payload:
        key_id, nonce = self._ciphers.current, os.urandom(_NONCE_BYTES)
        sealed = self._ciphers.known[key_id].encrypt(nonce, payload.SerializeToString(), key_id.encode())
        return Payload(metadata={"encoding": ENCODING, _KEY_ID: key_id.encode()}, data=nonce + sealed)

    def _decrypt(self, payload: Payload) -> Payload:
        key_id = payload.metadata[_KEY_ID].decode("ascii", "replace")
        if key_id not in self._ciphers.known:
            self._read_again()
        cipher = self._ciphers.known.get(key_id)
        if cipher is None:
            raise UnreadablePayload("the payload names an unknown key")
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, key_id.encode()))
        except (InvalidTag, ValueError):
            raise UnreadablePayload("the payload was altered") from None

    def _read_again(self) -> None:
        self._read_at = self._clock()
        try:
            self._ciphers = _ciphers(self._read())
        except (OSError, ValueError, KeyError):
            # While keys can't be read, the known ones go on.
            return


def codec_of(settings: Settings) -> EncryptedPayloads | None:
    """The codec of these settings; None where messages stay readable. Raises `OSError`, `ValueError`, `KeyError`."""
    if not settings.temporal_codec:
        return None

    def read() -> Encryption:
        text = settings.keys or (settings.key_file.read_text("utf-8") if settings.key_file else "")
        section: Encryption = json.loads(text)["encryption"]
        return section

    return EncryptedPayloads(read)


def _ciphers(encryption: Encryption) -> _Ciphers:
    known = {key_id: AESGCM(_derive_key(b64decode(key))) for key_id, key in encryption["keys"].items()}
    current = str(encryption["current"])
    if current not in known:
        raise KeyError(current)
    return _Ciphers(known, current)


def _derive_key(key: bytes) -> bytes:
    """Another key for this purpose, so that no key encrypts both rows and messages."""
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=_PURPOSE).derive(key)
