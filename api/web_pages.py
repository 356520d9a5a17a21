"""The web pages at the root: the built frontend if it is there, else a page that says where the API is."""

from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).resolve().parent.parent / "web" / "dist"
NOT_PAGES = ("api", "openapi.json", "healthz", "readyz")
_CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_FALLBACK = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>选号</title>
<h1>预选机动车号牌 · 本地二手车过户</h1>
<p>网页尚未构建。接口说明见 <a href="/openapi.json">/openapi.json</a>。</p></html>
"""


def content_policy(app: Starlette) -> str:
    """What the pages may load. The pages themselves ask the identity provider for the token, wherever it lies."""
    issuer = urlsplit(app.state.parts.settings.oidc_issuer or "")
    allowed = ["'self'", f"{issuer.scheme}://{issuer.netloc}"] if issuer.netloc else ["'self'"]
    return f"{_CONTENT_POLICY}; connect-src {' '.join(allowed)}"


class WebPages(StaticFiles):
    """Files, and the one page for every address that the frontend itself knows."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.split("/", maxsplit=1)[0] in NOT_PAGES:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != HTTPStatus.NOT_FOUND or "." in path.rsplit("/", 1)[-1]:
                raise
            response = await super().get_response("index.html", scope)
        response.headers["Content-Security-Policy"] = content_policy(scope["app"])
        response.headers["Cache-Control"] = "no-cache"
        return response


class PagesMount(Mount):
    """Leaves the API's addresses alone, so that an unknown one is a problem there and not a page."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope["path"].lstrip("/").split("/")[0] in NOT_PAGES:
            return Match.NONE, {}
        return super().matches(scope)


async def site_config(request: Request) -> JSONResponse:
    """`/config.json`: what the pages must know before anybody has signed in."""
    settings = request.app.state.parts.settings
    provider = {"issuer": settings.oidc_issuer, "client_id": settings.oidc_client_id}
    known = all(provider.values())
    claims = {
        "roles": settings.oidc_roles_claim,
        "office": settings.oidc_office_claim,
        "name": settings.oidc_name_claim,
        "organisation": settings.oidc_organisation_name_claim,
    }
    return JSONResponse({"oidc": provider if known else None, "claims": claims, "demo": settings.demo})


def add_pages(app: FastAPI, folder: Path = FOLDER) -> None:
    """Must come after every other route: the last one added takes what is left."""
    app.add_route("/config.json", site_config, include_in_schema=False, name="site_config")
    if (folder / "index.html").is_file():
        app.router.routes.append(PagesMount("/", WebPages(directory=folder, html=True), name="pages"))
        return

    async def fallback_page(_: Request) -> HTMLResponse:
        return HTMLResponse(_FALLBACK, headers={"Content-Security-Policy": content_policy(app)})

    app.add_route("/", fallback_page, include_in_schema=False, name="pages")
