"""The random secrets of one instance, generated at its first start and stored in its data folder.

`{"encryption": {"current": id, "keys": {id: key}}, "hashing": key, "voucher_signing": key}`, each key 32 random bytes
in base64 (for signing: the seed of an Ed25519 key). A demo's has `"demo": true` and `"demo_signing": key` as well.
Readable only by its owner.
"""

import json

from config.key_marks import MARK, require_keys_of_mode
from config.settings import SettingsError
from embedded.folders import DataFolder
from embedded.problems import StartProblem
from storage.crypto.new_keys import new_key, new_keys, write_key_file


def ensure_key_file(folder: DataFolder, *, demo: bool = False) -> None:
    """Create the key file unless there is one.

    Raises `StartProblem` if data exists that only the lost keys can read, and for a folder of the other mode.
    """
    if folder.keys.exists():
        _require_same_mode(folder, demo=demo)
        return
    if folder.postgres.exists():
        raise StartProblem(f"{folder.keys} is missing, and without it the data in {folder.root} can't be read")
    write_key_file(folder.keys, new_keys() | (_fresh_demo_keys() if demo else {}))


def _require_same_mode(folder: DataFolder, *, demo: bool) -> None:
    try:
        require_keys_of_mode(json.loads(folder.keys.read_text("utf-8")), demo=demo)
    except (OSError, ValueError, AttributeError):
        raise StartProblem(f"{folder.keys} holds no keys") from None
    except SettingsError as problem:
        raise StartProblem(f"{problem}: use the other mode for the data in {folder.root}, or another folder") from None


def _fresh_demo_keys() -> dict[str, object]:
    return {MARK: True, "demo_signing": new_key()}
