"""A visit: one request by somebody who has been let in, with the record that it is about."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Request

from api.auth.callers import Caller
from api.context import Parts
from api.limits.call_counts import Count
from domain.errors import Forbidden, NotFound
from locales.languages import Language
from storage.offices.offices import Office
from storage.preselections.rows import PreselectionRow


@dataclass
class Visit:
    """`operation_id` names the caller's wish: a repeat with the same Idempotency-Key has the same one."""

    parts: Parts
    language: Language
    visitor: Caller | None = None
    row: PreselectionRow | None = None
    place: Office | None = None
    count: Count | None = None
    operation_id: UUID = field(default_factory=uuid4)
    is_repeat: bool = False
    """Whether the outcome of an earlier attempt with the same key is unknown."""

    @property
    def caller(self) -> Caller:
        if self.visitor is None:
            raise Forbidden
        return self.visitor

    @property
    def own(self) -> PreselectionRow:
        """The caller's preselection that the path names."""
        if self.row is None:
            raise NotFound
        return self.row

    @property
    def office(self) -> Office:
        """The office that the path names."""
        if self.place is None:
            raise NotFound
        return self.place

    def now(self) -> datetime:
        return self.parts.clock()


async def visit_of(request: Request) -> Visit:
    """What the guard of the route has put there."""
    visit = request.state.visit
    if not isinstance(visit, Visit):
        raise Forbidden
    return visit


CurrentVisit = Annotated[Visit, Depends(visit_of)]
