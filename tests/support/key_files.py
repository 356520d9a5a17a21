"""A key file for tests."""

import json
from base64 import b64encode
from pathlib import Path


def write_keys(file: Path) -> Path:
    """Write public test keys."""
    key = b64encode(bytes(range(32))).decode()
    file.write_text(json.dumps({"encryption": {"current": "t", "keys": {"t": key}}, "hashing": key}))
    return file
