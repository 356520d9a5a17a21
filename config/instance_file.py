"""The addresses of a running instance, written to a file so that commands find it by its data folder alone.

The sockets are in a private folder and need no password, so nothing in the file is secret.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

NAME = "instance.json"
_NOTED = frozenset(
    f"XUANHAO_{name}"
    for name in ("DATABASE_URL", "REDIS_URL", "TEMPORAL_ADDRESS", "TEMPORAL_UI_PORT", "TASK_QUEUE", "KEY_FILE", "DEMO")
)
_POLICY = "XUANHAO_POLICY__"


def note_instance(data_dir: Path, environment: Mapping[str, str]) -> None:
    """Write the environment variables of our programs that a command needs. Raises `OSError`."""
    ours = {name: value for name, value in environment.items() if _is_noted(name)}
    unfinished = (data_dir / NAME).with_suffix(".unfinished")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(ours, file, indent=1, sort_keys=True)
    unfinished.rename(data_dir / NAME)


def read_instance(data_dir: Path) -> dict[str, str]:
    """Read the settings of the instance that runs, or last ran, in this folder.

    Raises FileNotFoundError if none has run there, and ValueError for a malformed file.
    """
    content = json.loads((data_dir / NAME).read_text("utf-8"))
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise ValueError("not an instance file")
    return {name: value for name, value in content.items() if _is_noted(name)}


def _is_noted(name: str) -> bool:
    return name in _NOTED or name.startswith(_POLICY)
