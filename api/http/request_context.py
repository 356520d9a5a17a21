"""The context of one request: who calls, the record that the path names, and the id by which a repeat is known."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Request

from api.auth.callers import Caller
from api.context import AppContext
from api.limits.call_counts import Count
from domain.errors import Forbidden, NotFound
from locales.languages import Language
from storage.offices.offices import Office
from storage.preselections.idempotency import RequestKey
from storage.preselections.rows import PreselectionRow
from storage.repositories import Repositories


class RequestContext:
    """Filled by the secured route before the endpoint is called.

    `operation_id` identifies the request: a repeat with the same Idempotency-Key (`key`) has the same one. `is_repeat`
    where the outcome of an earlier attempt is unknown. `writes_allowed` is the limit by which the call has been counted
    as a write, and `has_begun` whether it may have had an effect.
    """

    def __init__(self, app: AppContext, language: Language) -> None:
        self.app = app
        self.language = language
        self.count: Count | None = None
        self.key: RequestKey | None = None
        self.operation_id: UUID = uuid4()
        self.is_repeat = False
        self.writes_allowed = 0
        self.has_begun = False
        self._caller: Caller | None = None
        self._preselection: PreselectionRow | None = None
        self._office: Office | None = None

    @property
    def repositories(self) -> Repositories:
        return self.app.repositories

    @property
    def has_caller(self) -> bool:
        return self._caller is not None

    @property
    def caller(self) -> Caller:
        """Raises `Forbidden` where nobody has signed in."""
        if self._caller is None:
            raise Forbidden
        return self._caller

    @caller.setter
    def caller(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def preselection(self) -> PreselectionRow:
        """The preselection in the path. Raises `NotFound`."""
        if self._preselection is None:
            raise NotFound
        return self._preselection

    @preselection.setter
    def preselection(self, row: PreselectionRow) -> None:
        self._preselection = row

    @property
    def has_preselection(self) -> bool:
        return self._preselection is not None

    @property
    def office(self) -> Office:
        """The office in the path. Raises `NotFound`."""
        if self._office is None:
            raise NotFound
        return self._office

    @office.setter
    def office(self, office: Office) -> None:
        self._office = office

    def now(self) -> datetime:
        return self.app.clock()


async def current_context(request: Request) -> RequestContext:
    """The context that the secured route has made."""
    context = request.state.context
    if not isinstance(context, RequestContext):
        raise Forbidden
    return context


CurrentContext = Annotated[RequestContext, Depends(current_context)]
