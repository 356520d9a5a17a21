"""`/docs`: the published document as one page of plain HTML, without scripts and without files from elsewhere."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.openapi.document import PATH as DOCUMENT
from api.openapi.document import get_document

PATH = "/docs"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; color: #1d2129; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #c9cdd4; }
details { border: 1px solid #c9cdd4; border-radius: 4px; margin: .5rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { background: #f7f8fa; padding: .75rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #e5e6eb; padding: .25rem .5rem; text-align: left; vertical-align: top; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_REFERENCE = "#/components/schemas/"


def add_document_page(app: FastAPI) -> None:
    """Serve the page; it is built and encoded once."""
    built: list[bytes] = []

    async def read_docs(_: Request) -> HTMLResponse:
        if not built:
            built.append(page_of(get_document(app)).encode())
        return HTMLResponse(built[0], headers={"Content-Security-Policy": CONTENT_POLICY})

    app.add_route(PATH, read_docs, include_in_schema=False, name="read_docs")


def page_of(document: Mapping[str, Any]) -> str:
    """The page of a document of OpenAPI 3.1."""
    info = document["info"]
    calls = [
        (method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])} API</title>',
            f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>',
            f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>",
            f'<p>{_text(info["description"])} For generators: <a href="{DOCUMENT}">{DOCUMENT}</a>.</p>',
            *(line for tag in document["tags"] for line in _area(tag, calls)),
            "<h2>Schemas</h2>",
            *(_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items())),
            "</body></html>",
        ]
    )


def _area(tag: Mapping[str, str], calls: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Iterator[str]:
    yield f'<h2 id="{escape(tag["name"])}">{escape(tag["name"])}</h2><p>{_text(tag["description"])}</p>'
    for method, path, operation in calls:
        if tag["name"] in operation["tags"]:
            yield _call(method, path, operation)


def _call(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parameters = [
        (f"{p['name']} ({p['in']})", _type(p["schema"]), p.get("description", "")) for p in operation["parameters"]
    ]
    body = operation.get("requestBody", {}).get("content", {})
    responses = [
        (status, " · ".join(_contents(answer)), answer["description"])
        for status, answer in operation["responses"].items()
    ]
    return (
        f'<details id="{escape(operation["operationId"])}"><summary><code>{method.upper()} {escape(path)}</code> '
        f"{escape(operation['summary'])}</summary><p>{_text(operation.get('description', ''))}</p>"
        + "".join(f"<p>Body: {_type(content['schema'])} ({escape(kind)})</p>" for kind, content in body.items())
        + _table(("parameter", "type", "meaning"), parameters)
        + _table(("status", "content", "meaning"), responses)
        + "</details>"
    )


def _contents(answer: Mapping[str, Any]) -> Iterator[str]:
    for kind, content in answer.get("content", {}).items():
        yield f"{_type(content.get('schema', {}))} ({escape(kind)})"


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    required = schema.get("required", ())
    fields = [
        (field if field in required else f"{field} (optional)", _type(value), value.get("description", ""))
        for field, value in schema.get("properties", {}).items()
    ]
    content = _table(("field", "type", "meaning"), fields) if fields else f"<p>{_type(schema)}</p>"
    return (
        f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"<p>{_text(schema.get('description', ''))}</p>{content}</details>"
    )


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, str, str]]) -> str:
    """Rows of name, HTML of the type, and text."""
    lines = [f"<tr><td><code>{escape(n)}</code></td><td>{t}</td><td>{_text(m)}</td></tr>" for n, t, m in rows]
    head = "".join(f"<th>{escape(word)}</th>" for word in heads)
    return f"<table><tr>{head}</tr>{''.join(lines)}</table>" if lines else ""


def _type(schema: Mapping[str, Any]) -> str:
    """The type in words, as HTML; a schema with a name is a link."""
    if reference := schema.get("$ref"):
        name = escape(reference.removeprefix(_REFERENCE))
        return f'<a href="#schema-{name}">{name}</a>'
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_type(choice) for choice in choices)
    if "const" in schema or "enum" in schema:
        values = schema.get("enum") or [schema["const"]]
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in values)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    details = [str(schema[name]) for name in ("format", "pattern") if name in schema]
    return escape(" ".join([str(schema.get("type", "any")), *details]))


def _text(text: str) -> str:
    """Text of the document as HTML: code between backticks, nothing else of Markdown."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
