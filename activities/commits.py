"""How an activity makes a decision true: one statement in the database, then the pool index and the event streams.

The database decides; the index and the announcement are derived, so a failure there costs others a retry or a later
reading, and never this decision.
"""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import structlog

from activities.audit_facts import audit_facts
from activities.claim_changes import NO_CLAIMS, ClaimChanges
from activities.earlier_attempts import rule_out
from domain.errors import Blacklisted, NotFound, Refusal
from domain.policy import Policy
from domain.preselection.record import Record, from_record, merge_patch, merged, to_record
from domain.preselection.state import Preselection
from storage.failures import AlreadyDecided, Barred, PartDown, StaleRevision
from storage.pool.index import PoolIndex
from storage.postgres.tables import FOREVER
from storage.preselections.decisions import Decision, Decisions
from storage.preselections.rows import Preselections
from storage.redis.announcements import Announcements
from workflows.ports import Decided, Order

log = structlog.get_logger("actions")
C = TypeVar("C")
Deciding = Callable[[Any, C], Coroutine[Any, Any, Decided]]


class Commits:
    """Commits decisions and tells the index and the streams."""

    def __init__(
        self, decisions: Decisions, preselections: Preselections, index: PoolIndex, announcements: Announcements
    ) -> None:
        self.decisions = decisions
        self.preselections = preselections
        self.index = index
        self._announcements = announcements
        self._announcing: set[asyncio.Task[None]] = set()

    async def commit(
        self,
        order: Order,
        action: str,
        after: Preselection,
        *,
        claims: ClaimChanges = NO_CLAIMS,
        untold: ClaimChanges | None = None,
        **circumstances: Any,
    ) -> Decided:
        """Make `after` and the claims true together; raises what `Decisions.commit` raises.

        `untold` are those that the index does not know yet, if it knows some.
        """
        state, revision = to_record(after), order.revision + 1
        parts = {"hold": claims.hold, "release": list(claims.release)} | circumstances
        await self.decisions.commit(_decision(order, action, after, state, **parts))
        log.info(
            "decided", preselection_id=order.preselection_id, action=action, stage=after.stage.value, revision=revision,
        )  # fmt: skip
        await self._tell(order, claims if untold is None else untold)
        return led_to(order, state, revision)

    async def refreshed(self, order: Order) -> Order:
        """The order on the state that the row has now: the row is the truth, whatever the workflow believed."""
        row = await self.preselections.get(UUID(order.preselection_id))
        if row is None:
            raise NotFound
        return replace(order, state=row.state, revision=row.revision)

    async def _tell(self, order: Order, claims: ClaimChanges) -> None:
        """Bring the index up to date and wake the event streams; a part that is down catches up by itself."""
        # Nobody's answer has to wait until those who watch have been told.
        announcing = asyncio.create_task(self._announce(UUID(order.preselection_id)))
        self._announcing.add(announcing)
        announcing.add_done_callback(self._announcing.discard)
        with suppress(PartDown):
            await self.settle_index(order.at, claims)

    async def _announce(self, preselection_id: UUID) -> None:
        with suppress(PartDown):
            await self._announcements.publish(preselection_id)

    async def settle_index(self, at: datetime, claims: ClaimChanges) -> None:
        """Tell the index what has been claimed and freed."""
        taken = [claim.plate for claim in claims.hold if claim.until == FOREVER]
        held = {claim.plate: claim.until for claim in claims.hold if claim.until != FOREVER}
        await self.index.settle(at=at, taken=taken, held=held, freed=claims.release)


def led_to(order: Order, state: Record, revision: int) -> Decided:
    """The answer to an order when this is what it has led to."""
    return Decided(merge_patch(order.state or {}, state), revision)


def before_of(order: Order) -> Preselection:
    """The state that an order starts from."""
    if order.state is None:
        raise NotFound
    return from_record(order.state, Policy.from_dict(order.policy))


def deciding(method: Deciding[C]) -> Deciding[C]:
    """An activity that decides: repeats get the first answer, a stale order is judged again on the row's state."""

    async def judge(self: Any, command: C) -> Decided:
        try:
            return await method(self, command)
        except Refusal:
            await rule_out(self.commits, _order_of(command))
            raise

    @functools.wraps(method)
    async def decide(self: Any, command: C) -> Decided:
        try:
            try:
                return await judge(self, command)
            except StaleRevision:
                fresh = await _refreshed(self.commits, command)
                decided = await judge(self, fresh)
                state = merged(_order_of(fresh).state or {}, decided.changes)
                return led_to(_order_of(command), state, decided.revision)
        except AlreadyDecided as earlier:
            return led_to(_order_of(command), earlier.answer["state"], earlier.answer["revision"])
        except Barred as barred:
            raise Blacklisted(barred.until) from barred

    return decide


def _order_of(command: Any) -> Order:
    order: Order = command if isinstance(command, Order) else command.order
    return order


async def _refreshed(commits: Commits, command: Any) -> Any:
    fresh = await commits.refreshed(_order_of(command))
    return fresh if isinstance(command, Order) else replace(command, order=fresh)


def _decision(order: Order, action: str, after: Preselection, state: Record, **parts: Any) -> Decision:
    reservation = after.reservation
    facts = audit_facts(order.state, state)
    return Decision(
        request_id=UUID(order.request_id),
        preselection_id=UUID(order.preselection_id),
        action=action,
        at=order.at,
        expected_revision=order.revision,
        stage=after.stage.value,
        state=state,
        answer={"state": state, "revision": order.revision + 1},
        dormant=after.dormant,
        plate=reservation.plate if reservation else None,
        visit_by=reservation.visit_by if reservation else None,
        deadline=reservation.deadline if reservation else None,
        # What a clerk or an operator does is always audited, even where it changes nothing else.
        facts=facts or ({} if parts.get("operator") else None),
        **parts,
    )
