"""Offices, their notices and their segments."""

from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read
from api.http.secured_route import area
from api.offices.schemas import NoticeText, OfficeItem, OfficeList, SegmentItem, SegmentList
from domain.errors import NotFound

router = area("/offices", tags=["offices"])


@router.get("", responses=responses_of_read())
async def list_offices(context: CurrentContext) -> OfficeList:
    """Every vehicle office (车管所), by code."""
    return OfficeList(
        items=[
            OfficeItem(
                code=office.code,
                name=office.name,
                address=office.address,
                province=office.province,
                prefixes=list(office.prefixes),
            )
            for office in await context.app.directory.all()
        ]
    )


@router.get("/{code}/notice", responses=responses_of_read("not_found"))
async def read_notice(context: CurrentContext) -> NoticeText:
    """The notice (业务须知) in force."""
    notice = await context.repositories.offices.notice_in_force(context.office.code, context.now())
    if notice is None:
        raise NotFound
    return NoticeText(version=notice.version, title=notice.title, body=notice.body, published_at=notice.published_at)


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
