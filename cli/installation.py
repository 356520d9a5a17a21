"""`xuanhao setup` and `xuanhao doctor`."""

from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from cli.context import SetupContext
from cli.output import Output
from operations.installation import Installation, Step
from operations.setup import check_setup

NOT_WELL, UNUSABLE = 1, 2


async def setup(
    *,
    apply: Annotated[bool, Parameter(help="Prepare what is missing; nothing that is there is changed.")] = False,
    context: SetupContext,
) -> Output:
    """Check a new installation step by step; exit code 1 if something is missing."""
    installation = Installation(context.settings, context.now, apply=apply)
    try:
        steps = await check_setup(installation)
    finally:
        await installation.close()
    return _output(steps, 0 if all(step.ok for step in steps) else NOT_WELL)


async def doctor(*, context: SetupContext) -> Output:
    """Check a running installation, and change nothing; exit code 1 if something is not well, 2 if it can't work."""
    # The gateways' libraries are not for `setup`.
    from operations.diagnosis import check_running  # noqa: PLC0415

    installation = Installation(context.settings, context.now, apply=False)
    try:
        steps = [*await check_setup(installation), *await check_running(installation)]
    finally:
        await installation.close()
    if all(step.ok for step in steps):
        return _output(steps, 0)
    return _output(steps, NOT_WELL if all(step.is_usable for step in steps) else UNUSABLE)


def _output(steps: Sequence[Step], exit_code: int) -> Output:
    records = [{"step": each.step, "ok": each.ok, "found": each.found, "remedy": each.remedy} for each in steps]
    return Output(records, exit_code=exit_code)
