"""The data folder: data that survives a restart, the lock against a second instance, and the sockets' folder."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from config.instance_file import note_instance
from embedded.problems import StartProblem

# The kernel's limit is 108 bytes with a closing NUL on Linux, and 104 on macOS.
LONGEST_SOCKET_PATH = 103
LONGEST_SOCKET_NAME = "postgres/.s.PGSQL.5432.lock"
LOG_SIZE_TO_PUT_ASIDE = 20 * 1024 * 1024


class DataFolder:
    """The folder of one instance. `lock` creates it, and locks it while the servers run."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self.logs = self.root / "logs"
        self.postgres = self.root / "postgres"
        self.temporal = self.root / "temporal"
        self.keys = self.root / "keys.json"
        self.sockets = _sockets_folder(self.root)

    def log(self, name: str) -> Path:
        """The log file of a component."""
        return self.logs / f"{name}.log"

    def begin_log(self, name: str) -> Path:
        """The log file of a component that is about to start; an overlong one of earlier runs is renamed."""
        path = self.log(name)
        if path.exists() and path.stat().st_size > LOG_SIZE_TO_PUT_ASIDE:
            path.replace(path.with_suffix(".old.log"))
        return path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Create the folder and lock it; the kernel releases the lock if we are killed."""
        try:
            # Others may enter: PostgreSQL's folder belongs to another user when we are root.
            mode = 0o711 if os.geteuid() == 0 else 0o700
            self.root.mkdir(mode=mode, parents=True, exist_ok=True)
            # It may have been made by hand. Whoever could open the lock could keep us from starting.
            with suppress(PermissionError):
                self.root.chmod(mode)
            lock = os.fdopen(os.open(self.root / "lock", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a")
            os.fchmod(lock.fileno(), 0o600)
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

    def note_instance(self, environment: Mapping[str, str]) -> None:
        """Write down how commands reach what runs here."""
        try:
            note_instance(self.root, environment)
        except OSError as problem:
            raise StartProblem(f"{problem.filename} can't be written: {problem.strerror}") from None

    def _prepare(self) -> None:
        try:
            for folder in (self.logs, self.temporal):
                folder.mkdir(mode=0o700, exist_ok=True)
            # We hold the lock, so any sockets here belong to servers that were killed.
            shutil.rmtree(self.sockets, ignore_errors=True)
            self.sockets.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)
        except OSError as problem:
            raise StartProblem(f"{problem.filename} can't be written: {problem.strerror}") from None


def _sockets_folder(root: Path) -> Path:
    """A folder whose path is short enough for the kernel's limit of socket paths."""
    name = f"xuanhao-{os.geteuid()}-{hashlib.sha256(os.fsencode(root)).hexdigest()[:12]}"
    # In the temporary folder it is created with access for us only; that fails if another user was first.
    for folder in (root / "run", Path(tempfile.gettempdir()) / name):
        if len(os.fsencode(folder / LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return folder
    raise StartProblem(f"the paths of {root} and of the temporary folder are too long for sockets")
