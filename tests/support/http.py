"""Responses of the API."""

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass
class Answer:
    """A parsed response of the API."""

    status: int
    headers: httpx.Headers
    body: Any

    @property
    def code(self) -> str:
        assert self.headers["content-type"] == "application/problem+json", (self.status, self.body)
        assert self.body["status"] == self.status
        return str(self.body["code"])

    def ok(self) -> dict[str, Any]:
        assert self.status < 300, self.body
        assert isinstance(self.body, dict)
        return self.body
