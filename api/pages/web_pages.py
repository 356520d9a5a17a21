"""The web pages at the root: the built frontend if it exists, otherwise a page with the API's address."""

import re
from http import HTTPStatus
from pathlib import Path
from stat import S_ISREG
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.http.headers import SECURITY_HEADERS

_PAGE = "index.html"
# Files whose names change with their content.
_ASSETS = "assets/"
_FOR_GOOD = "public, max-age=31536000, immutable"
_FORMS = (("br", ".br"), ("gzip", ".gz"))
_REFUSED = re.compile(r";\s*q=0(\.0*)?\s*$")

FOLDER = Path(__file__).resolve().parents[2] / "web" / "dist"
NOT_PAGES = ("api", "docs", "openapi.json", "healthz", "readyz")
# The paths of the frontend's router; every other path is its page "not found".
ROUTES = (
    "/", "/apply/office", "/apply/:office/notice", "/apply/:office/information", "/preselections", "/preselections/:id",
    "/segments", "/practice", "/help", "/fairness", "/desk", "/operations", "/operations/inbox", "/operations/offices",
    "/operations/pool", "/operations/people", "/audit", "/signin/callback", "/signin/again",
)  # fmt: skip
_ROUTES = re.compile("|".join(re.sub(":[a-z]+", "[^/]+", route) + "/?" for route in ROUTES), re.IGNORECASE)
# The desk scans vouchers; a sign-in ends on another page before it shows the desk.
_WITH_CAMERA = ("/desk", "/signin/callback")
_CAMERA = SECURITY_HEADERS["permissions-policy"].replace("camera=()", "camera=(self)")
# Where the browser has no reader of codes, the camera's is WebAssembly.
_WITH_READER = "script-src 'self' 'wasm-unsafe-eval'"
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
    """The content policy of the pages. The pages get the token from the identity provider, at any origin."""
    issuer = urlsplit(app.state.context.settings.oidc_issuer or "")
    allowed = ["'self'", f"{issuer.scheme}://{issuer.netloc}"] if issuer.netloc else ["'self'"]
    return f"{_CONTENT_POLICY}; connect-src {' '.join(allowed)}"


class WebPages(StaticFiles):
    """Compressed files from the build, and the one page for every path of the frontend: 404 where it says so."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.split("/", maxsplit=1)[0] in NOT_PAGES:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        file = path if self._has(path) or _names_a_file(path) else _PAGE
        is_unknown = file == _PAGE and path != _PAGE and not _ROUTES.fullmatch(scope["path"])
        coding, suffix = self._form_of(file, Headers(scope=scope).get("accept-encoding", ""))
        if is_unknown:
            # Not found is never "not modified".
            scope = {**scope, "headers": [item for item in scope["headers"] if not item[0].startswith(b"if-")]}
        response = await super().get_response(file + suffix, scope)
        if is_unknown:
            response.status_code = HTTPStatus.NOT_FOUND
        response.headers["Content-Security-Policy"] = content_policy(scope["app"])
        if file == _PAGE and scope["path"].rstrip("/").lower() in _WITH_CAMERA:
            response.headers["Permissions-Policy"] = _CAMERA
            response.headers["Content-Security-Policy"] += f"; {_WITH_READER}"
        response.headers["Cache-Control"] = _FOR_GOOD if file.startswith(_ASSETS) else "no-cache"
        response.headers["Vary"] = "Accept-Encoding"
        if coding:
            response.headers["Content-Encoding"] = coding
        return response

    def _form_of(self, file: str, accepted: str) -> tuple[str, str]:
        """The encoding and the suffix of the smallest file that the browser supports; empty for the original."""
        wanted = {part.split(";")[0].strip() for part in accepted.split(",") if not _REFUSED.search(part)}
        forms = ((coding, suffix) for coding, suffix in _FORMS if coding in wanted and self._has(file + suffix))
        return next(forms, ("", ""))

    def _has(self, path: str) -> bool:
        try:
            _, found = self.lookup_path(path)
        except (OSError, ValueError):
            # An impossible file name.
            return False
        return found is not None and S_ISREG(found.st_mode)


def _names_a_file(path: str) -> bool:
    return "." in path.rsplit("/", 1)[-1].strip(".")


class PagesMount(Mount):
    """Does not match the API's paths, so that an unknown one is a problem and not a page."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope["path"].lstrip("/").split("/")[0] in NOT_PAGES:
            return Match.NONE, {}
        return super().matches(scope)


async def site_config(request: Request) -> JSONResponse:
    """`/config.json`: the settings that the pages need before the sign-in."""
    settings = request.app.state.context.settings
    provider = {"issuer": settings.oidc_issuer, "client_id": settings.oidc_client_id}
    known = all(provider.values())
    claims = {
        "roles": settings.oidc_roles_claim,
        "office": settings.oidc_office_claim,
        "name": settings.oidc_name_claim,
        "organisation": settings.oidc_organisation_name_claim,
    }
    terms = {"ban": str(request.app.state.context.operations.policy.blacklist)}
    return JSONResponse({"oidc": provider if known else None, "claims": claims, "terms": terms, "demo": settings.demo})


def add_pages(app: FastAPI, folder: Path = FOLDER) -> None:
    """Must be the last route: it matches every remaining path."""
    app.add_route("/config.json", site_config, include_in_schema=False, name="site_config")
    if (folder / "index.html").is_file():
        app.router.routes.append(PagesMount("/", WebPages(directory=folder), name="pages"))
        return

    async def fallback_page(_: Request) -> HTMLResponse:
        return HTMLResponse(_FALLBACK, headers={"Content-Security-Policy": content_policy(app)})

    app.add_route("/", fallback_page, include_in_schema=False, name="pages")
