"""Verifiable draws over REST: nonce, view, list, and what is public."""

from tests.support.country import Country
from tests.support.http import Answer
from tests.support.selections import reach_selection

NONCE = "bm9uY2Utb2YtYS1jbGllbnQ"


async def read(country: Country, path: str) -> Answer:
    """Without a token."""
    answer = await country.stack.client.get(path)
    return Answer(answer.status_code, answer.headers, answer.json())


async def test_a_draw_shows_what_it_follows_from(country: Country) -> None:
    _, selection = await reach_selection(country)
    for nonce in ("too-short", "!" * 30, "A" * 100):
        assert (await selection.post("draws", {"nonce": nonce})).code == "validation_failed"
    batch = (await selection.post("draws", {"nonce": NONCE})).ok()["batch"]
    assert (batch["nonce"], batch["nonce_by"]) == (NONCE, "client")
    other = (await selection.post("draws")).ok()["batch"]
    assert other["nonce_by"] == "server"
    assert other["draw_id"] != batch["draw_id"]
    items = (await selection.applicant.get(f"{selection.path}/draws")).ok()["items"]
    assert [item["draw_id"] for item in items] == [batch["draw_id"], other["draw_id"]]
    assert items[0].keys() == {"draw_id", "day", "at", "nonce", "nonce_by", "numbers"}
    assert items[0]["numbers"] == batch["numbers"]
    days = (await read(country, f"/fairness/days?from={batch['day']}")).ok()["items"]
    [day] = [item for item in days if item["day"] == batch["day"]]
    assert day["committed_at"] <= items[0]["at"]
    assert (day["revealed_at"], day["draws"], day["verified"]) == (None, None, None)
    early = await read(country, f"/fairness/days/{batch['day']}")
    assert (early.status, early.code) == (409, "not_yet")
    assert early.body["from"] > items[0]["at"]
    assert (await read(country, "/fairness/days/2000-01-01")).code == "not_found"
    assert (await read(country, "/fairness/days?from=tomorrow")).code == "validation_failed"
