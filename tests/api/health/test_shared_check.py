"""`/readyz` checks once a second, whoever asks and however often."""

import asyncio
from collections import Counter

import pytest

from api.health.shared_check import SharedCheck
from domain.errors import Unavailable
from storage.postgres.database import Database
from tests.support.country import Country


async def test_300_askers_at_once_all_get_the_truth_from_one_check(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    pings, ping = Counter[str](), Database.ping

    async def counted(database: Database) -> None:
        pings["database"] += 1
        await ping(database)

    monkeypatch.setattr(Database, "ping", counted)
    ask = country.stack.client.get
    answers = await asyncio.gather(*(ask("http://xuanhao.test/readyz") for _ in range(300)))
    assert Counter(answer.status_code for answer in answers) == {200: 300}
    # Those who asked after the first check had ended share the next one.
    assert pings["database"] <= 2


async def test_an_outcome_is_never_older_than_the_question_and_a_failure_is_shared_too() -> None:
    began: list[float] = []
    is_down = False

    async def check() -> None:
        began.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0)
        if is_down:
            raise Unavailable({"database": "down"})

    shared = SharedCheck(check)
    await shared.outcome()
    is_down = True
    outcomes = await asyncio.gather(*(shared.outcome() for _ in range(5)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 5
    assert len(began) == 2
    assert began[1] - began[0] >= 1.0


async def test_an_asker_that_goes_away_does_not_end_the_check_of_the_others() -> None:
    go_on = asyncio.Event()
    shared = SharedCheck(go_on.wait)
    first, second = asyncio.create_task(shared.outcome()), asyncio.create_task(shared.outcome())
    await asyncio.sleep(0)
    first.cancel()
    go_on.set()
    await second
    assert first.cancelled()
