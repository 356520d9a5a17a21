"""Where keys come from: a port, and an adapter each for a file and for the environment. A KMS would be another.

What is read is one JSON object; each key is 32 bytes in base64:

    {
        "encryption": {"current": id, "keys": {id: key}},
        "hashing": key, or {"current": id, "keys": {id: key}, "closed": [id]} from the oldest to the newest,
        "made": {id: the instant at which a further key was made},
        "voucher_signing": seed, …
    }
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

Content = Mapping[str, Any]


class ReadOnlyKeys(Exception):
    """Keys can't be changed where they come from; whoever put them there changes them."""


class KeySource(Protocol):
    """A place that holds the keys, seen by every process of the deployment."""

    def read(self) -> Content:
        """All keys as they are now. Raises OSError or ValueError."""
        ...

    def change(self, how: Callable[[dict[str, Any]], None]) -> None:
        """Change the keys, all or nothing, and nobody else at the same time. Raises `ReadOnlyKeys`."""
        ...


class FileKeys:
    """A file that every process can read and its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Content:
        return _object(self._path.read_text("utf-8"))

    def change(self, how: Callable[[dict[str, Any]], None]) -> None:
        with self._held():
            content = dict(self.read())
            how(content)
            status = self._path.stat()
            unfinished = self._path.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            # Whoever reads meanwhile sees the old keys or the new ones, and so does everybody after a crash.
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                os.chown(file.fileno(), status.st_uid, status.st_gid)
                json.dump(content, file)
                file.flush()
                os.fsync(file.fileno())
            unfinished.chmod(status.st_mode & 0o777)
            unfinished.rename(self._path)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """One change at a time; the lock is a file of its own, for the key file itself is replaced."""
        with self._path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class EnvironmentKeys:
    """The JSON in a variable of the environment, which a process sees as it was when the process began."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self) -> Content:
        return _object(self._text)

    def change(self, how: Callable[[dict[str, Any]], None]) -> None:  # noqa: ARG002 -- the port's
        raise ReadOnlyKeys


def key_source(key_file: Path | None, keys: str | None) -> KeySource:
    """The adapter that the settings name. Raises ValueError where they name none."""
    if keys:
        return EnvironmentKeys(keys)
    if key_file is None:
        raise ValueError("neither a key file nor keys")
    return FileKeys(key_file)


def _object(text: str) -> Content:
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError("the keys are no JSON object")  # noqa: TRY004 -- as for all else that is not of the form
    return content
