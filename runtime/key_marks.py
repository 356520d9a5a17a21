"""Whether the keys are the demo's: everybody can sign in there, so they must never guard anything else.

A key file that was made for a demo says so by `"demo": true`.
"""

import json
from pathlib import Path

from runtime.settings import SettingsError

MARK = "demo"
KEYS_UNREADABLE = "XUANHAO_KEY_FILE names no readable key file"
DEMO_KEYS_OUTSIDE = "XUANHAO_KEY_FILE holds the keys of a demo, and XUANHAO_DEMO is not 1"
OTHER_KEYS_IN_DEMO = "XUANHAO_DEMO=1 lets everybody in, and XUANHAO_KEY_FILE holds keys that are not a demo's"


def require_keys_of_mode(key_file: Path, *, demo: bool) -> None:
    """Raises `SettingsError` for a demo's keys outside demo mode, for others' inside it, and for no keys at all."""
    if demo != _are_marked(key_file):
        raise SettingsError(OTHER_KEYS_IN_DEMO if demo else DEMO_KEYS_OUTSIDE)


def _are_marked(key_file: Path) -> bool:
    try:
        content = json.loads(key_file.read_text("utf-8"))
    except (OSError, ValueError):
        raise SettingsError(KEYS_UNREADABLE) from None
    if not isinstance(content, dict):
        raise SettingsError(KEYS_UNREADABLE)
    # Whatever stands there but a plain false is a mark: in doubt the keys are worth nothing.
    return content.get(MARK, False) is not False
