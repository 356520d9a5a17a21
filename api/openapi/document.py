"""The published OpenAPI document: FastAPI's, with RFC 9457 problems, the token and the headers."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.http.problems import MEDIA_TYPE
from api.openapi.description import describe
from api.openapi.links import add_links

PATH = "/openapi.json"
_TOKEN = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "schema": {"type": "string", "default": "zh-CN"},
    "description": "The language of problems and messages: `zh-CN`, `zh-TW` or `en`.",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "format": "uuid"},
    "description": "A repeat with the same key returns the first response and acts once: for a day, and for five "
    "minutes after a final refusal that cost no attempt and no code.",
}
# What the server refuses before any route.
_MALFORMED = {
    "description": "`bad_request`",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
}
# Parameters of paths that the secured route reads, so that no endpoint declares them.
_IN_PATHS: dict[str, dict[str, Any]] = {
    "preselection_id": {"schema": {"type": "string", "format": "uuid"}},
    "code": {"schema": {"type": "string", "examples": ["440300"]}},
}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
# FastAPI's schemas of a 422, which we never send.
_NOT_OURS = ("HTTPValidationError", "ValidationError")


def publish(app: FastAPI) -> None:
    """Serve the document; it is built and encoded once, for anybody may read it as often as they like."""
    encoded: list[bytes] = []

    async def read_document(_: Request) -> Response:
        if not encoded:
            encoded.append(bytes(JSONResponse(get_document(app)).body))
        return Response(encoded[0], media_type="application/json")

    app.add_route(PATH, read_document, include_in_schema=False, name="read_document")


def get_document(app: FastAPI) -> dict[str, Any]:
    """The document of this application, built at the first call."""
    if app.openapi_schema is None:
        app.openapi_schema = document_of(app)
    return app.openapi_schema


def document_of(app: FastAPI) -> dict[str, Any]:
    """The document for client generators; operation ids are the names in the policy."""
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    components = document["components"]
    components["securitySchemes"] = {"token": _TOKEN}
    for name in _NOT_OURS:
        components["schemas"].pop(name, None)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            rule = app.state.rules[operation["operationId"]]
            _complete(path, operation, is_public=rule.is_public, writes=method in ("post", "put"))
    _state_items_of_tuples(components["schemas"])
    describe(document)
    add_links(operation for path in document["paths"].values() for operation in path.values())
    return document


def _complete(path: str, operation: dict[str, Any], *, is_public: bool, writes: bool) -> None:
    parameters = operation.setdefault("parameters", [])
    declared = {parameter["name"] for parameter in parameters}
    parameters[:0] = [
        {"name": name, "in": "path", "required": True, **_IN_PATHS[name]}
        for name in _PLACEHOLDER.findall(path)
        if name not in declared
    ]
    parameters.append(_LANGUAGE)
    operation["security"] = [] if is_public else [{"token": []}]
    if writes and not is_public:
        parameters.append(_KEY)
    for status, response in list(operation["responses"].items()):
        schema = response.get("content", {}).get("application/json", {}).get("schema", {})
        if schema.get("$ref", "").endswith("/HTTPValidationError"):
            del operation["responses"][status]
        elif schema.get("$ref", "").endswith("/ProblemDetails"):
            response["content"] = {MEDIA_TYPE: {"schema": schema}}
    if not any(status.startswith("4") for status in operation["responses"]):
        operation["responses"]["400"] = _MALFORMED


def _state_items_of_tuples(part: Any) -> None:
    """Readers that know no `prefixItems`, linters among them, want the schema of any item of a list."""
    if isinstance(part, dict):
        if "prefixItems" in part:
            part.setdefault("items", {"anyOf": part["prefixItems"]})
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            _state_items_of_tuples(each)
