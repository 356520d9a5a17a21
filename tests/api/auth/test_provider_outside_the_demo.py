"""`python -m api` outside the demo, with another OpenID provider, found by its issuer alone."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from config.settings import Settings
from embedded.ports import free_port
from gateways.identity.discovery import WELL_KNOWN
from process.clock import system_clock
from tests.support.api_process import api_process, is_up
from tests.support.serving import serve
from tests.support.tokens import KEY_SET, token_of, without
from tests.support.waiting import eventually

CLAIMS = {
    "XUANHAO_OIDC_AUDIENCE": "xuanhao",
    "XUANHAO_OIDC_ROLES_CLAIM": "realm_access.roles",
    "XUANHAO_OIDC_PHONE_CLAIM": "mobile",
    "XUANHAO_OIDC_STAFF_ACR": "gold",
    "XUANHAO_OIDC_STAFF_LIFETIME": "PT15M",
}
INSUFFICIENT = 'Bearer error="insufficient_user_authentication"'


class ForeignProvider:
    """Its issuer is its URL, known once it is served."""

    issuer: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        documents: dict[str, Any] = {
            WELL_KNOWN: {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/certs"},
            "/certs": KEY_SET,
        }
        await JSONResponse(documents.get(scope["path"]))(scope, receive, send)

    def claims(self, *roles: str, **changes: Any) -> dict[str, Any]:
        now = int(system_clock().timestamp())
        return {
            "iss": self.issuer,
            "aud": ["account", "xuanhao"],
            "sub": "f:1:wang",
            "iat": now,
            "exp": now + 900,
            "realm_access": {"roles": ["offline_access", *roles]},
            "name": "王小明",
            "id_number": "11010519491231002X",
            "mobile": "+8613800138000",
            "office": "440300",
        } | changes


@pytest.fixture
async def provider() -> AsyncIterator[ForeignProvider]:
    provider = ForeignProvider()
    async with serve(provider) as port:
        provider.issuer = f"http://127.0.0.1:{port}"
        yield provider


@pytest.mark.slow
async def test_its_tokens_are_checked_by_the_deployments_settings(
    settings: Settings, provider: ForeignProvider
) -> None:
    port = free_port()
    environment = CLAIMS | {"XUANHAO_OIDC_ISSUER": provider.issuer}
    async with (
        api_process(settings, port, **environment),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client,
    ):
        await eventually(lambda: is_up(client), within=30)

        async def outcome_of(path: str, claims: dict[str, Any]) -> tuple[int, str]:
            answer = await client.get(path, headers={"Authorization": f"Bearer {token_of(claims)}"})
            return answer.status_code, answer.headers.get("www-authenticate", "")

        applicant, gold = provider.claims("applicant"), {"acr": "gold"}
        later = applicant["iat"] + 12 * 3600
        offices, audit, desk = (f"/api/v1/{path}" for path in ("offices", "operations/audit", "desk/reservations"))
        assert await outcome_of(offices, applicant | {"exp": later}) == (200, "")
        assert await outcome_of(audit, applicant) == (403, "")
        assert await outcome_of(audit, provider.claims("operator", **gold)) == (200, "")
        assert await outcome_of(desk, provider.claims("clerk", **gold)) == (200, "")
        assert await outcome_of(desk, provider.claims("clerk", acr="1", amr=["pwd"])) == (401, INSUFFICIENT)
        assert await outcome_of(audit, provider.claims("operator", **gold, exp=later)) == (401, INSUFFICIENT)
        assert await outcome_of(audit, without(provider.claims("operator", **gold), "iat")) == (401, INSUFFICIENT)
        assert await outcome_of(offices, applicant | {"mobile_verified": False}) == (401, "Bearer")
        assert await outcome_of(offices, applicant | {"iss": "https://elsewhere.test"}) == (401, "Bearer")
        assert await outcome_of(offices, applicant | {"aud": "account"}) == (401, "Bearer")
        assert await refusal_of_a_gigabyte(port, token_of(applicant)) == (413, "payload_too_large")
        assert await send_lines(port, ["NO HTTP AT ALL", "", ""]) == (400, "bad_request")


async def refusal_of_a_gigabyte(port: int, token: str) -> tuple[int, str]:
    """The response to a body that was only announced, before any of it was read."""
    head = [
        "POST /api/v1/entries HTTP/1.1", "Host: x", f"Authorization: Bearer {token}",
        "Content-Type: application/json", f"Content-Length: {10**9}", "", "",
    ]  # fmt: skip
    return await send_lines(port, head)


async def send_lines(port: int, lines: list[str]) -> tuple[int, str]:
    """Status and code of the problem in response to these lines."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join(lines).encode())
    try:
        async with asyncio.timeout(5):
            answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(answer.partition("content-length: ")[2].split()[0])
            return int(answer.split()[1]), json.loads(await reader.readexactly(length))["code"]
    finally:
        writer.close()
