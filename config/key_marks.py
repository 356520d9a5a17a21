"""Whether the keys are demo keys: everybody can sign in there, so they must not protect anything else.

Keys that were made for a demo contain `"demo": true`.
"""

from collections.abc import Mapping
from typing import Any

from config.settings import SettingsError

MARK = "demo"
KEYS_UNREADABLE = "XUANHAO_KEY_FILE names no readable key file"
DEMO_KEYS_OUTSIDE = "XUANHAO_KEY_FILE holds the keys of a demo, but XUANHAO_DEMO is not 1"
OTHER_KEYS_IN_DEMO = "XUANHAO_DEMO=1 lets everybody sign in, but XUANHAO_KEY_FILE holds keys that are not a demo's"


def require_keys_of_mode(keys: Mapping[str, Any], *, demo: bool) -> None:
    """Raises `SettingsError` for demo keys outside demo mode, and for other keys inside it."""
    # Every value except false is a mark: in doubt the keys count as demo keys.
    if demo != (keys.get(MARK, False) is not False):
        raise SettingsError(OTHER_KEYS_IN_DEMO if demo else DEMO_KEYS_OUTSIDE)
