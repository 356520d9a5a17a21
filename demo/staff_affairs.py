"""What staff of the demo have as applicants: a clerk's reservation at their own office, and an operator's ban.

Both are rows as the service writes them. They are written once.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from demo.offices import MAIN_OFFICE, OFFICES
from demo.vehicles import DemoVehicle
from demo.world import BANNED, RESERVING, DemoUser, DemoWorld
from domain.ascii_folding import fold_capitals
from domain.calendar import ban_end, end_of_day, shanghai_day
from domain.masking import mask_person_name
from domain.policy import Policy
from domain.preselection.record import to_record
from domain.preselection.state import Preselection
from domain.preselection.values import Reservation, Stage
from storage.bans.repository import BanRepository, NewBan
from storage.crypto.personal_hashes import PersonalHashes
from storage.crypto.vault import Keys
from storage.failures import ClaimLost, RequestIdTaken, StaleRevision
from storage.postgres.database import Database
from storage.preselections.decisions import Claim, Decision, Decisions
from storage.preselections.lagging import LaggingWorkflows
from storage.preselections.rows import Preselections, Seller, Submission

_SERIAL = "27183"
_VALIDITY = timedelta(days=30)
_AGO = timedelta(days=5)
_COOLING = timedelta(days=1)


async def seed_staff_affairs(database: Database, keys: Keys, world: DemoWorld, at: datetime) -> None:
    """Write the reservation and the ban, unless they were written before."""
    reserved = await _write(database, keys, world, RESERVING, at, at)
    if reserved:
        # Its workflow starts when maintenance finds it here.
        await LaggingWorkflows(database).note(reserved.preselection_id, at)
    missed = await _write(database, keys, world, BANNED, at - _VALIDITY - _AGO, at)
    if missed and missed.deadline:
        user = world.users[BANNED]
        await BanRepository(database, keys).ban(
            NewBan(
                id=uuid5(missed.preselection_id, missed.deadline.isoformat()),
                party_hash=PersonalHashes(keys.hashes).party(user.party.id_number),
                holder=mask_person_name(user.party.name),
                since=missed.deadline,
                until=ban_end(missed.deadline, Policy()),
                preselection_id=missed.preselection_id,
            )
        )


async def _write(
    database: Database, keys: Keys, world: DemoWorld, name: str, begun_at: datetime, at: datetime
) -> Decision | None:
    """A preselection with a plate, as of `at`; None if it exists already."""
    user, preselection_id = world.users[name], uuid5(NAMESPACE_URL, f"xuanhao:demo:{name}")
    preselections = Preselections(database, keys)
    if await preselections.get(preselection_id):
        return None
    await preselections.insert_submission(_submission(preselection_id, user, world.past_vehicle_of(name), begun_at))
    decision = _decision(preselection_id, begun_at, at)
    with suppress(ClaimLost, RequestIdTaken, StaleRevision):
        await Decisions(database, keys).commit(decision)
        return decision
    return None


def _submission(preselection_id: UUID, user: DemoUser, car: DemoVehicle, at: datetime) -> Submission:
    facts, party = car.facts, user.party
    return Submission(
        id=preselection_id,
        at=at,
        office_code=car.office_code,
        notice_version="1",
        policy=Policy().to_dict(),
        owner=f"{user.user}\n{fold_capitals(party.id_number)}",
        party_kind=party.kind,
        party_name=party.name,
        party_id=party.id_number,
        phone=user.phone,
        vin=facts.vin,
        certificate_number=facts.certificate_number,
        seller=Seller(facts.owner.kind, facts.owner.name, facts.owner.id_number),
        seller_name_masked=mask_person_name(facts.owner.name),
        person_id=party.id_number,
    )


def _decision(preselection_id: UUID, begun_at: datetime, at: datetime) -> Decision:
    prefix = next(office.prefixes[0] for office in OFFICES if office.code == MAIN_OFFICE)
    visit_by = shanghai_day(begun_at + _VALIDITY)
    reservation = Reservation(prefix + _SERIAL, visit_by, end_of_day(visit_by))
    state = Preselection(Policy(), Stage.COMPLETED, 4, 20, begun_at, reservation=reservation).settle(at)
    record = to_record(state)
    is_live = state.stage is Stage.COMPLETED
    return Decision(
        request_id=uuid5(preselection_id, "seeded"),
        preselection_id=preselection_id,
        action="confirm",
        at=at,
        expected_revision=0,
        stage=state.stage.value,
        state=record,
        answer={"state": record, "revision": 1},
        plate=reservation.plate,
        visit_by=visit_by,
        deadline=reservation.deadline,
        hold=[Claim(reservation.plate, "reserved", reservation.deadline + _COOLING)] if is_live else [],
        actor_kind="system",
        facts={"stage": state.stage.value},
    )
