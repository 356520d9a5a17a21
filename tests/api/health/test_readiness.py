"""An API is not ready while its clock is not the database's: what it shows would be wrong by as much."""

from datetime import timedelta

import pytest

from process.clock import system_clock
from tests.support.country import Country


@pytest.mark.parametrize("off_by", [timedelta(hours=-1), timedelta(hours=1)], ids=str)
async def test_a_clock_that_is_not_the_database_s_is_named(
    country: Country, monkeypatch: pytest.MonkeyPatch, off_by: timedelta
) -> None:
    client = country.stack.client
    assert (await client.get("http://xuanhao.test/readyz")).status_code == 200
    monkeypatch.setitem(vars(country.stack.context), "clock", lambda: system_clock() + off_by)
    answer = await client.get("http://xuanhao.test/readyz")
    assert (answer.status_code, answer.json()["parts"]) == (503, {"clock": "clock_skew"})
