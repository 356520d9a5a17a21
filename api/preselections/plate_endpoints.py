"""预选号牌: keyboard, composed numbers, draws, candidates and the confirmation."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Body, Query, Request

from api.fairness.schemas import DrawItem, DrawList
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read, responses_of_write
from api.http.secured_route import area
from api.http.validation import invalid_field
from api.preselections.actions import perform_action
from api.preselections.keyboard import PARAMETERS, keys_after
from api.preselections.numbers import composed_numbers, one_number, prefix_of_office
from api.preselections.schemas import CompositionBody, DrawBody, Keyboard, NumberBody, PreselectionView
from api.preselections.suggestions import SuggestionList, SuggestionQuery, suggested_numbers
from domain.fair_draws import is_nonce
from workflows.messages import Compose, Draw, OneNumber

router = area("/preselections/{preselection_id}", tags=["plates"])

_ANY_DRAW = DrawBody()


@router.get(
    "/keyboard",
    responses=responses_of_read("not_found", "validation_failed", "wrong_stage"),
    openapi_extra=dict(PARAMETERS),
)
async def read_keyboard(context: CurrentContext, request: Request) -> Keyboard:
    """The characters that can follow `typed`, from a snapshot of the pool (R-20)."""
    return await keys_after(context, request.query_params)


@router.get("/suggestions", responses=responses_of_read("not_found", "validation_failed", "wrong_stage"))
async def list_suggestions(context: CurrentContext, query: Annotated[SuggestionQuery, Query()]) -> SuggestionList:
    """Numbers of the keyboard's snapshot that match a filter, at random; an impossible filter finds none."""
    return await suggested_numbers(context, query)


@router.post(
    "/compositions",
    responses=responses_of_write(
        "not_found", "number_malformed", "number_duplicated", "wrong_stage", "blacklisted", "no_composed_left",
        "too_many_numbers", "too_early",
    ),
)  # fmt: skip
async def compose(context: CurrentContext, body: CompositionBody) -> PreselectionView:
    """「确认选号」 at 自编: the first free number is reserved at once, or all are charged (R-26 to R-28)."""
    numbers = composed_numbers(body.numbers, await context.app.directory.get(context.preselection.office_code))
    return await perform_action(context, "compose", Compose(numbers, str(context.operation_id)))


@router.post(
    "/draws",
    responses=responses_of_write(
        "not_found", "wrong_stage", "blacklisted", "too_early", "no_draws_left", "numbers_unavailable"
    ),
)
async def draw(context: CurrentContext, body: Annotated[DrawBody, Body()] = _ANY_DRAW) -> PreselectionView:
    """「随机一次」, 「换一批」: a batch of numbers held for this vehicle alone (R-31 to R-36)."""
    prefix = prefix_of_office(body.prefix, await context.app.directory.get(context.preselection.office_code))
    if body.nonce is not None and not is_nonce(body.nonce):
        raise invalid_field("nonce", "value")
    command = Draw(body.exclude_four, prefix, str(context.operation_id), nonce=body.nonce)
    return await perform_action(context, "draw", command)


@router.get("/draws", responses=responses_of_read("not_found"))
async def list_draws(context: CurrentContext) -> DrawList:
    """The draws of this preselection, oldest first, with what each followed from."""
    found = await context.repositories.fair_draws.of_preselection(context.preselection.id)
    return DrawList(items=[DrawItem(at=each.at, numbers=list(each.numbers), **asdict(each.proof)) for each in found])


@router.post(
    "/candidates",
    responses=responses_of_write(
        "not_found", "number_malformed", "wrong_stage", "blacklisted", "not_in_batch", "batch_expired"
    ),
)
async def put_aside(context: CurrentContext, body: NumberBody) -> PreselectionView:
    """One number of the live batch becomes a candidate (备选, R-37)."""
    return await perform_action(context, "put_aside", OneNumber(one_number(body.number), str(context.operation_id)))


@router.post(
    "/confirmation",
    responses=responses_of_write(
        "not_found", "number_malformed", "wrong_stage", "blacklisted", "not_a_candidate", "candidate_expired"
    ),
)
async def confirm(context: CurrentContext, body: NumberBody) -> PreselectionView:
    """「确认选号」 on a candidate: the plate is reserved (R-39)."""
    return await perform_action(context, "confirm", OneNumber(one_number(body.number), str(context.operation_id)))
