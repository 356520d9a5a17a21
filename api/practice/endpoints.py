"""模拟选号: the second phase with play numbers, without signing in, and without a trace."""

from typing import Annotated

from fastapi import Body

from api.http.request_context import CurrentContext
from api.http.responses import WRITES, problems
from api.http.secured_route import area
from api.practice import service
from api.practice.schemas import ActionBody, BeginBody, KeyboardBody, PracticeAnswer
from api.preselections.schemas import Keyboard

router = area("/practice", tags=["practice"])

_ANY_OFFICE = BeginBody()
_COMMON = ("unauthenticated", "rate_limited", "unavailable", "outcome_unknown", *WRITES)
_REFUSALS = (
    "state_invalid", "not_found", "wrong_stage", "too_early", "code_not_sent", "code_incorrect", "code_expired",
    "code_attempts_exceeded", "no_draws_left", "no_composed_left", "too_many_numbers", "number_malformed",
    "number_duplicated", "not_in_batch", "batch_expired", "not_a_candidate", "candidate_expired",
)  # fmt: skip


@router.post("", responses=problems(*_COMMON))
async def begin_practice(context: CurrentContext, body: Annotated[BeginBody, Body()] = _ANY_OFFICE) -> PracticeAnswer:
    """A new practice at 选号服务说明; its state goes with the client and is valid for an hour."""
    return await service.begin(context, body.office_code)


@router.post("/actions", responses=problems(*_COMMON, *_REFUSALS))
async def practise(context: CurrentContext, body: ActionBody) -> PracticeAnswer:
    """One act of the second phase, by the rules of the real one. The code is always 000000."""
    return await service.act(context, body)


@router.post("/keyboard", responses=problems(*_COMMON, "state_invalid", "not_found", "wrong_stage"))
async def read_practice_keyboard(context: CurrentContext, body: KeyboardBody) -> Keyboard:
    """The characters that can follow `typed`."""
    return await service.keys_after(context, body)
