"""Sources of keys: a port, and adapters for a file and for the environment. A KMS would be another adapter.

The content is one JSON object; each key is 32 bytes in base64:

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
    """The source is read-only; its owner has to change the keys there."""


class KeySource(Protocol):
    """A source of the keys, shared by every process of the deployment."""

    def read(self) -> Content:
        """All keys as they are now. Raises OSError or ValueError."""
        ...

    def change(self, how: Callable[[dict[str, Any]], None]) -> None:
        """Change the keys, all or nothing, one process at a time. Raises `ReadOnlyKeys`."""
        ...


class FileKeys:
    """A file that every process can read, with access for its owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Content:
        return _object(self._path.read_text("utf-8"))

    def change(self, how: Callable[[dict[str, Any]], None]) -> None:
        with self._lock():
            content = dict(self.read())
            how(content)
            status = self._path.stat()
            unfinished = self._path.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            # A concurrent reader sees the old or the new keys, never a mix, also after a crash.
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                os.chown(file.fileno(), status.st_uid, status.st_gid)
                json.dump(content, file)
                file.flush()
                os.fsync(file.fileno())
            unfinished.chmod(status.st_mode & 0o777)
            unfinished.rename(self._path)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One change at a time; the lock is a separate file, because the key file is replaced."""
        with self._path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class EnvironmentKeys:
    """The JSON in an environment variable, whose value is fixed when the process starts."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self) -> Content:
        return _object(self._text)

    def change(self, how: Callable[[dict[str, Any]], None]) -> None:  # noqa: ARG002 -- the port's
        raise ReadOnlyKeys


def key_source(key_file: Path | None, keys: str | None) -> KeySource:
    """The adapter of the settings. Raises ValueError if they name none."""
    if keys:
        return EnvironmentKeys(keys)
    if key_file is None:
        raise ValueError("neither a key file nor keys")
    return FileKeys(key_file)


def _object(text: str) -> Content:
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError("the keys are not a JSON object")  # noqa: TRY004 -- as for every other malformed value
    return content
