"""`HEAD` answers wherever `GET` does."""

import pytest
from fastapi.routing import APIRoute

from tests.support.country import Country


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/config.json", "/healthz", "/api/v1/nowhere"])
async def test_head_has_the_status_and_headers_of_get_and_no_body(country: Country, path: str) -> None:
    client = country.stack.client
    get, head = [await client.request(method, f"http://xuanhao.test{path}") for method in ("GET", "HEAD")]
    assert (head.status_code, head.content) == (get.status_code, b"")
    volatile = {"x-request-id"}
    assert {n: v for n, v in head.headers.items() if n not in volatile} == {
        n: v for n, v in get.headers.items() if n not in volatile
    }


async def test_every_call_that_can_be_read_answers_head(country: Country) -> None:
    reads = [
        route.path for route in country.stack.app.routes if isinstance(route, APIRoute) and route.methods == {"GET"}
    ]
    assert reads
    for path in reads:
        statuses = [
            (await country.stack.client.request(method, f"http://xuanhao.test{path}")).status_code
            for method in ("GET", "HEAD")
        ]
        assert statuses[0] == statuses[1] != 405, path
