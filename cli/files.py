"""Files that a command reads."""

from pathlib import Path

from domain.errors import ValidationFailed
from operations.commands import invalid

MOST_BYTES = 16 * 1024 * 1024


def read_file(path: Path) -> bytes:
    """The file's content. Raises `ValidationFailed` if it can't be read or is longer than `MOST_BYTES`."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError:
        raise _unreadable() from None
    if len(content) > MOST_BYTES:
        raise _unreadable()
    return content


def read_text(path: Path) -> str:
    """The same as text in UTF-8."""
    try:
        return read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise invalid("file", "utf8") from None


def _unreadable() -> ValidationFailed:
    return invalid("file", "file")
