"""What the web pages may load, and where they lie."""

from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from api.web_pages import add_pages


async def policy_of(folder: Path, issuer: str | None) -> dict[str, list[str]]:
    """The content security policy of the first page: directive → sources."""
    app = FastAPI()
    app.state.parts = SimpleNamespace(settings=SimpleNamespace(oidc_issuer=issuer))
    add_pages(app, folder)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://xuanhao.test") as client:
        answer = await client.get("/")
    assert answer.status_code == 200
    directives = (directive.split() for directive in answer.headers["content-security-policy"].split(";"))
    return {name: sources for name, *sources in directives}


@pytest.fixture(params=["built", "not built"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "built":
        (tmp_path / "index.html").write_text("<!doctype html>")
    return tmp_path


async def test_pages_speak_to_this_service_alone_while_no_provider_is_named(folder: Path) -> None:
    policy = await policy_of(folder, None)
    assert (policy["connect-src"], policy["default-src"]) == (["'self'"], ["'self'"])


async def test_pages_may_ask_a_provider_that_lies_elsewhere_for_the_token(folder: Path) -> None:
    policy = await policy_of(folder, "https://login.example:8443/realms/people")
    assert policy["connect-src"] == ["'self'", "https://login.example:8443"]
    assert policy["default-src"] == ["'self'"]
