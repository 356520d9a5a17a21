"""Appeals of applicants."""

from api.http.request_context import CurrentContext
from api.http.responses import responses_of_write
from api.http.secured_route import area
from api.preselections import appeals
from api.preselections.appeal_schemas import AppealBody, AppealView

router = area("/preselections/{preselection_id}", tags=["preselections"])


@router.post(
    "/appeal",
    status_code=201,
    responses=responses_of_write("not_found", "wrong_stage", "already_released", "appeal_open"),
)
async def file_appeal(context: CurrentContext, body: AppealBody) -> AppealView:
    """Appeal against the ban of a missed deadline; one open appeal a ban. The answer comes by SMS."""
    return await appeals.file_appeal(context, body)
