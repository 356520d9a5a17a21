"""The page of a demo user's phone."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from demo.page_texts import language_of
from demo.pages import notice_page, phone_page
from demo.routes import CurrentDemo
from domain.dependencies import DependencyUnavailable

router = APIRouter(include_in_schema=False)


@router.get("/demo/phone")
async def show_phone(request: Request, demo: CurrentDemo) -> Response:
    """SMS, newest first; without a user, or with an unknown one, the page to choose a user."""
    language = language_of(request)
    user = demo.world.users.get(request.query_params.get("user", ""))
    try:
        messages = await demo.messages.list_of(user.phone) if user else []
    except DependencyUnavailable:
        return notice_page("unavailable", language, 503)
    return phone_page(demo.world.users, user, messages, language)
