"""Draws, compositions, candidates and reservations: all acts that claim plates of the pool."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from temporalio import activity

from activities.decide.case import Case
from activities.decide.claims import ClaimChanges, claim_changes
from activities.decide.decide import DecisionRunner
from activities.failures import ClockSkew
from activities.fair_draws import FairDraw, FairDraws
from activities.plate_queues import PlateQueues
from domain.dependencies import DependencyUnavailable
from domain.errors import BatchExpired, CandidateExpired, NumbersUnavailable, Refusal, Unavailable
from domain.plates import prefix_of, serial_of
from domain.preselection.record import from_record
from domain.preselection.values import Reservation
from storage.failures import ClaimLost, DayClosed, LogGap, PartyBanned, StaleRevision
from storage.offices.calendars import Calendars
from storage.pool.claims import Claims
from storage.pool.draw_tickets import Pick
from storage.pool.index import DrawFilter
from storage.pool.segments import SegmentRepository
from storage.preselections.decisions import RESTART, restart_id
from workflows.messages import Compose, DecisionInput, DecisionResult, Draw, OneNumber
from workflows.ports import Plates
from workflows.validation import check_nonce, check_numbers, check_prefix

DRAW_ATTEMPTS = 5
"""A stale bit of the index costs one more attempt; after five in a row the index must be repaired first."""


class PlateActivities(Plates):
    def __init__(
        self,
        runner: DecisionRunner,
        segments: SegmentRepository,
        calendars: Calendars,
        claims: Claims,
        fair_draws: FairDraws,
    ) -> None:
        self._runner = runner
        self._fair_draws = fair_draws
        self._segments = segments
        self._calendars = calendars
        self._claims = claims
        self._queues = PlateQueues()

    @activity.defn(name="plates.draw")
    async def draw(self, given: DecisionInput, command: Draw) -> DecisionResult:
        return await self._runner.decide(given, command, self._draw, when_late=self._restart_batch)

    async def _draw(self, case: Case, command: Draw) -> DecisionResult:
        check_prefix(command.prefix, case.prefixes)
        check_nonce(command.nonce)
        numbers = list[str]()
        case.state.check_draw(case.at)
        fair = await self._fair_draws.begin(case, command)
        for _ in range(DRAW_ATTEMPTS):
            numbers += await self._pick(case, command, numbers, fair)
            if not numbers:
                raise NumbersUnavailable
            try:
                return await self._offer(case, numbers, fair)
            except ClaimLost as lost:
                await self._correct_index(case.at, lost.plates)
                numbers = [number for number in numbers if number not in lost.plates]
        await self._take_back(case, numbers)
        raise Unavailable({"redis": "down"})

    async def _pick(self, case: Case, command: Draw, picked: Sequence[str], fair: FairDraw) -> list[str]:
        """Free numbers from the index, up to a full batch including those already picked."""
        policy = case.state.policy
        try:
            return await self._runner.index.draw_from_office(
                [command.prefix] if command.prefix else case.prefixes,
                policy.batch_size - len(picked),
                at=case.at,
                until=policy.batch_ttl.after(case.at),
                draw_filter=DrawFilter(without_four=bool(command.exclude_four), hidden=[*case.state.shown, *picked]),
                ticket=fair.ticket,
            )
        except DependencyUnavailable as down:
            # Nothing has been written yet, so the request can fail at once. The index is rebuilt automatically.
            await self._take_back(case, picked)
            raise Unavailable({"redis": "down"}) from down

    async def _offer(self, case: Case, numbers: Sequence[str], fair: FairDraw) -> DecisionResult:
        after = case.state.draw(str(case.request_id), numbers, case.at, fair.proof)
        try:
            claims = claim_changes(case.state, after, case.at)
            # The index holds picked numbers exactly until the offer ends.
            result = await self._runner.commit(
                case,
                after,
                claims=claims,
                index_claims=ClaimChanges(release=claims.release),
                draw=fair.to_write(case, numbers),
            )
        except (PartyBanned, DependencyUnavailable, StaleRevision, LogGap, DayClosed) as failure:
            # It may be unknown whether they were claimed; a claimed number costs the next draw a retry.
            await self._take_back(case, numbers)
            if isinstance(failure, LogGap):
                await self._begin_logs_again(fair.ticket.picks)
                raise Unavailable({"redis": "down"}) from failure
            if isinstance(failure, DayClosed):
                raise ClockSkew from failure
            raise
        for pick in fair.ticket.picks:
            self._runner.index.note_persisted(pick.prefix, pick.epoch, pick.seq)
        return result

    async def _begin_logs_again(self, picks: Sequence[Pick]) -> None:
        """One of Redis and the database was restored: the index is built again, with a new log."""
        with suppress(DependencyUnavailable):
            for pick in picks:
                await self._runner.index.forget(pick.prefix, pick.epoch)

    async def _restart_batch(self, case: Case, _: Draw) -> DecisionResult:
        """The same batch with its whole countdown, which ran while nobody could see the batch."""
        unchanged = self._runner.unchanged_result(case)
        if case.earlier is None or case.row.revision != case.earlier.revision:
            return unchanged
        batch = from_record(case.earlier.state, case.state.policy).batch
        if batch is None:
            return unchanged
        try:
            after = case.state.restart_batch(batch.id, case.at)
            claims = claim_changes(case.state, after, case.at)
            return await self._runner.commit(
                case, after, action=RESTART, request_id=restart_id(case.request_id), claims=claims
            )
        except (Refusal, ClaimLost, DayClosed):
            return unchanged

    async def _take_back(self, case: Case, plates: Sequence[str]) -> None:
        """Free plates that were picked and not offered, at the latest when their offer would have ended."""
        with suppress(DependencyUnavailable):
            until = case.state.policy.batch_ttl.after(case.at)
            await self._runner.index.take_back(plates, at=case.at, until=until)

    async def _correct_index(self, at: datetime, plates: Sequence[str]) -> None:
        """The index offered claimed plates: correct it with the ends of their claims."""
        with suppress(DependencyUnavailable):
            await self._runner.settle_index(at, ClaimChanges(hold=await self._claims.live(plates, at)))

    @activity.defn(name="plates.compose")
    async def compose(self, given: DecisionInput, command: Compose) -> DecisionResult:
        return await self._runner.decide(given, command, self._compose)

    async def _compose(self, case: Case, command: Compose) -> DecisionResult:
        check_numbers(command.numbers, case.prefixes)
        case.state.check_compose(len(command.numbers), case.at)
        for number in await self._free_to_compose(case, command):
            with suppress(ClaimLost):
                async with self._queues.wait_turn(number) as may_be_free:
                    if may_be_free:
                        return await self._reserve_composed(case, command, number)
        return await self._runner.commit(case, case.state.charge_composition(command.numbers, case.at))

    async def _reserve_composed(self, case: Case, command: Compose, number: str) -> DecisionResult:
        after = case.state.compose(command.numbers, await self._reservation(case, number), case.at)
        return await self._runner.commit(case, after, claims=claim_changes(case.before, after, case.at))

    async def _free_to_compose(self, case: Case, command: Compose) -> list[str]:
        """The numbers, in the given order, of a composable segment that no other vehicle has."""
        segments = await self._segments.of_office(case.row.office_code)
        others = await self._claims.plates_of_others(command.numbers, str(case.row.id), case.at)
        composable = [segment for segment in segments if segment.is_composable(case.at)]
        return [
            number
            for number in command.numbers
            if number not in others
            and any(segment.prefix == prefix_of(number) and segment.holds(serial_of(number)) for segment in composable)
        ]

    @activity.defn(name="plates.put_aside")
    async def put_aside(self, given: DecisionInput, command: OneNumber) -> DecisionResult:
        return await self._runner.decide(given, command, self._put_aside)

    async def _put_aside(self, case: Case, command: OneNumber) -> DecisionResult:
        after = case.state.put_aside(command.number, case.at)
        try:
            return await self._runner.commit(case, after, claims=claim_changes(case.before, after, case.at))
        except ClaimLost as lost:
            raise BatchExpired from lost

    @activity.defn(name="plates.reserve")
    async def reserve(self, given: DecisionInput, command: OneNumber) -> DecisionResult:
        return await self._runner.decide(given, command, self._reserve)

    async def _reserve(self, case: Case, command: OneNumber) -> DecisionResult:
        case.state.check_confirm(command.number, case.at)
        after = case.state.confirm(await self._reservation(case, command.number), case.at)
        try:
            return await self._runner.commit(case, after, claims=claim_changes(case.before, after, case.at))
        except ClaimLost as lost:
            raise CandidateExpired from lost

    async def _reservation(self, case: Case, plate: str) -> Reservation:
        """The plate with the last day of the office's calendar (R-40)."""
        calendar = await self._calendars.of_office(case.row.office_code)
        return Reservation(plate, *calendar.last_day(case.at, case.state.policy))
