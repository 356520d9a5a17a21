"""Every person who has acted for a preselection counts, not only the newest agent, until personal data is removed."""

from asyncio import create_task
from datetime import timedelta
from unittest.mock import AsyncMock
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from storage.appeals.repository import REFUSED, AppealRepository, NewAppeal
from storage.audit.trail import Act
from storage.bans.repository import BanRepository, NewBan
from storage.crypto.personal_hashes import PersonalHashes
from storage.postgres.database import Database
from storage.retention.person_records import PersonRecords
from storage.retention.purge import Retention
from storage.staff.persons import StaffPerson, StaffPersons
from tests.support.locks import has_waiting_statements
from tests.support.stored_preselections import AT, KEYS, LATER, Stored, decision, new_plates
from tests.support.waiting import eventually

FIRST, SECOND, THIRD, NOBODY = "first", "second", "third", "nobody"
MUCH_LATER = AT + timedelta(days=3650)


@pytest.fixture
async def own(own_database: Database) -> Stored:
    return await Stored.create(own_database)


async def insert_with_agents(own: Stored, *later: str) -> UUID:
    """A preselection of an organisation that the first agent submitted, and the others took over one by one."""
    me = await own.insert(party_kind="organisation", owner=FIRST, person_id=FIRST)
    for agent in later:
        assert await own.preselections.hand_over(await own.row(me), owner=agent, phone="139", person_id=agent)
    return me


def person(name: str) -> StaffPerson:
    return StaffPerson.of(PersonalHashes(KEYS.hashes), name)


async def concerned(own: Stored, preselection_id: UUID) -> list[str]:
    persons = StaffPersons(own.database)
    names = (FIRST, SECOND, THIRD, NOBODY)
    return [name for name in names if await persons.has_preselection(preselection_id, person(name))]


async def noted(own: Stored) -> int:
    return len(await own.database.rows(text("SELECT FROM preselection_agent")))


async def test_all_agents_of_a_preselection_count_however_often_it_changes_hands(own: Stored) -> None:
    me = await insert_with_agents(own, SECOND, THIRD, SECOND, FIRST)
    assert await concerned(own, me) == [FIRST, SECOND, THIRD]


async def test_who_took_one_over_acts_for_the_organisation(own: Stored) -> None:
    me = await insert_with_agents(own, SECOND, THIRD)
    row, [plate] = await own.row(me), new_plates()
    day = AT.date()
    await own.decisions.commit(decision(me, stage="completed", plate=plate, visit_by=day, deadline=LATER))
    entry = await BanRepository(own.database, KEYS).ban(NewBan(uuid4(), row.party_hash, "某*", AT, LATER, uuid4()))
    persons = StaffPersons(own.database)
    for name, is_own in ((SECOND, True), (NOBODY, False)):
        assert await persons.has_ban(entry.id, person(name)) is is_own
        assert await persons.has_reservation_due([day], own.office_code, person(name)) is is_own


async def test_an_agent_who_came_too_late_is_not_noted(own: Stored) -> None:
    me = await insert_with_agents(own)
    before = await own.row(me)
    assert await own.preselections.hand_over(before, owner=SECOND, phone="139", person_id=SECOND)
    assert not await own.preselections.hand_over(before, owner=THIRD, phone="139", person_id=THIRD)
    assert await concerned(own, me) == [FIRST, SECOND]


async def test_who_submitted_it_is_counted_without_a_statement(own: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    row = await own.row(await insert_with_agents(own))
    statements = AsyncMock(wraps=own.database.fetch_raw)
    monkeypatch.setattr(own.database, "fetch_raw", statements)
    for agent in (FIRST, SECOND, SECOND):
        await own.preselections.note_agent(row, agent)
    assert statements.await_count == 2
    assert (await concerned(own, row.id), await noted(own)) == ([FIRST, SECOND], 1)


async def test_nobody_is_noted_for_an_organisation_that_is_being_erased(own: Stored) -> None:
    row = await own.row(await insert_with_agents(own))
    records = PersonRecords(own.database, KEYS)
    async with own.database.transaction() as connection:
        rows = await records.lock_preselections(connection, row.party_id)
        await records.erase(connection, row.party_id, rows, AT)
        noting = create_task(own.preselections.note_agent(row, SECOND))
        await eventually(lambda: has_waiting_statements(own.database, 1), within=1)
    await noting
    assert await noted(own) == 0


async def test_a_token_without_a_person_takes_over_too(own: Stored) -> None:
    me = await insert_with_agents(own)
    assert await own.preselections.hand_over(await own.row(me), owner=SECOND, phone="139", person_id=None)
    assert await noted(own) == 0


async def test_agents_go_with_the_personal_data_of_their_preselection(own: Stored) -> None:
    ended, running = await insert_with_agents(own, SECOND), await insert_with_agents(own, THIRD)
    await own.decisions.commit(decision(ended, stage="cancelled"))
    await Retention(own.database, KEYS).purge(MUCH_LATER, MUCH_LATER)
    assert (await concerned(own, ended), await concerned(own, running)) == ([], [FIRST, THIRD])
    assert await noted(own) == 1


async def erase(own: Stored, number: str) -> dict[str, int]:
    records = PersonRecords(own.database, KEYS)
    async with own.database.transaction() as connection:
        rows = await records.lock_preselections(connection, number)
        return await records.erase(connection, number, rows, AT)


async def test_an_agents_export_names_the_preselections_and_not_their_own(own: Stored) -> None:
    submitted, later = await insert_with_agents(own, THIRD), await insert_with_agents(own, SECOND)
    await own.insert(party_id=SECOND, person_id=SECOND)
    records, reading = PersonRecords(own.database, KEYS), Act(AT, "operator", "wang", "本人申请")
    found = {name: set((await records.of(name, reading)).as_agent) for name in (FIRST, SECOND, NOBODY)}
    assert found == {FIRST: {submitted, later}, SECOND: {later}, NOBODY: set()}


async def test_agents_go_when_they_or_their_organisation_are_erased(own: Stored) -> None:
    me, other = await insert_with_agents(own, SECOND, THIRD), await insert_with_agents(own, THIRD)
    await own.decisions.commit(decision(me, stage="cancelled"))
    assert (await erase(own, SECOND))["later_agents"] == 1
    assert await concerned(own, me) == [FIRST, THIRD]
    organisation = (await own.row(me)).party_id
    assert (await erase(own, organisation))["later_agents"] == 1
    assert (await concerned(own, me), await concerned(own, other)) == ([], [FIRST, THIRD])


@pytest.mark.parametrize("stage", ["plate_selection", "completed"])
async def test_an_agents_hash_stays_until_the_preselection_has_ended(own: Stored, stage: str) -> None:
    me = await insert_with_agents(own, SECOND)
    await own.decisions.commit(decision(me, stage=stage))
    assert await erase_agents(own) == 0
    assert await concerned(own, me) == [FIRST, SECOND]
    await own.decisions.commit(decision(me, stage="registered", expected_revision=2))
    assert await erase_agents(own) == 2
    assert await concerned(own, me) == []


async def test_an_agents_hash_goes_with_a_dormant_preselection(own: Stored) -> None:
    me = await insert_with_agents(own, SECOND)
    await own.decisions.commit(decision(me, dormant=True))
    assert await erase_agents(own) == 2


async def test_an_agents_hash_stays_while_staff_decide_about_the_ban(own: Stored) -> None:
    me, bans = await insert_with_agents(own, SECOND), BanRepository(own.database, KEYS)
    await own.decisions.commit(decision(me, stage="overdue"))
    # The ban is not written yet.
    assert await erase_agents(own) == 0
    ban = await bans.ban(NewBan(uuid4(), (await own.row(me)).party_hash, "某*", AT, LATER, me))
    assert await erase_agents(own) == 0
    appeals = AppealRepository(own.database, KEYS)
    await appeals.file(NewAppeal(appeal := uuid4(), ban.id, me, AT, LATER, "路上受阻"))
    await bans.release_early(ban.id, AT, operator="wang", reason="系统中断")
    await bans.confirm_release(ban.id, Act(AT, "operator", "li"))
    assert await erase_agents(own) == 0
    await appeals.decide(appeal, REFUSED, Act(AT, "operator", "wang", "不足"))
    await appeals.confirm(appeal, Act(AT, "operator", "li"))
    assert await erase_agents(own) == 2


async def test_an_agents_hash_stays_while_a_release_waits_for_its_confirmation(own: Stored) -> None:
    me, bans = await insert_with_agents(own, SECOND), BanRepository(own.database, KEYS)
    await own.decisions.commit(decision(me, stage="overdue"))
    ban = await bans.ban(NewBan(uuid4(), (await own.row(me)).party_hash, "某*", AT, LATER, me))
    await bans.release_early(ban.id, AT, operator="wang", reason="系统中断")
    assert await erase_agents(own) == 0
    await bans.confirm_release(ban.id, Act(AT, "operator", "li"))
    assert await erase_agents(own) == 2


async def erase_agents(own: Stored) -> int:
    """Erase both agents; the number of hashes that went."""
    erased = [await erase(own, name) for name in (FIRST, SECOND)]
    return sum(each["as_agent"] + each["later_agents"] for each in erased)


async def test_the_agents_of_a_banned_organisation_are_known_after_its_deletion(own: Stored) -> None:
    missed, bans = await insert_with_agents(own, SECOND), BanRepository(own.database, KEYS)
    row, others = await own.row(missed), ["another", "its later agent"]
    other = await own.insert(party_kind="organisation", party_id=row.party_id, owner="another", person_id=others[0])
    assert await own.preselections.hand_over(await own.row(other), owner="later", phone="139", person_id=others[1])
    await own.decisions.commit(decision(missed, stage="overdue"))
    await own.decisions.commit(decision(other, stage="cancelled"))
    ban = await bans.ban(NewBan(uuid4(), row.party_hash, "某*", AT, LATER, missed))
    assert (await erase(own, row.party_id))["later_agents"] == 1
    assert await noted(own) == 4
    for agent in (SECOND, others[1]):
        await erase(own, agent)
    persons, stranger = StaffPersons(own.database), person(NOBODY)
    for name in (FIRST, SECOND, *others):
        assert await persons.has_ban(ban.id, person(name))
    assert not await persons.has_ban(ban.id, stranger)
    await bans.release(ban.id, LATER)
    await Retention(own.database, KEYS).purge(MUCH_LATER, MUCH_LATER)
    assert await noted(own) == 0


async def test_an_agent_of_a_deleted_organisation_is_no_agent_of_another_one(own: Stored) -> None:
    missed, stranger = await insert_with_agents(own, SECOND), await insert_with_agents(own, THIRD)
    for one in (missed, stranger):
        await own.decisions.commit(decision(one, stage="overdue"))
        row = await own.row(one)
        await BanRepository(own.database, KEYS).ban(NewBan(uuid4(), row.party_hash, "某*", AT, LATER, one))
        await erase(own, row.party_id)
    assert (await concerned(own, missed), await concerned(own, stranger)) == ([], [])


async def test_a_ban_that_is_purged_leaves_the_agents_of_what_still_has_its_data(own: Stored) -> None:
    me, bans = await insert_with_agents(own, SECOND), BanRepository(own.database, KEYS)
    ban = await bans.ban(NewBan(uuid4(), (await own.row(me)).party_hash, "某*", AT, LATER, me))
    await bans.release(ban.id, LATER)
    await Retention(own.database, KEYS).purge(MUCH_LATER, MUCH_LATER)
    assert await concerned(own, me) == [FIRST, SECOND]
