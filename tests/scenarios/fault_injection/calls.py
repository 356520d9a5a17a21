"""The clients' own log: every attempt of every request, and how a request is repeated until it is answered."""

import asyncio
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from process.clock import system_clock
from tests.scenarios.fault_injection.system import System

RETRY_FOR_S = 90.0
"""A request without an answer is repeated for so long: longer than any fault lasts."""

NO_ANSWER = 0
UNKNOWN_CALLER = 401
RETRIED = frozenset({429, 502, 503, 504, NO_ANSWER})


class Unanswered(Exception):
    """A read that nobody answered for `RETRY_FOR_S`: the faults left no time for it."""


class Refused(Exception):
    """A read that was answered with a problem."""

    def __init__(self, path: str, status: int, answer: Any) -> None:
        self.code = answer.get("code") if isinstance(answer, dict) else None
        super().__init__(f"GET {path}: {status} {answer}")


@dataclass(frozen=True)
class Attempt:
    """One attempt. `began` and `ended` are seconds of Unix time; `status` is 0 when the connection broke."""

    key: str
    user: str
    path: str
    body: Any
    began: float
    ended: float
    status: int
    answer: Any
    api: str = ""
    """The part that was called."""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str | None:
        return self.answer.get("code") if isinstance(self.answer, dict) and not self.is_good else None


@dataclass
class CallLog:
    """All attempts in the order in which they ended."""

    attempts: list[Attempt] = field(default_factory=list)

    def save(self, path: Path) -> None:
        path.write_text("".join(f"{json.dumps(vars(attempt), ensure_ascii=False)}\n" for attempt in self.attempts))

    def first_good_after(self, at: float) -> float | None:
        """The seconds until a write that began after this instant succeeded."""
        ends = [attempt.ended for attempt in self.attempts if attempt.is_good and attempt.began >= at]
        return min(ends) - at if ends else None


@dataclass
class Caller:
    """A signed-in user who calls one of the APIs, and repeats what was not answered."""

    system: System
    log: CallLog
    http: httpx.AsyncClient
    rng: random.Random
    user: str
    tokens: dict[str, str] = field(default_factory=dict, repr=False)
    """By API: each of the demo's has its own issuer."""

    async def sign_in(self, only: str | None = None) -> None:
        """At this API, or at all of them."""
        for url in [only] if only else self.system.urls.values():
            self.tokens.pop(url, None)
            answer = await self._fetch("POST", url, "/demo/tokens", json={"user": self.user})
            self.tokens[url] = answer.json()["access_token"]

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> Attempt:
        """The first final answer, by repeats with the same key; the last attempt where there is none."""
        key = key or str(uuid4())
        give_up_at = time.monotonic() + RETRY_FOR_S
        while True:
            attempt = await self.attempt(path, body, key)
            if attempt.status == UNKNOWN_CALLER:
                # A token is of no use while the API's clock has jumped, nor afterwards one of that time.
                await self.sign_in(self.system.urls[attempt.api])
            elif attempt.status not in RETRIED:
                return attempt
            if time.monotonic() > give_up_at:
                return attempt
            await asyncio.sleep(self.rng.uniform(0.2, 1.0))

    async def attempt(self, path: str, body: Any, key: str) -> Attempt:
        began, status, answer = system_clock().timestamp(), NO_ANSWER, None
        api = self.system.any_api(self.rng)
        url = self.system.urls[api]
        headers = self._headers(url) | {"Idempotency-Key": key}
        try:
            response = await self.http.post(f"{url}/api/v1{path}", json=body, headers=headers)
            status, answer = response.status_code, _json_of(response)
        except httpx.HTTPError as error:
            answer = type(error).__name__
        attempt = Attempt(key, self.user, path, body, began, system_clock().timestamp(), status, answer, api)
        self.log.attempts.append(attempt)
        return attempt

    async def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Any:
        """The answer of a read, repeated until it is one. Raises `Refused` and `Unanswered`."""
        response = await self._fetch("GET", None, path, params=parameters)
        if response.status_code != 200:
            raise Refused(path, response.status_code, _json_of(response))
        return response.json()

    async def _fetch(self, method: str, only: str | None, path: str, **options: Any) -> httpx.Response:
        """From `only` this API, or from any. Raises `Unanswered`."""
        give_up_at = time.monotonic() + RETRY_FOR_S
        while True:
            url = only or self.system.urls[self.system.any_api(self.rng)]
            try:
                response = await self.http.request(method, f"{url}/api/v1{path}", headers=self._headers(url), **options)
            except httpx.HTTPError as error:
                found = type(error).__name__
            else:
                found = str(response.status_code)
                if response.status_code == UNKNOWN_CALLER and url in self.tokens:
                    await self.sign_in(url)
                elif response.status_code not in RETRIED:
                    return response
            if time.monotonic() > give_up_at:
                raise Unanswered(f"{method} {path}: {found}")
            await asyncio.sleep(self.rng.uniform(0.2, 1.0))

    def _headers(self, url: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[url]}"} if url in self.tokens else {}


def _json_of(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text[:200]
