"""The generic SMS gateway over HTTP."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx

from domain.dependencies import CallDeclined, DependencyUnavailable
from domain.sms import Sms
from gateways.http import call

_OF_THIS_SMS = (HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)
"""Refusals after which another SMS may be accepted."""


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
            headers={"Idempotency-Key": message.reference},
        )
        answer = await call(self._client, request, part="sms")
        if httpx.codes.is_success(answer.status):
            return
        reason = f"status {answer.status}"
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise CallDeclined("sms", reason, is_final=True)
        if answer.status in _OF_THIS_SMS:
            raise CallDeclined("sms", reason)
        raise DependencyUnavailable("sms", reason)

    def _body(self, message: Sms) -> dict[str, Any]:
        body = {
            "phone": message.phone,
            "text": message.text,
            "purpose": message.purpose,
            "parameters": dict(message.parameters),
        }
        template = self._templates.get(message.purpose)
        return body | ({"template": template} if template else {})
