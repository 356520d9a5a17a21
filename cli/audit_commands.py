"""`xuanhao audit …`: the chain of seals, who did what, and the lists by which insiders are watched."""

import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from cli.output import Output
from operations import auditing
from operations.parts import OperationParts
from operations.wishes import Wish
from storage.audit.staff_activity import Period
from storage.audit.verification import verify_audit
from storage.crypto.personal_hashes import PersonalHashes

_DAY, _MONTH = timedelta(days=1), timedelta(days=30)
_MILLISECOND = timedelta(milliseconds=1)


async def verify(parts: OperationParts, typed: Namespace, _: Wish) -> Output:
    report = await verify_audit(parts.database, dict(typed.noted))
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


async def list_audit(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    period = _period(typed, wish, _DAY)
    entries = await parts.audit.between(
        period.since,
        period.until,
        actor=typed.actor,
        action=typed.act,
        preselection_id=typed.preselection,
        limit=typed.limit,
    )
    return Output([vars(entry) for entry in entries])


async def withholdings(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    found = await auditing.withholdings_in(parts, _period(typed, wish, _MONTH), limit=typed.limit)
    return Output([asdict(known) for known in found])


async def ban_releases(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    found = await auditing.ban_releases_in(parts, _period(typed, wish, _MONTH), limit=typed.limit)
    return Output([asdict(entry) for entry in found])


async def unconfirmed(parts: OperationParts, typed: Namespace, _: Wish) -> Output:
    found = await auditing.unconfirmed(parts, limit=typed.limit)
    withheld = [
        {"what": "withholding", "id": each.id, "by": each.released_by or each.withheld_by, "at": each.withheld_at}
        for each in found.withholdings
    ]
    released = [
        {"what": "ban release", "id": each.id, "by": each.released_by, "at": each.released_at}
        for each in found.ban_releases
    ]
    return Output([*withheld, *released])


async def desk(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    """Counts, or the acts of one clerk, whose name at the identity provider is read from standard input."""
    period = _period(typed, wish, _MONTH)
    if not typed.clerk:
        return Output([vars(each) for each in await auditing.desk_counts(parts, period, limit=typed.limit)])
    clerk = PersonalHashes(parts.keys.hashes).clerk(sys.stdin.readline().strip())
    return Output([vars(each) for each in await auditing.desk_acts(parts, period, clerk=clerk, limit=typed.limit)])


def _period(typed: Namespace, wish: Wish, length: timedelta) -> Period:
    until = typed.until or wish.at + _MILLISECOND
    return Period(typed.since or until - length, until)


AUDIT_COMMANDS: Mapping[str, Callable[[OperationParts, Namespace, Wish], Awaitable[Output]]] = {
    "audit verify": verify,
    "audit list": list_audit,
    "audit withholdings": withholdings,
    "audit ban-releases": ban_releases,
    "audit unconfirmed": unconfirmed,
    "audit desk": desk,
}
