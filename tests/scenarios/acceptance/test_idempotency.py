"""`Idempotency-Key`: a repeated request acts once and gets the first response."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from tests.scenarios.acceptance.people import DemoSelection, DemoService, ok, problem_of, wait_until
from tests.support.waiting import eventually


def key() -> str:
    return str(uuid4())


@pytest.fixture
async def selection(service: DemoService) -> DemoSelection:
    return await (await service.applicant()).selecting()


async def test_a_repeat_gets_the_first_answer_and_acts_once(selection: DemoSelection) -> None:
    mine = key()
    first = await selection.post("draws", {}, Idempotency_Key=mine)
    await selection.draw()
    again = await selection.post("draws", {}, Idempotency_Key=mine)
    assert ok(again) == ok(first)
    assert (await selection.view())["draws"]["remaining"] == 3


async def test_a_repeat_whose_body_is_only_written_otherwise_is_the_same(selection: DemoSelection) -> None:
    mine = key()
    first = await selection.post("draws", {"exclude_four": True}, Idempotency_Key=mine)
    headers = selection.owner._headers({"Idempotency-Key": mine, "Content-Type": "application/json"})
    again = await selection.owner.http.post(
        f"/api/v1{selection.path}/draws", content=b'{ "exclude_four" : true }', headers=headers
    )
    assert ok(again) == ok(first)


async def test_parallel_repeats_wait_for_the_first_answer(selection: DemoSelection) -> None:
    mine = key()
    answers = await asyncio.gather(*(selection.post("draws", {}, Idempotency_Key=mine) for _ in range(5)))
    assert all(ok(answer) == ok(answers[0]) for answer in answers)
    assert (await selection.view())["draws"]["remaining"] == 4


async def test_a_creation_is_repeated_with_its_location(service: DemoService) -> None:
    applicant, mine = await service.applicant(), key()
    await applicant.ask_code()
    body = await applicant.submission()
    answers = await asyncio.gather(*(applicant.post("/preselections", body, Idempotency_Key=mine) for _ in range(3)))
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert all(ok(answer, 201) == ok(answers[0], 201) for answer in answers)
    assert len(ok(await applicant.get("/preselections"))["items"]) == 1


async def test_a_code_is_sent_once(service: DemoService) -> None:
    applicant, mine = await service.applicant(), key()
    for _ in range(3):
        await applicant.post("/verification-codes", {"purpose": "confirm_information"}, Idempotency_Key=mine)
    assert len(await applicant.messages()) == 1


async def test_the_same_key_with_another_body_is_invalid(selection: DemoSelection) -> None:
    mine = key()
    await selection.post("draws", {}, Idempotency_Key=mine)
    answer = await selection.post("draws", {"exclude_four": True}, Idempotency_Key=mine)
    problem_of(answer, "idempotency_key_invalid")


@pytest.mark.parametrize("wrong", ["1", "not-a-uuid", "x" * 5000, "0f8fad5b-d9cb-469f-a165-70867728950e0"])
async def test_what_is_no_uuid_is_invalid(selection: DemoSelection, wrong: str) -> None:
    problem_of(await selection.post("draws", {}, Idempotency_Key=wrong), "idempotency_key_invalid")
    assert (await selection.view())["draws"]["remaining"] == 5


async def test_a_key_belongs_to_its_caller_and_its_path(service: DemoService, selection: DemoSelection) -> None:
    other, mine = await (await service.applicant()).selecting(), key()
    mine_drawn = ok(await selection.post("draws", {}, Idempotency_Key=mine))
    theirs = ok(await other.post("draws", {}, Idempotency_Key=mine))
    assert theirs["id"] != mine_drawn["id"]
    number = mine_drawn["batch"]["numbers"][0]
    view = ok(await selection.post("candidates", {"number": number}, Idempotency_Key=mine))
    assert view["candidates"]["numbers"] == [number]


async def test_a_stranger_learns_nothing_from_a_key_on_somebody_else_s_path(
    service: DemoService, selection: DemoSelection
) -> None:
    mine = key()
    await selection.post("draws", {}, Idempotency_Key=mine)
    stranger = await service.applicant()
    answer = await stranger.post(f"{selection.path}/draws", {}, Idempotency_Key=mine)
    problem_of(answer, "not_found")


async def test_a_final_refusal_is_kept(selection: DemoSelection) -> None:
    mine = key()
    number = (await selection.draw())[0]
    first = await selection.post("confirmation", {"number": number}, Idempotency_Key=mine)
    problem_of(first, "not_a_candidate")
    await selection.put_aside(number)
    again = await selection.post("confirmation", {"number": number}, Idempotency_Key=mine)
    assert problem_of(again, "not_a_candidate") == first.json()
    assert (await selection.do("confirmation", {"number": number}))["plate"] == number


async def test_too_early_is_decided_again(selection: DemoSelection) -> None:
    mine = key()
    numbers = await selection.free_numbers(1)
    await selection.owner.enter()
    view = await selection.verify()
    early = await selection.post("compositions", {"numbers": numbers}, Idempotency_Key=mine)
    problem_of(early, "too_early")
    await wait_until(view["composed"]["confirm_enabled_at"])
    assert ok(await selection.post("compositions", {"numbers": numbers}, Idempotency_Key=mine))["plate"] == numbers[0]


async def test_a_missing_token_is_decided_again(selection: DemoSelection) -> None:
    mine = key()
    nobody = {"Idempotency-Key": mine}
    answer = await selection.owner.http.post(f"/api/v1{selection.path}/draws", json={}, headers=nobody)
    problem_of(answer, "unauthenticated")
    ok(await selection.post("draws", {}, Idempotency_Key=mine))


@pytest.mark.slow
async def test_answers_survive_the_death_of_the_api_process(service: DemoService, selection: DemoSelection) -> None:
    mine = key()
    first = ok(await selection.post("draws", {}, Idempotency_Key=mine))
    service.stack.program("demo.server").kill()

    async def answers() -> httpx.Response | None:
        try:
            return await selection.post("draws", {}, Idempotency_Key=mine)
        except httpx.TransportError:
            return None

    assert ok(await eventually(answers, within=30)) == first
    assert (await selection.view())["draws"]["remaining"] == 4
