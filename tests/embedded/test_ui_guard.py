"""Temporal's UI behind its guard, with the real UI."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from embedded.folders import DataFolder
from embedded.ports import free_port
from embedded.temporal import Temporal

CONFIGURED = "temporal.example.org"
WORKFLOW = "target"


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Temporal]:
    folder = DataFolder(tmp_path_factory.mktemp("guarded"))
    temporal = Temporal(folder, port=free_port(), ui_port=free_port(), ui_hosts=[CONFIGURED])
    with folder.lock():
        await temporal.bring_up()
        yield temporal
        await temporal.stop()
        # The guard ends with the server, and another can take its port.
        with pytest.raises(httpx.ConnectError):
            async with httpx.AsyncClient(trust_env=False) as client:
                await client.get(f"http://127.0.0.1:{temporal.ui_port}/")


@pytest.fixture
async def browser(server: Temporal) -> AsyncIterator[httpx.AsyncClient]:
    url = f"http://127.0.0.1:{server.ui_port}"
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
async def workflow(server: Temporal) -> AsyncIterator[WorkflowHandle[object, object]]:
    client = await Client.connect(server.address)
    handle = await client.start_workflow("Nobody", id=f"{WORKFLOW}-{uuid4()}", task_queue="nobody")
    yield handle
    if (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
        await handle.terminate()


async def terminate(browser: httpx.AsyncClient, workflow_id: str, **headers: str) -> httpx.Response:
    """What the button of the UI sends, with the token that the page has got."""
    token = browser.cookies.get("_csrf") or ""
    path = f"/api/v1/namespaces/default/workflows/{workflow_id}/terminate"
    sent = {"X-CSRF-TOKEN": token, "Content-Type": "application/json"} | headers
    return await browser.post(path, content='{"reason": "x"}', headers=sent)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "evil.example:8233", "", "[::1"]
)
async def test_attack_a_name_that_points_to_this_machine_reaches_nothing(
    browser: httpx.AsyncClient, workflow: WorkflowHandle[object, object], host: str
) -> None:
    """DNS rebinding: the browser counts the UI as part of the attacker's page, so `Origin` agrees with `Host`."""
    headers = {"Host": host, "Origin": f"http://{host}"}
    for path in ("/", "/api/v1/namespaces", "/api/v1/settings"):
        assert (await browser.get(path, headers=headers)).status_code == 400
    assert (await terminate(browser, workflow.id, **headers)).status_code == 400
    assert (await workflow.describe()).status is WorkflowExecutionStatus.RUNNING


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:8000", "http://localhost"])
async def test_attack_a_page_of_another_origin_writes(
    browser: httpx.AsyncClient, workflow: WorkflowHandle[object, object], origin: str
) -> None:
    await browser.get("/")
    assert (await terminate(browser, workflow.id, Origin=origin)).status_code == 403
    assert (await workflow.describe()).status is WorkflowExecutionStatus.RUNNING


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", CONFIGURED])
async def test_the_ui_works_under_its_own_names(
    server: Temporal, browser: httpx.AsyncClient, workflow: WorkflowHandle[object, object], name: str
) -> None:
    own = {"Host": f"{name}:{server.ui_port}", "Origin": f"http://{name}:{server.ui_port}"}
    page = await browser.get("/", headers=own)
    script = re.search(r'"(/_app/[^"]+\.js)"', page.text)
    assert script
    assert (await browser.get(script[1], headers=own)).headers["content-type"].startswith("text/javascript")
    listed = await browser.get("/api/v1/namespaces/default/workflows", params={"query": f'WorkflowId="{workflow.id}"'})
    assert listed.status_code == 200
    assert (await terminate(browser, workflow.id, **own)).status_code == 200
    assert (await workflow.describe()).status is WorkflowExecutionStatus.TERMINATED


async def test_the_ui_itself_is_at_no_address_that_a_page_knows(server: Temporal) -> None:
    assert server.hidden_ui
    host, port = server.hidden_ui
    assert (host, port) != ("127.0.0.1", server.ui_port)
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"http://{host}:{port}/")).status_code == 200
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/")


async def test_a_ui_that_is_down_is_a_bad_gateway_until_it_is_back(
    server: Temporal, browser: httpx.AsyncClient
) -> None:
    await server.kill()
    assert (await browser.get("/")).status_code == 502
    await server.bring_up()
    assert (await browser.get("/")).status_code == 200


async def test_the_answer_has_an_encoding_only_if_the_caller_can_read_it(server: Temporal) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for accepted, encoding in ((None, None), ("gzip", "gzip")):
            request = httpx.Request("GET", f"http://127.0.0.1:{server.ui_port}/api/v1/settings")
            if accepted:
                request.headers["Accept-Encoding"] = accepted
            response = await client.send(request)
            assert response.headers.get("content-encoding") == encoding
            assert response.json()["DisableNewsFetch"] is True
