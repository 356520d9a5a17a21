"""The on-screen keyboard (R-19, R-20), answered from a snapshot of the pool."""

from api.actions import count
from api.answers import Keyboard
from api.bodies import KeyboardQuery
from api.numbers import prefix_of_office
from api.views import state_of
from api.visits import Visit
from domain.ascii_folding import fold_capitals
from domain.errors import WrongStage
from domain.preselection_parts import Stage


async def keys_after(visit: Visit, query: KeyboardQuery) -> Keyboard:
    """Raises `WrongStage` and `RateLimited`; text that no number begins with has no next character."""
    row, now = visit.own, visit.now()
    prefix = prefix_of_office(query.prefix, await visit.parts.directory.get(row.office_code)) or ""
    state = state_of(row, now)
    if state.stage is not Stage.PLATE_SELECTION:
        raise WrongStage(state.stage)
    await count(visit, "keyboard", str(row.id), state.policy.keyboard_per_minute)
    typed = fold_capitals(query.typed)
    max_age = state.policy.keyboard_snapshot.after(now) - now
    snapshot = await visit.parts.keyboards.get(prefix, now, max_age)
    return Keyboard(position=len(typed), available=snapshot.available(typed), as_of=snapshot.as_of)
