"""`python -m tests.scenarios.attack.hammer PORT CONNECTIONS`: one account that sends as fast as it can.

A separate process, so that whoever measures meanwhile is not slowed down by the sender's work. The first line of
standard input is the call as JSON: `{"method", "path", "token", "body"}`; each write gets a new key. It sends until
standard input ends, and then prints how many responses had each status.
"""

import asyncio
import json
import sys
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import uuid4

_LENGTH = b"content-length: "
_LARGEST_HEAD = 1 << 20


def request_of(call: dict[str, Any]) -> bytes:
    """The bytes of one request; a write has its own key."""
    body = json.dumps(call["body"]).encode() if call["body"] is not None else b""
    lines = [f"{call['method']} {call['path']} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {call['token']}"]
    if call["method"] != "GET":
        lines += [f"Content-Length: {len(body)}", f"Idempotency-Key: {uuid4()}", "Content-Type: application/json"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def send_until_closed(port: int, call: dict[str, Any], answers: Counter[int]) -> None:
    """One connection, which sends the next request when it has read the response to the last one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_LARGEST_HEAD)
    try:
        while True:
            writer.write(request_of(call))
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.partition(_LENGTH)[2].partition(b"\r\n")[0]))
            answers[int(head[9:12])] += 1
    finally:
        writer.close()


async def send_forever(port: int, call: dict[str, Any], answers: Counter[int]) -> None:
    """As `send_until_closed`, with a new connection after each."""
    while True:
        with suppress(OSError, asyncio.IncompleteReadError):
            await send_until_closed(port, call, answers)


async def main(port: int, connections: int) -> None:
    """Send until standard input ends."""
    loop = asyncio.get_running_loop()
    call = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    answers: Counter[int] = Counter()
    senders = [asyncio.ensure_future(send_forever(port, call, answers)) for _ in range(connections)]
    await loop.run_in_executor(None, sys.stdin.read)
    for sender in senders:
        sender.cancel()
    sys.stdout.write(json.dumps(answers) + "\n")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
