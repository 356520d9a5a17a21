"""The API behind the proxies of `deploy/`, with their samples, where the machine has the programs."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.support.country import Country
from tests.support.event_streams import Events
from tests.support.sample_proxies import DOMAIN, HERE, running_proxy
from tests.support.serving import serve

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", HERE)
async def test_a_draw_and_its_event_pass_at_once_and_what_is_internal_stays_closed(
    country: Country, tmp_path: Path, name: str
) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    path, headers = f"/api/v1{selection.path}", buyer.headers | {"Content-Type": "application/json"}
    async with serve(country.stack.app) as port, running_proxy(name, port, tmp_path) as proxy:
        stream = proxy.http.stream("GET", f"{path}/events", **proxy.options(buyer.headers))
        async with stream as response:
            events = Events(response.aiter_lines())
            assert (await events.next())["batch"] is None
            drawn = await proxy.post(f"{path}/draws", b"{}", headers)
            assert drawn.status_code == 200, drawn.text
            assert (await events.next())["batch"] == drawn.json()["batch"]
        for closed in ("/readyz", "/metrics"):
            assert (await proxy.get(closed)).status_code == 403
        too_large = await proxy.post(f"{path}/draws", b"x" * 5_000_000, headers)
        # Before 2.8 Caddy calls it a failure of the application.
        assert too_large.status_code in ((413,) if name == "nginx" else (413, 502))
        async with httpx.AsyncClient(trust_env=False) as plain:
            moved = await plain.get(f"http://127.0.0.1:{proxy.ports.plain}{path}", headers={"Host": DOMAIN})
        assert (moved.status_code, moved.headers["location"].startswith(f"https://{DOMAIN}")) == (308, True)


@pytest.mark.parametrize("name", HERE)
async def test_the_address_of_a_caller_is_the_proxys_word_alone(tmp_path: Path, name: str) -> None:
    async def echo(request: Request) -> JSONResponse:
        return JSONResponse({"for": request.headers.getlist("x-forwarded-for"), "host": request.headers["host"]})

    application = Starlette(routes=[Route("/{path:path}", echo)])
    async with serve(application) as port, running_proxy(name, port, tmp_path) as proxy:
        answer = await proxy.get("/api/v1/offices", {"X-Forwarded-For": "203.0.113.7"})
    assert answer.json() == {"for": ["127.0.0.1"], "host": DOMAIN}
