"""`/docs`, and the rules that linters of OpenAPI recommend (Spectral's `oas`, Redocly's `recommended`)."""

import json
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import pytest

from api.app import with_routes
from api.openapi.document import document_of
from demo import routes
from tests.support.country import Country


@pytest.fixture(scope="module", params=["without the demo", "with the demo"])
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    demo = request.param == "with the demo"
    return document_of(with_routes([routes.router], routes.RULES) if demo else with_routes())


def operations_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


async def test_the_page_shows_every_call_and_schema_and_loads_nothing(country: Country) -> None:
    document = (await country.stack.client.get("http://xuanhao.test/openapi.json")).json()
    page = await country.stack.client.get("http://xuanhao.test/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    wanted = {operation["operationId"] for operation in operations_of(document)}
    wanted |= {f"schema-{name}" for name in document["components"]["schemas"]}
    ids = re.findall(' id="([^"]+)"', page.text)
    assert wanted <= set(ids)
    assert set(re.findall('href="#([^"]+)"', page.text)) <= set(ids)
    assert not re.findall(r"<script|<link|<img|\ssrc=|\sstyle=|https?:", page.text)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    # The page has its own style sheet, and the policy names it by its hash.
    [sheet] = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert f"'sha256-{b64encode(sha256(sheet.encode()).digest()).decode()}'" in policy


def test_the_document_says_what_it_is(document: dict[str, Any]) -> None:
    info = document["info"]
    assert info["title"].isascii()
    assert info["description"]
    assert info["contact"]
    assert info["license"]["identifier"]
    assert [server["url"] for server in document["servers"]] == ["/"]


def spectral(program: str, file: Path) -> list[str]:
    rules = file.with_name("rules.yaml")
    rules.write_text('extends: ["spectral:oas"]\n')
    return [program, "lint", "--ruleset", str(rules), "--format", "json", "--quiet", str(file)]


def redocly(program: str, file: Path) -> list[str]:
    return [program, "lint", "--extends", "recommended", "--format", "json", str(file)]


def problems_in(said: str) -> int:
    """Spectral prints a list, Redocly an object with totals."""
    found = json.loads(said)
    return len(found) if isinstance(found, list) else int(found["totals"]["errors"] + found["totals"]["warnings"])


@pytest.mark.parametrize("linter", [spectral, redocly])
def test_a_linter_of_this_machine_reports_nothing(
    document: dict[str, Any], tmp_path: Path, linter: Callable[[str, Path], list[str]]
) -> None:
    if program := shutil.which(linter.__name__):
        file = tmp_path / "openapi.json"
        file.write_text(json.dumps(document), "utf-8")
        command = linter(program, file)
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert problems_in(done.stdout) == 0, done.stdout[:2000]
        info = {name: text for name, text in document["info"].items() if name not in ("contact", "license")}
        file.write_text(json.dumps(document | {"info": info}), "utf-8")
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert problems_in(done.stdout) > 0, "a document with a fault is refused"


def test_every_area_is_described_and_used(document: dict[str, Any]) -> None:
    named = [tag["name"] for tag in document["tags"]]
    assert all(tag["description"] for tag in document["tags"])
    assert sorted(named) == sorted({tag for operation in operations_of(document) for tag in operation["tags"]})


def test_every_call_has_what_linters_recommend(document: dict[str, Any]) -> None:
    operations = operations_of(document)
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert operation["summary"]
        assert operation["description"], operation["operationId"]
        assert len(operation["tags"]) == 1
        assert "security" in operation
        assert {status[0] for status in operation["responses"]} >= {"2", "4"}, operation["operationId"]


def test_every_list_says_what_its_items_are(document: dict[str, Any]) -> None:
    def arrays_in(part: Any) -> Iterator[dict[str, Any]]:
        if isinstance(part, dict):
            if part.get("type") == "array":
                yield part
            part = list(part.values())
        if isinstance(part, list):
            for each in part:
                yield from arrays_in(each)

    arrays = list(arrays_in(document))
    assert arrays
    assert all(array.get("items") for array in arrays)


async def test_attack_everybody_s_reading_of_the_document_costs_its_encoding(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a megabyte of JSON takes milliseconds of the processor, and reading it needs no token."""
    addresses = [f"http://xuanhao.test{path}" for path in ("/openapi.json", "/docs")]
    first = [(await country.stack.client.get(address)).content for address in addresses]

    def encode_again(*_: object) -> NoReturn:
        raise AssertionError("it is encoded once")

    for name in ("document.get_document", "document.JSONResponse", "page.get_document", "page.page_of"):
        monkeypatch.setattr(f"api.openapi.{name}", encode_again)
    again = [await country.stack.client.get(address) for address in addresses]
    assert [answer.content for answer in again] == first
    assert [answer.headers["content-type"] for answer in again] == ["application/json", "text/html; charset=utf-8"]
