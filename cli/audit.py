"""`xuanhao audit …`: the hash chain of seals, the audit, and the lists about staff."""

import sys
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from cyclopts import Parameter

from cli.areas import area
from cli.context import Context
from cli.options import DEFAULT_WINDOW, Limit, Window
from cli.output import Output
from operations import auditing
from operations.looks import note_look
from storage.audit.verification import verify_audit

_DAY, _MONTH = timedelta(days=1), timedelta(days=30)

app = area("audit")


class NotedSeal:
    """`NUMBER=DIGEST` of a seal that was stored elsewhere."""

    def __init__(self, text: str) -> None:
        number, _, digest = text.partition("=")
        self.number, self.digest = int(number), digest.strip().lower()


@app.command
async def verify(
    *,
    noted: Annotated[
        list[NotedSeal] | None, Parameter(help="A seal that was stored elsewhere, as NUMBER=DIGEST.")
    ] = None,
    context: Context,
) -> Output:
    """Verify the audit: find every change."""
    report = await verify_audit(
        context.operations.repositories.database, {seal.number: seal.digest for seal in noted or ()}
    )
    record: dict[str, Any] = {
        "intact": report.is_intact,
        "seals": report.seals,
        "rows": report.rows,
        "unsealed": report.unsealed,
    }
    if report.last:
        record |= {
            "last_seal": report.last.number,
            "last_digest": report.last.digest.hex(),
            "sealed_at": report.last.sealed_at,
        }
    faults = [f"seal {fault.seal}: {fault.reason}" for fault in report.faults]
    return Output([record], faults, 0 if report.is_intact else 1)


@app.command(name="list")
async def list_entries(
    *,
    window: Window = DEFAULT_WINDOW,
    actor: str | None = None,
    action: str | None = None,
    preselection: UUID | None = None,
    context: Context,
) -> Output:
    """List the acts of the audit, oldest first; of the last day by default."""
    period = window.period(context.now, _DAY)
    if preselection:
        await note_look(context.operations, "look_workflows", context.now, by="audit", shown=[str(preselection)])
    entries = await context.operations.repositories.audit_trail.between(
        period.since, period.until, actor=actor, action=action, preselection_id=preselection, limit=window.limit
    )
    return Output([vars(entry) for entry in entries])


@app.command(name="withholdings")
async def list_withholdings(*, window: Window = DEFAULT_WINDOW, context: Context) -> Output:
    """List withheld and released numbers, with reasons; of the last 30 days by default."""
    found = await auditing.withholdings_in(context.operations, window.period(context.now, _MONTH), limit=window.limit)
    return Output([asdict(each) for each in found])


@app.command(name="ban-releases")
async def list_ban_releases(*, window: Window = DEFAULT_WINDOW, context: Context) -> Output:
    """List bans released early, with reasons; of the last 30 days by default."""
    found = await auditing.ban_releases_in(context.operations, window.period(context.now, _MONTH), limit=window.limit)
    shown = [str(each.id) for each in found]
    await note_look(context.operations, "look_blacklist", context.now, by="releases", shown=shown)
    return Output([asdict(each) for each in found])


@app.command(name="temporal")
async def list_temporal(*, window: Window = DEFAULT_WINDOW, context: Context) -> Output:
    """List acts that came through Temporal itself, with unverified names; of the last 30 days by default."""
    found = await auditing.acts_about(
        context.operations, "temporal", window.period(context.now, _MONTH), limit=window.limit
    )
    return Output([vars(entry) for entry in found])


@app.command(name="unconfirmed")
async def list_unconfirmed(*, limit: Limit = 1000, context: Context) -> Output:
    """List the commands that wait for a second operator."""
    found = await auditing.unconfirmed_commands(context.operations, limit=limit)
    withheld = [
        {"what": "withholding", "id": each.id, "by": each.released_by or each.withheld_by, "at": each.withheld_at}
        for each in found.withholdings
    ]
    released = [
        {"what": "ban release", "id": each.id, "by": each.released_by, "at": each.released_at}
        for each in found.ban_releases
    ]
    policies = [
        {"what": "policy", "id": each.id, "by": each.requested_by, "at": each.requested_at} for each in found.policies
    ]
    requests = [
        {"what": each.kind, "id": each.id, "by": each.requested_by, "at": each.requested_at} for each in found.requests
    ]
    appeals = [
        {"what": "appeal", "id": each.id, "by": each.decided_by, "at": each.decided_at} for each in found.appeals
    ]
    return Output([*withheld, *released, *policies, *requests, *appeals])


@app.command(name="desk")
async def count_desk_acts(
    *,
    window: Window = DEFAULT_WINDOW,
    clerk: Annotated[bool, Parameter(help="One clerk's acts; the account is read from standard input.")] = False,
    context: Context,
) -> Output:
    """Count confirmations and rejections per clerk; of the last 30 days by default."""
    operations, period = context.operations, window.period(context.now, _MONTH)
    if not clerk:
        return Output([vars(each) for each in await auditing.desk_counts(operations, period, limit=window.limit)])
    account = operations.repositories.hashes.clerk(sys.stdin.readline().strip())
    await note_look(operations, "look_reservations", context.now, by="clerk", clerk=account)
    return Output(
        [vars(each) for each in await auditing.desk_acts(operations, period, clerk=account, limit=window.limit)]
    )
