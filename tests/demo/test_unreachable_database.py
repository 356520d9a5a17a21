"""The demo's phone while its database can't be reached."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from api.context import AppContext
from demo.routes import Demo
from demo.server import demo_app
from demo.tokens import DemoSigner
from demo.world import demo_world
from embedded.ports import HOST, free_port
from storage.postgres.database import Database
from storage.sms.outbox import SmsOutbox
from tests.demo.demo_server import KEYS, DemoServer

CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture
async def cut_off(server: DemoServer, demo: Demo) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a demo whose database is a port on which nobody listens."""
    assert isinstance(server.context, AppContext)
    database = Database(f"postgresql+psycopg://nobody@{HOST}:{free_port()}/none", pool_size=1)
    app = demo_app(
        server.context, Demo(demo_world(), DemoSigner(b"s" * 32, demo.signer.issuer), SmsOutbox(database, KEYS))
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://demo") as browser:
        yield browser
    await database.close()


@pytest.mark.parametrize(
    "language, title, text",
    [
        ("zh-CN", "演示手机", "暂时无法读取短信，请稍后再试。"),
        ("zh-TW", "演示手機", "暫時無法讀取簡訊，請稍後再試。"),
        ("en", "Demo phone", "SMS cannot be read at the moment. Try again later."),
    ],
)
async def test_a_phone_that_cannot_be_read_says_so_in_the_readers_language(
    cut_off: httpx.AsyncClient, language: str, title: str, text: str
) -> None:
    params = {"user": "applicant-001"}
    answer = await cut_off.get("/demo/phone", params=params, headers={"Accept-Language": language})
    assert answer.status_code == 503
    assert f'<html lang="{language}">' in answer.text
    assert f"<title>{title}</title>" in answer.text
    assert f"<main><h1>{title}</h1><p>{text}</p></main>" in answer.text
    assert bool(CHINESE.search(answer.text)) == (language != "en")
    assert (answer.headers["vary"], answer.headers["cache-control"]) == ("Accept-Language", "no-store")
    assert "<script" not in answer.text


async def test_choosing_whose_phone_it_is_needs_no_database(cut_off: httpx.AsyncClient) -> None:
    answer = await cut_off.get("/demo/phone", headers={"Accept-Language": "en"})
    assert (answer.status_code, "Whose phone" in answer.text) == (200, True)
