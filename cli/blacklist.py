"""`xuanhao blacklist …`."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter

from cli.areas import area
from cli.context import Context, OperatorContext
from cli.options import Limit, Reason
from cli.output import Output
from operations import bans
from operations.looks import note_look

app = area("blacklist")


@app.command(name="list")
async def list_bans(
    *,
    preselection: UUID | None = None,
    unconfirmed: Annotated[bool, Parameter(help="Early releases that wait for a second operator.")] = False,
    limit: Limit = 100,
    context: Context,
) -> Output:
    """List entries, newest first."""
    facts = {"preselection": preselection and str(preselection), "unconfirmed": unconfirmed}
    await note_look(context.operations, "look_blacklist", context.now, **facts)
    if unconfirmed:
        found = await context.operations.repositories.bans.unconfirmed_releases(limit=limit)
    else:
        found = await context.operations.repositories.bans.page(preselection_id=preselection, limit=limit)
    return Output([asdict(entry) for entry in found])


@app.command(name="release")
async def release_ban(entry_id: UUID, /, *, reason: Reason, context: OperatorContext) -> Output:
    """Release a ban early."""
    return Output([asdict(await bans.release_ban(context.operations, entry_id, context.command(reason)))])


@app.command(name="confirm")
async def confirm_ban_release(entry_id: UUID, /, *, context: OperatorContext) -> Output:
    """Confirm an early release, as a second operator."""
    return Output([asdict(await bans.confirm_ban_release(context.operations, entry_id, context.command()))])
