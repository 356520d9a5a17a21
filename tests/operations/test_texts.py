"""Operators list which SMS were handed over, which still wait, and which were given up."""

from datetime import timedelta
from uuid import uuid4

from process.clock import system_clock
from storage.sms.deliveries import Attempt
from tests.support.country import Country
from tests.support.desk import operator

HOUR = timedelta(hours=1)


async def insert_failed_attempt(country: Country, *, hours: int) -> Attempt:
    """An SMS whose attempts have failed for this many hours."""
    ordered = (system_clock() - hours * HOUR).replace(microsecond=0)
    attempt = Attempt(str(uuid4()), uuid4(), "reminder", ordered, ordered + 24 * HOUR, 7, ordered + HOUR / 2)
    deliveries = country.stack.repositories.sms_deliveries
    assert await deliveries.begin(attempt)
    await deliveries.fail(attempt.key, "sms does not answer: status 503")
    return attempt


async def test_what_nobody_has_received_is_listed_with_its_workflow(country: Country) -> None:
    caller, waiting, given_up = (
        operator(country),
        await insert_failed_attempt(country, hours=1),
        await insert_failed_attempt(country, hours=30),
    )
    items = {item["preselection_id"]: item for item in (await caller.get("/operations/texts")).ok()["items"]}
    ours = items[str(waiting.preselection_id)]
    assert (ours["state"], ours["purpose"], ours["attempts"]) == ("waiting", "reminder", 7)
    assert ours["failure"] == "sms does not answer: status 503"
    assert ours["handed_at"] is None
    assert ours["workflow_url"].endswith(f"/vehicle-{waiting.preselection_id}")
    assert items[str(given_up.preselection_id)]["state"] == "given_up"
    only = (await caller.get("/operations/texts", params={"state": "given_up"})).ok()["items"]
    assert {item["state"] for item in only} == {"given_up"}
    assert (await caller.get("/operations/texts", params={"state": "x"})).code == "validation_failed"


async def test_pages_hold_each_text_once(country: Country) -> None:
    caller, mine = (
        operator(country),
        {str((await insert_failed_attempt(country, hours=2)).preselection_id) for _ in range(3)},
    )
    # A preselection may have several texts, each for another purpose.
    seen: list[tuple[str, str]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await caller.get("/operations/texts", params={"limit": "2", "cursor": cursor})).ok()
        seen += [(item["preselection_id"], item["purpose"]) for item in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen))
    assert mine <= {preselection_id for preselection_id, _ in seen}
