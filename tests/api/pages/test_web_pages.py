"""The content policy of the web pages, and their paths."""

import gzip
import re
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from api.pages.web_pages import ROUTES, add_pages
from tests.rules.source_files import ROOT


async def answer_of(folder: Path, path: str, issuer: str | None = None, **headers: str) -> httpx.Response:
    app = FastAPI()
    app.state.context = SimpleNamespace(settings=SimpleNamespace(oidc_issuer=issuer))
    add_pages(app, folder)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://xuanhao.test") as client:
        return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


async def policy_of(folder: Path, issuer: str | None) -> dict[str, list[str]]:
    """The content security policy of the first page: directive → sources."""
    answer = await answer_of(folder, "/", issuer)
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


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Built pages, each with its compressed copies."""
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "assets/app-1a2b.js"):
        plain = f"plain {name}".encode()
        (tmp_path / name).write_bytes(plain)
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(plain))
    return tmp_path


@pytest.mark.parametrize("path", ["/", "/preselections/1", "/assets/app-1a2b.js"])
@pytest.mark.parametrize("accepted, coding", [("gzip, br", "gzip"), ("gzip;q=0", None), ("identity", None)])
async def test_a_file_goes_out_in_a_form_that_the_browser_understands(
    pages: Path, path: str, accepted: str, coding: str | None
) -> None:
    answer = await answer_of(pages, path, accept_encoding=accepted)
    name, kind = ("assets/app-1a2b.js", "text/javascript") if "assets" in path else ("index.html", "text/html")
    assert (answer.status_code, answer.text, answer.headers.get("content-encoding")) == (200, f"plain {name}", coding)
    assert answer.headers["content-type"].split(";")[0] == kind
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_a_file_whose_name_changes_with_its_content_is_kept_for_good_and_the_page_is_not(pages: Path) -> None:
    kept = {path: (await answer_of(pages, path)).headers["cache-control"] for path in ("/", "/assets/app-1a2b.js")}
    assert kept == {"/": "no-cache", "/assets/app-1a2b.js": "public, max-age=31536000, immutable"}


@pytest.mark.parametrize(
    "path", ["/assets/old-9z.js", "/robots.txt", "/../secret.txt", "/a%00.js", "/api/v2", "/docs/x"]
)
async def test_a_file_that_is_not_there_is_no_page(pages: Path, path: str) -> None:
    assert (await answer_of(pages, path)).status_code == 404


@pytest.mark.parametrize("path", ["/nowhere", "/desk/nowhere", "/preselections/1/2", "/apply"])
async def test_an_unknown_page_is_not_found_in_the_words_of_the_pages(pages: Path, path: str) -> None:
    first = await answer_of(pages, "/")
    answer = await answer_of(pages, path, if_none_match=first.headers["etag"])
    assert (answer.status_code, answer.text) == (404, first.text)
    assert answer.headers["content-type"].split(";")[0] == "text/html"


@pytest.mark.parametrize("path", ["/desk", "/Desk/", "/apply/440300/notice", "/signin/callback?code=1"])
async def test_every_page_of_the_router_is_found(pages: Path, path: str) -> None:
    assert (await answer_of(pages, path)).status_code == 200


@pytest.mark.parametrize("path", ["/desk", "/Desk/", "/signin/callback"])
async def test_the_desk_may_use_the_camera_and_a_reader_of_codes(pages: Path, path: str) -> None:
    headers = (await answer_of(pages, path)).headers
    assert "camera=(self)" in headers["permissions-policy"]
    assert "; script-src 'self' 'wasm-unsafe-eval'" in headers["content-security-policy"]


async def test_other_pages_may_run_no_webassembly(pages: Path) -> None:
    assert "script-src" not in (await answer_of(pages, "/")).headers["content-security-policy"]


def test_the_paths_are_those_of_the_router() -> None:
    router = (ROOT / "web" / "src" / "router" / "index.ts").read_text("utf-8")
    of_sign_in = re.findall("_PATH = '([^']+)'", (ROOT / "web" / "src" / "auth" / "oidc.ts").read_text("utf-8"))
    named = re.findall("{\\s*path: '([^']+)'", router)
    assert {*named, *of_sign_in} - {"/:rest(.*)*"} == set(ROUTES)
