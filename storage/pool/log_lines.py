"""The lines of the pool's log, as Redis has them and as the database stores them."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.instants import from_milliseconds

_STATES = '"free":'
_INSTANT = re.compile(r'"t":(\d+)')


class LogLine(NamedTuple):
    """One line of a prefix; `free` is the digest of the free numbers after the line `states`."""

    prefix: str
    epoch: int
    seq: int
    at: datetime
    text: str
    free: str | None
    states: int | None

    @classmethod
    def of(cls, prefix: str, place: bytes, text: str) -> "LogLine":
        """`place` is `epoch-number`. Only a line that states the free numbers is parsed: a draw writes the others."""
        epoch, _, seq = place.partition(b"-")
        instant = _INSTANT.search(text)
        if _STATES not in text and instant:
            return cls(prefix, int(epoch), int(seq), from_milliseconds(int(instant[1])), text, None, None)
        line = json.loads(text)
        free = line.get("free")
        states = line.get("of", line["s"]) if free else None
        return cls(prefix, int(epoch), int(seq), from_milliseconds(line["t"]), text, free, states)


def read_lines(prefix: str, found: Sequence[bytes]) -> list[LogLine]:
    """Places and texts, one after the other."""
    return [LogLine.of(prefix, place, text.decode()) for place, text in zip(found[::2], found[1::2], strict=True)]
