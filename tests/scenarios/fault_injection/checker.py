"""Proves the promises of docs/architecture.md from the database, Temporal, Redis, the audit and the clients' log.

Each check returns what contradicts a promise, in one line for each contradiction.
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from temporalio.client import Client

from storage.audit.verification import verify_audit
from tests.scenarios.fault_injection.calls import NO_ANSWER, Attempt
from tests.scenarios.fault_injection.evidence import Evidence, Rows
from tests.scenarios.fault_injection.sms_histories import was_ordered_too_late

LONGEST_ANSWER_S = 16.0
"""Every call is answered within 15 seconds; the second more is the client's and the machine's."""

SLACK = timedelta(seconds=20)
"""A deadline may be late by the return of a part (design.md), seen after all faults are over."""

VOLATILE = ("now",)
DECIDED = ("/draws", "/compositions", "/candidates", "/confirmation")
ABOUT_THE_LAST_DAY = ("reminder", "last_day")
CHARGED = {"draw": "draws_remaining", "compose": "composed_remaining"}


class Held(NamedTuple):
    """A plate was held or reserved for one preselection from `since` to before `until`."""

    since: datetime
    until: datetime
    preselection_id: UUID


async def check_owners(evidence: Evidence) -> list[str]:
    """No plate has two owners at one instant, over the whole history."""
    held: dict[str, list[Held]] = defaultdict(list)
    for made in evidence.decisions.values():
        for plate, period in _periods(evidence, made):
            held[plate].append(period)
    return [
        f"{plate}: held by {one.preselection_id} until {one.until} and by {other.preselection_id} from {other.since}"
        for plate, periods in held.items()
        for one, other in pairwise(sorted(periods))
        if other.since < one.until and one.preselection_id != other.preselection_id
    ]


def _periods(evidence: Evidence, made: Rows) -> Iterator[tuple[str, Held]]:
    """From each decision to the next one, or to the end of the hold."""
    for decision, following in zip(made, [*made[1:], None], strict=True):
        state, since = evidence.state(decision), decision["at"]
        end = following["at"] if following else datetime.max.replace(tzinfo=UTC)
        for plate, hold in state.holds(since).items():
            yield plate, Held(since, min(hold.until, end), decision["preselection_id"])
        if state.reservation and state.stage.value == "registered":
            yield state.reservation.plate, Held(since, end, decision["preselection_id"])
        if state.reservation and state.stage.value == "completed":
            # It lapses at its deadline by itself, even if nobody is there who could say so.
            yield (
                state.reservation.plate,
                Held(since, min(state.reservation.deadline, end), decision["preselection_id"]),
            )


async def check_chances(evidence: Evidence) -> list[str]:
    """A chance is spent by a draw or a failed submission only, by one request once, and is never below zero."""
    faults = []
    for id_, made in evidence.decisions.items():
        for before, after in pairwise(made):
            for act, chances in CHARGED.items():
                one, other = before["answer"]["state"][chances], after["answer"]["state"][chances]
                spent = one - other
                fair = _fair_price(after) if after["action"] == act else 0
                if spent != fair or other < 0:
                    faults.append(f"{id_}: {after['action']} spent {spent} of {chances}, {fair} would be fair")
    return faults


def _fair_price(decision: Mapping[str, Any]) -> int:
    if decision["action"] == "draw":
        return 1
    tried = decision["answer"]["state"].get("last_submission") or []
    return 0 if any(outcome == "accepted" for _, outcome in tried) else len(tried)


async def check_revisions(evidence: Evidence) -> list[str]:
    """Each decision is based on the one before, and the row is what the last one says."""
    faults = []
    for id_, made in evidence.decisions.items():
        row = evidence.preselections.get(id_)
        revisions = [decision["answer"]["revision"] for decision in made]
        if revisions != list(range(revisions[0], revisions[0] + len(revisions))):
            faults.append(f"{id_}: revisions {revisions}")
        if row is None or row["revision"] != revisions[-1] or row["state"] != made[-1]["answer"]["state"]:
            faults.append(f"{id_}: the row differs from its last decision")
    return faults


async def check_answers(evidence: Evidence) -> list[str]:
    """Each good answer stands in the record of decisions, under the operation of its key."""
    decided = {decision["request_id"] for made in evidence.decisions.values() for decision in made}
    faults = []
    for attempt in evidence.log.attempts:
        if not (attempt.is_good and attempt.path.startswith("/preselections/") and attempt.path.endswith(DECIDED)):
            continue
        operation = _operation(evidence, attempt)
        if operation is None or operation not in decided:
            faults.append(f"{attempt.path} answered {attempt.status} under {attempt.key}, and nothing was decided")
    return faults


def _operation(evidence: Evidence, attempt: Attempt) -> UUID | None:
    found = [id_ for (path, key), id_ in evidence.operations.items() if key == attempt.key and attempt.path in path]
    return found[0] if found else None


async def check_repeats(evidence: Evidence) -> list[str]:
    """A repeat of an answered request returns the first answer."""
    first: dict[tuple[str, str], Attempt] = {}
    faults = []
    for attempt in evidence.log.attempts:
        # What an API shows depends on its clock: what has expired is left out.
        if not attempt.is_good or _had_jumped(evidence, attempt):
            continue
        earlier = first.setdefault((attempt.path, attempt.key), attempt)
        if _lasting(earlier.answer) != _lasting(attempt.answer):
            faults.append(
                f"{attempt.path} under {attempt.key}: {_lasting(earlier.answer)} and {_lasting(attempt.answer)}"
            )
    return faults


def _had_jumped(evidence: Evidence, attempt: Attempt) -> bool:
    """Whether the clock of the API that answered was wrong meanwhile."""
    return any(
        fault.kind == f"jump the clock of {attempt.api}" and fault.overlaps(attempt.began, attempt.ended)
        for fault in evidence.faults
    )


def _lasting(answer: Any) -> Any:
    return (
        {name: value for name, value in answer.items() if name not in VOLATILE} if isinstance(answer, dict) else answer
    )


async def check_calls(evidence: Evidence) -> list[str]:
    """Every call is answered in time, and none with an unforeseen error."""
    faults = [
        f"{attempt.path} answered {attempt.status}: {attempt.answer}"
        for attempt in evidence.log.attempts
        if attempt.status >= 500 and attempt.code not in ("unavailable", "outcome_unknown", "busy")
    ]
    return faults + [
        f"{attempt.path} took {_waited(evidence, attempt):.1f} s"
        for attempt in evidence.log.attempts
        # The client's own limit ends a call that a killed API never answers.
        if attempt.status != NO_ANSWER and _waited(evidence, attempt) > LONGEST_ANSWER_S
    ]


def _waited(evidence: Evidence, attempt: Attempt) -> float:
    """The seconds that the call took, without those in which an API was frozen."""
    frozen = (
        min(attempt.ended, fault.until) - max(attempt.began, fault.since)
        for fault in evidence.faults
        if fault.kind.startswith("freeze api")
    )
    return attempt.ended - attempt.began - sum(max(0.0, seconds) for seconds in frozen)


async def check_deadlines(evidence: Evidence) -> list[str]:
    """Each missed deadline has led to a ban, and each ban has ended."""
    now, banned = evidence.now, evidence.with_ban | {ban["preselection_id"] for ban in evidence.bans}
    faults = [
        f"{id_} is still completed, {now - row['deadline']} after its deadline"
        for id_, row in evidence.preselections.items()
        if row["stage"] == "completed" and row["deadline"] + SLACK < now
    ]
    faults += [
        f"{id_} is overdue, and nobody is banned"
        for id_, row in evidence.preselections.items()
        if row["stage"] == "overdue" and row["deadline"] + SLACK < now and id_ not in banned
    ]
    return faults + [
        f"the ban {ban['id']} is not over, {now - ban['until']} after its end"
        for ban in evidence.bans
        if ban["released_at"] is None and ban["until"] + SLACK < now
    ]


async def check_sms(evidence: Evidence) -> list[str]:
    """The phone has each SMS once: of each ban one, unless it was over before, of each reservation at most one."""
    handed: Counter[tuple[UUID, str]] = Counter()
    ordered = set()
    for sms in evidence.deliveries:
        handed[sms["preselection_id"], sms["purpose"]] += sms["handed_at"] is not None
        ordered.add((sms["preselection_id"], sms["purpose"]))
    began = min((attempt.began for attempt in evidence.log.attempts), default=0.0)
    twice = [
        f"{id_} has {count} SMS of {purpose}"
        for (id_, purpose), count in handed.items()
        if count > _most_sms(evidence, id_, purpose)
    ]
    missing = [
        ban
        for ban in evidence.bans
        # The demo's own bans are older than the first call.
        if ban["since"].timestamp() >= began
        and ban["released_by"] is None
        and (ban["preselection_id"], "overdue") not in ordered
    ]
    if not missing:
        return twice
    client = await Client.connect(evidence.system.temporal)
    return twice + [
        f"{ban['preselection_id']} was banned without an SMS"
        for ban in missing
        # A ban of these runs takes half a minute: parts may be away for longer.
        if not await was_ordered_too_late(client, ban)
    ]


def _most_sms(evidence: Evidence, id_: UUID, purpose: str) -> int:
    """One; each time that the last day was moved, one more about it."""
    moved = sum(1 for made in evidence.decisions.get(id_, []) if made["action"] == "extend_validity")
    return max(1, moved) if purpose == "deadline_moved" else 1 + moved * (purpose in ABOUT_THE_LAST_DAY)


async def check_index(evidence: Evidence) -> list[str]:
    """Each prefix's index is equal to the database, bit by bit."""
    faults, reconciler = [], evidence.repositories.pool_reconciler
    await reconciler.reconcile(evidence.now)
    for prefix in await evidence.repositories.segments.revisions():
        drift = await reconciler.check(prefix, evidence.now)
        if drift.too_many or drift.too_few:
            faults.append(f"{prefix}: {drift.too_many} wrongly free, {drift.too_few} wrongly taken")
    return faults


async def check_audit(evidence: Evidence) -> list[str]:
    """The chain is whole, and every spent chance is in it."""
    report = await verify_audit(evidence.repositories.database)
    faults = [f"seal {fault.seal}: {fault.reason}" for fault in report.faults]
    async with await psycopg.AsyncConnection.connect(evidence.system.owner_dsn) as connection:
        found = await connection.execute("SELECT request_id FROM audit WHERE action IN ('draw', 'compose')")
        audited = {row[0] for row in await found.fetchall()}
    decided = [made for each in evidence.decisions.values() for made in each if made["action"] in CHARGED]
    return faults + [f"{made['request_id']} is not audited" for made in decided if made["request_id"] not in audited]


async def check_workflows(evidence: Evidence) -> list[str]:
    """No workflow has failed, and every vehicle that can still change has one that runs."""
    client = await Client.connect(evidence.system.temporal)
    states: Counter[str] = Counter()
    running = set()
    wanted = f"WorkflowType IN ('Vehicle', 'Blacklist') AND TaskQueue = '{evidence.system.task_queue}'"
    async for found in client.list_workflows(wanted):
        name = found.status.name if found.status else "NONE"
        states[name] += 1
        if name == "RUNNING":
            running.add(found.id)
    must_run = ("service_notes", "identity_verification", "plate_selection", "completed")
    missing = [
        f"{id_} is {row['stage']} and has no running workflow"
        for id_, row in evidence.preselections.items()
        if row["stage"] in must_run and not row["dormant"] and f"vehicle-{id_}" not in running
    ]
    broken = [f"{states[name]} workflows are {name}" for name in ("FAILED", "TIMED_OUT", "TERMINATED") if states[name]]
    return missing + broken


Check = Callable[[Evidence], Awaitable[list[str]]]
CHECKS: Mapping[str, Check] = {
    "a plate never has two owners": check_owners,
    "a chance is spent once, and only by what may spend it": check_chances,
    "each decision follows the one before, and the row the last one": check_revisions,
    "each good answer was decided": check_answers,
    "a repeat returns the first answer": check_repeats,
    "each call is answered in time and as the contract says": check_calls,
    "each missed deadline has led to a ban, and each ban has ended": check_deadlines,
    "each SMS was sent once": check_sms,
    "each index is equal to the database": check_index,
    "the audit is whole and complete": check_audit,
    "each vehicle that can change has its workflow, and none failed": check_workflows,
}
