"""`xuanhao numbers …`."""

from dataclasses import asdict
from uuid import UUID

from cli.areas import area
from cli.context import Context, OperatorContext
from cli.options import Reason
from cli.output import Output
from domain.ascii_folding import fold_capitals
from domain.withholding import WithholdingKind
from operations import withholding

app = area("numbers")


@app.command(name="list")
async def list_withheld(prefix: str | None = None, /, *, context: Context) -> Output:
    """List the withheld numbers of a prefix, or all that wait for a second operator."""
    found = await withholding.withholdings(context.operations, fold_capitals(prefix) if prefix else None)
    return Output([asdict(each) for each in found])


@app.command(name="withhold")
async def withhold_numbers(
    numbers: list[str], /, *, kind: WithholdingKind = "other", reason: Reason, context: OperatorContext
) -> Output:
    """Withhold numbers of one prefix from the pool; the public figures count them by kind."""
    done = await withholding.withhold_numbers(context.operations, numbers, context.command(reason), kind)
    warnings = [f"{plate} is taken" for plate in done.taken]
    return Output([asdict(done.withholding)] if done.withholding else [], warnings, int(not done.withholding))


@app.command(name="release")
async def release_withheld(withholding_id: UUID, /, *, reason: Reason, context: OperatorContext) -> Output:
    """Release withheld numbers; they cool first."""
    return Output(
        [asdict(await withholding.release_withheld(context.operations, withholding_id, context.command(reason)))]
    )


@app.command(name="confirm")
async def confirm_withheld(withholding_id: UUID, /, *, context: OperatorContext) -> Output:
    """Confirm, as a second operator."""
    return Output([asdict(await withholding.confirm_withheld(context.operations, withholding_id, context.command()))])
