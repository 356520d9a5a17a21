"""Forged headers, smuggled requests, oversized requests, and slow requests."""

import asyncio
import gzip
import time

import httpx

from tests.scenarios.acceptance.people import DemoService
from tests.scenarios.attack.raw_http import answers_to, connection, request
from tests.scenarios.attack.results import AttackResult

SECRET = "/api/v1/operations/audit"
HOST = "Host: 127.0.0.1"
CLOSE = "Connection: close"
LIES = {
    "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1;host=evil.test;proto=https",
    "X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "https", "X-Original-URL": SECRET, "X-Rewrite-URL": SECRET,
    "X-HTTP-Method-Override": "PUT", "X-Method-Override": "DELETE", "X-User": "operator-1", "X-Roles": "operator",
    "X-Forwarded-User": "operator-1", "X-Remote-User": "operator-1",
}  # fmt: skip
MIB = 1 << 20
SLOWLY_S = 14.0
LONGEST_WAIT_S = 10


async def lying_headers(service: DemoService) -> AttackResult:
    """Forged proxy headers change neither the caller, nor the call, nor any URL in a response."""
    result = AttackResult("headers that lie")
    applicant = await service.caller("applicant")
    async with httpx.AsyncClient(base_url=service.stack.url) as http:
        for headers in ({name: value} for name, value in LIES.items()):
            result.must_be(await http.get("/api/v1/preselections", headers=headers), {"unauthenticated"})
            signed = headers | {"Authorization": f"Bearer {applicant.token}"}
            result.must_be(await http.get(SECRET, headers=signed), {"forbidden"})
            result.must_be(await http.post(SECRET, headers=signed), {"method_not_allowed"})
        for host in ("evil.test", "127.0.0.1:1", "[::1]"):
            for path in ("/", "/config.json", "/api/v1/offices", "/nowhere/"):
                answer = await http.get(path, headers={"Host": host})
                result.note(answer)
                text = answer.text + str(answer.headers)
                result.unless("evil.test" not in text, f"{path} repeats the host that was sent")
        for origin in ("https://evil.test", "null"):
            answer = await http.get("/api/v1/preselections", headers={"Origin": origin})
            result.must_be(answer, {"unauthenticated"})
            allowed = [name for name in answer.headers if name.startswith("access-control")]
            result.unless(not allowed, f"another origin is let in: {allowed}")
    return result


async def smuggled_requests(service: DemoService) -> AttackResult:
    """Two lengths, or ambiguous ones: the server never reads a second request from the first one's body."""
    result = AttackResult("requests in disguise")
    inner = request("GET", SECRET, HOST)
    both = ("Content-Length: 5", "Transfer-Encoding: chunked")
    json = "Content-Type: application/json"
    for fields, body in (
        (both, b"0\r\n\r\n" + inner),
        (both[::-1], b"0\r\n\r\n" + inner),
        (("Content-Length: 0", f"Content-Length: {len(inner)}"), inner),
        ((f"Content-Length: {len(inner)}", "Content-Length: 0"), inner),
        (("Content-Length: 0, 5",), inner),
        (("Content-Length: +5",), b"{}   " + inner),
        (("Content-Length: -5",), inner),
        (("Content-Length: 5", "Transfer-Encoding: xchunked"), b"0\r\n\r\n" + inner),
        (("Transfer-Encoding : chunked",), b"0\r\n\r\n" + inner),
        (("Transfer-Encoding: chunked", "Transfer-Encoding: identity"), b"0\r\n\r\n" + inner),
        (("X: a\nTransfer-Encoding: chunked",), b"0\r\n\r\n" + inner),
    ):
        statuses = await answers_to(
            service.stack.url, request("POST", "/api/v1/entries", HOST, json, *fields, CLOSE, body=body), within=2
        )
        result.tried += 1
        result.answers[" and ".join(map(str, statuses)) or "closed"] += 1
        result.unless(len(statuses) <= 1, f"{fields} was answered {statuses}")
        result.unless(all(400 <= status < 500 for status in statuses), f"{fields} was answered {statuses}")
    return result


async def oversized_requests(service: DemoService) -> AttackResult:
    """Oversized heads, URLs, bodies and compression bombs are refused, and cost little."""
    result = AttackResult("oversized requests")
    token = (await service.caller("applicant")).token
    signed, json = f"Authorization: Bearer {token}", "Content-Type: application/json"
    chunk = f"{MIB:x}\r\n".encode() + b" " * MIB + b"\r\n"
    bomb = gzip.compress(b" " * 64 * MIB)
    zipped = ("Content-Encoding: gzip", f"Content-Length: {len(bomb)}")
    heads = (
        request("GET", "/" + "a" * MIB, HOST, CLOSE), request("GET", "/", HOST, CLOSE, "X: " + "a" * MIB),
        request("GET", "/", HOST, CLOSE, *(f"X-{number}: {number}" for number in range(20_000))),
        request("GET", "/api/v1/preselections", HOST, CLOSE, f"Authorization: Bearer {'a' * 100_000}"),
    )  # fmt: skip
    bodies = (
        (request("POST", "/api/v1/entries", HOST, CLOSE, signed, json, f"Content-Length: {MIB}"), b" " * MIB),
        (request("POST", "/api/v1/entries", HOST, CLOSE, signed, json, f"Content-Length: {10**18}"), b"{"),
        (request("POST", "/api/v1/entries", HOST, CLOSE, signed, json, "Transfer-Encoding: chunked"), *[chunk] * 20),
        (request("POST", "/api/v1/entries", HOST, CLOSE, signed, json, *zipped), bomb),
        (request("POST", "/api/v1/entries", HOST, CLOSE, signed, json, "Content-Length: 60000"), b"[" * 60_000),
    )
    for parts in (*((head,) for head in heads), *bodies):
        statuses = await answers_to(service.stack.url, *parts, within=4)
        result.tried += 1
        result.answers[str(statuses[0]) if statuses else "closed"] += 1
        fine = not statuses or (len(statuses) == 1 and (400 <= statuses[0] < 500 or statuses[0] == 404))
        result.unless(fine, f"{parts[0][:60]!r} was answered {statuses}")
    return result


async def slow_requests(service: DemoService, slow: int) -> AttackResult:
    """Many connections with slow heads and bodies; other clients must not notice, and slow ones are closed."""
    result = AttackResult(f"{slow} slow connections")
    # Nobody else uses this account: its calls are counted.
    applicant = (await service.neighbours(1))[0]
    signed, json = f"Authorization: Bearer {applicant.token}", "Content-Type: application/json"
    body = request("POST", "/api/v1/entries", HOST, CLOSE, signed, json, "Content-Length: 1000")
    trickles = [asyncio.ensure_future(_trickle(service, b"GET / HTTP/1.1\r\nX: ")) for _ in range(slow // 2)]
    trickles += [asyncio.ensure_future(_trickle(service, body)) for _ in range(slow // 2)]
    longest = 0.0
    while not all(trickle.done() for trickle in trickles):
        began = time.monotonic()
        result.note(await applicant.get("/offices"))
        longest = max(longest, time.monotonic() - began)
        await asyncio.sleep(0.25)
    result.by_right = result.answers["200"]
    result.unless(result.answers["200"] == result.tried, f"others were refused: {result.answers}")
    result.unless(longest < LONGEST_WAIT_S, f"others waited {longest:.1f} s")
    shown_out = sum(trickle.result() for trickle in trickles)
    result.tried += slow
    result.answers["shown out"] = shown_out
    result.unless(shown_out == slow, f"{slow - shown_out} slow connections may stay as long as they like")
    return result


async def _trickle(service: DemoService, beginning: bytes) -> bool:
    """Whether the server closes the connection, or at least responds, while a byte arrives every half second."""
    async with connection(service.stack.url) as (reader, writer):
        writer.write(beginning)
        ended = asyncio.ensure_future(reader.read(1))
        deadline = time.monotonic() + SLOWLY_S
        while not ended.done() and time.monotonic() < deadline:
            try:
                writer.write(b"a")
                await writer.drain()
            except ConnectionError:
                return True
            await asyncio.wait({ended}, timeout=0.5)
        ended.cancel()
        return ended.done() and not ended.cancelled()
