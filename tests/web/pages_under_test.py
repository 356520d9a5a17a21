"""How the scripts of web/package.json are run, and the stacks that their journeys need."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from pylopdf_fonts_zh_cn import sans_path

from scripts.build_web import ROOT, WEB, environment, npm
from tests.stack.running_stack import RunningStack

LONGEST_RUN_S = 540
# Nobody looks on while a button counts down, so it counts less.
_BRISK = {"CONFIRM_DELAY": "PT1S", "COMPOSE_INTERVAL": "PT2S"}
# Short countdowns and one chance of each kind, as web/README.md asks.
_SHORT = {
    "CONFIRM_DELAY": "PT1S",
    "BATCH_TTL": "PT8S",
    "CANDIDATE_TTL": "PT12S",
    "VALIDITY": "PT15S",
    "COMPOSE_INTERVAL": "PT1S",
    "DRAWS": "1",
    "COMPOSED": "1",
}
# The browser shows Chinese on a machine that has no Chinese font: with the one that the voucher is printed in.
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{folder}</cachedir>
</fontconfig>
"""


def build_pages() -> None:
    """`web/dist` as `make run` builds it, with its tools installed."""
    subprocess.run([sys.executable, str(ROOT / "scripts" / "build_web.py"), "--required"], check=True)


def brisk_stack_in(folder: Path) -> RunningStack:
    return _stack_with(_BRISK, folder)


def hasty_stack_in(folder: Path) -> RunningStack:
    return _stack_with(_SHORT, folder)


def _stack_with(policy: dict[str, str], folder: Path) -> RunningStack:
    return RunningStack(folder, {f"XUANHAO_POLICY__{name}": value for name, value in policy.items()})


def run_script(name: str, **variables: str) -> None:
    """Runs a script of web/package.json; a failure shows what it said."""
    with TemporaryDirectory() as folder:
        fonts = {"FONTCONFIG_FILE": str(_font_settings_in(Path(folder)))}
        done = subprocess.run(
            [*npm(), "run", name],
            cwd=WEB,
            env=environment() | fonts | variables,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_RUN_S,
        )
    assert done.returncode == 0, done.stdout[-8000:]


def _font_settings_in(folder: Path) -> Path:
    settings = folder / "fonts.conf"
    settings.write_text(_FONTS.format(fonts=Path(sans_path()).parent, folder=folder))
    return settings
