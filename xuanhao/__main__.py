"""The program `xuanhao`: starts the API, the worker or the migration by name; all other words are operators' commands.

An installed wheel has our packages in the folder `packages` beside this file, because their names (`api`, `config`, …)
are too general for a common site-packages. In the repository they lie beside this folder.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import NoReturn

PACKAGES = Path(__file__).with_name("packages")
PROGRAMS = {
    "api": "api.__main__",
    "worker": "worker.__main__",
    "migrate": "storage.postgres.migrate",
    "demo-api": "demo.server",
}
"""Each module has a `main` that returns an exit code. They take no arguments: their settings are variables."""

WRONG = 2


def run() -> NoReturn:
    """Ends the process as `process.exit` says, since it may have used Temporal's SDK."""
    if PACKAGES.is_dir():
        sys.path.insert(0, str(PACKAGES))
    from process.exit import leave  # noqa: PLC0415 - it is found only now.
    from process.garbage import pause_collection  # noqa: PLC0415 - the same.

    with pause_collection():
        module = import_module(PROGRAMS.get(next(iter(sys.argv[1:]), ""), "cli.__main__"))
    if module.__name__ != "cli.__main__" and len(sys.argv) > 2:  # noqa: PLR2004 - the program and its name.
        sys.stderr.write(f"xuanhao: {sys.argv[1]} takes no arguments; its settings are variables (XUANHAO_…)\n")
        leave(WRONG)
    leave(module.main())


if __name__ == "__main__":
    run()
