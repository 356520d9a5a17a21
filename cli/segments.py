"""`xuanhao segments …`."""

from typing import Annotated
from uuid import UUID

from cyclopts import Parameter

from cli.areas import area
from cli.context import Context, OperatorContext
from cli.options import Instant, Reason
from cli.output import Output
from operations import pool
from operations.early_composition import ReleasedSegment

app = area("segments")


@app.command(name="list")
async def list_segments(prefix: str, /, *, context: Context) -> Output:
    """List the segments of a prefix."""
    found = await pool.segments_of(context.operations, prefix, context.now)
    return Output([vars(each.segment) | {"numbers": each.numbers, "free": each.free} for each in found])


@app.command(name="release")
async def release_segment(
    prefix: str,
    template: str,
    /,
    *,
    exclude: Annotated[list[str] | None, Parameter(help="A template to leave out: `*` is any character.")] = None,
    released_at: Annotated[Instant | None, Parameter(help="Without it, now.")] = None,
    compose_from: Annotated[Instant | None, Parameter(help="Without it, after the office's random_only.")] = None,
    reason: Reason | None = None,
    context: OperatorContext,
) -> Output:
    """Release a segment: `!` is a digit, `@` a letter. An early `--compose-from` waits for a second operator."""
    new = pool.NewSegment(prefix, template, exclude or (), released_at, compose_from)
    return _output(await pool.release_segment(context.operations, new, context.command(reason)))


@app.command(name="confirm")
async def confirm_segment(segment_id: UUID, /, *, context: OperatorContext) -> Output:
    """Confirm as a second operator that a segment can be composed early."""
    return _output(await pool.confirm_early_composition(context.operations, segment_id, context.command()))


@app.command(name="exclude")
async def exclude_numbers(
    prefix: str, template: str, excluded: list[str], /, *, reason: Reason, context: OperatorContext
) -> Output:
    """Exclude numbers from a segment permanently."""
    segment = await pool.exclude_numbers(
        context.operations, context.command(reason), prefix=prefix, template=template, excluded=excluded
    )
    return Output([vars(segment)])


def _output(released: ReleasedSegment) -> Output:
    return Output(
        [vars(released.segment) | {name: value for name, value in vars(released).items() if name != "segment"}]
    )
