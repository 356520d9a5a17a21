"""Numbers that match a filter, from the keyboard's snapshot: never a live oracle of what others look at."""

import asyncio
from random import SystemRandom
from typing import Annotated

from pydantic import Field

from api.http.request_context import RequestContext
from api.http.schemas import Answer, EmptyIsNone, Instant, PlainText, Query
from api.preselections.numbers import prefix_of_office
from api.preselections.views import state_of
from domain.ascii_folding import fold_capitals
from domain.errors import WrongStage
from domain.number_filters import Kind, NumberFilter, suggest
from domain.preselection.values import Stage

_CHARACTERS = "^[0-9A-Za-z]{1,5}$"


class SuggestionQuery(Query):
    """What is looked for; an empty field is none."""

    prefix: PlainText
    template: Annotated[str | None, Field(pattern="^[0-9A-Za-z!@?]{5}$"), EmptyIsNone] = None
    contains: Annotated[str | None, Field(pattern=_CHARACTERS), EmptyIsNone] = None
    ends_with: Annotated[str | None, Field(pattern=_CHARACTERS), EmptyIsNone] = None
    kind: Annotated[Kind | None, EmptyIsNone] = None
    exclude_four: bool = False

    def to_filter(self) -> NumberFilter:
        """Small letters are folded."""
        texts = {
            name: fold_capitals(text) if (text := getattr(self, name)) else None
            for name in ("template", "contains", "ends_with")
        }
        return NumberFilter(**texts, kind=self.kind, exclude_four=self.exclude_four)


class SuggestionList(Answer):
    """At most 20 numbers, chosen at random; `more` if others match too. They were free at `as_of`, or offered."""

    items: list[str]
    as_of: Instant
    more: bool


async def suggested_numbers(context: RequestContext, query: SuggestionQuery) -> SuggestionList:
    """Raises `WrongStage`, and `RateLimited` until the session's end beyond `suggestions_per_session`."""
    row, now = context.preselection, context.now()
    prefix = prefix_of_office(query.prefix, await context.app.directory.get(row.office_code)) or ""
    state = state_of(row, now)
    if state.stage is not Stage.PLATE_SELECTION or state.session_until is None:
        raise WrongStage(state.stage)
    session = f"{row.id}:{state.session_from}"
    limit = state.policy.suggestions_per_session
    await context.app.call_counts.count_suggestion(session, limit, now, until=state.session_until)
    max_age = state.policy.keyboard_snapshot.after(now) - now
    snapshot = await context.repositories.keyboards.get(prefix, now, max_age)
    # A filter of a new kind takes a tenth of a second, in which other calls go on.
    found = await asyncio.to_thread(suggest, snapshot.bitmap, query.to_filter(), SystemRandom().sample)
    return SuggestionList(items=[prefix + each for each in found.serials], as_of=snapshot.as_of, more=found.more)
