"""The data folder: what survives a restart, the lock that keeps a second instance out, and the sockets' folder."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded.problems import StartProblem

# The kernel's limit is 108 bytes with a closing NUL on Linux, and 104 on macOS.
LONGEST_SOCKET_PATH = 103
LONGEST_SOCKET_NAME = "postgres/.s.PGSQL.5432.lock"
LOG_SIZE_TO_PUT_ASIDE = 20 * 1024 * 1024


class DataFolder:
    """The parts of one instance's folder. `held` makes it, and holds it for as long as the servers run."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self.logs = self.root / "logs"
        self.postgres = self.root / "postgres"
        self.temporal = self.root / "temporal"
        self.keys = self.root / "keys.json"
        self.sockets = _sockets_folder(self.root)

    def log(self, name: str) -> Path:
        """The log file of a part."""
        return self.logs / f"{name}.log"

    def log_to_begin(self, name: str) -> Path:
        """The same, for a part that is about to start: an overlong one of earlier runs is put aside."""
        path = self.log(name)
        if path.exists() and path.stat().st_size > LOG_SIZE_TO_PUT_ASIDE:
            path.replace(path.with_suffix(".old.log"))
        return path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder and keep everybody else out of it; the kernel lets go of the lock if we are killed."""
        try:
            # Others may pass through: PostgreSQL's own part belongs to another user when we are root.
            self.root.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            lock = (self.root / "lock").open("a")
        except OSError as problem:
            raise StartProblem(f"the data folder {self.root} can't be written: {problem.strerror}") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StartProblem(f"the data folder {self.root} is in use by another instance") from None
            self._prepare()
            try:
                yield
            finally:
                shutil.rmtree(self.sockets, ignore_errors=True)

    def _prepare(self) -> None:
        try:
            for folder in (self.logs, self.temporal):
                folder.mkdir(mode=0o700, exist_ok=True)
            # We hold the lock, so whatever sockets lie here belong to servers that were killed.
            shutil.rmtree(self.sockets, ignore_errors=True)
            self.sockets.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)
        except OSError as problem:
            raise StartProblem(f"{problem.filename} can't be written: {problem.strerror}") from None


def _sockets_folder(root: Path) -> Path:
    """A folder whose sockets have paths that are short enough for the kernel."""
    name = f"xuanhao-{os.geteuid()}-{hashlib.sha256(os.fsencode(root)).hexdigest()[:12]}"
    # In the temporary folder it is made anew with our own rights only; that fails if somebody else was first.
    for folder in (root / "run", Path(tempfile.gettempdir()) / name):
        if len(os.fsencode(folder / LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return folder
    raise StartProblem(f"the paths of {root} and of the temporary folder are too long for sockets")
