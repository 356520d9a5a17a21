"""The pool for operators: levels, segments (号段), exclusions, and withheld numbers."""

from typing import Annotated

from fastapi import Path, Query

from api.auth.records import id_in
from api.desk.schemas import ReasonBody
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read, responses_of_write
from api.http.secured_route import area
from api.operators.commands import operator_command, segment_answer, segment_item, withholding_item
from api.operators.request_schemas import ExclusionBody, SegmentBody, WithholdingBody, WithholdingQuery
from api.operators.response_schemas import (
    PoolLevels,
    ReleasedSegment,
    ReleasedSegmentList,
    SegmentAnswer,
    SegmentWithLevels,
    WithheldAnswer,
    WithholdingItem,
    WithholdingList,
)
from domain.ascii_folding import fold_capitals
from operations import pool, withholding

router = area("/operations", tags=["operations"])
Prefix = Annotated[str, Path(max_length=16, examples=["粤B"])]
SegmentId = Annotated[str, Path(json_schema_extra={"format": "uuid"})]
WithholdingId = Annotated[str, Path(json_schema_extra={"format": "uuid"})]


@router.get("/pool/{prefix}", responses=responses_of_read("not_found", "validation_failed"))
async def read_pool(context: CurrentContext, prefix: Prefix) -> PoolLevels:
    """The number of numbers by state, from one snapshot."""
    levels = await pool.pool_levels(context.app.operations, prefix, context.now())
    return PoolLevels(prefix=fold_capitals(prefix), **levels)


@router.get("/pool/{prefix}/segments", responses=responses_of_read("not_found", "validation_failed"))
async def list_prefix_segments(context: CurrentContext, prefix: Prefix) -> ReleasedSegmentList:
    """The segments of a prefix with their exclusions and levels, including those released later."""
    found = await pool.segments_of(context.app.operations, prefix, context.now())
    return ReleasedSegmentList(
        items=[
            SegmentWithLevels(**segment_item(each.segment).model_dump(), numbers=each.numbers, free=each.free)
            for each in found
        ]
    )


@router.post("/segments", status_code=201, responses=responses_of_write())
async def release_segment(context: CurrentContext, body: SegmentBody) -> SegmentAnswer:
    """Release a segment: numbers that can be drawn from `released_at`, and composed from `compose_from`.

    A `compose_from` before the office's `random_only` is over waits for a second operator; until then it is later.
    """
    new = pool.NewSegment(body.prefix, body.template, body.excluded, body.released_at, body.compose_from)
    command = await operator_command(context, body.reason)
    return segment_answer(await pool.release_segment(context.app.operations, new, command))


@router.post(
    "/segments/{segment_id}/confirmation",
    responses=responses_of_write("not_found", "nothing_to_confirm", "second_operator_needed"),
)
async def confirm_segment(context: CurrentContext, segment_id: SegmentId) -> SegmentAnswer:
    """Confirm as a second operator that a segment can be composed earlier than the office's policy allows."""
    command = await operator_command(context)
    return segment_answer(await pool.confirm_early_composition(context.app.operations, id_in(segment_id), command))


@router.post("/segments/exclusions", responses=responses_of_write())
async def exclude_numbers(context: CurrentContext, body: ExclusionBody) -> ReleasedSegment:
    """Exclude numbers from a segment permanently; live claims on them stay."""
    command = await operator_command(context, body.reason)
    segment = await pool.exclude_numbers(
        context.app.operations, command, prefix=body.prefix, template=body.template, excluded=body.excluded
    )
    return segment_item(segment)


@router.get("/withholdings", responses=responses_of_read("validation_failed"))
async def list_withholdings(context: CurrentContext, query: Annotated[WithholdingQuery, Query()]) -> WithholdingList:
    """The withholdings of a prefix, newest first; without a prefix, those that wait for a second operator."""
    prefix = fold_capitals(query.prefix) if query.prefix else None
    found = await withholding.withholdings(context.app.operations, prefix)
    return WithholdingList(items=[withholding_item(known) for known in found])


@router.post("/withholdings", responses=responses_of_write("number_malformed", "number_duplicated"))
async def withhold_numbers(context: CurrentContext, body: WithholdingBody) -> WithheldAnswer:
    """Withhold numbers from the pool, with effect at once; numbers with a claim are listed and stay claimed."""
    command = await operator_command(context, body.reason)
    done = await withholding.withhold_numbers(context.app.operations, body.numbers, command, body.kind)
    return WithheldAnswer(
        withholding=withholding_item(done.withholding) if done.withholding else None, taken=list(done.taken)
    )


@router.post("/withholdings/{withholding_id}/release", responses=responses_of_write("not_found", "already_released"))
async def release_withheld(context: CurrentContext, withholding_id: WithholdingId, body: ReasonBody) -> WithholdingItem:
    """Release withheld numbers; they cool for a random time first."""
    command = await operator_command(context, body.reason)
    return withholding_item(await withholding.release_withheld(context.app.operations, id_in(withholding_id), command))


@router.post(
    "/withholdings/{withholding_id}/confirmation",
    responses=responses_of_write("not_found", "nothing_to_confirm", "second_operator_needed"),
)
async def confirm_withheld(context: CurrentContext, withholding_id: WithholdingId) -> WithholdingItem:
    """Confirm a withholding, or its release, as a second operator."""
    command = await operator_command(context)
    return withholding_item(await withholding.confirm_withheld(context.app.operations, id_in(withholding_id), command))
