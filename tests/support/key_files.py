"""A key file for tests."""

import json
from base64 import b64encode
from pathlib import Path


def write_keys(file: Path) -> Path:
    """Write public test keys."""
    key = b64encode(bytes(range(32))).decode()
    keys = {"encryption": {"current": "t", "keys": {"t": key}}, "hashing": key, "voucher_signing": key}
    file.write_text(json.dumps(keys))
    return file
