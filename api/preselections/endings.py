"""What the applicant reads about the end of a preselection: the SMS, the desk's reason, the ban and the appeal."""

from api.http.request_context import RequestContext
from api.preselections.appeals import with_ban
from api.preselections.schemas import PreselectionView, Rejection
from domain.preselection.values import Stage
from domain.sms import Purpose
from locales.languages import catalogue
from storage.preselections.rows import PreselectionRow


async def with_ending(context: RequestContext, row: PreselectionRow, view: PreselectionView) -> PreselectionView:
    """The view with what its row does not have; a field that does not apply stays null."""
    if view.stage is Stage.COMPLETED:
        return await _with_sms(context, row, view)
    return await with_ban(context, row, await _with_rejection(context, row, view))


async def _with_sms(context: RequestContext, row: PreselectionRow, view: PreselectionView) -> PreselectionView:
    for sent in await context.repositories.sms_deliveries.of_preselection(row.id):
        if sent.purpose == Purpose.RESERVED:
            return view.model_copy(update={"success_sms": sent.state_at(context.now())})
    return view


async def _with_rejection(context: RequestContext, row: PreselectionRow, view: PreselectionView) -> PreselectionView:
    """The view with the desk's reason, where the desk has ended the preselection."""
    if view.stage is not Stage.CANCELLED:
        return view
    for given in reversed(await context.repositories.desk_reasons.of_preselection(row.id)):
        # The reason of an act that was refused is not the reason of the end.
        if await context.repositories.decisions.find(given.request_id):
            words = catalogue(context.language)["rejections"].get(given.reason, {"text": given.reason, "advice": None})
            rejection = Rejection(reason=words["text"], advice=words["advice"], at=given.at)
            return view.model_copy(update={"rejection": rejection})
    return view
