"""A new installation's keys: the JSON file that every process reads.

`{"encryption": {"current": id, "keys": {id: key}}, "hashing": key, "voucher_signing": key}`, each key 32 random bytes
in base64 (for signing: the seed of an Ed25519 key).
"""

import json
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path


def new_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def new_keys() -> dict[str, object]:
    identity = secrets.token_hex(4)
    return {
        "encryption": {"current": identity, "keys": {identity: new_key()}},
        "hashing": new_key(),
        "voucher_signing": new_key(),
    }


def write_key_file(path: Path, content: Mapping[str, object]) -> None:
    """Write the file, readable by its owner only. Raises `OSError`, also where the file exists.

    A crash leaves either no key file or a whole one.
    """
    if path.exists():
        raise FileExistsError(path)
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
