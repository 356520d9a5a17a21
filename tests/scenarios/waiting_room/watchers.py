"""Real event streams of a waiting room over REST, as many as a test wants: what each person is shown, and when."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LATE_S = 1.0
"""An event may be read so long after the place was."""


@dataclass
class Watcher:
    """One person's stream. `shown` are the instants of the loop's clock with place and turn."""

    token: str
    shown: list[tuple[float, int | None, bool]] = field(default_factory=list)
    size: int = 0

    async def watch(self, address: str, office: str) -> None:
        """Read events until the turn comes."""
        url = urlsplit(f"{address}/offices/{office}/queue/events")
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        head = f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {self.token}\r\n\r\n"
        writer.write(head.encode())
        try:
            assert b" 200 " in await reader.readline()
            while not (self.shown and self.shown[-1][2]):
                self._note(await reader.readline())
        finally:
            writer.close()

    @property
    def place(self) -> int:
        return next(place for _, place, _ in self.shown if place is not None)

    @property
    def turn(self) -> float:
        return self.shown[-1][0]

    def _note(self, line: bytes) -> None:
        assert line, "the stream ended before the turn"
        self.size += len(line)
        if line.startswith(b"data: "):
            event = json.loads(line.removeprefix(b"data: "))
            self.shown.append((asyncio.get_running_loop().time(), event["place"], event["admitted"]))


async def watch_all(watchers: Sequence[Watcher], address: str, office: str) -> None:
    async with asyncio.TaskGroup() as group:
        for watcher in watchers:
            group.create_task(watcher.watch(address, office))


def overtaken(watchers: Sequence[Watcher]) -> Iterator[tuple[int, int]]:
    """Whoever was still shown as waiting after somebody with a later place had the turn: both places."""
    earliest, whose = float("inf"), 0
    for watcher in sorted(watchers, key=lambda watcher: -watcher.place):
        waiting = [at for at, place, admitted in watcher.shown if place is not None and not admitted]
        if waiting and waiting[-1] > earliest + LATE_S:
            yield watcher.place, whose
        if watcher.turn < earliest:
            earliest, whose = watcher.turn, watcher.place
