"""Runs the scripts of web/package.json, and starts the stacks that their journeys need."""

import subprocess
import sys
from pathlib import Path

from scripts.build_web import ROOT, WEB, environment, npm
from tests.scenarios.stack.browser_fonts import with_chinese
from tests.support.running_stack import RunningStack

LONGEST_RUN_S = 840
# Nobody watches the buttons' countdowns, so they are shorter.
_BRISK = {"CONFIRM_DELAY": "PT1S", "COMPOSE_INTERVAL": "PT2S", "CODE_RESEND": "PT1S"}


def build_pages() -> None:
    """`web/dist` as `make run` builds it, with its tools installed."""
    subprocess.run([sys.executable, str(ROOT / "scripts" / "build_web.py"), "--required"], check=True)


def brisk_stack_in(folder: Path) -> RunningStack:
    return RunningStack(folder, {f"XUANHAO_POLICY__{name}": value for name, value in _BRISK.items()})


def run_script(name: str, **variables: str) -> None:
    """Runs a script of web/package.json; a failure shows its output."""
    with with_chinese(environment()) as chinese:
        done = subprocess.run(
            [*npm(), "run", name],
            cwd=WEB,
            env=chinese | variables,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_RUN_S,
        )
    assert done.returncode == 0, done.stdout[-8000:]
