"""Draws, compositions, candidates and reservations: whatever takes a plate out of the pool."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from temporalio import activity

from activities.claim_changes import ClaimChanges, claim_changes
from activities.commits import Commits, before_of, deciding
from activities.earlier_attempts import look_back, was_late
from activities.turns import Turns
from domain.errors import BatchExpired, CandidateExpired, NumbersUnavailable, Refusal, Unavailable
from domain.plates import prefix_of, serial_of
from domain.policy import Policy
from domain.preselection.record import from_record
from domain.preselection.state import Preselection
from domain.preselection.values import Reservation
from storage.failures import AlreadyDecided, Barred, ClaimLost, PartDown, StaleRevision
from storage.offices.calendars import Calendars
from storage.pool.claims import Claims
from storage.pool.index import Wish
from storage.pool.segments import SegmentReleases
from workflows.ports import ComposeOrder, Decided, DrawOrder, NumberOrder, Order, Plates

DRAW_ATTEMPTS = 5
"""A stale bit of the index costs one more attempt; five in a row mean that the index must be mended first."""


class PlateActivities(Plates):
    def __init__(self, commits: Commits, segments: SegmentReleases, calendars: Calendars, claims: Claims) -> None:
        self.commits = commits
        self._segments = segments
        self._calendars = calendars
        self._claims = claims
        self._turns = Turns()

    @activity.defn(name="plates.draw")
    @deciding
    async def draw(self, command: DrawOrder) -> Decided:
        try:
            await look_back(self.commits, command.order)
            return await self._draw(command)
        except AlreadyDecided as earlier:
            if not was_late(command.order, earlier):
                raise
            return await self._drawn_late(command.order, earlier)

    async def _draw(self, command: DrawOrder) -> Decided:
        order, before = command.order, before_of(command.order)
        before.check_draw(order.at)
        numbers: list[str] = []
        for _ in range(DRAW_ATTEMPTS):
            numbers += await self._pick(command, before, numbers)
            if not numbers:
                raise NumbersUnavailable
            try:
                return await self._offer(order, before, numbers)
            except ClaimLost as lost:
                await self._mend(order.at, lost.plates)
                numbers = [number for number in numbers if number not in lost.plates]
        await self._give_back(order.at, before, numbers)
        raise Unavailable({"redis": "down"})

    async def _pick(self, command: DrawOrder, before: Preselection, picked: Sequence[str]) -> list[str]:
        """Free numbers from the index, up to a full batch with those that are picked already."""
        order, policy = command.order, before.policy
        wish = Wish(without_four=command.exclude_four, hidden=[*before.shown, *picked])
        try:
            return await self.commits.index.draw_from_office(
                command.prefixes,
                policy.batch_size - len(picked),
                at=order.at,
                until=policy.batch_ttl.after(order.at),
                wish=wish,
            )
        except PartDown as down:
            # Nothing has been written yet, so the caller may be told at once. The index comes back by itself.
            await self._give_back(order.at, before, picked)
            raise Unavailable({"redis": "down"}) from down

    async def _offer(self, order: Order, before: Preselection, numbers: Sequence[str]) -> Decided:
        after = before.drawn(order.request_id, numbers, order.at)
        try:
            claims = claim_changes(before, after, order.at)
            # The index holds what it has given until the very moment at which the offer ends.
            untold = ClaimChanges(release=claims.release)
            return await self.commits.commit(order, "draw", after, claims=claims, untold=untold, judge_ban=True)
        except (Barred, PartDown):
            # Where nobody knows whether they were claimed, a number that was costs the next draw a retry.
            await self._give_back(order.at, before, numbers)
            raise

    async def _drawn_late(self, order: Order, earlier: AlreadyDecided) -> Decided:
        """The same batch with its whole countdown, for it has been running while nobody could see it."""
        batch = from_record(earlier.answer["state"], Policy.from_dict(order.policy)).batch
        revision = int(earlier.answer["revision"])
        if batch is None or order.revision != revision - 1:
            raise earlier
        later = replace(order, request_id=str(uuid5(UUID(order.request_id), "late")), revision=revision)
        try:
            before = before_of(order)
            after = before.drawn(batch.id, batch.numbers, order.at)
            claims = claim_changes(before, after, order.at)
            return await self.commits.commit(later, "restart_batch", after, claims=claims)
        except (Refusal, StaleRevision, ClaimLost):
            raise earlier from None

    async def _give_back(self, at: datetime, before: Preselection, plates: Sequence[str]) -> None:
        """Plates that were picked and not offered are free again, at the latest when their offer would have ended."""
        with suppress(PartDown):
            await self.commits.index.take_back(plates, at=at, until=before.policy.batch_ttl.after(at))

    async def _mend(self, at: datetime, plates: Sequence[str]) -> None:
        """The index offered plates that are somebody's: tell it until when."""
        with suppress(PartDown):
            await self.commits.settle_index(at, ClaimChanges(hold=await self._claims.live(plates, at)))

    @activity.defn(name="plates.compose")
    @deciding
    async def compose(self, command: ComposeOrder) -> Decided:
        order, before = command.order, before_of(command.order)
        before.check_composition(len(command.numbers), order.at)
        for number in await self._free_to_compose(command):
            with suppress(ClaimLost):
                async with self._turns.at(number) as may_be_free:
                    if may_be_free:
                        return await self._composed(command, before, number)
        after = before.composed_in_vain(command.numbers, order.at)
        return await self.commits.commit(order, "compose", after, judge_ban=True)

    async def _composed(self, command: ComposeOrder, before: Preselection, number: str) -> Decided:
        order = command.order
        reservation = await self._reservation(command.office, number, before, order.at)
        after = before.composed(command.numbers, reservation, order.at)
        claims = claim_changes(before, after, order.at)
        return await self.commits.commit(order, "compose", after, claims=claims, judge_ban=True)

    async def _free_to_compose(self, command: ComposeOrder) -> list[str]:
        """The numbers, in the order given, that a composable segment holds and nobody else has."""
        at, me = command.order.at, command.order.preselection_id
        segments = await self._segments.of_office(command.office)
        others = await self._claims.taken_by_others(command.numbers, me, at)
        composable = [segment for segment in segments if segment.is_composable(at)]
        return [
            number
            for number in command.numbers
            if number not in others
            and any(segment.prefix == prefix_of(number) and segment.holds(serial_of(number)) for segment in composable)
        ]

    @activity.defn(name="plates.put_aside")
    @deciding
    async def put_aside(self, command: NumberOrder) -> Decided:
        order, before = command.order, before_of(command.order)
        after = before.put_aside(command.number, order.at)
        claims = claim_changes(before, after, order.at)
        try:
            return await self.commits.commit(order, "put_aside", after, claims=claims, judge_ban=True)
        except ClaimLost as lost:
            raise BatchExpired from lost

    @activity.defn(name="plates.reserve")
    @deciding
    async def reserve(self, command: NumberOrder) -> Decided:
        order, before = command.order, before_of(command.order)
        before.check_choice(command.number, order.at)
        reservation = await self._reservation(command.office, command.number, before, order.at)
        after = before.chosen(reservation, order.at)
        claims = claim_changes(before, after, order.at)
        try:
            return await self.commits.commit(order, "confirm", after, claims=claims, judge_ban=True)
        except ClaimLost as lost:
            raise CandidateExpired from lost

    async def _reservation(self, office: str, plate: str, before: Preselection, at: datetime) -> Reservation:
        """The plate with the last day of the office's calendar (R-40)."""
        calendar = await self._calendars.of_office(office)
        return Reservation(plate, *calendar.last_day(at, before.policy))
