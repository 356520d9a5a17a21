"""One statement decides: claims, the spent chance, the new state and the result, all or nothing, once per request.

The statement checks first, so a request that is too late fails without a write. Parallel requests are stopped by the
constraints of the row of `decision`: it has what the statement got and what it wanted, and if they differ everything
is rolled back. No lock is held longer than one round trip. Plates are claimed and freed in one pass in byte order, so
statements for the same plates queue instead of deadlocking.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

from psycopg import IntegrityError

from storage.audit.trail import ActorKind
from storage.crypto.vault import Keys
from storage.failures import (
    ClaimLost,
    CodeGone,
    DayClosed,
    LogGap,
    PartyBanned,
    RequestIdTaken,
    StaleRevision,
    VehicleTaken,
)
from storage.postgres.database import Database
from storage.postgres.json_text import array_text, json_text
from storage.postgres.tables import FOREVER
from storage.preselections.decision_statement import COMMIT, COMMIT_DRAW, COMMIT_DRAW_OF_FREE, COMMIT_WITH_OPEN_DAY
from storage.preselections.rows import NAMES, PreselectionRow, row_of

_ATTEMPTS = 3 * (COMMIT,)
_ATTEMPTS_WITH_OPEN_DAY = 3 * (COMMIT_WITH_OPEN_DAY,)
_ATTEMPTS_OF_A_DRAW = (COMMIT_DRAW_OF_FREE, *3 * (COMMIT_DRAW,))

_LOAD = f"""
    SELECT
        {", ".join(f"p.{name}" for name in NAMES)},
        ARRAY(SELECT prefix FROM prefix WHERE office_code = p.office_code ORDER BY prefix),
        (
            SELECT max(until) FROM blacklist
            WHERE party_hash = p.party_hash AND released_at IS NULL AND since <= %(at)s AND until > %(at)s
        ),
        d.at, d.answer
    FROM preselection AS p
    LEFT JOIN decision AS d
        ON d.request_id = %(request_id)s AND d.preselection_id = p.id AND d.action = %(action)s
    WHERE p.id = %(id)s
""".encode()  # noqa: S608 -- constants

RESTART: Final = "restart_batch"
"""The action that restarts the countdown of a draw whose result was lost; its answer is then the draw's."""

_FIND = f"""
    SELECT at, answer FROM decision
    WHERE request_id = %(request_id)s OR request_id = %(restart_id)s AND action = '{RESTART}'
    ORDER BY at DESC LIMIT 1
""".encode()  # noqa: S608 -- constants


@dataclass(frozen=True)
class Claim:
    """A plate and its new kind: `offered`, `candidate`, `reserved`, `issued` or `cooling`, before `until`.

    `issued` has no end; a `cooling` that ends at the instant of the decision frees the plate at once.
    """

    plate: str
    kind: str
    until: datetime = FOREVER


@dataclass(frozen=True)
class Decision:
    """A change of one preselection at `at`, based on a revision.

    `hold` claims free plates and changes the vehicle's own holds and reservation; `release` frees its own holds, but
    not expired ones that belong to others. With `refuse_banned` nothing happens for a party on the blacklist.

    `operator` is the actor, of the kind `actor_kind`, if it was not the applicant. `facts` are the audit's facts
    besides the plates, such as the remaining chances; a decision without both is not audited. `draw` are the further
    parameters of `COMMIT_DRAW`. `open_day` is the day of a draw whose numbers are held again, which must not be closed.
    """

    request_id: UUID
    preselection_id: UUID
    action: str
    at: datetime
    expected_revision: int
    stage: str
    state: Mapping[str, Any]
    answer: Mapping[str, Any]
    dormant: bool = False
    plate: str | None = None
    visit_by: date | None = None
    deadline: datetime | None = None
    hold: Sequence[Claim] = ()
    release: Sequence[str] = ()
    refuse_banned: bool = False
    use_code: UUID | None = None
    draw: Mapping[str, Any] | None = None
    open_day: str | None = None
    actor_kind: ActorKind = "applicant"
    facts: Mapping[str, Any] | None = None
    operator: str | None = field(default=None, repr=False)
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class EarlierDecision:
    """A recorded decision: the state and the revision that the request led to."""

    at: datetime
    state: dict[str, Any]
    revision: int


@dataclass(frozen=True)
class LoadedRow:
    """The input of a decision, read in one statement. `earlier` is this request's decision, if it was made."""

    row: PreselectionRow
    prefixes: tuple[str, ...]
    banned_until: datetime | None
    earlier: EarlierDecision | None


class _Found(NamedTuple):
    """What the statement found first; `clear` if there was no obstacle."""

    revision: int | None
    banned_until: datetime | None
    is_gone: bool
    is_closed: bool
    lost: list[str]
    clear: bool


class Decisions:
    """Commits decisions and finds them again."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault

    async def load(self, preselection_id: UUID, request_id: UUID, action: str, at: datetime) -> LoadedRow | None:
        """The row, the other inputs of a decision at `at`, and the earlier decision on the same request.

        A request for another action is another request, even with the same id: its decision is nobody else's answer.
        """
        values = {"id": preselection_id, "request_id": request_id, "action": action, "at": at}
        found = await self._database.fetch_raw(_LOAD, values)
        if not found:
            return None
        [(*row, prefixes, banned_until, decided_at, answer)] = found
        earlier = EarlierDecision(decided_at, answer["state"], answer["revision"]) if decided_at else None
        return LoadedRow(row_of(row, self._vault), tuple(prefixes), banned_until, earlier)

    async def commit(self, decision: Decision) -> None:
        """Commit the decision, all or nothing, with the preselection at the next revision.

        Raises `StaleRevision`, `PartyBanned`, `VehicleTaken`, `CodeGone`, `ClaimLost`, `DayClosed`, and for a draw
        `LogGap`, and has changed nothing then; also `RequestIdTaken`. After `DependencyUnavailable` the outcome is
        unknown: load the row.
        """
        values = _values(decision)
        for statement in _attempts(decision):
            try:
                [found] = await self._database.fetch_raw(statement, values)
            except IntegrityError as error:
                # Another request came in between, which the next attempt finds first.
                if error.diag.constraint_name == "uq_preselection_running_vehicle":
                    raise VehicleTaken("another running preselection has this vehicle") from error
                if error.diag.constraint_name == "pk_decision":
                    raise RequestIdTaken("the request id is that of another decision") from error
            else:
                return _raise_obstacle(decision, _Found(*found))
        # Each time the competing claim was gone when we checked: the result for the caller is the same.
        raise ClaimLost([claim.plate for claim in decision.hold])

    async def find(self, request_id: UUID) -> EarlierDecision | None:
        """The decision of this request, if it was made; of a draw the last one, with the countdown that holds now."""
        values = {"request_id": request_id, "restart_id": restart_id(request_id)}
        found = await self._database.fetch_raw(_FIND, values)
        return EarlierDecision(found[0][0], found[0][1]["state"], found[0][1]["revision"]) if found else None


def restart_id(request_id: UUID) -> UUID:
    """The request id of the restart of this draw's countdown: there is at most one."""
    return uuid5(request_id, "late")


def _attempts(decision: Decision) -> Sequence[bytes]:
    """The statements to try, one after the other."""
    if decision.draw:
        return _ATTEMPTS_OF_A_DRAW
    return _ATTEMPTS_WITH_OPEN_DAY if decision.open_day else _ATTEMPTS


def _raise_obstacle(decision: Decision, found: _Found) -> None:
    if found.revision != decision.expected_revision:
        raise StaleRevision(f"at {found.revision}, expected {decision.expected_revision}")
    if found.banned_until:
        raise PartyBanned(found.banned_until)
    if found.is_closed:
        raise DayClosed("the day of the draw is closed")
    if found.is_gone:
        raise LogGap("lines are missing") if decision.draw else CodeGone("the code was used or replaced")
    if found.lost:
        raise ClaimLost(sorted(found.lost))


def _values(decision: Decision) -> dict[str, Any]:
    """The statement's parameters; a freed plate becomes an offer that ends at once."""
    held = {claim.plate: claim for claim in decision.hold}
    freed = {plate: Claim(plate, "offered", decision.at) for plate in decision.release}
    entries = (freed | held).values()
    names = (
        "request_id", "action", "at", "expected_revision", "stage", "dormant", "plate", "visit_by",
        "deadline", "refuse_banned", "use_code", "open_day", "actor_kind", "operator", "reason",
    )  # fmt: skip
    return {name: getattr(decision, name) for name in names} | {
        "id": decision.preselection_id,
        "state": json_text(decision.state),
        "answer": json_text(decision.answer),
        "plates": array_text([entry.plate for entry in entries]),
        "kinds": array_text([entry.kind for entry in entries]),
        "untils": array_text([entry.until.isoformat() for entry in entries]),
        "wanted": sum(entry.until > decision.at for entry in entries),
        "facts": _facts(decision, entries),
        **(decision.draw or {}),
    }


def _facts(decision: Decision, entries: Iterable[Claim]) -> str | None:
    """The audit's facts as JSON; None for a decision without plates and chances."""
    became: dict[str, list[str]] = {}
    for entry in entries:
        became.setdefault(entry.kind if entry.until > decision.at else "freed", []).append(entry.plate)
    if not became and decision.facts is None:
        return None
    facts: dict[str, Any] = {**(decision.facts or {}), **became}
    return json_text(facts | ({"reason": decision.reason} if decision.reason else {}))
