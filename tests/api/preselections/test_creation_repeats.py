"""Repeats at 确认信息: the response was lost, and the same request is sent again with its key."""

from uuid import UUID, uuid4

from sqlalchemy import update

from storage.preselections.tables import idempotency
from tests.support.country import Country
from tests.support.phones import SWITCHED_OFF


async def test_a_repeat_returns_a_creation_whose_response_was_lost(country: Country) -> None:
    """The process died after the workflow had started and used the code up, before the response was stored."""
    office, buyer = await country.office(), country.applicant()
    car, code, key = country.car(buyer, office), await buyer.first_code(), str(uuid4())
    first = (await buyer.post("/preselections", car.body(code), key=key)).ok()
    context = country.stack.context
    await context.repositories.database.rows(
        update(idempotency)
        .where(idempotency.c.key == UUID(key))
        .values(status=None, answer=None, lease_until=context.clock())
    )
    again = await buyer.post("/preselections", car.body(code), key=key)
    assert (again.status, again.body["id"], again.body["stage"]) == (201, first["id"], "service_notes")
    assert len((await buyer.get("/preselections")).ok()["items"]) == 1


async def test_a_code_that_is_sent_again_for_one_request_is_the_right_one(country: Country) -> None:
    """Every attempt has the same digits and the same key, so that the gateway delivers one SMS."""
    office, buyer = await country.office(), country.applicant()
    key, body = str(uuid4()), {"purpose": "confirm_information"}
    country.stack.phone.down = SWITCHED_OFF
    assert (await buyer.post("/verification-codes", body, key=key)).code == "unavailable"
    country.stack.phone.down = None
    context = country.stack.context
    for _ in range(2):
        (await buyer.post("/verification-codes", body, key=key)).ok()
        unanswered = {"status": None, "answer": None, "lease_until": context.clock()}
        await context.repositories.database.rows(
            update(idempotency).where(idempotency.c.key == UUID(key)).values(unanswered)
        )
    [sent] = country.stack.phone.of(buyer.phone)
    answer = await buyer.post("/preselections", country.car(buyer, office).body(str(sent.code)))
    assert answer.status == 201
