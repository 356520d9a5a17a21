"""Builds the web pages before a wheel is packed, so that no wheel lacks them or has old ones."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebPagesHook(BuildHookInterface[Any]):
    """Hatchling finds it by the path in pyproject.toml."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature.
        build = Path(self.root) / "scripts" / "build_web.py"
        subprocess.run([sys.executable, str(build), "--required"], check=True)  # noqa: S603 - our own script.
