"""Installs exactly the locked packages into `.venv`; fast if that is done already. Run by every target of `make`.

It needs only Python. An interrupted set-up is restarted, and parallel set-ups wait for each other.
"""

import fcntl
import hashlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK_FILE = ROOT / "requirements" / "dev.txt"
# Written last and removed first: without it the environment is incomplete, and is created again.
STAMP = VENV / "set-up-for"


def main() -> None:
    with LOCK_FILE.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(lock.read()).hexdigest()
        if STAMP.is_file() and STAMP.read_text() == wanted and works():
            return
        sys.stderr.write("Setting up .venv (about half a minute) …\n")
        if not STAMP.is_file() or not works():
            make_environment()
        STAMP.unlink(missing_ok=True)
        install()
        STAMP.write_text(wanted)


def works() -> bool:
    """Whether the environment's interpreter starts: it does not if the Python that created it was removed."""
    return PYTHON.exists() and run([PYTHON, "-c", ""]).returncode == 0


def make_environment() -> None:
    # Debian's Python has no ensurepip; then the machine's pip installs into the environment.
    without_pip = [] if find_spec("ensurepip") else ["--without-pip"]
    if without_pip and not find_spec("pip"):
        sys.exit(f"{sys.executable} has neither ensurepip nor pip; install your system's package python3-venv")
    require("making the environment", [sys.executable, "-m", "venv", "--clear", *without_pip, VENV])


def install() -> None:
    own_pip = run([PYTHON, "-c", "import pip"]).returncode == 0
    pip: list[str | Path] = [PYTHON, "-m", "pip"] if own_pip else [sys.executable, "-m", "pip", "--python", PYTHON]
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    # The lock names every package, so nothing is resolved. Most modules are never imported; the others compile then.
    quick = ["--no-deps", "--no-compile"]
    require("installing the packages", [*pip, "install", *options, *quick, "-r", LOCK_FILE])
    require("checking the packages", [*pip, "check"])


def require(purpose: str, command: list[str | Path]) -> None:
    """Run a command, and show its output only if it fails."""
    done = run(command)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}{purpose} failed; see the lines above. The next run starts again.")


def run(command: list[str | Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - every word of these commands is our own.
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as problem:
        sys.exit(f"{problem.filename} can't be written: {problem.strerror}")
