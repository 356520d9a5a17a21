"""One statement decides everything or nothing (design.md, What must always hold, 1 to 3)."""

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from storage.bans.repository import BanRepository, NewBan
from storage.failures import ClaimLost, PartyBanned, RequestIdTaken, StaleRevision, VehicleTaken
from storage.postgres.database import Database
from storage.postgres.tables import FOREVER, claim
from storage.preselections.decisions import Claim
from tests.support.stored_preselections import AT, KEYS, LATER, SOON, Stored, decision, new_plates

Standing = dict[str, tuple[str, UUID | None, datetime]]


async def claims_of(database: Database, plates: list[str]) -> Standing:
    columns = claim.c
    found = await database.rows(
        select(columns.plate, columns.kind, columns.preselection_id, columns.until).where(columns.plate.in_(plates))
    )
    return {row[0]: (row[1], row[2], row[3]) for row in found}


def offers(plates: list[str], until: datetime = SOON) -> list[Claim]:
    return [Claim(plate, "offered", until) for plate in plates]


async def test_a_draw_claims_its_plates_changes_the_row_and_keeps_the_answer(stored_rows: Stored) -> None:
    me, plates, request_id = await stored_rows.insert(), new_plates(10), uuid4()
    answer = {"state": {"draws_remaining": 4}, "revision": 2}
    await stored_rows.decisions.commit(
        decision(me, request_id=request_id, hold=offers(plates), state={"draws_remaining": 4}, answer=answer)
    )
    row = await stored_rows.row(me)
    found = await stored_rows.decisions.find(request_id)
    assert await claims_of(stored_rows.database, plates) == dict.fromkeys(plates, ("offered", me, SOON))
    assert (row.revision, row.state, row.changed_at) == (2, {"draws_remaining": 4}, AT)
    assert found is not None
    assert (found.at, found.state, found.revision) == (AT, {"draws_remaining": 4}, 2)


async def test_a_decision_writes_every_column_of_the_row_that_it_names(stored_rows: Stored) -> None:
    me, [plate] = await stored_rows.insert(), new_plates()
    await stored_rows.decisions.commit(
        decision(me, stage="completed", plate=plate, visit_by=date(2026, 11, 26), deadline=LATER, dormant=True)
    )
    row = await stored_rows.row(me)
    assert (row.stage, row.plate, row.visit_by, row.deadline, row.dormant) == (
        "completed", plate, date(2026, 11, 26), LATER, True,
    )  # fmt: skip


async def test_a_request_that_was_never_decided_is_not_found(stored_rows: Stored) -> None:
    assert await stored_rows.decisions.find(uuid4()) is None


async def test_the_same_request_again_changes_nothing_and_its_decision_is_loaded_with_the_row(
    stored_rows: Stored,
) -> None:
    me, plates = await stored_rows.insert(), new_plates(2)
    first = decision(me, hold=offers(plates[:1]), answer={"state": {"first": True}, "revision": 2})
    await stored_rows.decisions.commit(first)
    again = decision(me, request_id=first.request_id, expected_revision=2, hold=offers(plates[1:]))
    with pytest.raises(StaleRevision):
        await stored_rows.decisions.commit(first)
    with pytest.raises(RequestIdTaken):
        await stored_rows.decisions.commit(again)
    loaded = await stored_rows.decisions.load(me, first.request_id, first.action, AT)
    assert loaded is not None
    assert loaded.row.revision == 2
    assert loaded.earlier is not None
    assert (loaded.earlier.state, loaded.earlier.revision, loaded.earlier.at) == ({"first": True}, 2, AT)
    assert list(await claims_of(stored_rows.database, plates)) == plates[:1]


async def test_a_row_is_loaded_without_the_decision_of_another_request_preselection_or_act(stored_rows: Stored) -> None:
    me, other = await stored_rows.insert(), await stored_rows.insert()
    mine = decision(me)
    await stored_rows.decisions.commit(mine)
    own, others = (me, mine.request_id, "another act"), (other, mine.request_id, mine.action)
    for preselection_id, request_id, action in ((me, uuid4(), mine.action), own, others):
        loaded = await stored_rows.decisions.load(preselection_id, request_id, action, AT)
        assert loaded is not None
        assert loaded.earlier is None
    assert await stored_rows.decisions.load(uuid4(), mine.request_id, mine.action, AT) is None
    with pytest.raises(RequestIdTaken):
        await stored_rows.decisions.commit(decision(other, request_id=mine.request_id))


async def test_a_live_hold_of_another_is_lost_and_nothing_at_all_changes(stored_rows: Stored) -> None:
    me, other, plates = await stored_rows.insert(), await stored_rows.insert(), new_plates(3)
    await stored_rows.decisions.commit(decision(other, hold=offers(plates[1:2])))
    before = await stored_rows.row(me)
    mine = decision(me, hold=offers(plates))
    with pytest.raises(ClaimLost) as lost:
        await stored_rows.decisions.commit(mine)
    assert lost.value.plates == (plates[1],)
    assert await claims_of(stored_rows.database, plates) == {plates[1]: ("offered", other, SOON)}
    assert await stored_rows.row(me) == before
    assert await stored_rows.decisions.find(mine.request_id) is None


async def test_a_hold_is_over_at_its_end_and_not_before(stored_rows: Stored) -> None:
    me, other, [plate] = await stored_rows.insert(), await stored_rows.insert(), new_plates()
    await stored_rows.decisions.commit(decision(other, hold=offers([plate])))
    with pytest.raises(ClaimLost):
        await stored_rows.decisions.commit(
            decision(me, at=SOON - timedelta(milliseconds=1), hold=offers([plate], LATER))
        )
    await stored_rows.decisions.commit(decision(me, at=SOON, hold=offers([plate], LATER)))
    assert await claims_of(stored_rows.database, [plate]) == {plate: ("offered", me, LATER)}


async def test_ones_own_offer_becomes_a_candidate_and_then_a_reservation(stored_rows: Stored) -> None:
    me, [plate] = await stored_rows.insert(), new_plates()
    steps = [Claim(plate, "offered", SOON), Claim(plate, "candidate", LATER), Claim(plate, "reserved", FOREVER)]
    for revision, step in enumerate(steps, start=1):
        await stored_rows.decisions.commit(decision(me, expected_revision=revision, hold=[step]))
        assert await claims_of(stored_rows.database, [plate]) == {plate: (step.kind, me, step.until)}


@pytest.mark.parametrize("kind, until", [("issued", FOREVER), ("cooling", LATER), ("reserved", LATER)])
async def test_ones_own_reservation_is_issued_cools_or_is_prolonged(
    stored_rows: Stored, kind: str, until: datetime
) -> None:
    me, [plate] = await stored_rows.insert(), new_plates()
    await stored_rows.decisions.commit(decision(me, hold=[Claim(plate, "reserved", SOON)]))
    await stored_rows.decisions.commit(decision(me, expected_revision=2, hold=[Claim(plate, kind, until)]))
    assert await claims_of(stored_rows.database, [plate]) == {plate: (kind, me, until)}


@pytest.mark.parametrize("kind", ["offered", "candidate", "reserved"])
async def test_an_issued_plate_is_never_had_again_not_even_by_its_owner(stored_rows: Stored, kind: str) -> None:
    me, other, [plate] = await stored_rows.insert(), await stored_rows.insert(), new_plates()
    await stored_rows.decisions.commit(decision(me, hold=[Claim(plate, "reserved", SOON)]))
    await stored_rows.decisions.commit(decision(me, expected_revision=2, hold=[Claim(plate, "issued")]))
    much_later = AT + timedelta(days=3650)
    for rival, revision in ((me, 3), (other, 1)):
        with pytest.raises(ClaimLost):
            await stored_rows.decisions.commit(
                decision(
                    rival,
                    expected_revision=revision,
                    at=much_later,
                    hold=[Claim(plate, kind, much_later + timedelta(days=1))],
                )
            )
    assert await claims_of(stored_rows.database, [plate]) == {plate: ("issued", me, FOREVER)}


async def test_a_cooling_plate_is_nobodys_until_it_has_cooled(stored_rows: Stored) -> None:
    me, other, [plate] = await stored_rows.insert(), await stored_rows.insert(), new_plates()
    await stored_rows.decisions.commit(decision(me, hold=[Claim(plate, "reserved", SOON)]))
    await stored_rows.decisions.commit(decision(me, expected_revision=2, hold=[Claim(plate, "cooling", LATER)]))
    with pytest.raises(ClaimLost):
        await stored_rows.decisions.commit(decision(other, at=SOON, hold=offers([plate], LATER)))
    with pytest.raises(ClaimLost):
        await stored_rows.decisions.commit(decision(me, at=SOON, expected_revision=3, hold=offers([plate], LATER)))
    await stored_rows.decisions.commit(decision(other, at=LATER, hold=[Claim(plate, "reserved", FOREVER)]))


async def test_what_is_released_is_free_at_once(stored_rows: Stored) -> None:
    me, other, plates = await stored_rows.insert(), await stored_rows.insert(), new_plates(2)
    await stored_rows.decisions.commit(decision(me, hold=[*offers(plates[:1]), Claim(plates[1], "candidate", LATER)]))
    await stored_rows.decisions.commit(decision(me, expected_revision=2, release=plates))
    await stored_rows.decisions.commit(decision(other, hold=offers(plates)))
    assert await claims_of(stored_rows.database, plates) == dict.fromkeys(plates, ("offered", other, SOON))


async def test_releasing_leaves_alone_what_others_have_and_what_is_reserved(stored_rows: Stored) -> None:
    me, other, plates = await stored_rows.insert(), await stored_rows.insert(), new_plates(3)
    await stored_rows.decisions.commit(decision(other, hold=offers(plates[:1])))
    await stored_rows.decisions.commit(decision(me, hold=[Claim(plates[1], "reserved", LATER)]))
    before = await claims_of(stored_rows.database, plates[:2])
    await stored_rows.decisions.commit(decision(me, expected_revision=2, release=plates))
    assert await claims_of(stored_rows.database, plates[:2]) == before
    await stored_rows.decisions.commit(decision(other, expected_revision=2, hold=offers(plates[2:])))


async def test_a_plate_that_is_held_and_released_at_once_is_held(stored_rows: Stored) -> None:
    me, [plate] = await stored_rows.insert(), new_plates()
    await stored_rows.decisions.commit(decision(me, hold=offers([plate])))
    await stored_rows.decisions.commit(
        decision(me, expected_revision=2, hold=[Claim(plate, "candidate", LATER)], release=[plate])
    )
    assert await claims_of(stored_rows.database, [plate]) == {plate: ("candidate", me, LATER)}


async def test_a_reservation_that_need_not_cool_is_free_at_once(stored_rows: Stored) -> None:
    me, other, [plate] = await stored_rows.insert(), await stored_rows.insert(), new_plates()
    await stored_rows.decisions.commit(decision(me, hold=[Claim(plate, "reserved", LATER)]))
    await stored_rows.decisions.commit(decision(me, expected_revision=2, hold=[Claim(plate, "cooling", AT)]))
    await stored_rows.decisions.commit(decision(other, hold=offers([plate])))
    assert await claims_of(stored_rows.database, [plate]) == {plate: ("offered", other, SOON)}


@pytest.mark.parametrize("revision", [0, 2])
async def test_a_decision_from_another_revision_changes_nothing(stored_rows: Stored, revision: int) -> None:
    me, plates = await stored_rows.insert(), new_plates(2)
    with pytest.raises(StaleRevision):
        await stored_rows.decisions.commit(decision(me, expected_revision=revision, hold=offers(plates)))
    assert await claims_of(stored_rows.database, plates) == {}
    assert (await stored_rows.row(me)).revision == 1


async def test_a_preselection_that_does_not_exist_can_not_be_decided(stored_rows: Stored) -> None:
    with pytest.raises(StaleRevision):
        await stored_rows.decisions.commit(decision(uuid4()))


async def test_a_party_on_the_blacklist_gets_nothing_where_that_is_checked(stored_rows: Stored) -> None:
    me, plates = await stored_rows.insert(), new_plates(2)
    party = (await stored_rows.row(me)).party_hash
    await BanRepository(stored_rows.database, KEYS).ban(NewBan(uuid4(), party, "张*", AT, LATER, uuid4()))
    with pytest.raises(PartyBanned) as banned:
        await stored_rows.decisions.commit(decision(me, hold=offers(plates), refuse_banned=True))
    assert banned.value.until == LATER
    assert await claims_of(stored_rows.database, plates) == {}
    before_it_began = AT - timedelta(milliseconds=1)
    await stored_rows.decisions.commit(decision(me, at=before_it_began, refuse_banned=True))
    await stored_rows.decisions.commit(decision(me, at=LATER, expected_revision=2, refuse_banned=True))
    await stored_rows.decisions.commit(decision(me, at=AT, expected_revision=3, refuse_banned=False))


async def test_a_vehicle_has_one_running_preselection(stored_rows: Stored) -> None:
    vin = uuid4().hex
    mine, theirs = await stored_rows.insert_submission(vin=vin), await stored_rows.insert_submission(vin=vin)
    await stored_rows.decisions.commit(decision(mine.id, expected_revision=0, stage="service_notes"))
    with pytest.raises(VehicleTaken):
        await stored_rows.decisions.commit(decision(theirs.id, expected_revision=0, stage="service_notes"))
    assert (await stored_rows.row(theirs.id)).stage == "submitted"
    await stored_rows.decisions.commit(decision(mine.id, stage="service_notes", dormant=True))
    await stored_rows.decisions.commit(decision(theirs.id, expected_revision=0, stage="service_notes"))
    with pytest.raises(VehicleTaken):
        await stored_rows.decisions.commit(decision(mine.id, expected_revision=2, stage="service_notes"))


async def test_what_the_seller_typed_is_gone_after_the_first_decision(stored_rows: Stored) -> None:
    row = await stored_rows.insert_submission()
    assert row.seller is not None
    assert row.seller.name == "李四"
    await stored_rows.decisions.commit(decision(row.id, expected_revision=0, stage="service_notes"))
    assert (await stored_rows.row(row.id)).seller is None


async def test_the_same_request_twice_at_once_has_one_effect(stored_rows: Stored) -> None:
    for _ in range(20):
        me, plates = await stored_rows.insert(), new_plates(10)
        drawn = decision(me, hold=offers(plates))
        outcomes = await asyncio.gather(
            *(stored_rows.decisions.commit(drawn) for _ in range(4)), return_exceptions=True
        )
        assert outcomes.count(None) == 1
        assert {type(outcome) for outcome in outcomes} <= {type(None), RequestIdTaken, StaleRevision}
        assert (await stored_rows.row(me)).revision == 2
