"""Installs exactly the locked packages into `.venv`; fast if that is done already. Run by every target of `make`.

With `--run` it installs only what the service needs to run, and builds the pages meanwhile: a first `make run` waits
for nothing that only tests need. It needs only Python. An interrupted set-up is restarted, and parallel set-ups wait
for each other.
"""

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = ROOT / "requirements"
# It holds everything, and so the packages of the two others.
ALL = ["dev.txt"]
TO_RUN = ["run.txt", "pages.txt"]
# Written last and removed first: without it the environment is incomplete, and is created again.
STAMP = VENV / "set-up-for"


def main() -> None:
    with (LOCKS / "dev.txt").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        installed = STAMP.read_text() if STAMP.is_file() and works() else None
        if "--run" not in sys.argv:
            if installed != digest_of(ALL):
                set_up(ALL, installed, lambda: install(ALL))
        elif installed in {digest_of(ALL), digest_of(TO_RUN)}:
            build_pages()
        else:
            set_up(TO_RUN, installed, install_to_run)


def set_up(names: list[str], installed: str | None, install_them: Callable[[], None]) -> None:
    sys.stderr.write("Setting up .venv (about half a minute) …\n")
    if installed is None:
        make_environment()
    STAMP.unlink(missing_ok=True)
    install_them()
    require("checking the packages", [*pip(), "check"])
    STAMP.write_text(digest_of(names))


def digest_of(names: list[str]) -> str:
    return hashlib.sha256(b"".join((LOCKS / name).read_bytes() for name in names)).hexdigest()


def install_to_run() -> None:
    """Install the service's packages, and Node's beside them, which then builds the pages."""
    with ThreadPoolExecutor() as beside:
        service = beside.submit(install, ["run.txt"])
        install(["pages.txt"])
        build_pages()
        service.result()


def build_pages() -> None:
    # Its lines and its errors are for whoever set this up: the service also runs without pages.
    subprocess.run([PYTHON, ROOT / "scripts" / "build_web.py"], check=False)  # noqa: S603 - the words are our own.


def works() -> bool:
    """Whether the environment's interpreter starts: it does not if the Python that created it was removed."""
    return PYTHON.exists() and run([PYTHON, "-c", ""]).returncode == 0


def make_environment() -> None:
    # Debian's Python has no ensurepip; then the machine's pip installs into the environment.
    without_pip = [] if find_spec("ensurepip") else ["--without-pip"]
    if without_pip and not find_spec("pip"):
        sys.exit(f"{sys.executable} has neither ensurepip nor pip; install your system's package python3-venv")
    require("making the environment", [sys.executable, "-m", "venv", "--clear", *without_pip, VENV])


def install(names: list[str]) -> None:
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    # The locks name every package, so nothing is resolved. Most modules are never imported; the others compile then.
    quick = ["--no-deps", "--no-compile"]
    locks = [word for name in names for word in ("-r", LOCKS / name)]
    require("installing the packages", [*pip(), "install", *options, *quick, *locks])


def pip() -> list[str | Path]:
    own_pip = run([PYTHON, "-c", "import pip"]).returncode == 0
    return [PYTHON, "-m", "pip"] if own_pip else [sys.executable, "-m", "pip", "--python", PYTHON]


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
