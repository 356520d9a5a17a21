"""Request bodies: limits of size and time, and strict JSON."""

import asyncio
import json
import math
from typing import Any, NoReturn

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.auth.policy import LARGEST_BODY
from domain.errors import Refusal, ValidationFailed

ARRIVES_WITHIN = 8.0
"""Seconds in which a body must have arrived."""

LARGE_ARRIVES_WITHIN = 12.0
"""The same for a body with a file: the response must follow within fifteen seconds of the request's start."""

NOTHING = b""


class BodyRefused(Refusal):
    """A refusal like the framework's: the body was not parsed."""


class PayloadTooLarge(BodyRefused):
    code = "payload_too_large"


class UnsupportedMediaType(BodyRefused):
    code = "unsupported_media_type"


class RequestTimeout(BodyRefused):
    code = "request_timeout"
    is_retryable = True


class ReadRequest(Request):
    """A request whose body has been read and parsed; FastAPI uses both."""

    raw: bytes = NOTHING
    parsed: Any = None
    refusal: BodyRefused | None = None
    """Why the body has not been received."""

    async def body(self) -> bytes:
        return self.raw

    async def json(self) -> Any:
        return self.parsed

    @property
    def canonical(self) -> bytes:
        """The canonical bytes of the JSON body, with which repeats are compared."""
        return json.dumps(self.parsed, sort_keys=True, separators=(",", ":")).encode() if self.raw else NOTHING


async def receive(request: Request, largest: int) -> ReadRequest:
    """The request with its body of at most `largest` bytes, or with the refusal of it.

    A slow client takes its time before it takes a place.
    """
    received = ReadRequest(request.scope, request.receive)
    try:
        received.raw = await _receive_body(request, largest)
    except BodyRefused as refusal:
        received.refusal = refusal
    return received


def parse_body(request: ReadRequest) -> None:
    """Parse the received body. Raises `BodyRefused`, and `ValidationFailed` for anything but strict JSON."""
    if request.refusal is not None:
        raise request.refusal
    if request.raw:
        if not _is_json(request.headers.get("content-type", "")):
            raise UnsupportedMediaType
        request.parsed = parse(request.raw)


def refuse_body(request: Request) -> None:
    """For calls without a body. Raises `ValidationFailed` for a body with content."""
    if isinstance(request, ReadRequest) and request.raw and request.parsed != {}:
        raise ValidationFailed([{"field": "body", "message": "unknown"}])


def parse(raw: bytes) -> Any:
    """Strict JSON in UTF-8: no NaN, no duplicate keys, no lone surrogates, no NUL, no depth that breaks a parser.

    Raises `ValidationFailed`.
    """
    try:
        parsed = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
        text = json.dumps(parsed, ensure_ascii=False)
        text.encode("utf-8")
        if "\\u0000" in text and _holds_nul(parsed):
            raise ValidationFailed([{"field": "body", "message": "text"}])
    except (ValueError, RecursionError):
        raise ValidationFailed([{"field": "body", "message": "json"}]) from None
    return parsed


def announced_length(request: Request) -> int | None:
    """The length that the request announces, which the server enforces; None for a body in chunks."""
    announced = request.headers.get("content-length", "")
    return int(announced[:20]) if announced.isascii() and announced.isdigit() else None


async def _receive_body(request: Request, largest: int) -> bytes:
    if (announced_length(request) or 0) > largest:
        raise PayloadTooLarge
    body = bytearray()
    try:
        async with asyncio.timeout(ARRIVES_WITHIN if largest <= LARGEST_BODY else LARGE_ARRIVES_WITHIN):
            async for chunk in request.stream():
                body += chunk
                if len(body) > largest:
                    raise PayloadTooLarge
    except (TimeoutError, ClientDisconnect):
        raise RequestTimeout from None
    return bytes(body)


def _is_json(content_type: str) -> bool:
    kind, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower().replace('"', "").replace(" ", "")
    return kind.strip().lower() == "application/json" and charset in ("", "charset=utf-8", "charset=utf8")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _refuse(_: str) -> NoReturn:
    raise ValueError("not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _holds_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case list():
            return any(map(_holds_nul, value))
        case dict():
            return any("\0" in key or _holds_nul(item) for key, item in value.items())
        case _:
            return False
