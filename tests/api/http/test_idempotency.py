"""The same request with the same key acts once."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from api.http.idempotency import LEASE
from storage.preselections.tables import idempotency
from tests.support.applicants import Selection
from tests.support.country import Country
from tests.support.waiting import eventually
from workflows.outcomes import KEPT

AT_ONCE = 4


@pytest.fixture
async def selection(country: Country) -> Selection:
    office, buyer = await country.office(), country.applicant()
    return await buyer.reach_selection(country.car(buyer, office))


async def test_a_repeat_is_given_the_first_answer_and_nothing_happens_twice(selection: Selection) -> None:
    key = str(uuid4())
    first = await selection.post("draws", {"exclude_four": False}, key=key)
    again = await selection.post("draws", {"exclude_four": False}, key=key.upper())
    assert again.body == first.ok()
    assert again.headers["content-type"] == "application/json"
    assert (await selection.view())["draws"]["remaining"] == 4


async def test_the_same_body_may_be_written_in_another_way(selection: Selection) -> None:
    key, headers = str(uuid4()), {"Content-Type": "application/json"}
    first = await selection.post("draws", content=b'{"exclude_four": true, "prefix": null}', key=key, headers=headers)
    again = await selection.post("draws", content=b'{"prefix":null,"exclude_four":true}', key=key, headers=headers)
    assert again.ok() == first.ok()


async def test_parallel_repeats_wait_for_the_first_answer(selection: Selection) -> None:
    key = str(uuid4())
    answers = await asyncio.gather(*(selection.post("draws", {}, key=key) for _ in range(8)))
    assert [answer.ok() for answer in answers] == [answers[0].body] * 8
    assert (await selection.view())["draws"]["remaining"] == 4


async def test_a_key_with_another_body_is_invalid(selection: Selection) -> None:
    key = str(uuid4())
    (await selection.post("draws", {}, key=key)).ok()
    answer = await selection.post("draws", {"exclude_four": True}, key=key)
    assert (answer.status, answer.code) == (400, "idempotency_key_invalid")


async def test_so_it_is_for_a_call_that_takes_no_body(selection: Selection) -> None:
    key = str(uuid4())
    assert (await selection.post("start", key=key)).code == "wrong_stage"
    assert (await selection.post("start", {"another": True}, key=key)).code == "idempotency_key_invalid"
    assert (await selection.post("start", {"another": True})).code == "validation_failed"


@pytest.mark.parametrize("key", ["1", "not-a-uuid", "0" * 32, "{00000000-0000-4000-8000-000000000000}", "\u00e9"])
async def test_a_key_that_is_no_uuid_is_invalid(selection: Selection, key: str) -> None:
    answer = await selection.post("draws", {}, headers={"Idempotency-Key": key.encode()})
    assert answer.code == "idempotency_key_invalid"
    assert (await selection.view())["draws"]["remaining"] == 5


async def test_a_key_belongs_to_its_caller_and_path(country: Country, selection: Selection) -> None:
    key = str(uuid4())
    view = (await selection.post("draws", {}, key=key)).ok()
    number = {"number": view["batch"]["numbers"][0]}
    assert (await selection.post("candidates", number, key=key)).ok()["candidates"]
    office, other = await country.office(), country.applicant()
    theirs = await other.reach_selection(country.car(other, office))
    assert (await theirs.post("draws", {}, key=key)).ok()["id"] == theirs.id
    assert (await other.post(f"{selection.path}/draws", {}, key=key)).code == "not_found"


async def test_a_creation_repeated_is_one_preselection(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    body, key = country.car(buyer, office).body(await buyer.first_code()), str(uuid4())
    answers = await asyncio.gather(*(buyer.post("/preselections", body, key=key) for _ in range(3)))
    first = answers[0]
    assert {answer.ok()["id"] for answer in answers} == {first.body["id"]}
    assert {answer.headers["location"] for answer in answers} == {f"/api/v1/preselections/{first.body['id']}"}
    assert len((await buyer.get("/preselections")).ok()["items"]) == 1


async def test_a_final_refusal_is_kept(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    (await selection.post("start")).ok()
    key = str(uuid4())
    first = await selection.post("identity", {"code": "123456"}, key=key)
    assert first.code == "code_not_sent"
    await selection.post("identity-code")
    again = await selection.post("identity", {"code": "123456"}, key=key, headers={"Accept-Language": "en"})
    assert again.body == first.body


async def test_a_wrong_code_repeated_with_its_key_costs_one_attempt(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    await selection.post("start")
    await selection.post("identity-code")
    right = country.stack.phone.last_code(buyer.phone)
    wrong, key = {"code": f"{(int(right) + 1) % 1000000:06d}"}, str(uuid4())
    for _ in range(3):
        answer = await selection.post("identity", wrong, key=key)
        assert (answer.code, answer.body["attempts_left"]) == ("code_incorrect", 4)
    assert (await selection.post("identity", wrong)).body["attempts_left"] == 3


async def test_what_may_succeed_later_is_decided_again(country: Country) -> None:
    office, buyer = await country.office(confirm_delay="PT1S"), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    await selection.post("start")
    await selection.post("identity-code")
    body, key = {"code": country.stack.phone.last_code(buyer.phone)}, str(uuid4())
    early = await selection.post("identity", body, key=key)
    assert early.code == "too_early"
    assert early.headers["retry-after"] == "1"
    await asyncio.sleep(1.05)
    assert (await selection.post("identity", body, key=key)).ok()["stage"] == "plate_selection"


async def test_a_part_that_was_down_is_asked_again_under_the_same_key(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    body, key = country.car(buyer, office).body(await buyer.first_code()), str(uuid4())
    country.stack.registry.is_down = True
    answer = await buyer.post("/preselections", body, key=key)
    assert (answer.status, answer.code, answer.body["parts"]) == (503, "unavailable", {"registry": "down"})
    country.stack.registry.is_down = False
    assert (await buyer.post("/preselections", body, key=key)).status == 201


async def test_a_repeat_takes_over_from_a_process_that_died_and_finds_what_it_did(selection: Selection) -> None:
    """The first process acted, and died before it stored the response: its lease expires."""
    key, context = uuid4(), selection.applicant.stack.context
    first = await selection.post("draws", {}, key=str(key))
    forgotten = {"status": None, "answer": None, "lease_until": context.clock()}
    await context.repositories.database.rows(update(idempotency).where(idempotency.c.key == key).values(forgotten))
    again = await selection.post("draws", {}, key=str(key))
    assert again.ok()["batch"] == first.ok()["batch"]
    assert again.body["draws"]["remaining"] == 4


async def test_a_repeat_hears_what_it_led_to_itself_though_more_has_happened_since(selection: Selection) -> None:
    key, context = uuid4(), selection.applicant.stack.context
    first = (await selection.post("draws", {}, key=str(key))).ok()
    (await selection.post("draws", {})).ok()
    forgotten = {"status": None, "answer": None, "lease_until": context.clock()}
    await context.repositories.database.rows(update(idempotency).where(idempotency.c.key == key).values(forgotten))
    again = (await selection.post("draws", {}, key=str(key))).ok()
    assert (again["batch"], again["draws"]) == (first["batch"], first["draws"])
    assert (await selection.view())["draws"]["remaining"] == 3


@pytest.mark.slow
async def test_a_repeat_is_not_refused_for_what_it_has_done_itself_long_ago(country: Country) -> None:
    office, buyer = await country.office(draws="1", writes_per_minute="1000"), country.applicant()
    selecting, key = await buyer.reach_selection(country.car(buyer, office)), uuid4()
    first = (await selecting.post("draws", {}, key=str(key))).ok()
    pair = [{"number": number} for number in first["batch"]["numbers"][:2]]
    for _ in range(KEPT // AT_ONCE + 1):
        choices = [selecting.post("candidates", pair[place % 2]) for place in range(AT_ONCE)]
        assert {answer.status for answer in await asyncio.gather(*choices)} == {200}
    forgotten = {"status": None, "answer": None, "lease_until": selecting.applicant.stack.context.clock()}
    await country.stack.repositories.database.rows(
        update(idempotency).where(idempotency.c.key == key).values(forgotten)
    )
    assert (await selecting.post("draws", {}, key=str(key))).ok()["batch"] == first["batch"]
    assert (await selecting.post("draws", {})).code == "no_draws_left"


async def test_parallel_draws_answer_each_with_its_own_batch(selection: Selection) -> None:
    answers = [answer.ok() for answer in await asyncio.gather(*(selection.post("draws", {}) for _ in range(3)))]
    assert sorted(view["draws"]["remaining"] for view in answers) == [2, 3, 4]
    assert len({number for view in answers for number in view["batch"]["numbers"]}) == 30


async def test_a_repeat_learns_of_its_success_even_when_the_stage_has_moved_on(selection: Selection) -> None:
    key, context = uuid4(), selection.applicant.stack.context
    number = {"number": (await selection.post("draws", {})).ok()["batch"]["numbers"][0]}
    (await selection.post("candidates", number)).ok()
    (await selection.post("confirmation", number, key=str(key))).ok()
    forgotten = {"status": None, "answer": None, "lease_until": context.clock()}
    await context.repositories.database.rows(update(idempotency).where(idempotency.c.key == key).values(forgotten))
    assert (await selection.post("confirmation", number, key=str(key))).ok()["plate"] == number["number"]
    assert (await selection.post("confirmation", number)).code == "wrong_stage"


@pytest.mark.slow
async def test_a_repeated_confirmation_hears_of_its_plate_though_the_deadline_has_passed_since(
    country: Country,
) -> None:
    office, buyer = await country.office(validity="PT1S"), country.applicant()
    selecting, key, context = await buyer.reach_selection(country.car(buyer, office)), uuid4(), country.stack.context
    number = {"number": (await selecting.post("draws", {})).ok()["batch"]["numbers"][0]}
    (await selecting.post("candidates", number)).ok()
    first = (await selecting.post("confirmation", number, key=str(key))).ok()
    assert first["plate"] == number["number"]

    async def is_overdue() -> bool:
        """Whether the row says so, once the repeat has been answered as the first request was."""
        forgotten = {"status": None, "answer": None, "lease_until": context.clock()}
        await context.repositories.database.rows(update(idempotency).where(idempotency.c.key == key).values(forgotten))
        again = (await selecting.post("confirmation", number, key=str(key))).ok()
        assert again | {"now": first["now"]} == first
        return bool((await selecting.view())["stage"] == "overdue")

    await eventually(is_overdue)
    assert await is_overdue()


async def test_after_an_unforeseen_error_a_repeat_is_decided_at_once(
    selection: Selection, country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    key = str(uuid4())
    with monkeypatch.context() as broken:
        broken.setattr(type(country.stack.context.operations.vehicles), "update", fail)
        assert (await selection.post("draws", {}, key=key)).code == "internal_error"
    began = country.stack.context.clock()
    assert (await selection.post("draws", {}, key=key)).ok()["draws"]["remaining"] == 4
    assert country.stack.context.clock() - began < LEASE / 3


async def test_a_refusal_that_cost_nothing_is_kept_briefly_and_one_that_cost_an_attempt_for_a_day(
    country: Country,
) -> None:
    office, buyer = await country.office(), country.applicant()
    selection, free, costly = await buyer.create_selection(country.car(buyer, office)), uuid4(), uuid4()
    assert (await selection.post("draws", {}, key=str(free))).code == "wrong_stage"
    (await selection.post("start")).ok()
    (await selection.post("identity-code")).ok()
    wrong = {"code": f"{(int(country.stack.phone.last_code(buyer.phone)) + 1) % 1000000:06d}"}
    assert (await selection.post("identity", wrong, key=str(costly))).code == "code_incorrect"

    async def ends() -> dict[UUID, timedelta] | None:
        """How long each key is kept, once both responses are stored, which happens after they were sent."""
        rows = await country.stack.repositories.database.rows(
            select(idempotency).where(idempotency.c.key.in_([free, costly]), idempotency.c.status.is_not(None))
        )
        return {row.key: row.kept_until - row.created_at for row in rows} if len(rows) == 2 else None

    kept = await eventually(ends)
    assert kept[free] < timedelta(minutes=10)
    assert kept[costly] == timedelta(hours=24)
