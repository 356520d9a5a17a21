"""`HEAD` answers wherever `GET` does."""

import asyncio

import httpx
import pytest
from fastapi.routing import APIRoute

from embedded.ports import free_port
from process.local_server import LocalAnswer, serve_paths
from tests.support.country import Country
from tests.support.desk import reserve_plate
from tests.support.serving import serve


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/config.json", "/healthz", "/api/v1/nowhere"])
async def test_head_has_the_status_and_headers_of_get_and_no_body(country: Country, path: str) -> None:
    client = country.stack.client
    get, head = [await client.request(method, f"http://xuanhao.test{path}") for method in ("GET", "HEAD")]
    assert (head.status_code, head.content) == (get.status_code, b"")
    volatile = {"x-request-id"}
    assert {n: v for n, v in head.headers.items() if n not in volatile} == {
        n: v for n, v in get.headers.items() if n not in volatile
    }


@pytest.mark.slow
async def test_head_with_a_token_ends_at_once_even_for_a_stream(country: Country) -> None:
    """Over a real connection, which goes on: what follows is not taken for a body."""
    reserved = await reserve_plate(country, await country.office())
    paths = [f"/api/v1{reserved.path}{part}" for part in ("", "/events", "/voucher", "/calendar")]
    async with (
        serve(country.stack.app) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
        asyncio.timeout(20),
    ):
        for path in paths:
            head = await client.head(path, headers=reserved.applicant.headers)
            async with client.stream("GET", path, headers=reserved.applicant.headers) as get:
                assert (head.status_code, head.content, get.status_code) == (200, b"", 200), path
                assert head.headers["content-type"] == get.headers["content-type"]


async def test_what_monitoring_reads_answers_head_too() -> None:
    port = free_port()
    stop = serve_paths("127.0.0.1", port, {"/metrics": lambda: LocalAnswer("text/plain", [b"content"])})
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            get, head = [await client.request(method, "/metrics") for method in ("GET", "HEAD")]
            assert (get.status_code, get.content) == (200, b"content")
            assert (head.status_code, head.content) == (200, b"")
            assert (await client.head("/nowhere")).status_code == 404
    finally:
        stop()


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
