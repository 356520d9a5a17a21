"""Port to the SMS gateway."""

from typing import Protocol

import httpx

from domain.dependencies import DependencyUnavailable
from domain.sms import Sms
from gateways.http import call


class Outbox(Protocol):
    """The outbox of the local adapter."""

    async def add(self, message: Sms) -> None:
        """Store the SMS; one with the same key is stored once."""
        ...


class HttpSms:
    """POST `{phone, text, purpose}` with an `Idempotency-Key`; any status from 200 to 299 means accepted.

    Name and password in the URL become basic authentication.
    """

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._client = client

    async def send(self, message: Sms) -> None:
        request = self._client.build_request(
            "POST",
            self._url,
            json={"phone": message.phone, "text": message.text, "purpose": message.purpose},
            headers={"Idempotency-Key": message.idempotency_key},
        )
        answer = await call(self._client, request, part="sms")
        if not httpx.codes.is_success(answer.status):
            raise DependencyUnavailable("sms", f"status {answer.status}")


class LocalSms:
    """Delivers into our outbox, which the demo phone reads."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def send(self, message: Sms) -> None:
        await self._outbox.add(message)
