"""Port to the SMS gateway."""

from collections.abc import Mapping
from typing import Any, Protocol

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
    """POST `{phone, text, purpose, parameters}` with an `Idempotency-Key`; a status from 200 to 299 means accepted.

    `templates` has the provider's template id of each purpose, which is then sent as `template`. Name and password in
    the URL become basic authentication. docs/gateways.md is the contract.
    """

    def __init__(self, url: str, client: httpx.AsyncClient, templates: Mapping[str, str] | None = None) -> None:
        self._url = url
        self._client = client
        self._templates = templates or {}

    async def send(self, message: Sms) -> None:
        request = self._client.build_request(
            "POST",
            self._url,
            json=self._body(message),
            headers={"Idempotency-Key": message.idempotency_key},
        )
        answer = await call(self._client, request, part="sms")
        if not httpx.codes.is_success(answer.status):
            raise DependencyUnavailable("sms", f"status {answer.status}")

    def _body(self, message: Sms) -> dict[str, Any]:
        body = {
            "phone": message.phone,
            "text": message.text,
            "purpose": message.purpose,
            "parameters": dict(message.parameters),
        }
        template = self._templates.get(message.purpose)
        return body | ({"template": template} if template else {})


class LocalSms:
    """Delivers into our outbox, which the demo phone reads."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def send(self, message: Sms) -> None:
        await self._outbox.add(message)
