"""The FastAPI application."""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from api.auditors import act_endpoints, verification_endpoints
from api.auditors import endpoints as auditors
from api.auth.policy import RULES, Rule
from api.context import AppContext
from api.desk import endpoints as desk
from api.fairness import endpoints as fairness
from api.fairness import figure_endpoints as fairness_figures
from api.health import endpoints as health
from api.health.service import require_all_parts
from api.health.shared_check import SharedCheck
from api.http.cross_origin import CrossOrigin
from api.http.head_requests import HeadAsGet
from api.http.problems import problem
from api.http.request_log import RequestLog
from api.http.secured_route import BASE
from api.http.single_headers import SingleHeaders
from api.limits.early_refusals import EarlyRefusals
from api.offices import endpoints as offices
from api.openapi.document import publish
from api.openapi.page import add_document_page
from api.operators import (
    affair_endpoints,
    ban_endpoints,
    deadline_endpoints,
    figure_endpoints,
    office_endpoints,
    payload_endpoints,
    pool_endpoints,
    preview_endpoints,
    search_endpoints,
    sms_endpoints,
)
from api.operators import appeal_endpoints as operator_appeals
from api.pages.web_pages import add_pages
from api.practice import endpoints as practice
from api.preselections import (
    appeal_endpoints,
    application_endpoints,
    document_endpoints,
    event_endpoints,
    plate_endpoints,
)
from api.preselections import endpoints as preselections
from api.sessions.endpoints import add_logout
from api.sms_receipts import endpoints as sms_receipts
from api.waiting_room import endpoints as queue
from locales.languages import preferred_language

if TYPE_CHECKING:
    from api.http.request_spans import RequestSpans

VERSION = "1.0.0"
# The most frequent routes first: the keyboard is called for every typed character.
AREAS = (
    plate_endpoints.router, preselections.router, event_endpoints.router, application_endpoints.router, offices.router,
    document_endpoints.router, appeal_endpoints.router, desk.router, ban_endpoints.router, operator_appeals.router,
    pool_endpoints.router, deadline_endpoints.router, search_endpoints.router, sms_endpoints.router,
    office_endpoints.router, auditors.router, act_endpoints.router, affair_endpoints.router, preview_endpoints.router,
    figure_endpoints.router, verification_endpoints.router, fairness.router, fairness_figures.router, queue.router,
    queue.operators_router, practice.router, payload_endpoints.router, sms_receipts.router,
    health.router,
)  # fmt: skip
# FastAPI's telemetry would send URLs with queries and texts of exceptions to a collector from the environment.
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
_CODES = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "payload_too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
}


def create_app(
    context: AppContext, *, further: Sequence[APIRouter] = (), further_rules: Mapping[str, Rule] | None = None
) -> FastAPI:
    """The application. `further` routers have the same base path; each of their routes needs a rule too."""
    app = with_routes(further, further_rules)
    app.state.context = context
    app.state.readiness = SharedCheck(partial(require_all_parts, context))
    add_logout(app)
    add_pages(app)
    app.add_exception_handler(HTTPException, framework_refusal)
    if origins := context.settings.allowed_origins:
        app.add_middleware(CrossOrigin, origins=origins)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SingleHeaders)
    if context.tracing:
        app.add_middleware(_request_spans(), tracer=context.tracing.tracer)
    # The last middleware is the outermost: every response has its headers.
    strict_transport = None if context.settings.demo else context.settings.strict_transport
    app.add_middleware(RequestLog, strict_transport=strict_transport)
    app.state.early_refusals = EarlyRefusals(context, CrossOrigin(app, origins) if origins else None, strict_transport)
    return app


def _request_spans() -> "type[RequestSpans]":
    from api.http.request_spans import RequestSpans  # noqa: PLC0415 - no process without traces imports it.

    return RequestSpans


def with_routes(further: Sequence[APIRouter] = (), further_rules: Mapping[str, Rule] | None = None) -> FastAPI:
    """The application with all routes, rules and the published document, but without dependencies."""
    app = FastAPI(
        # Generators make the name of a package from it, so it is ASCII.
        title="Xuanhao",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_url=None,
        telemetry=NO_TELEMETRY,
        generate_unique_id_function=_name_of,
    )
    app.state.rules = {**RULES, **(further_rules or {})}
    for area in AREAS:
        # The routes are copied, not included: FastAPI matches an included route twice.
        app.router.routes.extend(area.routes)
    for router in further:
        app.include_router(router, prefix=BASE)
    publish(app)
    add_document_page(app)
    return app


def _name_of(route: APIRoute) -> str:
    return route.name


async def framework_refusal(request: Request, error: Exception) -> Response:
    """The framework's own refusals, in the same form as all others."""
    language = preferred_language(request.headers.get("accept-language"))
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (400, None)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": ", ".join(allowed_methods(request))}
    return problem(_CODES.get(HTTPStatus(status), "bad_request"), language, headers=headers)


def allowed_methods(request: Request) -> list[str]:
    """The methods of all routes with this path; the framework names only those of the first one."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in routes for method in getattr(route, "methods", None) or ()}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))
