"""Offices, their notices and their segments."""

from fastapi import Response

from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read
from api.http.secured_route import area
from api.offices.schemas import NoticeText, OfficeCoordinates, OfficeItem, OfficeList, SegmentItem, SegmentList
from domain.errors import NotFound

router = area("/offices", tags=["offices"])
BY_LANGUAGE = {"Vary": "Accept-Language"}


@router.get("", responses=responses_of_read())
async def list_offices(context: CurrentContext, response: Response) -> OfficeList:
    """Every vehicle office (车管所), by code; names in the language of `Accept-Language` where there is one."""
    response.headers.update(BY_LANGUAGE)
    return OfficeList(
        items=[
            OfficeItem(
                code=office.code,
                name=office.name_in(context.language),
                address=office.address,
                province=office.province,
                prefixes=list(office.prefixes),
                hours=office.hours,
                telephone=office.telephone,
                coordinates=OfficeCoordinates.of(office.coordinates),
            )
            for office in await context.app.directory.all()
        ]
    )


@router.get("/{code}/notice", responses=responses_of_read("not_found"))
async def read_notice(context: CurrentContext, response: Response) -> NoticeText:
    """The notice (业务须知) in force, in the language of `Accept-Language` where there is one, otherwise in Chinese."""
    response.headers.update(BY_LANGUAGE)
    notice = await context.repositories.offices.notice_in_force(context.office.code, context.now())
    if notice is None:
        raise NotFound
    language, title, body = notice.words_in(context.language)
    return NoticeText(
        version=notice.version, language=language, title=title, body=body, published_at=notice.published_at
    )


@router.get("/{code}/segments", responses=responses_of_read("not_found"))
async def list_segments(context: CurrentContext) -> SegmentList:
    """The segments that the office has released or will release (号段公示)."""
    segments = await context.repositories.segments.of_office(context.office.code)
    return SegmentList(
        items=[
            SegmentItem(
                prefix=segment.prefix,
                template=segment.template,
                released_at=segment.released_at,
                compose_from=segment.compose_from,
            )
            for segment in segments
        ]
    )
