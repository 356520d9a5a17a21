"""Documents that the holder of a reservation prints or saves."""

from starlette.responses import Response

from api.http.request_context import CurrentContext
from api.http.responses import Responses, responses_of_read
from api.http.secured_route import area
from api.preselections.documents import calendar_file_of, voucher_of
from api.preselections.schemas import ToBring
from documents.to_bring import TO_BRING

router = area("/preselections/{preselection_id}", tags=["preselections"])

_PDF, _CALENDAR = "application/pdf", "text/calendar"


def _answers(media_type: str) -> Responses:
    # Generators of clients know a file by `format`, which newer versions of the standard leave to annotations.
    schema = {"type": "string", "format": "binary", "contentMediaType": media_type}
    return {200: {"content": {media_type: {"schema": schema}}}} | responses_of_read("not_found", "wrong_stage")


@router.get("/voucher", response_class=Response, responses=_answers(_PDF))
async def read_voucher(context: CurrentContext) -> Response:
    """「打印预选号凭证」: one A4 page, only at `completed` (R-42)."""
    headers = {"Content-Disposition": 'inline; filename="voucher.pdf"'}
    return Response(await voucher_of(context), headers=headers, media_type=_PDF)


@router.get("/calendar", response_class=Response, responses=_answers(_CALENDAR))
async def read_calendar_file(context: CurrentContext) -> Response:
    """The last day to visit the office, for the holder's calendar."""
    headers = {"Content-Disposition": 'attachment; filename="visit-by.ics"'}
    return Response(await calendar_file_of(context), headers=headers, media_type=_CALENDAR)


@router.get("/to-bring", responses=responses_of_read("not_found"))
async def list_things_to_bring(context: CurrentContext) -> ToBring:
    """What to bring to the office: the voucher and the calendar file have the same list."""
    return ToBring(items=list(TO_BRING[context.language]))
