"""Entries, the first code, and the submission of a vehicle."""

from typing import Annotated

from fastapi import Body, Response

from api.http.request_context import CurrentContext
from api.http.responses import responses_of_write
from api.http.secured_route import BASE, area
from api.preselections import creation, entries, verification_codes
from api.preselections.schemas import CodeBody, CodeSent, EntryAnswer, EntryBody, PreselectionView, SubmissionBody

router = area(tags=["applicants"])

_EMPTY_ENTRY = EntryBody()


@router.post("/entries", responses=responses_of_write("not_found", "vehicle_in_use", "vehicle_exhausted"))
async def enter(context: CurrentContext, body: Annotated[EntryBody, Body()] = _EMPTY_ENTRY) -> EntryAnswer:
    """The next screen: every entry resets an unfinished selection to 选号服务说明 (R-01, R-05 to R-08, R-15)."""
    return await entries.enter(context, body)


@router.post("/verification-codes", status_code=202, responses=responses_of_write())
async def send_verification_code(context: CurrentContext, body: CodeBody) -> CodeSent:
    """「获取验证码」: an SMS to the account's verified phone (R-10)."""
    return await verification_codes.send(context, body.purpose)


@router.post(
    "/preselections",
    status_code=201,
    responses=responses_of_write(
        "vin_invalid", "certificate_number_invalid", "id_number_invalid", "notice_outdated", "blacklisted",
        "code_not_sent", "code_incorrect", "code_expired", "code_attempts_exceeded", "information_mismatch",
        "vehicle_not_eligible", "vehicle_in_use", "vehicle_exhausted",
    ),
)  # fmt: skip
async def create_preselection(context: CurrentContext, body: SubmissionBody, response: Response) -> PreselectionView:
    """确认信息: a passed vehicle check leads to 选号服务说明 (R-09 to R-12)."""
    view = await creation.create(context, body)
    response.headers["Location"] = f"{BASE}/preselections/{view.id}"
    return view
