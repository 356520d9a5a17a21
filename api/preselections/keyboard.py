"""The on-screen keyboard (R-19, R-20), answered from a snapshot of the pool."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import QueryParams

from api.http.request_context import RequestContext
from api.http.validation import invalid_fields
from api.preselections.numbers import prefix_of_office
from api.preselections.schemas import Keyboard
from api.preselections.views import state_of
from domain.ascii_folding import fold_capitals
from domain.errors import WrongStage
from domain.preselection.values import Stage

# Characters of plates, of which some are Chinese, whether or not a number goes on with them.
TYPED = "^[0-9A-Za-z一-鿿]{0,200}$"
_CAN_BE_TYPED = re.compile(TYPED)

PARAMETERS: Mapping[str, Any] = {
    "parameters": [
        {"name": "prefix", "in": "query", "required": True, "schema": {"type": "string"}, "example": "粤B"},
        {"name": "typed", "in": "query", "schema": {"type": "string", "pattern": TYPED, "default": ""}},
    ]
}
"""The query in the published document. It is parsed by hand here: FastAPI needs a tenth of the whole call for it."""


async def keys_after(context: RequestContext, query: QueryParams) -> Keyboard:
    """Raises `WrongStage` and `RateLimited`; text that no number starts with has no next character."""
    row, now = context.preselection, context.now()
    text, typed = _read(query)
    prefix = prefix_of_office(text, await context.app.directory.get(row.office_code)) or ""
    state = state_of(row, now)
    if state.stage is not Stage.PLATE_SELECTION:
        raise WrongStage(state.stage)
    count = context.app.call_counts.go_on_with_keyboard(
        str(row.id), context.caller.owner_hash, limit=state.policy.keyboard_per_minute, at=now, begun=context.count
    )
    max_age = state.policy.keyboard_snapshot.after(now) - now
    snapshot = await context.repositories.keyboards.get(prefix, now, max_age)
    keyboard = Keyboard(position=len(typed), available=snapshot.available(typed), as_of=snapshot.as_of)
    # The count in Redis has been running since the start of the call.
    await count.raise_if_exceeded()
    return keyboard


def _read(query: QueryParams) -> tuple[str, str]:
    """`prefix` and `typed`, each at most once and nothing else; small letters are folded."""
    given = dict(query)
    prefix, typed = given.pop("prefix", None), given.pop("typed", "")
    wrong = dict.fromkeys(given, "unknown")
    if prefix is None:
        wrong["prefix"] = "missing"
    if not _CAN_BE_TYPED.fullmatch(typed):
        wrong["typed"] = "text"
    if len(query.multi_items()) > len(query):
        wrong["query"] = "value"
    if prefix is None or wrong:
        raise invalid_fields(wrong)
    return prefix, fold_capitals(typed)
