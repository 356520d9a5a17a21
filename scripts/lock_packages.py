"""Writes the lock files in requirements/: every package's version and hashes, for all systems, without an index URL."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".venv" / "lock-tools"
OPTIONS = [
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade"),
    # As they are installed (`scripts/set_up.py`).
    *("--only-binary", ":all:"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-progress", "--quiet"),
]
PARTS = {
    "run.txt": ("pyproject.toml", "--extra", "embedded"),
    "pages.txt": ("--group", "pages"),
    "production.txt": ("pyproject.toml",),
}


def main() -> None:
    if not (TOOLS / "bin" / "uv").exists():
        venv.create(TOOLS, with_pip=True, clear=True)
        run([TOOLS / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "uv"])
    compile_lock(
        "dev.txt", "pyproject.toml", *extras("embedded", "aliyun", "tencent", "tracing", "dev"), "--group", "pages"
    )
    # Parts of the first one: what `make run` installs, what builds its pages, and what an installation needs.
    for name, options in PARTS.items():
        compile_lock(name, *options, "--constraint", "requirements/dev.txt")
    compile_lock("audit.txt", "--group", "audit")


def extras(*names: str) -> list[str]:
    return [word for name in names for word in ("--extra", name)]


def compile_lock(name: str, *options: str) -> None:
    command: list[str | Path] = [TOOLS / "bin" / "uv", "pip", "compile", *OPTIONS, *options]
    run([*command, "--output-file", f"requirements/{name}"])


def run(command: list[str | Path]) -> None:
    # uv also prints everything that it writes to the lock files.
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603 - the words are our own.


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as problem:
        sys.exit(problem.returncode)
